"""A broadcast to a district: near the limit that physics sets, with and without being killed."""

import asyncio
import random
import statistics
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import insert
from sqlmodel import col, select

from bot.simulator import Flood
from bot.simulator.models import Event
from storage import outbox
from storage.database import Database
from storage.models import Account, Member, OutboxMessage, Role, School, SchoolHours, table_of
from storage.outbox import Priority
from storage.people import known_id
from tests.benchmarks import bots
from tests.benchmarks.bots import Bot
from tests.benchmarks.broadcasting_bot import KIND
from tests.benchmarks.databases import Databases
from tests.benchmarks.figures import Figure, at_least, at_most
from tests.benchmarks.people import PATIENCE_S, Tapper, Taps, join, open_item, school_with, tap_for
from tests.benchmarks.telegram import Telegram, telegram

DISTRICT = 20_000
"""Teachers of a district; `make bench` takes fewer, `--full` takes them all."""

TRIAL = 1_500
KILLED = 1_000
KILLS = 10
LATENCY_S = 0.03
PER_S = 30.0
TAPPERS = 2
IDLE_S = 6.0
NOTICE_EVERY_S = 2.0
ATTEMPT_TO_DRAIN_S = 60.0
SPEED_GOAL = 0.97
MEMORY_GOAL_MB = 40.0
TAPS_GOAL = 1.5
NOTICE_GOAL_S = 2.0
FIRST_ACCOUNT = 1_000_000
ZONE = ZoneInfo("Asia/Jakarta")
WORDS = "Selamat pagi, Bapak/Ibu guru."
SLOWED = ("sendMessage", "editMessageText", "answerCallbackQuery")


@dataclass(slots=True)
class Arrivals:
    """Who has got the broadcast, how often, and when the first and the last came."""

    telegram: Telegram
    expected: int
    counts: Counter[int] = field(default_factory=Counter)
    first: float = 0.0
    last: float = 0.0
    complete: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.telegram.sim.world.observers.append(self._observe)

    def _observe(self, event: Event) -> None:
        if event.kind != "message" or event.chat_id < FIRST_ACCOUNT:
            return
        if event.message is None or event.message.text != WORDS:
            return
        self.counts[event.chat_id] += 1
        self.last = time.perf_counter()
        self.first = self.first or self.last
        if len(self.counts) == self.expected:
            self.complete.set()


async def measure(databases: Databases, folder: Path, *, full: bool) -> list[Figure]:
    """Broadcast to many once undisturbed and once with kills."""
    many, some = (DISTRICT, DISTRICT) if full else (TRIAL, KILLED)
    figures = []
    for kind in ("SQLite", "PostgreSQL"):
        figures += await _undisturbed(databases, folder, kind, many)
        if not full:
            break
    return figures + await _killed(databases, folder, some)


# -- undisturbed


async def _undisturbed(
    databases: Databases, folder: Path, kind: str, audience: int
) -> list[Figure]:
    url = await databases.fresh(kind)
    tokens = await school_with(url, Role.TEACHER, TAPPERS + 1)
    home = folder / f"broadcast {kind}"
    home.mkdir()
    async with _telegram() as served, _open(url) as database:
        flood = served.sim.world.flood = Flood()
        async with _bot(served, url, home) as bot:
            people = [await join(served.sim, at, token) for at, token in enumerate(tokens)]
            tappers = [await open_item(person) for person in people[:TAPPERS]]
            members = await _gather_audience(database, served, audience)
            await tap_for(tappers, 1)
            idle = await tap_for(tappers, IDLE_S)
            idle_mb, refused = bot.memory_mb, flood.refused
            arrivals = Arrivals(served, audience)
            announced = time.perf_counter()
            await _announce(database, members)
            meanwhile = _Meanwhile(bot, tappers)
            notices = _Notices(database, served, people[-1].id)
            async with asyncio.TaskGroup() as group:
                beside = [group.create_task(meanwhile.go_on()), group.create_task(notices.go_on())]
                await asyncio.wait_for(arrivals.complete.wait(), audience / PER_S * 3 + 60)
                for task in beside:
                    task.cancel()
    took, limit = arrivals.last - announced, audience / PER_S
    idle_ms, busy_ms = idle.percentile_ms(95), meanwhile.taps.percentile_ms(95)
    group_name = f"Broadcast to {audience:,}, {kind}, {LATENCY_S * 1000:.0f} ms away"
    return [
        Figure(
            group_name, "of the physical limit", limit / took, "", at_least(SPEED_GOAL),
            f"{took:.1f} s, the limit is {limit:.1f} s",
        ),
        Figure(
            group_name, "refused by Telegram (429)", flood.refused - refused, "", at_most(0),
        ),
        Figure(
            group_name, "memory above idle", meanwhile.most_mb - idle_mb, "MB",
            at_most(MEMORY_GOAL_MB), f"idle {idle_mb:.0f} MB",
        ),
        Figure(
            group_name, "p95 of others' taps", busy_ms / idle_ms, "×", at_most(TAPS_GOAL),
            f"{busy_ms:.1f} ms, idle {idle_ms:.1f} ms",
        ),
        Figure(
            group_name, "longest wait of a notice", max(notices.waited), "s",
            at_most(NOTICE_GOAL_S),
            f"median {statistics.median(notices.waited):.2f} s of {len(notices.waited)}",
        ),
    ]  # fmt: skip


class _Meanwhile:
    """People who go on tapping, and the memory the bot takes."""

    def __init__(self, bot: Bot, tappers: Sequence[Tapper]) -> None:
        self._bot = bot
        self._tappers = tappers
        self.taps = Taps([], 0.0)
        self.most_mb = 0.0

    async def go_on(self) -> None:
        """Tap until cancelled."""
        while True:
            self.taps += await tap_for(self._tappers, 0.5)
            self.most_mb = max(self.most_mb, self._bot.memory_mb)


class _Notices:
    """Decisions that somebody is told of, again and again."""

    def __init__(self, database: Database, served: Telegram, account_id: int) -> None:
        self._database = database
        self._served = served
        self._account_id = account_id
        self.waited: list[float] = []

    async def go_on(self) -> None:
        """Announce one, wait until it is there, and pause, until cancelled."""
        person = self._served.sim.person(id=self._account_id)
        async with self._database.reading() as session:
            found = await session.exec(select(Member).where(Member.account_id == self._account_id))
            member = found.one()
        for number in range(1_000_000):
            before, started = person.last.id, time.perf_counter()
            async with self._database.transaction() as session:
                await outbox.announce(
                    session, school_id=member.school_id, recipients=[known_id(member.id)],
                    occasion=f"notice:{number}", kind=KIND, subject={"text": f"Putusan {number}"},
                    now=datetime.now(UTC),
                )  # fmt: skip
            await person.until(lambda: person.last.id > before, PATIENCE_S)  # noqa: B023
            self.waited.append(time.perf_counter() - started)
            await asyncio.sleep(NOTICE_EVERY_S)


# -- killed


async def _killed(databases: Databases, folder: Path, audience: int) -> list[Figure]:
    url = await databases.fresh("SQLite")
    await school_with(url, Role.TEACHER, 0)
    home = folder / "killed"
    home.mkdir()
    dice = random.Random(2026)
    kills, refused = 0, 0
    async with _telegram() as served, _open(url) as database:
        served.sim.world.flood = Flood()
        members = await _gather_audience(database, served, audience)
        arrivals = Arrivals(served, audience)
        await _announce(database, members)
        # Spread over the whole run, so that as many lives are cut short as are to be.
        life_s = audience / PER_S / (KILLS + 2)
        while kills < KILLS and not arrivals.complete.is_set():
            async with _bot(served, url, home) as bot:
                await _first_arrival(arrivals)
                await asyncio.sleep(dice.uniform(0.0, 2 * life_s))
                bot.process.kill()
                kills += 1
        async with _bot(served, url, home):
            await asyncio.wait_for(arrivals.complete.wait(), audience / PER_S * 3 + 60)
            await _all_settled(database)
        refused = served.sim.world.flood.refused
    repeated = sum(arrivals.counts.values()) - len(arrivals.counts)
    most = max(arrivals.counts.values())
    group_name = f"Broadcast to {audience:,}, killed {kills} times"
    return [
        Figure(group_name, "lost", audience - len(arrivals.counts), "", at_most(0)),
        Figure(
            group_name, "repeated", repeated, "", at_most(KILLS),
            f"nobody got it more than {most} times; refused by Telegram: {refused}",
        ),
    ]  # fmt: skip


async def _first_arrival(arrivals: Arrivals) -> None:
    """Wait until a bot that has just started has sent something."""
    before = arrivals.counts.total()
    async with asyncio.timeout(PATIENCE_S):
        while arrivals.counts.total() == before and not arrivals.complete.is_set():  # noqa: ASYNC110
            await asyncio.sleep(0.005)


async def _all_settled(database: Database) -> None:
    async with asyncio.timeout(ATTEMPT_TO_DRAIN_S):
        while True:
            async with database.reading() as session:
                found = await session.exec(
                    select(OutboxMessage.id)
                    .where(col(OutboxMessage.settled_at).is_(None))
                    .limit(1)
                )
                if found.first() is None:
                    return
            await asyncio.sleep(0.1)


# -- the stage


@asynccontextmanager
async def _telegram() -> AsyncIterator[Telegram]:
    async with telegram() as served:
        for method in SLOWED:
            served.sim.faults.add(method, latency=LATENCY_S, times=None)
        yield served


@asynccontextmanager
async def _open(url: str) -> AsyncIterator[Database]:
    database = Database(url)
    yield database
    await database.close()


@asynccontextmanager
async def _bot(served: Telegram, url: str, home: Path) -> AsyncIterator[Bot]:
    served.sim.world.updates.polling.clear()
    async with bots.broadcasting(served, url, home) as bot:
        yield bot


async def _gather_audience(database: Database, served: Telegram, audience: int) -> list[int]:
    """Let so many people have joined; give the members (by id)."""
    now = datetime.now(UTC)
    accounts = range(FIRST_ACCOUNT, FIRST_ACCOUNT + audience)
    for account_id in accounts:
        served.sim.person(f"Guru {account_id}", id=account_id).chat.known = True
    async with database.transaction() as session:
        school = (await session.exec(select(School))).one()
        session.add(_silence(known_id(school.id), now))
        connection = await session.connection()
        await connection.execute(
            insert(table_of(Account)),
            [_plain(Account(id=one, language="id", created_at=now)) for one in accounts],
        )
        await connection.execute(
            insert(table_of(Member)),
            [
                _plain(
                    Member(
                        school_id=known_id(school.id), account_id=one, name=f"Guru {one}",
                        roles=int(Role.TEACHER), joined_at=now, created_at=now,
                    )
                )
                for one in accounts
            ],
        )  # fmt: skip
        found = await session.exec(
            select(Member.id)
            .where(col(Member.account_id) >= FIRST_ACCOUNT)
            .order_by(col(Member.id))
        )
        return [known_id(one) for one in found.all()]


def _silence(school_id: int, now: datetime) -> SchoolHours:
    """Let no reminder come while the broadcast is timed: 20,000 people have planned nothing."""
    opens_at = (now.astimezone(ZONE).hour + 10) % 23
    return SchoolHours(
        school_id=school_id, working_days=5, opens_at=opens_at, closes_at=opens_at + 1
    )


def _plain(row: Account | Member) -> dict[str, object]:
    return row.model_dump(exclude={"id"} if isinstance(row, Member) else None)


async def _announce(database: Database, members: list[int]) -> None:
    async with database.transaction() as session:
        school = (await session.exec(select(School))).one()
        await outbox.announce(
            session, school_id=known_id(school.id), recipients=members, occasion="broadcast:1",
            kind=KIND, subject={"text": WORDS}, now=datetime.now(UTC),
            priority=Priority.BROADCAST, broadcast_id=1,
        )  # fmt: skip
