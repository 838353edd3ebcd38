"""Whether the sender's claim stays short however many messages there are and were."""

import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.database import Database
from storage.models import OutboxState, Role
from storage.outbox import Priority
from tests.benchmarks.databases import KINDS, Databases
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.people import school_with

ARCHIVED = 10_000_000
TRIAL = 1_000_000
PENDING = 100_000
MEMBERS = 20_000
CLAIMS = 200
HAND = 20
GOAL_MS = 5.0
NOW = datetime(2026, 11, 30, 3, 0, tzinfo=UTC)

_NUMBERS = {
    "SQLite": "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count})",
    "PostgreSQL": "WITH n AS (SELECT i FROM generate_series(1, {count}) AS i)",
}
_MEMBERS = """
INSERT INTO member (school_id, name, roles, created_at)
{numbers} SELECT 1, 'Guru ' || i, 1, '2026-07-06 03:00:00' FROM n
"""
_ARCHIVED = """
INSERT INTO outbox_archive (id, school_id, member_id, occasion, kind, subject, broadcast_id, state,
  created_at, message_id, settled_at, outcome)
{numbers} SELECT i, 1, (i - 1) / {each} + 1, 'lama:' || (i + 100000000), 'siaran', '{{}}', NULL,
  'sent', '2026-07-06 03:00:00', i, '2026-07-06 03:00:00', '' FROM n
"""
_WAITING = """
INSERT INTO outbox (id, school_id, member_id, occasion, kind, subject, broadcast_id, priority,
  state, created_at, due_at, attempts, outcome)
{numbers} SELECT {archived} + i, 1, (i - 1) % {members} + 1, 'baru:' || i, 'siaran', '{{}}', 1,
  20, 'pending', '2026-11-30 02:00:00', '2026-11-30 02:00:00', 0, '' FROM n
"""


async def measure(databases: Databases, folder: Path, *, full: bool) -> list[Figure]:
    """Fill an outbox and an archive; then take, settle, look and announce."""
    archived = ARCHIVED if full else TRIAL
    figures = []
    for kind in KINDS:
        url = await databases.fresh(kind)
        await school_with(url, Role.TEACHER, 0)
        database = Database(url)
        began = time.perf_counter()
        await _fill(database, kind, archived)
        filled = time.perf_counter() - began
        figures += await _figures(database, kind, archived, filled)
        await database.close()
    return figures


async def _fill(database: Database, kind: str, archived: int) -> None:
    statements = (
        (_MEMBERS, MEMBERS),
        (_ARCHIVED, archived),
        (_WAITING, PENDING),
    )
    async with database.engine.begin() as connection:
        if kind == "PostgreSQL":  # to look up a school for each of ten million rows takes minutes
            await connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement, count in statements:
            numbers = _NUMBERS[kind].format(count=count)
            await connection.exec_driver_sql(
                statement.format(
                    numbers=numbers,
                    each=archived // MEMBERS,
                    archived=archived,
                    members=MEMBERS,
                )
            )
    async with database.engine.connect() as connection:
        plain = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await plain.exec_driver_sql("ANALYZE")


async def _figures(database: Database, kind: str, archived: int, filled: float) -> list[Figure]:
    claims, settles, looks = [], [], []
    hand: list[int] = []

    async def claim(session: AsyncSession) -> None:
        hand[:] = [one.id for one in await outbox.lease(session, NOW, HAND)]

    async def settle(session: AsyncSession) -> None:
        for number in hand:
            await outbox.settle(session, number, OutboxState.SENT, NOW, message_id=1)

    computed = 0.0
    for _ in range(CLAIMS):
        looks.append(await _timed(database, outbox.next_due))
        before = time.process_time()
        claims.append(await _timed(database, claim))
        computed += (time.process_time() - before) * 1000 / CLAIMS
        settles.append(await _timed(database, settle))

    async def announce(session: AsyncSession) -> None:
        await outbox.announce(
            session, school_id=1, recipients=range(1, MEMBERS + 1), occasion="lama:baru",
            kind="siaran", subject={}, now=NOW, due_at=NOW + timedelta(days=1),
            priority=Priority.REMINDER,
        )  # fmt: skip

    announced = await _timed(database, announce)
    return [
        Figure(
            f"Outbox of {PENDING:,} waiting and {archived:,} archived messages",
            f"claim of the next {HAND}, {kind}",
            statistics.median(claims),
            "ms",
            at_most(GOAL_MS),
            "; ".join(
                (
                    "median, commit included",
                    f"19 of 20 below {statistics.quantiles(claims, n=20)[-1]:.1f} ms",
                    f"computing {computed:.1f} ms",
                    f"a look {statistics.median(looks):.1f} ms",
                    f"settling {HAND} {statistics.median(settles):.1f} ms",
                    f"announcing to {MEMBERS:,} {announced:,.0f} ms",
                    f"filled in {filled:.0f} s",
                )
            ),
        )
    ]


async def _timed(
    database: Database, operation: Callable[[AsyncSession], Awaitable[object]]
) -> float:
    """Give the milliseconds that an operation takes in a transaction of its own."""
    started = time.perf_counter()
    async with database.transaction() as session:
        await operation(session)
    return (time.perf_counter() - started) * 1000
