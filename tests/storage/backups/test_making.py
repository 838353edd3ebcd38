"""What a backup holds comes back, all of it, into any database; and where a backup goes."""

import os
import shutil
import sqlite3
import tarfile
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Connection, text, update
from sqlmodel import col

from storage import backups
from storage.archives import (
    DATABASE,
    HEAD,
    MANIFEST,
    ArchiveWriter,
)
from storage.backups import DestinationTaken, NoRoom
from storage.database import alembic_config
from storage.models import Member
from storage.snapshots import NewerSchema, NoSchema
from tests.storage.backups.staging import (
    NOW,
    Place,
    empty,
    half_files,
    manifest_of,
    names_in,
    opened,
    sqlite_url,
)
from tests.storage.everything import (
    NPSNS,
    OWN_RULES,
    everything,
    keep,
    next_numbers,
    photo,
    tree,
)


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
