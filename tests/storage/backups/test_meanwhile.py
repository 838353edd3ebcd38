"""Backing up while people send and are erased, and files that are lost or damaged."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlmodel import col, select

from storage import backups
from storage.database import Database
from storage.files import FileStore, Kept
from storage.models import Evidence, EvidenceComment, EvidencePage
from storage.snapshots import take_snapshot
from storage.sweeping import lost_file
from tests.storage.backups.staging import (
    Place,
    add_piece,
    agrees,
    erase,
    names_in,
    opened,
    sqlite_url,
)
from tests.storage.everything import (
    MOMENT,
    NPSNS,
    everything,
)


async def test_the_copy_agrees_with_itself_while_people_send_and_are_erased(
    each_school: Place, tmp_path: Path
) -> None:
    ended = asyncio.Event()
    done = asyncio.Semaphore(0)

    async def works(school_id: int) -> None:
        kept: list[Kept] = []
        for number in count():
            data = b"sent %d" % number * 500
            kept.append(await add_piece(each_school, data, school_id=school_id))
            if len(kept) > 5:
                await erase(each_school, kept.pop(0))
            done.release()
            if ended.is_set():
                return

    working = [asyncio.create_task(works(school_id)) for school_id in (1, 2, 3)]
    made = []
    for number in range(2):
        for _ in range(12):
            await done.acquire()
        made.append(await each_school.saves(tmp_path / f"{number}.tar"))
    ended.set()
    await asyncio.gather(*working)
    assert [one.lost for one in made] == [[]] * 2
    for number, one in enumerate(made):
        folder = tmp_path / f"restored-{number}"
        async with opened(sqlite_url(folder), folder) as place:
            restored = await place.restores(one.path)
            assert len(await agrees(place)) == restored.manifest.contents.files >= 3


def after_the_snapshot(
    monkeypatch: pytest.MonkeyPatch, *happenings: Callable[[], Awaitable[object]]
) -> None:
    """Let something happen right after the first snapshot, something after the second, …"""
    waiting = list(happenings)

    async def take(database: Database, path: Path) -> str:
        revision = await take_snapshot(database, path)
        if waiting:
            await waiting.pop(0)()
        return revision

    monkeypatch.setattr(backups, "take_snapshot", take)


async def test_who_is_erased_meanwhile_is_not_in_the_backup(
    each_school: Place, elsewhere: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    erased = [await add_piece(each_school, b"erased %d" % number) for number in range(3)]
    stays = await add_piece(each_school, b"stays")

    async def first() -> None:
        await erase(each_school, erased[0])
        await add_piece(each_school, b"sent after the first snapshot")

    async def second() -> None:
        await erase(each_school, erased[1])
        each_school.files.remove(1, erased[1].sha256)

    after_the_snapshot(monkeypatch, first, second)
    made = await each_school.saves(tmp_path / "semua.tar")
    assert made.lost == []
    await elsewhere.restores(made.path)
    named = await agrees(elsewhere)
    assert {stays, erased[2]} < named
    assert erased[0] not in named
    assert Kept(1, hashlib.sha256(b"sent after the first snapshot").hexdigest()) in named


async def test_what_is_sent_and_erased_each_time_is_left_out_with_what_hangs_on_it(
    each_school: Place, elsewhere: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    snapshots_taken = 0

    async def take(database: Database, path: Path) -> str:
        nonlocal snapshots_taken
        snapshots_taken += 1
        kept = await add_piece(each_school, b"sent before snapshot %d" % snapshots_taken)
        piece = await piece_with(each_school, kept)
        async with database.transaction() as session:
            successor = Evidence(
                school_id=1, member_id=1, replaces_id=piece, received_at=MOMENT, changed_at=MOMENT
            )
            comment = EvidenceComment(
                evidence_id=piece, member_id=1, text="Bagus", written_at=MOMENT
            )
            session.add_all([successor, comment])
        revision = await take_snapshot(database, path)
        async with database.transaction() as session:
            await session.exec(
                update(Evidence).where(col(Evidence.replaces_id) == piece).values(replaces_id=None)
            )
            await session.exec(
                delete(EvidenceComment).where(col(EvidenceComment.evidence_id) == piece)
            )
        await erase(each_school, kept)
        return revision

    monkeypatch.setattr(backups, "take_snapshot", take)
    made = await each_school.saves(tmp_path / "semua.tar")
    assert snapshots_taken == backups.TRIES
    assert made.lost == []
    await elsewhere.restores(made.path)
    assert len(await agrees(elsewhere)) == 3
    assert await everything(elsewhere.database) == await everything(each_school.database)


async def piece_with(place: Place, kept: Kept) -> int:
    async with place.database.reading() as session:
        found = await session.exec(
            select(EvidencePage.evidence_id).where(EvidencePage.sha256 == kept.sha256)
        )
        return found.one()


async def test_what_was_copied_of_a_person_erased_later_is_wiped_out(
    school: Place, elsewhere: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # In the order of their hashes: the first is copied, then it turns out that the last is gone.
    data = sorted(
        (b"RAHASIA %d" % number * 200_000 for number in range(6)),
        key=lambda one: hashlib.sha256(one).hexdigest(),
    )
    kept = [await add_piece(school, one) for one in data]
    copy = backups._Making._copy
    copied: list[Kept] = []

    def copies(self: backups._Making, one: Kept) -> bool:
        if one == kept[-1] and not copied:
            copied.append(one)
            for gone in (kept[0], kept[-1]):
                asyncio.run_coroutine_threadsafe(erase(school, gone), loop).result(30)
        return copy(self, one)

    loop = asyncio.get_running_loop()
    monkeypatch.setattr(backups._Making, "_copy", copies)
    made = await school.saves(tmp_path / "semua.tar")
    assert copied
    assert made.lost == []
    assert "dropped" in names_in(made.path)
    archive = made.path.read_bytes()
    assert data[0] not in archive
    assert data[-1] not in archive
    assert data[1] in archive
    await elsewhere.restores(made.path)
    assert set(kept[1:-1]) < await agrees(elsewhere)


async def test_a_file_that_a_sweeping_has_just_set_aside_is_there(
    school: Place, elsewhere: Place, tmp_path: Path
) -> None:
    kept = await add_piece(school, b"set aside")
    school.files.set_aside(kept)
    made = await school.saves(tmp_path / "semua.tar")
    assert made.lost == []
    await elsewhere.restores(made.path)
    assert kept in await agrees(elsewhere)


async def test_a_file_that_comes_back_in_between_is_there(
    school: Place, elsewhere: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await add_piece(school, b"sent by two")
    path = school.files.path_of(kept.school_id, kept.sha256)
    path.unlink()

    async def asks(database: Database, files: FileStore, one: Kept) -> object:
        if not path.exists():
            await add_piece(school, b"sent by two")
        return await lost_file(database, files, one)

    monkeypatch.setattr(backups, "lost_file", asks)
    made = await school.saves(tmp_path / "semua.tar")
    assert made.lost == []
    await elsewhere.restores(made.path)
    assert kept in await agrees(elsewhere)


async def test_lost_and_damaged_files_are_named_and_the_rest_is_kept(
    each_school: Place, elsewhere: Place, tmp_path: Path
) -> None:
    lost, damaged, cut = [
        await add_piece(each_school, data) for data in (b"lost", b"damaged", b"cut short")
    ]
    each_school.files.remove(1, lost.sha256)
    each_school.files.path_of(1, damaged.sha256).write_bytes(b"DAMAGED")
    each_school.files.path_of(1, cut.sha256).write_bytes(b"cut")
    rows = await everything(each_school.database)
    made = await each_school.saves(tmp_path / "semua.tar")
    assert {(one.kept, one.damaged) for one in made.lost} == {
        (lost, False),
        (damaged, True),
        (cut, True),
    }
    assert {one.npsn for one in made.lost} == {NPSNS[0]}
    assert made.contents.files == 3
    restored = await elsewhere.restores(made.path)
    assert {one.sha256 for one in restored.manifest.absent} == {
        lost.sha256,
        damaged.sha256,
        cut.sha256,
    }
    assert await everything(elsewhere.database) == rows
    assert set(elsewhere.files.all()) == set(each_school.files.all()) - {damaged, cut}
