"""Whether `/rekap` grows with the school as it should."""

import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event

from bot.simulator import Person
from storage.database import Database
from storage.models import Member, Plan, PlanStatus, Role
from storage.people import known_id
from tests.benchmarks.databases import KINDS, Databases
from tests.benchmarks.figures import Figure, at_most
from tests.world import TestWorld, open_world

SIZES = (100, 1_000)
ASKED = 15
STATUSES = (None, *PlanStatus)


@dataclass(frozen=True, slots=True)
class Overview:
    """What it takes to show the overview of a school once."""

    ms: float
    statements: int


async def measure(databases: Databases, folder: Path) -> list[Figure]:
    """Ask for the overview of a small school and of a large one."""
    figures = []
    for kind in KINDS:
        small, large = [
            await _overview(await databases.fresh(kind), folder, teachers) for teachers in SIZES
        ]
        figures += [
            Figure(
                "/rekap",
                f"{SIZES[1]:,} teachers against {SIZES[0]}, {kind}",
                large.ms / small.ms,
                "×",
                at_most(SIZES[1] / SIZES[0]),
                f"{large.ms:.1f} ms, {small.ms:.1f} ms",
                {"large_ms": large.ms, "small_ms": small.ms},
            ),
            Figure(
                "/rekap",
                f"statements more for {SIZES[1]:,} teachers, {kind}",
                large.statements - small.statements,
                goal=at_most(0),
                note=f"{large.statements} statements, the turn's own included",
            ),
        ]
    return figures


async def _overview(url: str, folder: Path, teachers: int) -> Overview:
    async with open_world(url, folder) as world:
        principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
        await _fill(world, teachers)
        taken, counts = [], []
        for _ in range(ASKED):
            with _counting(world.database) as statements:
                taken.append(await _ask(principal))
                # The database's own look-ups on a new connection happen to fall in between.
                counts.append(len(statements))
        return Overview(statistics.median(taken) * 1000, min(counts))


async def _ask(principal: Person) -> float:
    before, started = principal.last.id, time.perf_counter()
    await principal.types("/rekap")
    await principal.until(lambda: principal.last.id > before)
    return time.perf_counter() - started


@contextmanager
def _counting(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        # What is looked after now and then comes in between by chance.
        if "outbox" not in statement and "answered_at" not in statement:
            statements.append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def _fill(world: TestWorld, teachers: int) -> None:
    if world.school is None:
        raise ValueError("the school has not been founded")
    now = world.clock.now()
    rules = world.kawan.rulebook.of_school(world.school, now.date())
    period = rules.period_at(now.date())
    async with world.database.transaction() as session:
        members = [
            Member(
                school_id=known_id(world.school.id),
                name=f"Guru {number:04}",
                roles=int(Role.TEACHER),
                created_at=now,
            )
            for number in range(teachers)
        ]
        session.add_all(members)
        await session.flush()
        session.add_all(
            Plan(
                school_id=member.school_id,
                member_id=known_id(member.id),
                period=period.id,
                ruleset=rules.id,
                ruleset_version=rules.version,
                status=status,
                created_at=now,
                changed_at=now,
            )
            for number, member in enumerate(members)
            if (status := STATUSES[number % len(STATUSES)]) is not None
        )
