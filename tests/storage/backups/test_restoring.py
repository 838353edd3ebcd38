"""Restoring over what is there: never unasked, and never half."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import update

from storage import restoring, snapshots
from storage.models import Member
from storage.restoring import NotEmpty
from storage.snapshots import InUse
from tests.storage.backups.staging import (
    Place,
    add_piece,
    opened,
    sqlite_url,
)
from tests.storage.everything import (
    NPSNS,
    everything,
    keep,
    tree,
)


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
