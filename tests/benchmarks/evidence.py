"""What it costs when a whole district's school sends its photos at once."""

import asyncio
import io
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import psutil
from PIL import Image, ImageDraw
from sqlalchemy import delete
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.simulator import Person
from storage import decisions, members, plans
from storage.database import Database
from storage.models import Account, OutboxMessage, Role, School
from storage.people import Actor, find_account
from storage.rulesets import RuleSet, load_ruleset
from storage.suggestions import Pick
from tests.benchmarks import bots
from tests.benchmarks.databases import Databases
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.people import Tapper, Taps, open_item, tap_for
from tests.benchmarks.telegram import telegram

TEACHERS = 200
WITHIN_S = 60.0
PIXELS = (4000, 3000)
DIFFERENT = 20
"""Photos that are drawn; of each, copies are sent that differ in a comment only."""

PICKS = (Pick("RHK-01", 4), Pick("RHK-07", 2))

GOAL_MB = 60
GOAL_TAPS = 1.5
PATIENCE_S = 60.0
GROUP = "Evidence"
LOOK_EVERY_S = 0.05


@dataclass(frozen=True, slots=True)
class Sending:
    """How long each photo took until its answer, and for how long photos were sent."""

    seconds: list[float]
    lasted: float

    def percentile(self, percent: float) -> float:
        """The seconds within which so many percent of the answers were there."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


async def measure(databases: Databases, folder: Path) -> list[Figure]:
    """Have 200 teachers send a photo of 3 MB within a minute while somebody else taps."""
    photos = await asyncio.to_thread(_photos)
    url = await databases.fresh("SQLite")
    accounts = await school_that_proves(url, TEACHERS)
    home = folder / "evidence"
    home.mkdir()
    async with telegram() as served, bots.ours(served, url, home) as bot:
        people = [served.sim.person(f"Guru {at}", id=account) for at, account in accounts]
        for person in people:
            person.chat.known = True
        tapper_person, *senders = people
        tapper = await _tapper(tapper_person)
        await tap_for([tapper], 1)
        await _send(senders[0], photos[0])  # what is loaded once is loaded
        idle_mb = bot.memory_mb
        before = await tap_for([tapper], 4)
        async with _peak_memory(bot.process) as peak:
            sending, taps = await _all_send(tapper, senders[1:], photos)
        after = await tap_for([tapper], 4)
    idle = before + after
    idle_ms, loaded_ms = idle.percentile_ms(95), taps.percentile_ms(95)
    sent_mb = (len(senders) - 1) * len(photos[0]) / 1e6
    what = f"{len(senders) - 1} photos of {len(photos[0]) / 1e6:.1f} MB"
    return [
        Figure(GROUP, f"{what}, taken in at", sent_mb / sending.lasted, "MB/s",
               note=f"asked for {sent_mb / WITHIN_S:.1f} MB/s"),
        Figure(GROUP, "from photo to answer, p95", sending.percentile(95) * 1000, "ms",
               note=f"p50 {sending.percentile(50) * 1000:.0f} ms"),
        Figure(GROUP, "memory above idle, at most", max(peak) / 1e6 - idle_mb, "MB",
               at_most(GOAL_MB), f"idle {idle_mb:.0f} MB"),
        Figure(GROUP, "p95 of others' taps meanwhile", loaded_ms / idle_ms, "×",
               at_most(GOAL_TAPS), f"{loaded_ms:.1f} ms, alone {idle_ms:.1f} ms",
               {"loaded_p95_ms": loaded_ms, "idle_p95_ms": idle_ms}),
    ]  # fmt: skip


async def _all_send(
    tapper: Tapper, senders: Sequence[Person], photos: Sequence[bytes]
) -> tuple[Sending, Taps]:
    started = time.perf_counter()
    taken: list[float] = []

    async def at_its_moment(number: int, person: Person) -> None:
        await asyncio.sleep(WITHIN_S * number / len(senders))
        photo = photos[number % len(photos)]
        taken.append(await _send(person, _copy(photo, number)))

    taps = Taps([], 0.0)
    async with asyncio.TaskGroup() as group:
        tasks = [
            group.create_task(at_its_moment(number, person))
            for number, person in enumerate(senders)
        ]
        while not all(task.done() for task in tasks):
            taps += await tap_for([tapper], 0.5)
    return Sending(taken, time.perf_counter() - started), taps


async def _send(person: Person, photo: bytes) -> float:
    started = time.perf_counter()
    before = person.messages[-1].id if person.messages else 0
    await person.sends_photo(photo)
    await person.sees("Sudah tersimpan", within=PATIENCE_S, after=before)
    return time.perf_counter() - started


async def _tapper(person: Person) -> Tapper:
    await person.types("/menu")
    await person.sees_button("Rencana", within=PATIENCE_S)
    return await open_item(person)


@asynccontextmanager
async def _peak_memory(process: psutil.Process) -> AsyncIterator[list[int]]:
    """Note the resident memory of a process and its children, in bytes, again and again."""
    seen = [0]

    async def watch() -> None:
        while True:
            with suppress(psutil.NoSuchProcess):
                family = [process, *process.children(recursive=True)]
                seen.append(sum(one.memory_info().rss for one in family))
            await asyncio.sleep(LOOK_EVERY_S)

    watching = asyncio.create_task(watch())
    try:
        yield seen
    finally:
        watching.cancel()


# --------------------------------------------------------------------- the school, the photos


async def school_that_proves(database_url: str, teachers: int) -> list[tuple[int, int]]:
    """Found a school whose teachers' plans hold, all but the first's; give number and account."""
    database = Database(database_url)
    await database.migrate()
    now, rules = datetime.now(UTC), load_ruleset("pmm-2024")
    accounts = [(at, 5000 + at) for at in range(teachers + 2)]
    async with database.transaction() as session:
        school = await members.found_school(
            session, npsn="10304567", name="SMPN 1 Surian", timezone="Asia/Jakarta",
            ruleset=rules.id, now=now,
        )  # fmt: skip
        principal = await _join(session, school, "Bu Kepala", Role.PRINCIPAL, 4999, now)
        for at, account_id in accounts:
            teacher = await _join(session, school, f"Guru {at:04}", Role.TEACHER, account_id, now)
            if at:
                await _plan(session, rules, teacher, principal, now)
        # Nobody is to be told of plans while photos are measured.
        await session.exec(delete(OutboxMessage))
    await database.close()
    return accounts


async def _join(
    session: AsyncSession, school: School, name: str, role: Role, account_id: int, now: datetime
) -> Actor:
    invited = await members.invite(session, school, name=name, roles=role, now=now)
    account = Account(id=account_id, created_at=now)
    session.add(account)
    await session.flush()
    await members.join(session, account, invited.token or "", now)
    await session.flush()
    _account, (seat,) = await find_account(session, account_id, now)
    return seat.actor(now)


async def _plan(
    session: AsyncSession, rules: RuleSet, teacher: Actor, principal: Actor, now: datetime
) -> None:
    today = now.date()
    full = await plans.open_plan(session, teacher, rules, rules.period_at(today), now)
    full = await plans.take_picks(session, teacher, rules, full.id, PICKS, now)
    await plans.have_no_duty(session, teacher, rules, full.id, now)
    await plans.take_standard_guides(session, teacher, rules, full.id, now)
    await plans.submit(session, teacher, rules, full.id, 0, today=today, now=now)
    await decisions.approve(session, principal, full.id, 1, now)
    await plans.agree(session, teacher, rules, full.id, 1, now)


def _photos() -> list[bytes]:
    """Draw photos that differ, of about three megabytes each."""
    random = np.random.default_rng(2026)
    width, height = PIXELS
    grain = random.normal(0, 9, (height, width, 1))
    photos = []
    for number in range(DIFFERENT):
        coarse = random.integers(60, 220, (height // 100, width // 100, 3), dtype=np.uint8)
        shapes = Image.fromarray(coarse).resize(PIXELS, Image.Resampling.BICUBIC)
        picture = Image.fromarray(np.clip(np.asarray(shapes) + grain, 0, 255).astype(np.uint8))
        draw = ImageDraw.Draw(picture)
        for line in range(30):
            draw.text(
                (200, 200 + line * 90), f"{number} {line * 7919}", fill=(20, 20, 20), font_size=70
            )
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=80)
        photos.append(file.getvalue())
    return photos


def _copy(photo: bytes, number: int) -> bytes:
    """The same photo with another comment: another file that looks the same."""
    words = f"copy {number}".encode()
    return photo[:2] + b"\xff\xfe" + (len(words) + 2).to_bytes(2, "big") + words + photo[2:]
