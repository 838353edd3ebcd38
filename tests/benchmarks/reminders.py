"""What it costs to look who is to be reminded, for a district and for a tenth of it."""

import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import event, insert

from storage.database import Database
from storage.models import Account, Member, Plan, PlanStatus, Role, School, table_of
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
    await _fill(database, schools)
    await _settle(database)
    morning = _at(9)
    await make_round(database, rulebook, morning - timedelta(minutes=15))
    quarter = await _cost(database, lambda: make_round(database, rulebook, morning))
    afternoon = _at(15)
    scans = [
        await _cost(database, lambda: _scan(database, rulebook, afternoon)) for _ in range(TIMES)
    ]
    everybody = await _cost(database, lambda: make_round(database, rulebook, afternoon))
    idle = await _cost(
        database, lambda: make_round(database, rulebook, afternoon + timedelta(minutes=15))
    )
    await database.close()
    return Costs(quarter, min(scans, key=lambda one: one.seconds), everybody, idle)


async def _settle(database: Database) -> None:
    """Let the database count its rows, as it does by itself before long in real life."""
    async with database.engine.begin() as connection:
        await connection.exec_driver_sql("ANALYZE")


async def _scan(database: Database, rulebook: RuleBook, now: datetime) -> int:
    async with database.reading() as session:
        return len(await scanning.scan(session, rulebook, now))


def _at(hour: int) -> datetime:
    day = WEEK_BEFORE
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


async def _fill(database: Database, schools: int) -> None:
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
            status = STATUSES[seat % len(STATUSES)]
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
