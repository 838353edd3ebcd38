"""Backups: all schools' rows, evidence and own rules in one file, made while the bot runs.

First the rows are copied as of one moment, then the files that they name. A file is on the disk
before the row that names it and never changes, so it is still there: unless a person was erased
in between. Then the rows are copied anew, or in the end pieces without their file are left out;
files that no row names any more are wiped out.
"""

import asyncio
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from itertools import chain, count
from pathlib import Path
from typing import BinaryIO

from storage.archives import (
    DATABASE,
    FORMAT,
    HEAD,
    LONGEST_RULES,
    MANIFEST,
    VERSION,
    Absent,
    ArchiveWriter,
    Contents,
    Head,
    Manifest,
    Unreadable,
    file_name,
    rules_name,
    rules_named,
)
from storage.database import Database
from storage.errors import Refused
from storage.files import FileStore, Kept, to_disk
from storage.ledger import Ledger
from storage.snapshots import counted, leave_out, take_snapshot
from storage.sweeping import Lost, lost_file, where_is

TRIES = 3
"""So often the rows are copied in the hope that nobody is erased before their files are."""

Progress = Callable[[int, int], None]
"""Told how many bytes are done, and of how many."""


class DestinationTaken(Refused):
    """There is a file of that name; it is not written over."""

    def __init__(self, path: Path) -> None:
        super().__init__(str(path))
        self.path = path


class NoRoom(Refused):
    """The disk has less room, in bytes, than is needed."""

    def __init__(self, needed: int, free: int) -> None:
        super().__init__(f"{needed} bytes are needed, {free} are free")
        self.needed = needed
        self.free = free


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was made: where, its bytes, what it holds, and the files it had to leave."""

    path: Path
    size: int
    contents: Contents
    lost: list[Lost]


async def back_up(
    database: Database,
    data_dir: Path,
    destination: Path,
    *,
    now: datetime,
    program: str,
    progress: Progress,
) -> Backup:
    """Make a backup at `destination`, or under a dated name in it when it is a folder.

    The file has its name once it is whole and on the disk. Files that are lost or damaged are
    left out and named; everything else is in it. Raises `DestinationTaken`, `NoRoom`, `NoSchema`,
    `NewerSchema`, and the errors of disks and databases.
    """
    path = _path_for(destination, now)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}.part")
    rows = part.with_name(f"{part.name}.db")
    try:
        with _private(part) as file:
            head = Head(format=FORMAT, version=VERSION, made_at=now, program=program)
            making = _Making(database, data_dir, ArchiveWriter(file, now), rows, progress)
            contents, lost = await making.run(head)
            await asyncio.to_thread(_finish, file)
        await asyncio.to_thread(_publish, part, path)
    finally:
        part.unlink(missing_ok=True)
        rows.unlink(missing_ok=True)
    return Backup(path, path.stat().st_size, contents, lost)


class _Making:
    """One backup being made; `rows` is where the copy of the rows is kept meanwhile."""

    def __init__(
        self,
        database: Database,
        data_dir: Path,
        writer: ArchiveWriter,
        rows: Path,
        progress: Progress,
    ) -> None:
        self._database = database
        self._files = FileStore(data_dir / "files")
        self._rules = data_dir / "rulesets"
        self._writer = writer
        self._rows = rows
        self._progress = progress
        self._ledger = Ledger()
        self._lost: list[Lost] = []

    async def run(self, head: Head) -> tuple[Contents, list[Lost]]:
        """Write everything; give what it is, and the files that could not be had."""
        try:
            self._add(HEAD, head.model_dump_json().encode())
            revision = await self._add_files()
            await asyncio.to_thread(self._wipe_unnamed)
            rules = {name: self._add(rules_name(name), data) for name, data in self._own_rules()}
            contents = await asyncio.to_thread(self._contents)
            absent = set(self._ledger.absent())
            manifest = Manifest(
                head=head,
                revision=revision,
                contents=contents,
                database=await asyncio.to_thread(self._add_rows),
                rulesets=rules,
                absent=tuple(Absent(school_id=a.school_id, sha256=a.sha256) for a in absent),
            )
            self._add(MANIFEST, manifest.model_dump_json(indent=1).encode())
            self._writer.finish()
        finally:
            self._ledger.close()
        return contents, [lost for lost in self._lost if lost.kept in absent]

    async def _add_files(self) -> str:
        """Copy the rows and all files that they name; give the schema's revision."""
        for _ in range(TRIES):
            revision = await take_snapshot(self._database, self._rows)
            expected = (await asyncio.to_thread(counted, self._rows)).size
            self._require_room(expected)
            erased = []
            for kept in self._ledger.lacking(self._rows):
                if not await self._add_file(kept):
                    erased.append(kept)
                self._progress(self._ledger.totals()[1], expected)
            if not erased:
                return revision
        # More is erased than rows can be copied in time.
        await asyncio.to_thread(leave_out, self._rows, erased)
        return revision

    async def _add_file(self, kept: Kept) -> bool:
        """Copy a file, or note that it is lost; False when no row names it any more."""
        lost: Lost | None = None
        for _ in range(2):  # it may have been sent anew between the look for it and for its row
            if await asyncio.to_thread(self._copy, kept):
                return True
            lost = await lost_file(self._database, self._files, kept)
            if lost is None:
                return False
        if lost is not None:
            self._lost.append(lost)
        self._ledger.note_absent(kept)
        return True

    def _copy(self, kept: Kept) -> bool:
        """Copy a file; False when it is not there or is not what its name says."""
        place = self._writer.place()
        try:
            source = where_is(self._files, kept).open("rb")
        except OSError:
            return False
        with source:
            size = os.fstat(source.fileno()).st_size
            try:
                if self._writer.add(file_name(kept), source, size) == kept.sha256:
                    self._ledger.note(kept, place, size)
                    return True
            except Unreadable:
                pass
        self._writer.take_back(place)
        return False

    def _wipe_unnamed(self) -> None:
        for place in self._ledger.forget_unnamed(self._rows):
            self._writer.drop(place)

    def _own_rules(self) -> Iterator[tuple[str, bytes]]:
        for path in sorted(chain(self._rules.glob("*.toml"), self._rules.glob("*/*.toml"))):
            name = path.relative_to(self._rules).as_posix()
            # The program gives no other names, and so takes no notice of such files.
            if rules_named(rules_name(name)) and path.stat().st_size <= LONGEST_RULES:
                yield name, path.read_bytes()

    def _add(self, name: str, data: bytes) -> str:
        return self._writer.add(name, BytesIO(data), len(data))

    def _add_rows(self) -> str:
        with self._rows.open("rb") as rows:
            return self._writer.add(DATABASE, rows, self._rows.stat().st_size)

    def _contents(self) -> Contents:
        rows = counted(self._rows)
        files, size = self._ledger.totals()
        return Contents(
            schools=rows.schools, people=rows.people, pieces=rows.pieces, files=files, size=size
        )

    def _require_room(self, expected: int) -> None:
        """Raise `NoRoom` unless files of so many bytes in all, and the rows, will fit."""
        needed = expected - self._ledger.totals()[1] + self._rows.stat().st_size
        free = shutil.disk_usage(self._rows.parent).free
        if free < needed:
            raise NoRoom(needed, free)


def _path_for(destination: Path, now: datetime) -> Path:
    """Say where the backup goes. Raises `DestinationTaken`."""
    if not destination.is_dir():
        if destination.exists():
            raise DestinationTaken(destination)
        return destination
    return dated(destination, "kawan-", now, ".tar")


def dated(folder: Path, before: str, now: datetime, after: str = "") -> Path:
    """Give a path in a folder that nothing has yet, named by the moment."""
    name = f"{before}{now:%Y%m%d-%H%M%S}"
    names = chain([name], (f"{name}-{number}" for number in count(2)))
    paths = (folder / f"{one}{after}" for one in names)
    return next(path for path in paths if not path.exists())


@contextmanager
def _private(path: Path) -> Iterator[BinaryIO]:
    """Open a new file that nobody else may read: it holds everybody's data."""
    path.touch(0o600, exist_ok=False)
    with path.open("r+b") as file:
        yield file


def _finish(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())


def _publish(part: Path, path: Path) -> None:
    """Give a whole file its name; never over another."""
    try:
        path.hardlink_to(part)
    except FileExistsError:
        raise DestinationTaken(path) from None
    except OSError:  # a disk that cannot, such as a memory stick
        if path.exists():
            raise DestinationTaken(path) from None
        part.rename(path)
    to_disk(path.parent)
