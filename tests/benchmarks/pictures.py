"""What a picture costs whoever asks for it, and everybody else."""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import update
from sqlmodel import col, select

from bot.simulator import Person
from conversations.callbacks.pictures import DrawStatus
from conversations.pictures.drawing import Drawer
from conversations.pictures.facts import digest_of
from storage import plans, sent_pictures
from storage.database import Database
from storage.models import Member, Plan, Role, School
from storage.people import Membership, known_id
from storage.rulebook import RuleBook
from storage.suggestions import Pick
from tests.benchmarks import bots
from tests.benchmarks.bots import Bot
from tests.benchmarks.databases import KINDS, Databases
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.people import PATIENCE_S, Tapper, Taps, join, open_item, school_with, tap_for
from tests.benchmarks.telegram import telegram
from tests.conversations.pictures.samples import STATUS

ASK_AT_ONCE = 50
WAVES = 6
IDLE_S = 4.0
UNCACHED_MS, CACHED_MS, FELT = 150, 10, 1.5
PICKS = (Pick("RHK-01", 2), Pick("RHK-07", 1))


async def measure(databases: Databases, folder: Path) -> list[Figure]:
    """Ask for the status picture: one after the other, again, and fifty at once."""
    figures: list[Figure] = []
    for kind in KINDS:
        home = folder / f"pictures-{kind}"
        home.mkdir()
        figures += await _measure(kind, await databases.fresh(kind), home)
    return figures


async def _measure(kind: str, url: str, home: Path) -> list[Figure]:
    tokens = await school_with(url, Role.TEACHER, ASK_AT_ONCE + 1)
    async with telegram() as served, bots.ours(served, url, home) as bot:
        people = [await join(served.sim, at, token) for at, token in enumerate(tokens)]
        await _plan_for_all(url)
        tapper, askers = await open_item(people[0]), people[1:]
        await ask(askers[0])  # starts what draws
        await _change_all(url)
        fresh = await _one_by_one(bot, askers)
        again = await _one_by_one(bot, askers)
        idle = await tap_for([tapper], IDLE_S)
        waves, under_load = [], Taps([], 0.0)
        for _ in range(WAVES):
            await _change_all(url)
            taken, taps = await _wave(tapper, askers)
            waves.append(max(taken))
            under_load += taps
        idle += await tap_for([tapper], IDLE_S)
    return [
        *await _by_itself(kind, url),
        *_alone(kind, fresh, again),
        _felt(kind, idle, under_load, waves),
    ]


async def _by_itself(kind: str, url: str) -> list[Figure]:
    """Time the picture apart from the tap: drawn from its facts, and found by them again."""
    many = [replace(STATUS, name=f"Guru {number}") for number in range(ASK_AT_ONCE)]
    database, drawer = Database(url), Drawer()
    await drawer.draw(STATUS)  # starts what draws
    drawn = [await _timed(drawer.draw(facts)) for facts in many]
    await drawer.close()
    async with database.transaction() as session:
        school_id = known_id((await session.exec(select(School))).one().id)
        names = [sent_pictures.Name(school_id, digest_of(facts), "file-id") for facts in many]
        await sent_pictures.keep(session, names, datetime.now(UTC))
    async with database.reading() as session:
        kept = [await _timed(sent_pictures.name_of(session, digest_of(one))) for one in many]
    await database.close()
    return [
        Figure(
            "Pictures", f"the picture by itself, {name}, p95, {kind}",
            Taps(taken, sum(taken)).percentile_ms(95), "ms", at_most(goal),
        )
        for name, taken, goal in (("drawn", drawn, UNCACHED_MS), ("kept", kept, CACHED_MS))
    ]  # fmt: skip


async def _timed(work: Awaitable[object]) -> float:
    started = time.perf_counter()
    await work
    return time.perf_counter() - started


@dataclass(frozen=True, slots=True)
class Asked:
    """How long people waited, and what one picture cost: ms of the bot and of drawing."""

    taps: Taps
    bot_ms: float
    drawing_ms: float


async def _one_by_one(bot: Bot, askers: Sequence[Person]) -> Asked:
    before = bot.computed_s, _drawing_s(bot)
    taken = [await ask(one) for one in askers]
    after = bot.computed_s, _drawing_s(bot)
    of_bot, of_drawing = ((b - a) * 1000 / len(askers) for a, b in zip(before, after, strict=True))
    return Asked(Taps(taken, sum(taken)), of_bot, of_drawing)


def _drawing_s(bot: Bot) -> float:
    """The computing time of the processes that the bot has started, in seconds."""
    times = [child.cpu_times() for child in bot.process.children()]
    return float(sum(one.user + one.system for one in times))


def _alone(kind: str, fresh: Asked, again: Asked) -> list[Figure]:
    figures = []
    for name, asked, goal in (("drawn", fresh, UNCACHED_MS), ("kept", again, CACHED_MS)):
        p50, p95 = asked.taps.percentile_ms(50), asked.taps.percentile_ms(95)
        figures.append(
            Figure(
                "Pictures", f"status picture, {name}, p95, {kind}", p95, "ms", at_most(goal),
                f"p50 {p50:.1f} ms, from tap to phone; computing {asked.bot_ms:.1f} ms, "
                f"drawing {asked.drawing_ms:.1f} ms in its own process",
                {"p50_ms": p50, "p95_ms": p95, "computing_ms": asked.bot_ms,
                 "drawing_ms": asked.drawing_ms},
            )
        )  # fmt: skip
    return figures


def _felt(kind: str, idle: Taps, loaded: Taps, waves: Sequence[float]) -> Figure:
    idle_ms, loaded_ms = idle.percentile_ms(95), loaded.percentile_ms(95)
    return Figure(
        "Pictures", f"p95 of a tap while {ASK_AT_ONCE} ask at once, {kind}", loaded_ms / idle_ms,
        "×", at_most(FELT),
        f"{loaded_ms:.1f} ms, alone {idle_ms:.1f} ms; p50 {loaded.percentile_ms(50):.1f} ms, "
        f"alone {idle.percentile_ms(50):.1f} ms; the last of them has it after {max(waves):.1f} s",
        {"loaded_p95_ms": loaded_ms, "idle_p95_ms": idle_ms, "last_s": max(waves)},
    )  # fmt: skip


async def ask(person: Person) -> float:
    """Ask for the picture below the first card; give the seconds until it is on the phone."""
    card = next(one for one in person.messages if one.rows)
    before, started = person.last.id, time.perf_counter()
    person.press(DrawStatus().pack(), card)
    world = person.world
    async with asyncio.timeout(PATIENCE_S):
        while person.last.id <= before:
            await world.changed(person.id)
    if "photo" not in person.last.content:
        raise ValueError(f"no picture came: {person.last.text}")
    return time.perf_counter() - started


async def _wave(tapper: Tapper, askers: Sequence[Person]) -> tuple[list[float], Taps]:
    """Have everybody ask at the same moment, while one taps until all have their picture."""
    taps = Taps([], 0.0)
    async with asyncio.TaskGroup() as group:
        asking = [group.create_task(ask(one)) for one in askers]
        while not all(task.done() for task in asking):
            taps += await tap_for([tapper], 0.1)
    return [task.result() for task in asking], taps


async def _plan_for_all(url: str) -> None:
    """Give every teacher a plan with entries."""
    database, now = Database(url), datetime.now(UTC)
    async with database.transaction() as session:
        school = (await session.exec(select(School))).one()
        rules = RuleBook().of_school(school, now.date())
        for member in (await session.exec(select(Member))).all():
            seat = Membership(member, school)
            actor, period = seat.actor(now), rules.period_at(seat.today(now))
            full = await plans.open_plan(session, actor, rules, period, now)
            await plans.take_picks(session, actor, rules, full.id, PICKS, now)
    await database.close()


async def _change_all(url: str) -> None:
    """Change something that every picture shows."""
    database = Database(url)
    async with database.transaction() as session:
        await session.exec(update(Plan).values(points_floor=col(Plan.points_floor) + 1))
    await database.close()
