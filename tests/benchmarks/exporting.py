"""What it takes to put a whole school's evidence into ZIPs: time, memory, and how both grow."""

import asyncio
import hashlib
import io
import shutil
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw
from sqlalchemy import insert
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.commands.running import settle_memory
from conversations.papers.making import make
from conversations.papers.orders import SchoolForm
from conversations.papers.school_ordering import school_order
from conversations.papers.school_source import Source
from conversations.words import Words
from storage.database import Database
from storage.files import FileStore
from storage.models import (
    Evidence,
    EvidencePage,
    EvidenceStatus,
    Member,
    Plan,
    PlanEntry,
    PlanStatus,
    Role,
    School,
    table_of,
)
from storage.people import known_id
from storage.rulebook import RuleBook
from storage.rulesets import load_ruleset
from tests.benchmarks.databases import Databases
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.papers import Watched, watched

WHOLE, TRIAL = (25, 50, 100), (5, 10, 20)
"""Teachers of the schools that are compared; `--full` takes the larger ones."""

PAGES_EACH = 40
PIXELS = (960, 1280)
"""A photo as Telegram hands it out; of some 250 kB."""
DIFFERENT = 20
"""Photos that are drawn; of each, copies are stored that differ in a comment only."""

NOW = datetime(2026, 10, 5, 3, 0, tzinfo=UTC)
RULES = load_ruleset("pmm-2024")
STEP = RULES.steps[0].id
PERIOD = "2026-2"
ITEMS = ("RHK-01", "RHK-02", "RHK-07", "RHK-08")
GOAL_S_A_PAGE = 0.06
"""4,000 pages within four minutes."""

GOAL_MB = 150
GOAL_GROWTH = 1.2
GOAL_HELD_S = 0.1
GROUP = "School export"


@dataclass(frozen=True, slots=True)
class Exported:
    """What came of one school."""

    teachers: int
    filled_s: float
    held_s: float
    made_s: float
    worker: Watched
    parts: int
    bytes: int

    @property
    def pages(self) -> int:
        """The pages of evidence in it."""
        return self.teachers * PAGES_EACH


async def measure(databases: Databases, folder: Path, *, full: bool) -> list[Figure]:
    """Export schools of three sizes, one after the other."""
    photos = await asyncio.to_thread(_photos)
    empty = await _export(await databases.fresh("SQLite"), folder / "empty", 0, photos)
    done = [
        await _export(await databases.fresh("SQLite"), folder / f"school {size}", size, photos)
        for size in (WHOLE if full else TRIAL)
    ]
    first, last = done[0], done[-1]
    idle_mb = empty.worker.peak_bytes / 1e6
    # Of the processor's time: how busy the machine is with other things changes from size to size.
    each = [one.worker.processor_s / one.pages for one in done]
    what = f"{last.teachers} teachers, {last.pages:,} pages"
    steps = ", ".join(f"{one.teachers}: {one.worker.processor_s:.0f} s" for one in done)
    return [
        Figure(GROUP, f"ZIP of {what}", last.made_s, "s", at_most(GOAL_S_A_PAGE * last.pages),
               f"{last.worker.processor_s:.0f} s of one core; {last.parts} parts, "
               f"{last.bytes / 1e6:.0f} MB"),
        Figure(GROUP, "worker's memory above idle, at most",
               max(one.worker.peak_bytes for one in done) / 1e6 - idle_mb, "MB",
               at_most(GOAL_MB), f"idle {idle_mb:.0f} MB"),
        Figure(GROUP, f"memory of {last.teachers} teachers to {first.teachers}",
               last.worker.peak_bytes / first.worker.peak_bytes, "×", at_most(GOAL_GROWTH)),
        Figure(GROUP, f"processor time a page of {last.teachers} teachers to {first.teachers}",
               each[-1] / each[0], "×", at_most(GOAL_GROWTH), steps),
        Figure(GROUP, "reading it in the bot", last.filled_s, "s", note="while chats go on"),
        Figure(GROUP, "longest that chats wait for that", last.held_s * 1000, "ms",
               at_most(GOAL_HELD_S * 1000)),
    ]  # fmt: skip


async def _export(url: str, home: Path, teachers: int, photos: Sequence[bytes]) -> Exported:
    database = Database(url)
    await database.migrate()
    files = FileStore(home / "files")
    school = await _found(database, files, teachers, photos)
    settle_memory()  # as the bot does when it has started
    started = time.perf_counter()
    async with _held() as held, database.reading() as session:
        source = Source(
            session, school, RuleBook(), files, Words("id"), datetime.now(UTC), "Bu Kepala"
        )
        order, _ = await school_order(source, PERIOD, SchoolForm.ZIP, home / "out")
    filled = time.perf_counter() - started
    async with watched() as worker:
        started = time.perf_counter()
        made = await make(order, lambda _done, _of: None, seconds=3600)
        took = time.perf_counter() - started
    sizes = [one.path.stat().st_size for one in made]
    await database.close()
    await asyncio.to_thread(shutil.rmtree, home)
    return Exported(teachers, filled, max(held), took, worker, len(sizes), sum(sizes))


@asynccontextmanager
async def _held() -> AsyncIterator[list[float]]:
    """Note how much the event loop has computed between two looks, in seconds.

    Computing time, not the clock's: how busy the machine is with other things is not the question.
    """
    held = [0.0]

    async def watch() -> None:
        while True:
            before = time.thread_time()
            await asyncio.sleep(0.001)
            held.append(time.thread_time() - before)

    watching = asyncio.create_task(watch())
    try:
        yield held
    finally:
        watching.cancel()


# --------------------------------------------------------------------- the school


async def _found(
    database: Database, files: FileStore, teachers: int, photos: Sequence[bytes]
) -> School:
    """Found a school whose teachers have sent everything, as rows and as files."""
    async with database.transaction() as session:
        school = School(
            npsn="10304567", name="SMPN 1 Surian", timezone="Asia/Jakarta", ruleset=RULES.id,
            created_at=NOW,
        )  # fmt: skip
        session.add(school)
        await session.flush()
        if teachers:
            await _plan(session, known_id(school.id), teachers)
            await _send(session, known_id(school.id), files, photos)
    return school


async def _plan(session: AsyncSession, school_id: int, teachers: int) -> None:
    """Bring teachers in, each with a plan that holds."""
    people = [
        {
            "school_id": school_id, "name": f"Guru {at:03} Siti Rahmawati, S.Pd.",
            "nip": f"19870315201001{at:04}", "roles": int(Role.TEACHER), "created_at": NOW,
        }
        for at in range(teachers)
    ]  # fmt: skip
    await session.execute(insert(table_of(Member)), people)
    members = await session.exec(select(Member.id).order_by(col(Member.id)))
    plans: list[dict[str, Any]] = [
        {
            "school_id": school_id, "member_id": one, "period": PERIOD, "ruleset": RULES.id,
            "ruleset_version": RULES.version, "status": PlanStatus.AGREED, "revision": 1,
            "points": 64, "points_floor": 64, "below_target_reason": "", "preferences": {},
            "created_at": NOW, "changed_at": NOW, "submitted_at": NOW,
        }
        for one in members.all()
    ]  # fmt: skip
    await session.execute(insert(table_of(Plan)), plans)
    entries = [
        {
            "plan_id": plan, "step": STEP, "code": code, "quantity": 5, "points": 8,
            "points_floor": 8, "text": "", "evidence": ["sertifikat"],
        }
        for plan in (await session.exec(select(Plan.id))).all()
        for code in ITEMS
    ]  # fmt: skip
    await session.execute(insert(table_of(PlanEntry)), entries)


async def _send(
    session: AsyncSession, school_id: int, files: FileStore, photos: Sequence[bytes]
) -> None:
    """Send evidence for every plan: pieces of two pages each."""
    pieces = [
        {
            "school_id": school_id, "member_id": member, "plan_id": plan, "step": STEP,
            "code": ITEMS[at % len(ITEMS)], "kind": "sertifikat", "covers": 1,
            "dated_on": NOW.date(), "note": "", "link": "", "album": "",
            "status": EvidenceStatus.RECEIVED, "revision": 1, "reason": "",
            "received_at": NOW + timedelta(seconds=at), "changed_at": NOW,
        }
        for plan, member in (await session.exec(select(Plan.id, Plan.member_id))).all()
        for at in range(PAGES_EACH // 2)
    ]  # fmt: skip
    await session.execute(insert(table_of(Evidence)), pieces)
    pages: list[dict[str, Any]] = []
    for evidence in (await session.exec(select(Evidence.id))).all():
        for position in (1, 2):
            number = known_id(evidence) * 2 + position
            data = _copy(photos[number % len(photos)], number)
            digest = hashlib.sha256(data).hexdigest()
            await asyncio.to_thread(_keep, files.path_of(school_id, digest), data)
            pages.append(
                {
                    "evidence_id": evidence, "school_id": school_id, "position": position,
                    "sha256": digest, "original_sha256": digest, "size": len(data),
                    "media_type": "image/jpeg", "name": f"{number}.jpg", "width": PIXELS[0],
                    "height": PIXELS[1], "pdf_pages": 0, "look": "", "alike": [],
                    "complaints": [], "telegram_id": "", "is_photo": True,
                }
            )  # fmt: skip
    await session.execute(insert(table_of(EvidencePage)), pages)


def _keep(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def _photos() -> list[bytes]:
    """Draw photos of certificates as Telegram hands them out."""
    random = np.random.default_rng(2026)
    width, height = PIXELS
    photos = []
    for number in range(DIFFERENT):
        coarse = random.integers(150, 235, (height // 64, width // 64, 3), dtype=np.uint8)
        shapes = Image.fromarray(coarse).resize(PIXELS, Image.Resampling.BICUBIC)
        grain = random.normal(0, 6, (height, width, 1))
        picture = Image.fromarray(np.clip(np.asarray(shapes) + grain, 0, 255).astype(np.uint8))
        draw = ImageDraw.Draw(picture)
        for line in range(22):
            text = f"Sertifikat {number} nomor {line * 7919}/PM/2026"
            draw.text((90, 160 + line * 46), text, fill=(25, 25, 25), font_size=32)
        file = io.BytesIO()
        picture.save(file, "JPEG", quality=80)
        photos.append(file.getvalue())
    return photos


def _copy(photo: bytes, number: int) -> bytes:
    """The same photo with another comment: another file that looks the same."""
    words = f"copy {number}".encode()
    return photo[:2] + b"\xff\xfe" + (len(words) + 2).to_bytes(2, "big") + words + photo[2:]
