"""What it costs to look who is to be reminded, for a district and for a tenth of it."""

import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event, insert
from sqlmodel import select

from storage.database import Database
from storage.models import (
    Account,
    Evidence,
    EvidenceStatus,
    Member,
    Plan,
    PlanEntry,
    PlanStatus,
    Role,
    School,
    table_of,
)
from storage.reminders import scanning
from storage.reminders.rounds import make_round
from storage.rulebook import RuleBook
from storage.rulesets import load_ruleset
from tests.benchmarks.databases import KINDS, Databases
from tests.benchmarks.figures import Figure, at_most

SCHOOLS = (50, 500)
TEACHERS = 40
"""In each school, beside a principal and a coach."""

STATUSES = (None, PlanStatus.DRAFT, PlanStatus.SUBMITTED, PlanStatus.RETURNED, PlanStatus.AGREED)
ZONE = ZoneInfo("Asia/Jakarta")
WEEK_BEFORE = date(2026, 7, 24)
EVIDENCE_DAY = date(2026, 11, 30)
"""The last day for evidence, a Monday: everybody's turn comes, whatever was put off."""

PROVEN = 5
"""So many entries of a plan need two units of evidence each; others need none."""

IN_ONE_STATEMENT = 20_000
GOAL_S = 2.0
TIMES = 3


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds and statements of one look, and how many reminders it found."""

    seconds: float
    statements: int
    found: int


@dataclass(frozen=True, slots=True)
class Costs:
    """An ordinary quarter of an hour, the whole district at once, and nothing left to do."""

    quarter: Cost
    scan: Cost
    everybody: Cost
    idle: Cost


async def measure(databases: Databases, _folder: Path) -> list[Figure]:
    """Look over a small district and over a large one."""
    figures = []
    for kind in KINDS:
        small, large = [
            await _district(await databases.fresh(kind), schools) for schools in SCHOOLS
        ]
        people = f"{SCHOOLS[1]} schools, {SCHOOLS[1] * TEACHERS:,} teachers"
        for name, few, many in (
            ("a quarter of an hour as usual", small.quarter, large.quarter),
            ("one scan, everybody due at once", small.scan, large.scan),
            ("the same with its reminders written", small.everybody, large.everybody),
            ("nothing left to do", small.idle, large.idle),
        ):
            figures.append(
                Figure(
                    "reminders", f"{name}, {people}, {kind}", many.seconds, "s", at_most(GOAL_S),
                    f"{many.statements} statements, {many.found:,} found; "
                    f"{few.seconds:.3f} s for {SCHOOLS[0] * TEACHERS:,}",
                    {"small_s": few.seconds, "statements": many.statements},
                )
            )  # fmt: skip
        due = await _evidence_due(await databases.fresh(kind), SCHOOLS[1])
        figures.append(
            Figure(
                "reminders", f"one scan, the last day for evidence, {people}, {kind}", due.seconds,
                "s", at_most(GOAL_S),
                f"{due.statements} statements, {due.found:,} found; a third has sent too little, "
                "a third lacks a kind",
                {"statements": due.statements},
            )
        )  # fmt: skip
        figures.append(
            Figure(
                "reminders", f"one scan, 20,000 against 2,000, {kind}",
                large.scan.seconds / small.scan.seconds, "×", at_most(SCHOOLS[1] / SCHOOLS[0]),
                f"{large.scan.statements} statements against {small.scan.statements}",
            )
        )  # fmt: skip
    return figures


async def _district(url: str, schools: int) -> Costs:
    database = Database(url)
    await database.migrate()
    rulebook = RuleBook()
    await _fill(database, schools, STATUSES)
    await _settle(database)
    morning = _at(WEEK_BEFORE, 9)
    await make_round(database, rulebook, morning - timedelta(minutes=15))
    quarter = await _cost(database, lambda: make_round(database, rulebook, morning))
    afternoon = _at(WEEK_BEFORE, 15)
    scan = await _least(database, rulebook, afternoon)
    everybody = await _cost(database, lambda: make_round(database, rulebook, afternoon))
    idle = await _cost(
        database, lambda: make_round(database, rulebook, afternoon + timedelta(minutes=15))
    )
    await database.close()
    return Costs(quarter, scan, everybody, idle)


async def _evidence_due(url: str, schools: int) -> Cost:
    """Look on the last day for evidence, at plans that hold."""
    database = Database(url)
    await database.migrate()
    await _fill(database, schools, (PlanStatus.AGREED,))
    await _prove(database)
    await _settle(database)
    cost = await _least(database, RuleBook(), _at(EVIDENCE_DAY, 15))
    await database.close()
    return cost


async def _least(database: Database, rulebook: RuleBook, now: datetime) -> Cost:
    costs = [await _cost(database, lambda: _scan(database, rulebook, now)) for _ in range(TIMES)]
    return min(costs, key=lambda one: one.seconds)


async def _settle(database: Database) -> None:
    """Let the database count its rows, as it does by itself before long in real life."""
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("ANALYZE")


async def _scan(database: Database, rulebook: RuleBook, now: datetime) -> int:
    async with database.reading() as session:
        return len(await scanning.scan(session, rulebook, now))


def _at(day: date, hour: int) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=ZONE).astimezone(UTC)


async def _cost(database: Database, look: Callable[[], Awaitable[int]]) -> Cost:
    with _counting(database) as statements:
        began = time.perf_counter()
        found = await look()
        return Cost(time.perf_counter() - began, len(statements), found)


@contextmanager
def _counting(database: Database) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def _fill(database: Database, schools: int, statuses: Sequence[PlanStatus | None]) -> None:
    """Found schools whose teachers have come differently far."""
    began = datetime(2026, 7, 1, tzinfo=UTC)
    rules = load_ruleset("pmm-2024")
    period = rules.period_at(WEEK_BEFORE)
    rows: dict[type, list[dict[str, Any]]] = {School: [], Account: [], Member: [], Plan: []}
    for school in range(1, schools + 1):
        rows[School].append(
            {"id": school, "npsn": str(school), "name": f"SMPN {school}",
             "timezone": ZONE.key, "ruleset": rules.id, "created_at": began}
        )  # fmt: skip
        for seat in range(TEACHERS + 2):
            number = len(rows[Member]) + 1
            role = {0: Role.PRINCIPAL, 1: Role.COACH}.get(seat, Role.TEACHER)
            rows[Account].append({"id": number, "language": "id", "view": "", "created_at": began})
            rows[Member].append(
                {"id": number, "school_id": school, "name": f"Guru {number}", "roles": int(role),
                 "account_id": number, "joined_at": began, "created_at": began}
            )  # fmt: skip
            status = statuses[seat % len(statuses)]
            if role is Role.TEACHER and status is not None:
                submitted_at = began if status is PlanStatus.SUBMITTED else None
                rows[Plan].append(
                    {"school_id": school, "member_id": number, "period": period.id,
                     "ruleset": rules.id, "ruleset_version": rules.version, "status": status,
                     "revision": 1, "points": 0, "points_floor": 0, "below_target_reason": "",
                     "preferences": {}, "created_at": began, "changed_at": began,
                     "submitted_at": submitted_at}
                )  # fmt: skip
    async with database.engine.begin() as connection:
        for model, values in rows.items():
            await connection.execute(insert(table_of(model)), values)


async def _prove(database: Database) -> None:
    """Fill the plans; of a third all has come, of a third not enough, of a third one kind."""
    rules = load_ruleset("pmm-2024")
    items, _duties, behaviours = rules.steps
    planned = [(items.id, one.code, list(one.evidence)) for one in rules.items[:PROVEN]]
    planned += [(behaviours.id, one.code, []) for one in rules.behaviours[:PROVEN]]
    began = datetime(2026, 7, 1, tzinfo=UTC)
    entries: list[dict[str, Any]] = []
    pieces: list[dict[str, Any]] = []
    async with database.reading() as session:
        plans = await session.exec(select(Plan.id, Plan.school_id, Plan.member_id))
        for number, (plan_id, school_id, member_id) in enumerate(plans.all()):
            for step, code, kinds in planned:
                entries.append(
                    {"plan_id": plan_id, "step": step, "code": code, "quantity": 2, "points": 8,
                     "points_floor": 8, "text": "", "evidence": kinds}
                )  # fmt: skip
                lacks = code == planned[0][1]
                sent = kinds[: (len(kinds), 0, 1)[number % 3]] if lacks else kinds
                pieces += [
                    {"school_id": school_id, "member_id": member_id, "plan_id": plan_id,
                     "step": step, "code": code, "kind": kind,
                     "covers": 2, "note": "", "link": "",
                     "album": "", "status": EvidenceStatus.ACCEPTED, "revision": 1,
                     "received_at": began, "changed_at": began, "reason": ""}
                    for kind in sent
                ]  # fmt: skip
    async with database.engine.begin() as connection:
        for model, values in ((PlanEntry, entries), (Evidence, pieces)):
            for at in range(0, len(values), IN_ONE_STATEMENT):
                some = values[at : at + IN_ONE_STATEMENT]
                await connection.execute(insert(table_of(model)), some)
