"""Files without a row go, but never one whose turn is under way; lost files are named."""

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from itertools import combinations_with_replacement
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import sweeping
from storage.database import Database
from storage.files import GRACE_S, FileStore, Kept
from storage.members import found_school, invite
from storage.models import Evidence, EvidencePage, Role, School
from storage.sweeping import Lost, missing, named_files, sweep

MOMENT = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)
NOW = 1_800_000_000.0
OLD = GRACE_S + 1.0


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


@pytest.fixture
async def school(database: Database) -> School:
    async with database.transaction() as session:
        school = await found_school(
            session,
            npsn="10304567",
            name="SMPN 1 Surian",
            timezone="Asia/Jakarta",
            ruleset="pmm-2024",
            now=MOMENT,
        )
        await invite(session, school, name="Rina Wati", roles=Role.TEACHER, now=MOMENT)
    return school


def sha_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def place(files: FileStore, data: bytes, *, age: float = 0.0, school_id: int = 1) -> Kept:
    """Put a file onto the disk, as so many seconds before `NOW`."""
    arrived = files.incoming()
    arrived.write_bytes(data)
    path = files.place(arrived, school_id, sha_of(data))
    os.utime(path, (NOW - age, NOW - age))
    return Kept(school_id, sha_of(data))


async def name(database: Database, data: bytes) -> int:
    """Write the row that names a file; give the number of the piece."""
    async with database.transaction() as session:
        piece = Evidence(school_id=1, member_id=1, received_at=MOMENT, changed_at=MOMENT)
        session.add(piece)
        await session.flush()
        assert piece.id is not None
        session.add(
            EvidencePage(
                evidence_id=piece.id,
                school_id=1,
                position=1,
                sha256=sha_of(data),
                original_sha256=sha_of(data),
                size=len(data),
                media_type="image/jpeg",
            )
        )
    return piece.id


async def forget(database: Database, data: bytes) -> None:
    async with database.transaction() as session:
        await session.exec(delete(EvidencePage).where(col(EvidencePage.sha256) == sha_of(data)))


def there(files: FileStore, kept: Kept) -> bool:
    return files.path_of(kept.school_id, kept.sha256).exists()


# ---------------------------------------------------------------- sweeping


async def test_only_old_files_without_a_row_go(
    database: Database, files: FileStore, school: School
) -> None:
    named = place(files, b"named", age=OLD)
    young = place(files, b"young", age=GRACE_S)
    forgotten = place(files, b"forgotten", age=OLD)
    other_school = place(files, b"named", age=OLD, school_id=2)
    await name(database, b"named")
    assert await sweep(database, files, NOW) == 2
    assert set(files.all()) == {named, young}
    assert not there(files, forgotten)
    assert not there(files, other_school)
    assert await sweep(database, files, NOW) == 0


async def test_half_files_go_with_them(database: Database, files: FileStore) -> None:
    half = files.incoming()
    half.write_bytes(b"half a ph")
    os.utime(half, (NOW - OLD, NOW - OLD))
    assert await sweep(database, files, NOW) == 1
    assert not half.exists()


async def test_sweeping_where_nothing_ever_was(database: Database, files: FileStore) -> None:
    assert await sweep(database, files, NOW) == 0
    assert not files.folder.exists()


async def test_what_a_crash_left_aside_is_decided_anew(
    database: Database, files: FileStore, school: School
) -> None:
    named, young, forgotten = (
        place(files, data, age=age)
        for data, age in ((b"named", OLD), (b"young", 0.0), (b"forgotten", OLD))
    )
    await name(database, b"named")
    for kept in (named, young, forgotten):
        files.set_aside(kept)
    assert await sweep(database, files, NOW) == 1
    assert there(files, named)
    assert there(files, young)
    assert set(files.all()) == {named, young}


async def test_a_file_that_came_anew_beside_one_left_aside_stays(
    database: Database, files: FileStore, school: School
) -> None:
    files.set_aside(place(files, b"photo", age=OLD))
    kept = place(files, b"photo")
    await sweep(database, files, NOW)
    assert there(files, kept)
    assert list(files.all()) == [kept]


async def test_more_files_than_one_look_takes(
    database: Database, files: FileStore, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 3)
    for number in range(10):
        place(files, b"%d" % number, age=OLD)
        if number % 2:
            await name(database, b"%d" % number)
    assert await sweep(database, files, NOW) == 5
    async with database.reading() as session:
        assert await named_files(session) == set(files.all())


Step = Callable[[], Awaitable[None]]


class Interrupted:
    """A sweeping that lets something else happen at each of its steps.

    0: before it begins; 1: after its first look into the database; 2: just before it sets the
    file aside; 3: just after; 4: after its second look; 5: when it has ended. What belongs to a
    step that does not come, happens at the end.
    """

    STEPS = 6

    def __init__(self, database: Database, files: FileStore) -> None:
        self._database = database
        self._files = files
        self._loop = asyncio.get_running_loop()
        self._looks = 0
        self._steps: list[tuple[int, Step]] = []

    def lets(self, step: int, happen: Step) -> None:
        """Have something happen at a step."""
        self._steps.append((step, happen))

    async def run(self) -> None:
        await self._reach(0)
        # Both stand in for the real ones and hand everything on.
        await sweep(self, self, NOW)  # type: ignore[arg-type]
        await self._reach(5)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        async with self._database.reading() as session:
            yield session
        self._looks += 1
        await self._reach(1 if self._looks == 1 else 4)

    def set_aside(self, kept: Kept) -> None:
        asyncio.run_coroutine_threadsafe(self._reach(2), self._loop).result(30)
        self._files.set_aside(kept)
        asyncio.run_coroutine_threadsafe(self._reach(3), self._loop).result(30)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._files, name)

    async def _reach(self, step: int) -> None:
        while self._steps and self._steps[0][0] <= step:
            await self._steps.pop(0)[1]()


TWO_STEPS = list(combinations_with_replacement(range(Interrupted.STEPS), 2))


async def test_no_turn_ever_loses_its_file(
    database: Database, files: FileStore, school: School
) -> None:
    for placed, named in TWO_STEPS:
        photo = b"placed at step %d, named at step %d" % (placed, named)
        kept = place(files, photo, age=OLD)

        async def arrives(photo: bytes = photo) -> None:
            place(files, photo)

        async def commits(photo: bytes = photo) -> None:
            await name(database, photo)

        sweeping = Interrupted(database, files)
        sweeping.lets(placed, arrives)
        sweeping.lets(named, commits)
        await sweeping.run()
        assert there(files, kept), photo
    assert len(list(files.all())) == len(TWO_STEPS)


async def test_a_file_whose_row_is_still_to_come_stays(
    database: Database, files: FileStore, school: School
) -> None:
    for placed in range(Interrupted.STEPS):
        photo = b"placed at step %d" % placed
        kept = place(files, photo, age=OLD)

        async def arrives(photo: bytes = photo) -> None:
            place(files, photo)

        sweeping = Interrupted(database, files)
        sweeping.lets(placed, arrives)
        await sweeping.run()
        assert there(files, kept), photo


async def test_a_turn_slower_than_the_grace_keeps_its_file_too(
    database: Database, files: FileStore, school: School
) -> None:
    for named in range(4):
        photo = b"named at step %d" % named
        kept = place(files, photo, age=OLD)

        async def commits(photo: bytes = photo) -> None:
            await name(database, photo)

        sweeping = Interrupted(database, files)
        sweeping.lets(named, commits)
        await sweeping.run()
        assert there(files, kept), photo


@pytest.mark.parametrize("left_aside", [False, True])
async def test_an_erased_persons_file_is_gone_after_the_next_sweeping(
    database: Database, files: FileStore, school: School, left_aside: bool
) -> None:
    for erased, removed in TWO_STEPS:
        photo = b"row gone at step %d, file at step %d" % (erased, removed)
        if left_aside:
            files.set_aside(place(files, photo, age=OLD))
        place(files, photo, age=OLD)
        await name(database, photo)

        async def erases(photo: bytes = photo) -> None:
            await forget(database, photo)

        async def removes(photo: bytes = photo) -> None:
            files.remove(1, sha_of(photo))

        sweeping = Interrupted(database, files)
        sweeping.lets(erased, erases)
        sweeping.lets(removed, removes)
        await sweeping.run()
        await sweep(database, files, NOW)
        assert list(files.all()) == [], photo


# ---------------------------------------------------------------- what is lost


async def test_lost_files_are_named_by_school_and_piece(
    database: Database, files: FileStore, school: School
) -> None:
    whole, gone = place(files, b"whole"), place(files, b"gone")
    cut, changed = place(files, b"cut short"), place(files, b"changed")
    pieces = {data: await name(database, data) for data in (b"whole", b"gone", b"cut short")}
    twice = (await name(database, b"changed"), await name(database, b"changed"))
    files.remove(1, gone.sha256)
    files.path_of(1, cut.sha256).write_bytes(b"cut")
    files.path_of(1, changed.sha256).write_bytes(b"CHANGED")

    def lost(kept: Kept, *numbers: int, damaged: bool) -> Lost:
        return Lost(kept, "10304567", "SMPN 1 Surian", numbers, damaged)

    quick = [
        lost(gone, pieces[b"gone"], damaged=False),
        lost(cut, pieces[b"cut short"], damaged=True),
    ]
    found = await missing(database, files, thorough=False)
    assert sorted(found.lost, key=lambda one: one.pieces) == quick
    assert (found.files, found.size) == (2, len(b"whole") + len(b"changed"))
    found = await missing(database, files, thorough=True)
    assert sorted(found.lost, key=lambda one: one.pieces) == [
        *quick,
        lost(changed, *twice, damaged=True),
    ]
    assert (found.files, found.size) == (1, len(b"whole"))
    assert there(files, whole)


async def test_a_file_that_is_just_set_aside_is_not_lost(
    database: Database, files: FileStore, school: School
) -> None:
    files.set_aside(place(files, b"photo"))
    await name(database, b"photo")
    assert (await missing(database, files, thorough=True)).lost == []


async def test_files_are_looked_for_in_many_small_looks(
    database: Database, files: FileStore, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 3)
    for number in range(10):
        await name(database, b"%d" % number)
        if number != 4:
            place(files, b"%d" % number)
    found = await missing(database, files, thorough=False)
    assert (found.files, [one.pieces for one in found.lost]) == (9, [(5,)])
