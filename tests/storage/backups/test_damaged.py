"""Damaged and foreign backups are refused, and nothing has changed."""

import asyncio
import hashlib
import io
import re
import sqlite3
import tarfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import restoring
from storage.archives import (
    BLOCK,
    DATABASE,
    HEAD,
    MANIFEST,
    ArchiveWriter,
    DamagedBackup,
    NewerBackup,
    NotABackup,
    members,
)
from storage.snapshots import NewerSchema
from tests.storage.backups.staging import (
    NOW,
    Place,
    opened,
    sqlite_url,
)
from tests.storage.everything import (
    fill,
    tree,
)


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
