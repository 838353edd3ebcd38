"""What a backup holds comes back: all of it, into any database, or nothing has changed."""

import asyncio
import hashlib
import io
import os
import re
import shutil
import sqlite3
import tarfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

import pytest
from alembic import command
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, delete, text, update
from sqlmodel import col, select

from storage import backups, restoring, snapshots
from storage.archives import (
    BLOCK,
    DATABASE,
    HEAD,
    MANIFEST,
    ArchiveWriter,
    DamagedBackup,
    Manifest,
    NewerBackup,
    NotABackup,
    members,
)
from storage.backups import Backup, DestinationTaken, NoRoom, back_up
from storage.database import Database, alembic_config
from storage.files import FileStore, Kept
from storage.models import Evidence, EvidenceComment, EvidencePage, Member
from storage.restoring import NotEmpty, Restored, restore
from storage.snapshots import InUse, NewerSchema, NoSchema, take_snapshot
from storage.sweeping import lost_file
from tests.storage.everything import (
    MOMENT,
    NPSNS,
    OWN_RULES,
    everything,
    fill,
    keep,
    next_numbers,
    photo,
    tree,
)

NOW = datetime(2026, 11, 25, 21, 49, 0, tzinfo=UTC)


def silent(_done: int, _of: int) -> None:
    """Show nobody how far it is."""


@dataclass(frozen=True)
class Place:
    """A database and a data folder."""

    database: Database
    data_dir: Path

    @property
    def files(self) -> FileStore:
        return FileStore(self.data_dir / "files")

    async def saves(self, destination: Path) -> Backup:
        return await back_up(
            self.database, self.data_dir, destination, now=NOW, program="0.1", progress=silent
        )

    async def restores(self, source: Path, *, force: bool = False) -> Restored:
        await self.database.close()  # else it would be in use
        return await restore(
            source, self.database, self.data_dir, force=force, now=NOW, progress=silent
        )

    async def holds(self) -> tuple[object, object]:
        """Everything that a backup is to bring back."""
        return await everything(self.database), tree(self.data_dir)


@asynccontextmanager
async def opened(url: str, data_dir: Path) -> AsyncIterator[Place]:
    database = Database(url)
    try:
        yield Place(database, data_dir)
    finally:
        await database.close()


@asynccontextmanager
async def filled(url: str, data_dir: Path) -> AsyncIterator[Place]:
    async with opened(url, data_dir) as place:
        await place.database.migrate()
        await fill(place.database, place.data_dir)
        yield place


def sqlite_url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/kawan.db"


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[Place]:
    """A place with something in every table, on SQLite."""
    async with filled(sqlite_url(tmp_path), tmp_path / "data") as place:
        yield place


@pytest.fixture
async def each_school(database_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    """A place with something in every table, once on each kind of database."""
    async with filled(database_url, tmp_path / "data") as place:
        yield place


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[Place]:
    """An empty place, on SQLite."""
    async with opened(sqlite_url(tmp_path / "elsewhere"), tmp_path / "elsewhere") as place:
        yield place


async def empty(postgres_url: str) -> None:
    """Make a PostgreSQL database as good as new."""
    database = Database(postgres_url)
    async with database.engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await database.close()


def half_files(folder: Path) -> list[Path]:
    """What a backup would leave behind."""
    return list(folder.glob(".*"))


def names_in(archive: Path) -> list[str]:
    with archive.open("rb") as file:
        return [member.name for member in members(file)]


def manifest_of(archive: Path) -> Manifest:
    with archive.open("rb") as file:
        (found,) = [member for member in members(file) if member.name == MANIFEST]
        return Manifest.model_validate_json(found.whole(1_000_000))


# ---------------------------------------------------------------- everything comes back


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
async def test_everything_comes_back_on_either_database(
    each_school: Place, tmp_path: Path, postgres_url: str, target: str
) -> None:
    before = await each_school.holds()
    made = await each_school.saves(tmp_path / "semua.tar")
    assert made.lost == []
    if target == "postgresql":
        await empty(postgres_url)
    url = postgres_url if target == "postgresql" else sqlite_url(tmp_path / "new")
    async with opened(url, tmp_path / "new") as new:
        restored = await new.restores(made.path)
        assert restored.former is None
        assert restored.manifest.contents == made.contents
        assert await new.holds() == before
        assert set((await next_numbers(new.database)).values()) == {1}
        await new.database.migrate()


async def test_a_backup_tells_what_it_holds(school: Place, tmp_path: Path) -> None:
    made = await school.saves(tmp_path / "semua.tar")
    contents = made.contents
    assert (contents.schools, contents.people, contents.pieces, contents.files) == (3, 3, 3, 3)
    assert contents.size == sum(len(photo(number)) for number in (1, 2, 3))
    assert made.size == made.path.stat().st_size
    manifest = manifest_of(made.path)
    assert manifest.contents == contents
    assert manifest.head.made_at == NOW
    own = {f"{npsn}/pmm-2024.toml" for npsn in NPSNS}
    assert set(manifest.rulesets) == own | {OWN_RULES}
    assert names_in(made.path)[0] == HEAD
    assert names_in(made.path)[-2:] == [DATABASE, MANIFEST]


async def test_any_tar_unpacks_a_backup(school: Place, tmp_path: Path) -> None:
    made = await school.saves(tmp_path / "semua.tar")
    with tarfile.open(made.path, "r:") as tar:
        tar.extractall(tmp_path / "unpacked", filter="data")
    assert tree(tmp_path / "unpacked") == tree(school.data_dir)
    with closing(sqlite3.connect(tmp_path / "unpacked" / DATABASE)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []


async def test_nothing_secret_and_nobody_elses_files_are_in_it(
    school: Place, tmp_path: Path
) -> None:
    (school.data_dir / ".env").write_text("BOT_TOKEN=123:RAHASIA", encoding="utf-8")
    (school.data_dir / "rulesets" / ".env").write_text("RAHASIA", encoding="utf-8")
    (school.data_dir / "rulesets" / NPSNS[0] / "catatan.txt").write_text("RAHASIA", "utf-8")
    keep(school.files, 1, b"RAHASIA: no row names it")
    made = await school.saves(tmp_path / "semua.tar")
    assert b"RAHASIA" not in made.path.read_bytes()
    assert made.path.stat().st_mode & 0o077 == 0


async def test_backing_up_changes_nothing(each_school: Place, tmp_path: Path) -> None:
    before = await each_school.holds()
    await each_school.saves(tmp_path / "semua.tar")
    assert await each_school.holds() == before
    assert half_files(tmp_path) == []


async def test_what_was_deleted_is_not_in_the_backups_pages(school: Place, tmp_path: Path) -> None:
    async with school.database.transaction() as session:
        await session.exec(
            update(Member).where(col(Member.id) == 1).values(name="Nama Yang Dihapus")
        )
    async with school.database.transaction() as session:
        await session.exec(update(Member).where(col(Member.id) == 1).values(name="x"))
    made = await school.saves(tmp_path / "semua.tar")
    assert b"Nama Yang Dihapus" not in made.path.read_bytes()


@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
async def test_an_older_backup_gets_the_newest_schema(
    empty_database_url: str, tmp_path: Path, empty_postgres_url: str, target: str
) -> None:
    def first_schema(connection: Connection) -> None:
        command.upgrade(alembic_config(connection), "0001")

    async with opened(empty_database_url, tmp_path / "data") as old:
        (tmp_path / "data").mkdir()
        async with old.database.engine.begin() as connection:
            await connection.run_sync(first_schema)
            await connection.execute(
                text(
                    "INSERT INTO school (npsn, name, timezone, ruleset, created_at) VALUES"
                    " ('10304567', 'SMPN 1', 'Asia/Jakarta', 'pmm-2024', '2026-07-06 03:00:00')"
                )
            )
        made = await old.saves(tmp_path / "tua.tar")
        assert manifest_of(made.path).revision == "0001"
        async with old.database.engine.connect() as connection:
            rows = await connection.execute(text("SELECT version_num FROM alembic_version"))
            assert rows.scalars().all() == ["0001"]
    if target == "postgresql":
        await empty(empty_postgres_url)
    url = empty_postgres_url if target == "postgresql" else sqlite_url(tmp_path / "new")
    async with opened(url, tmp_path / "new") as new:
        await new.restores(made.path)
        held = await everything(new.database)
        assert [row[1:3] for row in held["school"]] == [("10304567", "SMPN 1")]
        assert held["evidence"] == []


async def test_there_is_nothing_to_back_up_yet(empty_database_url: str, tmp_path: Path) -> None:
    async with opened(empty_database_url, tmp_path) as place:
        with pytest.raises(NoSchema):
            await place.saves(tmp_path / "semua.tar")
    assert half_files(tmp_path) == []
    assert not (tmp_path / "semua.tar").exists()


async def test_a_newer_schema_is_left_to_the_newer_program(
    each_school: Place, elsewhere: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with each_school.database.engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NewerSchema):
        await each_school.saves(tmp_path / "semua.tar")
    assert not (tmp_path / "semua.tar").exists()


# ---------------------------------------------------------------- where it goes


async def test_in_a_folder_it_gets_a_dated_name_and_replaces_nothing(
    school: Place, tmp_path: Path
) -> None:
    folder = tmp_path / "cadangan"
    folder.mkdir()
    paths = [(await school.saves(folder)).path for _ in range(3)]
    assert [path.name for path in paths] == [
        "kawan-20261125-214900.tar",
        "kawan-20261125-214900-2.tar",
        "kawan-20261125-214900-3.tar",
    ]
    assert sorted(folder.iterdir()) == sorted(paths)


async def test_a_file_that_is_there_is_never_written_over(
    school: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "semua.tar"
    path.write_text("milik orang lain", encoding="utf-8")
    with pytest.raises(DestinationTaken):
        await school.saves(path)
    other = tmp_path / "lain.tar"

    def appears(_file: object) -> None:
        other.write_text("milik orang lain", encoding="utf-8")

    monkeypatch.setattr(backups, "_finish", appears)
    with pytest.raises(DestinationTaken):
        await school.saves(other)
    assert path.read_text("utf-8") == other.read_text("utf-8") == "milik orang lain"
    assert half_files(tmp_path) == []


async def test_a_disk_without_hard_links_will_do(
    school: Place, elsewhere: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise OSError("Operation not permitted")

    monkeypatch.setattr(os, "link", refuses)
    before = await school.holds()
    made = await school.saves(tmp_path / "semua.tar")
    await elsewhere.restores(made.path)
    await elsewhere.restores(made.path, force=True)
    assert await elsewhere.holds() == before


async def test_a_backup_that_will_not_fit_is_not_begun(
    school: Place, elsewhere: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await school.saves(tmp_path / "semua.tar")
    full = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: full)
    with pytest.raises(NoRoom) as refused:
        await school.saves(tmp_path / "lagi.tar")
    assert refused.value.needed > refused.value.free == 1_000_000
    with pytest.raises(NoRoom):
        await elsewhere.restores(made.path)
    assert half_files(tmp_path) == []
    assert not (tmp_path / "lagi.tar").exists()
    assert not elsewhere.data_dir.exists()


async def test_an_error_half_way_leaves_no_file(
    school: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_self: ArchiveWriter) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ArchiveWriter, "finish", fails)
    folder = tmp_path / "cadangan"
    folder.mkdir()
    with pytest.raises(OSError, match="No space"):
        await school.saves(folder / "semua.tar")
    assert list(folder.iterdir()) == []


# ---------------------------------------------------------------- while the bot runs


async def add_piece(place: Place, data: bytes, *, school_id: int = 1) -> Kept:
    """Receive a piece of evidence as the bot does: first the file, then the row."""
    kept = await asyncio.to_thread(keep, place.files, school_id, data)
    async with place.database.transaction() as session:
        piece = Evidence(
            school_id=school_id, member_id=school_id, received_at=MOMENT, changed_at=MOMENT
        )
        session.add(piece)
        await session.flush()
        session.add(
            EvidencePage(
                evidence_id=piece.id or 0,
                school_id=school_id,
                position=1,
                sha256=kept.sha256,
                original_sha256=kept.sha256,
                size=len(data),
                media_type="image/jpeg",
            )
        )
    return kept


async def erase(place: Place, kept: Kept) -> None:
    """Erase a piece as the bot does: first the rows, then the file."""
    async with place.database.transaction() as session:
        pages = await session.exec(
            select(EvidencePage.evidence_id)
            .where(EvidencePage.school_id == kept.school_id)
            .where(EvidencePage.sha256 == kept.sha256)
        )
        numbers = pages.all()
        await session.exec(delete(EvidencePage).where(col(EvidencePage.evidence_id).in_(numbers)))
        await session.exec(delete(Evidence).where(col(Evidence.id).in_(numbers)))
    await asyncio.to_thread(place.files.remove, kept.school_id, kept.sha256)


async def agrees(place: Place) -> set[Kept]:
    """Every row has its file, every file its row, and every row what it refers to."""
    async with place.database.reading() as session:
        found = await session.exec(select(EvidencePage.school_id, EvidencePage.sha256))
        named = {Kept(*row) for row in found}
        violations = await session.connection()
        broken = await violations.exec_driver_sql("PRAGMA foreign_key_check")
        assert broken.fetchall() == []
    assert set(place.files.all()) == named
    for kept in named:
        data = place.files.path_of(kept.school_id, kept.sha256).read_bytes()
        assert hashlib.sha256(data).hexdigest() == kept.sha256
    return named


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


# ---------------------------------------------------------------- lost and damaged files


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


# ---------------------------------------------------------------- restoring over what is there


async def test_data_that_are_there_are_not_replaced_unasked(
    each_school: Place, tmp_path: Path
) -> None:
    made = await each_school.saves(tmp_path / "semua.tar")
    await add_piece(each_school, b"sent later")
    before = await each_school.holds()
    with pytest.raises(NotEmpty) as refused:
        await each_school.restores(made.path)
    assert (refused.value.schools, refused.value.files, refused.value.rules) == (3, True, True)
    assert await each_school.holds() == before
    assert list(each_school.data_dir.glob("sebelum*")) == []


@pytest.mark.parametrize("there", ["file", "rules"])
async def test_files_and_rules_alone_are_data_too(
    school: Place, elsewhere: Place, tmp_path: Path, there: str
) -> None:
    made = await school.saves(tmp_path / "semua.tar")
    if there == "file":
        keep(elsewhere.files, 9, b"of a school that is not in the backup")
    else:
        rules = elsewhere.data_dir / "rulesets" / "99999999" / "pmm-2024.toml"
        rules.parent.mkdir(parents=True)
        rules.write_text("", encoding="utf-8")
    before = tree(elsewhere.data_dir)
    with pytest.raises(NotEmpty):
        await elsewhere.restores(made.path)
    assert tree(elsewhere.data_dir) == before
    restored = await elsewhere.restores(made.path, force=True)
    assert restored.former is not None
    assert tree(restored.former) == before
    assert await elsewhere.holds() == await school.holds()


async def test_with_force_the_former_data_are_kept_as_a_data_folder(
    each_school: Place, tmp_path: Path
) -> None:
    made = await each_school.saves(tmp_path / "semua.tar")
    then = await each_school.holds()
    async with each_school.database.transaction() as session:
        await session.exec(update(Member).values(name="Nama Baru"))
    await add_piece(each_school, b"sent later")
    (each_school.data_dir / "rulesets" / NPSNS[0] / "pmm-2024.toml").write_text(
        "[points]\n", "utf-8"
    )
    (each_school.data_dir / "rulesets" / NPSNS[0] / "ruang-gtk-2025.toml").write_text("", "utf-8")
    now = await each_school.holds()
    restored = await each_school.restores(made.path, force=True)
    assert restored.former == each_school.data_dir / "sebelum-restore-20261125-214900"
    assert await each_school.holds() == then
    async with opened(sqlite_url(restored.former), restored.former) as former:
        assert await former.holds() == now


async def test_a_database_that_is_none_any_more_can_be_replaced(
    school: Place, elsewhere: Place, tmp_path: Path
) -> None:
    made = await school.saves(tmp_path / "semua.tar")
    elsewhere.data_dir.mkdir()
    broken = elsewhere.data_dir / "kawan.db"
    broken.write_bytes(b"bukan basis data " * 1000)
    with pytest.raises(NotEmpty) as refused:
        await elsewhere.restores(made.path)
    assert refused.value.schools is None
    restored = await elsewhere.restores(made.path, force=True)
    assert restored.former is not None
    assert (restored.former / "kawan.db").read_bytes() == b"bukan basis data " * 1000
    assert await elsewhere.holds() == await school.holds()


async def test_a_database_with_damaged_pages_can_be_replaced(
    school: Place, elsewhere: Place, tmp_path: Path
) -> None:
    made = await school.saves(tmp_path / "semua.tar")
    await elsewhere.restores(made.path)
    path = elsewhere.data_dir / "kawan.db"
    pages = bytearray(path.read_bytes())
    pages[4096:] = b"\xff" * (len(pages) - 4096)
    path.write_bytes(pages)
    restored = await elsewhere.restores(made.path, force=True)
    assert restored.former is not None
    assert (restored.former / "kawan.db").read_bytes() == bytes(pages)
    assert await elsewhere.holds() == await school.holds()


async def test_a_database_in_use_is_not_replaced(
    school: Place, elsewhere: Place, tmp_path: Path
) -> None:
    made = await school.saves(tmp_path / "semua.tar")
    async with opened(sqlite_url(elsewhere.data_dir), elsewhere.data_dir) as bot:
        await bot.database.migrate()
        assert (await everything(bot.database))["member"] == []
        # What is left is what an idle bot has: a connection.
        for force in (False, True):
            with pytest.raises(InUse):
                await elsewhere.restores(made.path, force=force)
        assert (await everything(bot.database))["member"] == []
    assert tree(elsewhere.data_dir) == {}
    await elsewhere.restores(made.path)


async def test_nobody_gets_in_between(
    school: Place, elsewhere: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await school.saves(tmp_path / "semua.tar")
    await elsewhere.database.migrate()
    await elsewhere.database.close()
    tried = []

    def tries(*_: object) -> None:
        with closing(sqlite3.connect(elsewhere.data_dir / "kawan.db", timeout=0)) as other:
            with pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("SELECT * FROM school")
            tried.append(True)

    monkeypatch.setattr(restoring._Place, "_write_rules", tries)
    monkeypatch.setattr(restoring._Place, "_use_rules", lambda *_: None)
    await elsewhere.restores(made.path)
    assert tried


async def test_an_error_before_the_rows_are_replaced_leaves_what_was(
    each_school: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await each_school.saves(tmp_path / "semua.tar")
    await add_piece(each_school, b"sent later")
    before = await each_school.holds()

    async def fails(*_: object) -> None:
        raise OSError("a power cut")

    def fails_at_once(*_: object) -> None:
        raise OSError("a power cut")

    monkeypatch.setattr(snapshots, "_count_on", fails)
    monkeypatch.setattr(snapshots._SqliteTarget, "_fill", fails_at_once)
    with pytest.raises(OSError, match="power cut"):
        await each_school.restores(made.path, force=True)
    assert await each_school.holds() == before
    assert list((each_school.data_dir / "files" / "incoming").iterdir()) == []


async def test_a_full_disk_leaves_what_was_and_no_copy_of_it(
    school: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await school.saves(tmp_path / "semua.tar")
    for kept in list(school.files.all()):
        school.files.remove(kept.school_id, kept.sha256)
    before = await school.holds()

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(restoring, "_extract", full)
    with pytest.raises(OSError, match="No space"):
        await school.restores(made.path, force=True)
    monkeypatch.setattr(restoring, "_extract_rows", lambda *_: None)
    with pytest.raises(OSError, match="No space"):
        await school.restores(made.path, force=True)
    assert await school.holds() == before
    assert list(school.data_dir.glob("sebelum*")) == []


# ---------------------------------------------------------------- damaged and foreign backups


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, object]:
    """A small backup, and what it is to bring."""
    folder = tmp_path_factory.mktemp("whole")

    async def make() -> tuple[bytes, object]:
        async with opened(sqlite_url(folder), folder) as place:
            await place.database.migrate()
            await fill(place.database, place.data_dir)
            with closing(sqlite3.connect(folder / "kawan.db")) as connection:
                connection.execute("DELETE FROM evidence_page WHERE size > 1000")
                connection.commit()
            made = await place.saves(folder / "semua.tar")
            await place.restores(made.path, force=True)  # without the file that is now too many
            return made.path.read_bytes(), await place.holds()

    return asyncio.run(make())


@dataclass(frozen=True)
class Damage:
    """Bytes cut off at a place, or one byte changed."""

    place: float
    cut: bool
    bit: int


@given(
    damage=st.builds(
        Damage,
        place=st.floats(0, 1, exclude_max=True),
        cut=st.booleans(),
        bit=st.integers(0, 7),
    )
)
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_a_damaged_backup_is_refused_or_does_no_harm(
    whole: tuple[bytes, object], tmp_path_factory: pytest.TempPathFactory, damage: Damage
) -> None:
    archive, expected = bytearray(whole[0]), whole[1]
    place = int(damage.place * len(archive))
    if damage.cut:
        del archive[place:]
    else:
        archive[place] ^= 1 << damage.bit
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "semua.tar").write_bytes(archive)

    async def tries() -> None:
        async with opened(sqlite_url(folder / "new"), folder / "new") as place:
            try:
                await place.restores(folder / "semua.tar")
            except (NotABackup, NewerBackup, DamagedBackup):
                assert not (folder / "new").exists()
            else:  # what changed says nothing: a date of a member, or what fills a block
                assert await place.holds() == expected

    asyncio.run(tries())


def archive_of(*parts: tuple[str, bytes]) -> bytes:
    """Write an archive of any members."""
    file = io.BytesIO()
    writer = ArchiveWriter(file, NOW)
    for name, data in parts:
        writer.add(name, io.BytesIO(data), len(data))
    writer.finish()
    return file.getvalue()


def parts_of(archive: bytes) -> list[tuple[str, bytes]]:
    return [(one.name, b"".join(one.chunks())) for one in members(io.BytesIO(archive))]


PHOTO = b"a photo"
PHOTO_NAME = f"files/1/{hashlib.sha256(PHOTO).hexdigest()[:2]}/{hashlib.sha256(PHOTO).hexdigest()}"


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "files/1/../../../kawan.db",
        "files/1/ab/" + "0" * 64,
        "files/-1/00/" + "0" * 64,
        "files/01/00/" + "0" * 64,
        "files/1/00/" + "0" * 63,
        "rulesets/../kawan.toml",
        "rulesets/10304567/../../x.toml",
        "rulesets/10304567/.toml",
        "rulesets/10304567/a b.toml",
        "rulesets/10304567/deeper/pmm-2024.toml",
        "rulesets\\10304567\\pmm-2024.toml",
        "C:\\kawan.db",
        "notes.txt",
        "",
    ],
)
async def test_a_backup_with_other_names_is_refused(
    whole: tuple[bytes, object], elsewhere: Place, tmp_path: Path, name: str
) -> None:
    head, *rest = parts_of(whole[0])
    path = tmp_path / "jahat.tar"
    path.write_bytes(archive_of(head, (name, b""), *rest))
    with pytest.raises(DamagedBackup):
        await elsewhere.restores(path)
    assert not elsewhere.data_dir.exists()


@pytest.mark.parametrize(
    ("kind", "link"),
    [
        (tarfile.SYMTYPE, "/etc/passwd"),
        (tarfile.LNKTYPE, "/etc/passwd"),
        (tarfile.DIRTYPE, ""),
        (tarfile.FIFOTYPE, ""),
        (tarfile.CHRTYPE, ""),
        (tarfile.GNUTYPE_LONGNAME, ""),
        (tarfile.XHDTYPE, ""),
    ],
)
async def test_a_backup_with_other_than_files_is_refused(
    whole: tuple[bytes, object], elsewhere: Place, tmp_path: Path, kind: bytes, link: str
) -> None:
    info = tarfile.TarInfo(PHOTO_NAME)
    info.type, info.linkname = kind, link
    first = archive_of(parts_of(whole[0])[0])[: -2 * BLOCK]
    path = tmp_path / "jahat.tar"
    path.write_bytes(first + info.tobuf(tarfile.GNU_FORMAT) + whole[0][len(first) :])
    with pytest.raises(DamagedBackup):
        await elsewhere.restores(path)
    assert not elsewhere.data_dir.exists()


@pytest.mark.parametrize("changed", ["more", "less", "twice", "after", "rules", "rows", "words"])
async def test_a_backup_that_is_not_what_its_manifest_says_is_refused(
    whole: tuple[bytes, object], elsewhere: Place, tmp_path: Path, changed: str
) -> None:
    head, *rest, rows, manifest = parts_of(whole[0])
    files = [part for part in rest if part[0].startswith("files/")]
    rules = [part for part in rest if part[0].startswith("rulesets/")]
    photo = (PHOTO_NAME, PHOTO)
    archives = {
        "more": (head, *files, photo, *rules, rows, manifest),
        "less": (head, *files[1:], *rules, rows, manifest),
        "twice": (head, *files, *rules, rows, manifest, manifest),
        "after": (head, *files, *rules, rows, manifest, photo),
        "rules": (head, *files, (rules[0][0], b""), *rules[1:], rows, manifest),
        "rows": (head, *files, *rules, (DATABASE, rows[1][:-1] + b"!"), manifest),
        "words": (head, *files, *rules, rows, (MANIFEST, b"{}")),
    }
    path = tmp_path / "jahat.tar"
    path.write_bytes(archive_of(*archives[changed]))
    with pytest.raises(DamagedBackup):
        await elsewhere.restores(path)
    assert not elsewhere.data_dir.exists()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"x",
        bytes(5000),
        b"%PDF-1.7" * 1000,
        archive_of(("readme.txt", b"a tar of somebody else's")),
        archive_of((HEAD, b"{}")),
        archive_of((HEAD, b'{"format": "other", "version": 1}')),
        archive_of((HEAD, b'{"format": "kawan-backup", "version": 1}')),
    ],
    ids=["empty", "a byte", "zeros", "PDF", "tar", "no mark", "other mark", "no date"],
)
async def test_what_is_no_backup_is_refused(elsewhere: Place, tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "foto.jpg"
    path.write_bytes(data)
    with pytest.raises(NotABackup):
        await elsewhere.restores(path)
    assert not elsewhere.data_dir.exists()


async def test_a_newer_format_and_a_newer_schema_are_refused(
    whole: tuple[bytes, object], elsewhere: Place, tmp_path: Path
) -> None:
    path = tmp_path / "baru.tar"
    path.write_bytes(
        archive_of((HEAD, b'{"format": "kawan-backup", "version": 2, "made": "otherwise"}'))
    )
    with pytest.raises(NewerBackup):
        await elsewhere.restores(path)
    *rest, (name, manifest) = parts_of(whole[0])
    newer = re.sub(rb'"revision": *"\w+"', b'"revision": "9999"', manifest)
    assert newer != manifest
    path.write_bytes(archive_of(*rest, (name, newer)))
    with pytest.raises(NewerSchema):
        await elsewhere.restores(path)
    assert not elsewhere.data_dir.exists()


async def test_a_backup_that_changes_while_it_is_restored_leaves_what_was(
    whole: tuple[bytes, object],
    elsewhere: Place,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "semua.tar"
    path.write_bytes(whole[0])
    check = restoring._check

    def checks(*arguments: object) -> object:
        found = check(*arguments)  # type: ignore[arg-type]
        name, data = next(part for part in parts_of(whole[0]) if part[0].startswith("files/"))
        at = whole[0].index(name.encode()) + BLOCK
        assert data
        with path.open("r+b") as file:
            file.seek(at)
            file.write(b"\0")
        return found

    monkeypatch.setattr(restoring, "_check", checks)
    with pytest.raises(DamagedBackup):
        await elsewhere.restores(path)
    assert tree(elsewhere.data_dir) == {}
    with closing(sqlite3.connect(elsewhere.data_dir / "kawan.db")) as connection:
        assert connection.execute("SELECT * FROM sqlite_master").fetchall() == []
