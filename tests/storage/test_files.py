"""Evidence bytes on disk: whole or not at all, under their hash, apart for each school."""

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.files import GRACE_S, RESERVE_BYTES, DiskFull, FileStore, Kept

NOW = 1_800_000_000.0
PHOTO = b"a photo"
SHA = hashlib.sha256(PHOTO).hexdigest()
KEPT = Kept(7, SHA)


@pytest.fixture
def files(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files", free_bytes=lambda _path: 10 * RESERVE_BYTES)


def put(files: FileStore, kept: Kept = KEPT, data: bytes = PHOTO, age: float = 0.0) -> Path:
    """Keep a file that came so many seconds ago."""
    arrived = files.incoming()
    arrived.write_bytes(data)
    path = files.place(arrived, kept.school_id, kept.sha256)
    os.utime(path, (NOW - age, NOW - age))
    return path


def test_a_placed_file_lies_under_its_school_and_its_hash(files: FileStore) -> None:
    path = put(files)
    assert path == files.folder / "7" / SHA[:2] / SHA == files.path_of(7, SHA)
    assert path.read_bytes() == PHOTO
    assert list((files.folder / "incoming").iterdir()) == []
    assert list(files.all()) == [KEPT]


def test_every_incoming_place_is_a_new_one(files: FileStore) -> None:
    assert files.incoming() != files.incoming()
    assert files.incoming().parent.is_dir()


def test_two_schools_keep_the_same_bytes_apart(files: FileStore) -> None:
    put(files)
    put(files, Kept(8, SHA))
    files.remove(7, SHA)
    assert list(files.all()) == [Kept(8, SHA)]


def test_placing_the_same_bytes_again_makes_the_file_young(files: FileStore) -> None:
    put(files, age=10 * GRACE_S)
    assert files.is_old(KEPT, NOW)
    arrived = files.incoming()
    arrived.write_bytes(PHOTO)
    os.utime(arrived, (0, 0))
    path = files.place(arrived, *(KEPT.school_id, KEPT.sha256))
    assert not files.is_old(KEPT, path.stat().st_mtime + GRACE_S)
    assert list(files.all()) == [KEPT]


def test_a_file_is_old_only_after_the_grace(files: FileStore) -> None:
    put(files, age=GRACE_S)
    assert not files.is_old(KEPT, NOW)
    assert files.is_old(KEPT, NOW + 1)
    assert not files.is_old(Kept(7, "0" * 64), NOW)


def test_removing_a_file_twice_is_no_error(files: FileStore) -> None:
    put(files)
    files.remove(7, SHA)
    files.remove(7, SHA)
    assert list(files.all()) == []


def test_a_file_that_is_set_aside_can_be_put_back(files: FileStore) -> None:
    path = put(files)
    files.set_aside(KEPT)
    assert not path.exists()
    assert list(files.all()) == [KEPT]
    files.put_back(KEPT)
    assert path.read_bytes() == PHOTO
    files.put_back(KEPT)
    assert path.read_bytes() == PHOTO


def test_dropping_what_is_aside_leaves_a_file_that_came_anew(files: FileStore) -> None:
    put(files, age=10 * GRACE_S)
    files.set_aside(KEPT)
    path = put(files)
    files.drop_aside(KEPT)
    files.drop_aside(KEPT)
    assert path.read_bytes() == PHOTO
    assert not files.is_old(KEPT, NOW)


def test_setting_aside_what_is_gone_is_no_error(files: FileStore) -> None:
    files.set_aside(KEPT)
    files.put_back(KEPT)
    assert list(files.all()) == []


def test_half_files_go_once_they_are_old(files: FileStore) -> None:
    young, old = files.incoming(), files.incoming()
    for path, age in ((young, 0.0), (old, GRACE_S + 1)):
        path.write_bytes(b"half a ph")
        os.utime(path, (NOW - age, NOW - age))
    assert files.drop_half_files(NOW) == 1
    assert young.exists()
    assert not old.exists()


def test_an_empty_store_has_nothing_to_tell(files: FileStore) -> None:
    assert list(files.all()) == []
    assert files.drop_half_files(NOW) == 0


def test_what_is_no_school_is_left_alone(files: FileStore) -> None:
    put(files)
    (files.folder / "lost+found").mkdir()
    (files.folder / "catatan.txt").write_text("milik operator", encoding="utf-8")
    assert list(files.all()) == [KEPT]


@given(free=st.integers(0, 4 * RESERVE_BYTES), size=st.integers(0, 4 * RESERVE_BYTES))
def test_the_reserve_always_stays_free(
    tmp_path_factory: pytest.TempPathFactory, free: int, size: int
) -> None:
    folder = tmp_path_factory.getbasetemp() / "reserve"
    files = FileStore(folder, free_bytes=lambda _path: free)
    if free - size >= RESERVE_BYTES:
        files.require_room(size)
        return
    with pytest.raises(DiskFull) as refused:
        files.require_room(size)
    assert refused.value.free == free
