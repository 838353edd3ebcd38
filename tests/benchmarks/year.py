"""A year of a school, two periods with everything, through the front door.

What it takes in time and space, and whether any question that is asked on the way reads a large
table from beginning to end. All statements with their plans are written to `build/queries.txt`.
"""

import asyncio
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks import schoolyear
from tests.benchmarks.databases import Databases
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.query_plans import SMALL_ROWS, Query, large_tables, overheard, plans_of
from tests.benchmarks.schoolyear import FIRST_HALF, SECOND_HALF, Calendar, Staff
from tests.world import TestWorld, open_world

TEACHERS, WHOLE = 10, 100
"""Teachers of the school; `--full` takes the larger one."""

RESULT = Path("build/queries.txt")
GROUP = "A year of a school"


@dataclass(frozen=True, slots=True)
class Year:
    """What a year has taken: seconds, touches of people, bytes; and what was asked."""

    teachers: int
    seconds: float
    touches: int
    database: int
    empty: int
    files: int
    queries: tuple[Query, ...]
    large: frozenset[str]
    stages: dict[str, float]

    def reads_whole(self, query: Query) -> tuple[str, ...]:
        """Give the large tables that a statement reads from beginning to end."""
        return tuple(one for one in query.reads_whole if one in self.large)


async def measure(databases: Databases, folder: Path, *, full: bool) -> list[Figure]:
    """Play a year, and look at what it took and asked."""
    home = folder / "year"
    home.mkdir()
    url = await databases.fresh("SQLite")
    async with open_world(url, home) as world:
        year = await _play(world, WHOLE if full else TEACHERS)
    return _figures(year)


async def _play(world: TestWorld, teachers: int) -> Year:
    stages: dict[str, float] = {}
    path = Path(world.database.engine.url.database or "")
    empty = await asyncio.to_thread(_database_bytes, path)
    before, started = _touches(world), time.perf_counter()
    with overheard(world.database) as heard:
        with timed(stages, "joining"):
            staff = await schoolyear.comes_together(world, teachers)
        for calendar in (SECOND_HALF, FIRST_HALF):
            await _half(world, staff, calendar, stages)
    seconds = time.perf_counter() - started
    size = await asyncio.to_thread(_database_bytes, path)
    # A small school's tables are judged as if the school were whole.
    most = SMALL_ROWS * teachers // WHOLE
    return Year(
        teachers, seconds, _touches(world) - before, size, empty,
        await asyncio.to_thread(_bytes_below, world.kawan.files.folder),
        tuple(await asyncio.to_thread(plans_of, path, heard)),
        frozenset(await asyncio.to_thread(large_tables, path, most) | ELSEWHERE), stages,
    )  # fmt: skip


async def _half(
    world: TestWorld, staff: Staff, calendar: Calendar, stages: dict[str, float]
) -> None:
    """Play one period, one teacher after the other in each of its stages."""
    principal, teachers = staff.principal, staff.teachers
    await schoolyear.goes_to(world, calendar.planning, 10)
    with timed(stages, "plans"):
        for one in teachers:
            await schoolyear.plans(one, principal)
    await schoolyear.goes_to(world, calendar.pressed, 15)
    await schoolyear.goes_to(world, calendar.preparing, 9)
    with timed(stages, "observation"):
        for one in teachers:
            await schoolyear.prepares(one, principal)
        await schoolyear.goes_to(world, calendar.lesson, 9)
        for one in teachers:
            await schoolyear.is_observed(one, principal)
            await schoolyear.follows_up(one, principal)
    await schoolyear.goes_to(world, calendar.proving, 9)
    with timed(stages, "evidence"):
        for one in teachers:
            await schoolyear.proves(one, principal, calendar.name)
    await schoolyear.goes_to(world, calendar.missing, 15)
    await schoolyear.goes_to(world, calendar.reporting, 9)
    with timed(stages, "reports"):
        for one in teachers:
            await schoolyear.reports(world, one, principal)
    await schoolyear.goes_to(world, calendar.rating, 9)
    with timed(stages, "ratings"):
        await schoolyear.rates(principal, len(teachers))
        await world.delivered(schoolyear.WITHIN_S)
        for one in teachers:
            await schoolyear.reads_the_result(one, calendar.name)
    await schoolyear.orders_the_skp(teachers[0])
    await schoolyear.looks_at_all(principal)


# --------------------------------------------------------------------- what it took


@contextmanager
def timed(stages: dict[str, float], name: str) -> Iterator[None]:
    """Add the seconds that something takes to a stage."""
    started = time.perf_counter()
    yield
    stages[name] = stages.get(name, 0.0) + time.perf_counter() - started


def _touches(world: TestWorld) -> int:
    """Count what people have done so far: taps, and messages that they sent."""
    return world.sim.world.updates.next_id


def _database_bytes(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        pages: int = connection.execute("PRAGMA page_count").fetchone()[0]
        size: int = connection.execute("PRAGMA page_size").fetchone()[0]
    return pages * size


def _bytes_below(folder: Path) -> int:
    return sum(one.stat().st_size for one in folder.rglob("*") if one.is_file())


def _figures(year: Year) -> list[Figure]:
    n = year.teachers
    stages = ", ".join(f"{name} {seconds / n:.1f}" for name, seconds in year.stages.items())
    reads = [one for one in year.queries if year.reads_whole(one) and not by_design(one)]
    _write(year)
    return [
        Figure(GROUP, f"a year of {n} teachers, a teacher", year.seconds / n, "s",
               note=f"{year.seconds:.0f} s; seconds a teacher: {stages}"),
        Figure(GROUP, "taps and messages a second", year.touches / year.seconds, "/s",
               note=f"{year.touches} of them, one after the other, phones included"),
        Figure(GROUP, "database, a teacher", (year.database - year.empty) / n / 1e3, "kB",
               note=f"{year.database / 1e6:.1f} MB, {year.empty / 1e6:.1f} MB when still empty"),
        Figure(GROUP, "files, a teacher", year.files / n / 1e3, "kB",
               note=f"{year.files / 1e6:.1f} MB: six photos of a page and two lesson plans each"),
        Figure(GROUP, "statements that read a large table whole", len(reads), goal=at_most(0),
               note=f"of {len(year.queries)}; their plans: {RESULT}"),
    ]  # fmt: skip


# --------------------------------------------------------------------- what was asked

ELSEWHERE = {"deputy", "help_request"}
"""Tables that this school hardly fills, and a district does."""

BY_DESIGN = {
    "USING INDEX ix_paper_order_open": "the index holds the open orders only",
    "USING INDEX ix_outbox_leased": "the index holds what is on its way only",
    "INDEX ix_outbox_waiting": "the index holds what waits only",
    "FROM sent_picture ORDER BY sent_picture.sent_at DESC LIMIT": "stops after the newest",
    'SELECT DISTINCT "plan".school_id': "a round for all schools, each quarter of an hour",
    "SELECT board_day.school_id, max(board_day.day)": "a round for all schools, a row a day each",
}
"""What stands in statements, or in their plans, that read everything on purpose, and why."""


def by_design(query: Query) -> str:
    """Give why a statement may read a large table whole; empty where it may not."""
    told = " ".join((*query.statement.split(), *query.plan))
    return next((why for words, why in BY_DESIGN.items() if words in told), "")


def _write(year: Year) -> None:
    """List every statement with its plan, those that read a large table whole first."""
    ordered = sorted(year.queries, key=lambda one: (not year.reads_whole(one), -one.times))
    lines = [
        f"{len(ordered)} statements of a year of {year.teachers} teachers, with SQLite's plans"
    ]
    lines.append(f"Large tables: {', '.join(sorted(year.large))}")
    for one in ordered:
        whole = year.reads_whole(one)
        lines += [
            "",
            f"-- {one.times} times" + (f", reads whole: {', '.join(whole)}" if whole else ""),
        ]
        if whole and by_design(one):
            lines.append(f"-- on purpose: {by_design(one)}")
        lines += [" ".join(one.statement.split()), *(f"    {line}" for line in one.plan)]
    RESULT.parent.mkdir(parents=True, exist_ok=True)
    RESULT.write_text("\n".join(lines) + "\n", encoding="utf-8")
