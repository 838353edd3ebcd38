"""Evidence bytes on disk, named by their hash, apart for each school.

A file comes in under a temporary name and is renamed once it is whole and on the disk; only then
is a row written that names it. So a row never lacks its file, and what a crash leaves behind is
at most a file without a row, which `storage.sweeping` takes away.
"""

import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from storage.errors import Refused

RESERVE_BYTES = 200 * 1024 * 1024
"""So much stays free: the database and the logs need room when files no longer fit."""

GRACE_S = 3600
"""A file without a row may belong to a turn that is under way; after so long it does not."""

ASIDE = ".aside"


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
        self._make_folder()
        free = self._free_bytes(self.folder)
        if free - size < self.reserve_bytes:
            raise DiskFull(free)

    def incoming(self) -> Path:
        """Give a new temporary place on the same disk; its folder exists."""
        self._make_folder()
        folder = self.folder / "incoming"
        folder.mkdir(exist_ok=True)
        return folder / f"{secrets.token_hex(8)}.part"

    def place(self, arrived: Path, school_id: int, sha256: str) -> Path:
        """Give a whole file its lasting name; when this returns it is on the disk.

        A file with the same name has the same bytes: putting it there anew makes it young again,
        so that the sweeping leaves it alone.
        """
        path = self.path_of(school_id, sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        to_disk(arrived)
        os.utime(arrived)
        arrived.replace(path)
        # Up to the outermost, where the school's own folder may be new.
        for folder in (path.parent, path.parent.parent, self.folder):
            to_disk(folder)
        return path

    def bring_over(self, from_school: int, to_school: int, sizes: Mapping[str, int]) -> set[str]:
        """Have files of one school in another's folder too; give those that are there now.

        `sizes` are bytes by hash. Both names may lead to the same bytes: a file is never changed,
        and taking one name away leaves the other.
        """
        there, folders = set(), {self.folder}
        for sha256, size in sizes.items():
            source, target = self.path_of(from_school, sha256), self.path_of(to_school, sha256)
            if not source.is_file():
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            self._name_again(source, target, size)
            os.utime(target)  # young again, so that the sweeping leaves it alone
            folders |= {target.parent, target.parent.parent}
            there.add(sha256)
        for folder in folders:
            to_disk(folder)
        return there

    def _name_again(self, source: Path, target: Path, size: int) -> None:
        try:
            os.link(source, target)
        except FileExistsError:
            return
        except OSError:  # a disk that gives a file one name only
            self.require_room(size)
            arrived = self.incoming()
            shutil.copyfile(source, arrived)
            to_disk(arrived)
            arrived.replace(target)

    def remove(self, school_id: int, sha256: str) -> None:
        """Take a file away for good. One that is gone already is no loss."""
        self.path_of(school_id, sha256).unlink(missing_ok=True)

    def all(self) -> Iterator[Kept]:
        """Give every stored file, those set aside too."""
        for school in self._schools():
            for path in sorted(school.glob("??/*")):
                yield Kept(int(school.name), path.name.removesuffix(ASIDE))

    def is_old(self, kept: Kept, now: float) -> bool:
        """Say whether a file has been there for longer than any turn takes."""
        return any(_age(path, now) > GRACE_S for path in self._both(kept))

    def set_aside(self, kept: Kept) -> None:
        """Take a file out of the way; `put_back` and `remove` still find it."""
        path, aside = self._both(kept)
        with suppress(FileNotFoundError):
            path.replace(aside)

    def put_back(self, kept: Kept) -> None:
        """Put a file that was set aside back in its place."""
        path, aside = self._both(kept)
        with suppress(FileNotFoundError):
            aside.replace(path)

    def drop_aside(self, kept: Kept) -> None:
        """Take a file that was set aside away for good."""
        self._both(kept)[1].unlink(missing_ok=True)

    def drop_half_files(self, now: float) -> int:
        """Take away what interrupted downloads have left; say how many files that were."""
        dropped = 0
        for path in (self.folder / "incoming").glob("*"):
            if _age(path, now) > GRACE_S:
                path.unlink(missing_ok=True)
                dropped += 1
        return dropped

    def _make_folder(self) -> None:
        # Other users of the machine have no business here.
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _both(self, kept: Kept) -> tuple[Path, Path]:
        path = self.path_of(kept.school_id, kept.sha256)
        return path, path.with_name(path.name + ASIDE)

    def _schools(self) -> list[Path]:
        if not self.folder.is_dir():
            return []
        return sorted(one for one in self.folder.iterdir() if one.name.isdecimal())


def _age(path: Path, now: float) -> float:
    """Say how many seconds ago a file was put there; nothing for one that is gone."""
    try:
        return now - path.stat().st_mtime
    except FileNotFoundError:
        return 0.0


def to_disk(path: Path) -> None:
    """Have the disk, not only its cache, hold a file or a folder's list of names."""
    if path.is_dir():
        if os.name == "nt":  # Windows keeps folders by itself, and refuses to be asked
            return
        handle = os.open(path, os.O_RDONLY)
    else:
        handle = os.open(path, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
