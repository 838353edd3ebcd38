"""Evidence bytes on disk, named by their hash, apart for each school.

A file comes in under a temporary name and is renamed once it is whole and on the disk; only then
is a row written that names it. So a row never lacks its file, and what a crash leaves behind is
at most a file without a row, which `sweep` takes away.
"""

import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from storage.errors import Refused

RESERVE_BYTES = 200 * 1024 * 1024
"""So much stays free: the database, the logs and the operator need room when files no longer fit."""

GRACE_S = 3600
"""A file without a row may belong to a turn that is under way; after so long it does not."""


class DiskFull(Refused):
    """There is no room for another file."""

    def __init__(self, free: int) -> None:
        super().__init__(f"{free} bytes are free")
        self.free = free


@dataclass(frozen=True, slots=True)
class Kept:
    """A stored file: whose it is, and the hash that names it."""

    school_id: int
    sha256: str


class FileStore:
    """The files below `folder`. `free_bytes` says how much room the disk of a path has."""

    def __init__(
        self,
        folder: Path,
        *,
        reserve_bytes: int = RESERVE_BYTES,
        free_bytes: Callable[[Path], int] = lambda path: shutil.disk_usage(path).free,
    ) -> None:
        self.folder = folder
        self.reserve_bytes = reserve_bytes
        self._free_bytes = free_bytes

    def path_of(self, school_id: int, sha256: str) -> Path:
        """Say where a file is, or would be."""
        return self.folder / str(school_id) / sha256[:2] / sha256

    def require_room(self, size: int) -> None:
        """Raise `DiskFull` unless a file of so many bytes leaves the reserve free."""
        self.folder.mkdir(parents=True, exist_ok=True)
        free = self._free_bytes(self.folder)
        if free - size < self.reserve_bytes:
            raise DiskFull(free)

    def incoming(self) -> Path:
        """Give a new temporary place on the same disk; its folder exists."""
        folder = self.folder / "incoming"
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{secrets.token_hex(8)}.part"

    def place(self, arrived: Path, school_id: int, sha256: str) -> Path:
        """Give a whole file its lasting name; when this returns it is on the disk.

        A file with the same name has the same bytes: putting it there anew makes it young again,
        so that a sweep under way leaves it alone.
        """
        path = self.path_of(school_id, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        _to_disk(arrived)
        os.utime(arrived)
        arrived.replace(path)
        for folder in (path.parent, path.parent.parent):
            _to_disk(folder)
        return path

    def remove(self, school_id: int, sha256: str) -> None:
        """Take a file away for good. One that is gone already is no loss."""
        self.path_of(school_id, sha256).unlink(missing_ok=True)

    def all(self) -> Iterator[Kept]:
        """Give every stored file."""
        for school in self._schools():
            for path in sorted(school.glob("??/*")):
                if path.suffix != ".swept":
                    yield Kept(int(school.name), path.name)

    def sweep(self, known: Callable[[Kept], bool], now: float | None = None) -> int:
        """Take away files that no row names, and half ones; say how many that were.

        `known` looks in the database. Only what is older than the grace is touched, and it is set
        aside before it goes: had somebody put the same file there anew meanwhile, it comes back.
        """
        oldest = (now if now is not None else time.time()) - GRACE_S
        swept = self._sweep_incoming(oldest)
        for school in self._schools():
            for path in school.glob("??/*"):
                kept = Kept(int(school.name), path.name.removesuffix(".swept"))
                swept += self._sweep_one(path, kept, known, oldest)
        return swept

    def _sweep_one(
        self, path: Path, kept: Kept, known: Callable[[Kept], bool], oldest: float
    ) -> bool:
        with suppress(FileNotFoundError):
            if path.stat().st_mtime > oldest or (not _is_aside(path) and known(kept)):
                return False
            aside = path if _is_aside(path) else path.rename(path.with_name(f"{path.name}.swept"))
            if aside.stat().st_mtime > oldest or known(kept):
                aside.replace(self.path_of(kept.school_id, kept.sha256))
                return False
            aside.unlink()
            return True
        return False

    def _sweep_incoming(self, oldest: float) -> int:
        swept = 0
        for path in (self.folder / "incoming").glob("*"):
            with suppress(FileNotFoundError):
                if path.stat().st_mtime <= oldest:
                    path.unlink()
                    swept += 1
        return swept

    def _schools(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(one for one in self.folder.iterdir() if one.name.isdecimal())


def _is_aside(path: Path) -> bool:
    return path.suffix == ".swept"


def _to_disk(path: Path) -> None:
    """Have the disk, not only its cache, hold a file or a folder's list of names."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def missing_from(files: FileStore, named: Set[Kept]) -> list[Kept]:
    """Give the files that rows name but that are not there."""
    return sorted(
        (one for one in named if not files.path_of(one.school_id, one.sha256).is_file()),
        key=lambda one: (one.school_id, one.sha256),
    )
