"""The file that a backup is: a plain, uncompressed tar, written and read in one stream.

Its members, in this order:

- `kawan-backup.json`: that it is a backup, of which format, when it was made and by what;
- `files/<school id>/<two hex>/<sha256>`: the evidence;
- `rulesets/<npsn>/<rule set>.toml`: the schools' own corrections;
- `rulesets/<rule set>.toml`: further rule sets;
- `kawan.db`: all rows, as an SQLite database;
- `manifest.json`: what all of it must be.

The manifest vouches for the database and the rules by their hashes, and the database for every
file, whose name is its hash. What was cut short has no manifest. A member named `dropped` is room
that was given up again.

Headers are the standard library's, so any `tar` lists and unpacks a backup. Reading takes only
what writing makes: ordinary members with names of these shapes.
"""

import hashlib
import re
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from pydantic import BaseModel, ConfigDict, ValidationError

from storage.errors import Refused
from storage.files import Kept

FORMAT = "kawan-backup"
VERSION = 1

HEAD = "kawan-backup.json"
DATABASE = "kawan.db"
MANIFEST = "manifest.json"
DROPPED = "dropped"

BLOCK = tarfile.BLOCKSIZE
CHUNK = 1024 * 1024
LONGEST_RULES = CHUNK
LONGEST_MANIFEST = 64 * CHUNK
"""The most that is read whole, in bytes."""

_FILE = re.compile(r"files/([1-9][0-9]{0,18})/([0-9a-f]{2})/(\2[0-9a-f]{62})")
_RULES = re.compile(r"rulesets/((?:[A-Za-z0-9_-]{1,16}/)?[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}\.toml)")


class NotABackup(Refused):
    """The file is something else."""


class NewerBackup(Refused):
    """A newer program has made the backup."""


class DamagedBackup(Refused):
    """The backup is not what it was when it was made; `where` names the member."""

    def __init__(self, where: str) -> None:
        super().__init__(f"damaged at {where}")
        self.where = where


class Unreadable(Exception):
    """What is to go into an archive cannot be read to its end."""


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Mark(_Frozen):
    """What every backup begins with, also one of a newer format."""

    format: str
    version: int


class Head(Mark):
    """What a backup says of itself first. `program` is the version that made it."""

    made_at: datetime
    program: str


class Contents(_Frozen):
    """How much there is: schools, people with a role, pieces of evidence, files, their bytes."""

    schools: int
    people: int
    pieces: int
    files: int
    size: int


class Absent(_Frozen):
    """A file that rows name but that was lost or damaged already when the backup was made."""

    school_id: int
    sha256: str


class Manifest(_Frozen):
    """What a backup says of itself last. `revision` is the schema's; hashes are SHA-256."""

    head: Head
    revision: str
    contents: Contents
    database: str
    rulesets: dict[str, str]
    absent: tuple[Absent, ...]


def file_name(kept: Kept) -> str:
    """Give the name of a file's member."""
    return f"files/{kept.school_id}/{kept.sha256[:2]}/{kept.sha256}"


def file_named(name: str) -> Kept | None:
    """Give the file that a member's name stands for, if it stands for one."""
    match = _FILE.fullmatch(name)
    return Kept(int(match[1]), match[3]) if match else None


def rules_name(path: str) -> str:
    """Give the name of the member for a path below the folder of rules."""
    return f"rulesets/{path}"


def rules_named(name: str) -> str | None:
    """Give the path below the folder of rules that a member's name stands for, if any."""
    match = _RULES.fullmatch(name)
    return match[1] if match else None


class ArchiveWriter:
    """Writes members one after the other into `file`, which is open for reading and writing."""

    def __init__(self, file: BinaryIO, made_at: datetime) -> None:
        self._file = file
        self._seconds = int(made_at.timestamp())

    def place(self) -> int:
        """Say where the next member begins."""
        return self._file.tell()

    def add(self, name: str, source: BinaryIO, size: int) -> str:
        """Add so many bytes of `source`; give their SHA-256.

        Raises `Unreadable` when they cannot be had; then the member has to be taken back.
        """
        self._file.write(self._header(name, size))
        digest = hashlib.sha256()
        left = size
        while left:
            try:
                chunk = source.read(min(CHUNK, left))
            except OSError as error:  # the disk's, unlike an error in writing
                raise Unreadable(name) from error
            if not chunk:
                raise Unreadable(name)
            digest.update(chunk)
            self._file.write(chunk)
            left -= len(chunk)
        self._file.write(bytes(-size % BLOCK))
        return digest.hexdigest()

    def take_back(self, place: int) -> None:
        """Take back the members from this place on."""
        self._file.seek(place)
        self._file.truncate()

    def drop(self, place: int) -> None:
        """Wipe out the member at this place; its room stays empty."""
        end = self._file.tell()
        self._file.seek(place)
        size = tarfile.TarInfo.frombuf(self._file.read(BLOCK), "ascii", "strict").size
        self._file.seek(place)
        self._file.write(self._header(DROPPED, size))
        while size > 0:
            self._file.write(bytes(min(CHUNK, size)))
            size -= CHUNK
        self._file.seek(end)

    def finish(self) -> None:
        """Write the end."""
        self._file.write(bytes(2 * BLOCK))

    def _header(self, name: str, size: int) -> bytes:
        info = tarfile.TarInfo(name)
        info.size, info.mode, info.mtime = size, 0o600, self._seconds
        return info.tobuf(tarfile.GNU_FORMAT, "ascii", "strict")


@dataclass(frozen=True, slots=True)
class Member:
    """A member of an archive: the bytes from `start` on."""

    name: str
    size: int
    start: int
    _file: BinaryIO

    def chunks(self) -> Iterator[bytes]:
        """Give the bytes. Raises `DamagedBackup` where the archive is cut short."""
        self._file.seek(self.start)
        left = self.size
        while left:
            chunk = self._file.read(min(CHUNK, left))
            if not chunk:
                raise DamagedBackup(self.name)
            left -= len(chunk)
            yield chunk

    def whole(self, longest: int) -> bytes:
        """Give all bytes of a short member. Raises `DamagedBackup` for one that is long."""
        if self.size > longest:
            raise DamagedBackup(self.name)
        return b"".join(self.chunks())

    def sha256(self) -> str:
        """Give the hash of the bytes."""
        digest = hashlib.sha256()
        for chunk in self.chunks():
            digest.update(chunk)
        return digest.hexdigest()


def members(file: BinaryIO) -> Iterator[Member]:
    """Give the members of an archive. Raises `NotABackup`, `NewerBackup`, `DamagedBackup`."""
    read_head(file)
    last, place = "", 0
    while (member := _member_at(file, place, after=last)) is not None:
        yield member
        last, place = member.name, member.start + member.size + -member.size % BLOCK


def read_head(file: BinaryIO) -> Head:
    """Read what an archive says of itself first. Raises `NotABackup`, `NewerBackup`."""
    try:
        first = _member_at(file, 0, after="")
        if first is None or first.name != HEAD:
            raise NotABackup
        text = first.whole(CHUNK)
        mark = Mark.model_validate_json(text)
        if mark.format == FORMAT and mark.version > VERSION:
            raise NewerBackup
        head = Head.model_validate_json(text)
    except (DamagedBackup, ValidationError):
        raise NotABackup from None
    if head.format != FORMAT:
        raise NotABackup
    return head


def _member_at(file: BinaryIO, place: int, *, after: str) -> Member | None:
    """Read the header at a place; None where the archive ends."""
    file.seek(place)
    header = file.read(BLOCK)
    if not any(header) and len(header) == BLOCK:
        return None
    try:
        info = tarfile.TarInfo.frombuf(header, "ascii", "strict")
    except (tarfile.HeaderError, UnicodeDecodeError):
        raise DamagedBackup(after or "the beginning") from None
    if info.type != tarfile.REGTYPE or info.size < 0:
        raise DamagedBackup(info.name)
    return Member(info.name, info.size, place + BLOCK, file)
