"""Restoring: a backup becomes the database, the evidence and the schools' own rules.

Nothing is touched before the whole backup has been read and found good. Then its files are added:
beside the present rows they are files without a row, and harm nobody. What counts is the one
moment in which all rows are replaced: a crash before it leaves what was, a crash after it what is
new. The schools' own rules, written beside the present ones by then, follow by renaming.
"""

import asyncio
import hashlib
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from pydantic import ValidationError

from storage.archives import (
    DATABASE,
    DROPPED,
    HEAD,
    LONGEST_MANIFEST,
    LONGEST_RULES,
    MANIFEST,
    DamagedBackup,
    Manifest,
    Member,
    file_named,
    members,
    read_head,
    rules_named,
)
from storage.backups import NoRoom, Progress, dated
from storage.database import Database
from storage.errors import Refused
from storage.files import FileStore, Kept, to_disk
from storage.ledger import Ledger
from storage.snapshots import (
    NoSchema,
    Target,
    bring_up_to_date,
    replacing,
    require_known,
    require_unused,
    schools_in,
)

PART = ".part"
FORMER = "sebelum-restore-"
"""Begins the name, as operators read it, of the folder in which former data are kept."""


class NotEmpty(Refused):
    """There are data already: so many schools (None: an unreadable database), files, rules."""

    def __init__(self, schools: int | None, *, files: bool, rules: bool) -> None:
        super().__init__(f"schools: {schools}, files: {files}, rules: {rules}")
        self.schools = schools
        self.files = files
        self.rules = rules


@dataclass(frozen=True, slots=True)
class Restored:
    """What was restored, and where the former data are, if there were any."""

    manifest: Manifest
    former: Path | None


@dataclass(frozen=True, slots=True)
class _Checked:
    """What was found in a backup besides its files."""

    manifest: Manifest
    rows: Member
    rules: dict[str, bytes]


async def restore(
    source: Path,
    database: Database,
    data_dir: Path,
    *,
    force: bool,
    now: datetime,
    progress: Progress,
) -> Restored:
    """Replace everything by a backup. With `force`, data that are there already are kept aside.

    Raises `NotABackup`, `NewerBackup`, `DamagedBackup`, `NewerSchema`, `NotEmpty`, `InUse`,
    `NoRoom`, and the errors of disks and databases.
    """
    with source.open("rb") as file, closing(Ledger()) as ledger:
        read_head(file)
        present = await _present(database, data_dir)
        if present is not None and not force:
            raise present
        await require_unused(database)
        size = file.seek(0, os.SEEK_END)
        checked = await asyncio.to_thread(_check, file, ledger, lambda at: progress(at, 2 * size))
        require_known(checked.manifest.revision)
        _require_room(data_dir, size + checked.rows.size)
        former = dated(data_dir, FORMER, now) if present is not None else None
        place = _Place(database, data_dir, former)
        await place.put(file, ledger, checked, lambda at: progress(size + at, 2 * size))
        progress(2 * size, 2 * size)
    return Restored(checked.manifest, former)


# ---------------------------------------------------------------- before anything is touched


async def _present(database: Database, data_dir: Path) -> NotEmpty | None:
    """Say what is there already."""
    schools = await schools_in(database)
    files = next(FileStore(data_dir / "files").all(), None) is not None
    rules = next(_rules_in(data_dir / "rulesets"), None) is not None
    if schools == 0 and not files and not rules:
        return None
    return NotEmpty(schools, files=files, rules=rules)


def _check(file: BinaryIO, ledger: Ledger, progress: Callable[[int], None]) -> _Checked:
    """Read a backup to its end. Raises `DamagedBackup` unless everything is as it was made."""
    single: dict[str, Member] = {}
    rules: dict[str, bytes] = {}
    for member in members(file):
        if MANIFEST in single:  # it is the last
            raise DamagedBackup(member.name)
        if kept := file_named(member.name):
            if member.sha256() != kept.sha256:
                raise DamagedBackup(member.name)
            ledger.note(kept, member.start, member.size)
        elif path := rules_named(member.name):
            rules[path] = member.whole(LONGEST_RULES)
        elif member.name in {HEAD, DATABASE, DROPPED, MANIFEST}:
            single[member.name] = member
        else:
            raise DamagedBackup(member.name)
        progress(member.start + member.size)
    try:
        manifest = Manifest.model_validate_json(single[MANIFEST].whole(LONGEST_MANIFEST))
        rows = single[DATABASE]
    except (KeyError, ValidationError):
        raise DamagedBackup(MANIFEST) from None
    _compare(file, ledger, _Checked(manifest, rows, rules))
    for absent in manifest.absent:
        ledger.note_absent(Kept(absent.school_id, absent.sha256))
    return _Checked(manifest, rows, rules)


def _compare(file: BinaryIO, ledger: Ledger, found: _Checked) -> None:
    """Raise `DamagedBackup` unless the manifest tells of what was found."""
    manifest = found.manifest
    rules = {path: hashlib.sha256(data).hexdigest() for path, data in found.rules.items()}
    if manifest.head != read_head(file):
        raise DamagedBackup(HEAD)
    if manifest.database != found.rows.sha256():
        raise DamagedBackup(DATABASE)
    if manifest.rulesets != rules:
        raise DamagedBackup("rulesets")
    if (manifest.contents.files, manifest.contents.size) != ledger.totals():
        raise DamagedBackup("files")


def _require_room(data_dir: Path, needed: int) -> None:
    existing = next(
        one for one in (data_dir.absolute(), *data_dir.absolute().parents) if one.exists()
    )
    free = shutil.disk_usage(existing).free
    if free < needed:
        raise NoRoom(needed, free)


# ---------------------------------------------------------------- putting it there


class _Place:
    """Where a backup goes; `former` is the folder for what is there."""

    def __init__(self, database: Database, data_dir: Path, former: Path | None) -> None:
        self._database = database
        self._data_dir = data_dir
        self._files = FileStore(data_dir / "files")
        self._rules = data_dir / "rulesets"
        self._former = former

    async def put(
        self,
        file: BinaryIO,
        ledger: Ledger,
        checked: _Checked,
        progress: Callable[[int], None],
    ) -> None:
        """Put a backup there that was found good."""
        rows = self._files.incoming()
        try:
            await asyncio.to_thread(_extract_rows, checked.rows, rows, ledger)
            async with replacing(self._database) as target:
                await self._keep_former(target)
                try:
                    await asyncio.to_thread(self._add_files, file, progress)
                    await asyncio.to_thread(self._write_rules, checked.rules)
                except BaseException:
                    self._forget_former()
                    raise
                await target.fill(rows)
                await asyncio.to_thread(self._use_rules, checked.rules)
                await asyncio.to_thread(self._remove_others, ledger)
        finally:
            rows.unlink(missing_ok=True)
            self._drop_unused_rules(checked.rules)

    async def _keep_former(self, target: Target) -> None:
        """Keep rows, files and rules as they are in a folder that is a data folder of its own."""
        if self._former is None:
            return
        for left in self._data_dir.glob(f"{FORMER}*{PART}"):  # by a restoring that was killed
            await asyncio.to_thread(shutil.rmtree, left)
        part = self._former.with_name(self._former.name + PART)
        await asyncio.to_thread(self._copy_former, part)
        with suppress(NoSchema):
            await target.keep(part / DATABASE)
        await asyncio.to_thread(_all_to_disk, part)
        part.rename(self._former)
        to_disk(self._data_dir)

    def _forget_former(self) -> None:
        """Take the copy away again: what it was made of is still there."""
        if self._former is not None:
            shutil.rmtree(self._former)

    def _copy_former(self, part: Path) -> None:
        part.mkdir(parents=True)
        if self._files.folder.is_dir():
            # A file never changes: a second name for it costs no room.
            shutil.copytree(
                self._files.folder,
                part / "files",
                copy_function=_link,
                ignore=shutil.ignore_patterns("incoming"),
            )
        if self._rules.is_dir():
            shutil.copytree(self._rules, part / "rulesets")

    def _add_files(self, file: BinaryIO, progress: Callable[[int], None]) -> None:
        for member in members(file):
            if kept := file_named(member.name):
                self._add_file(member, kept)
            progress(member.start + member.size)
        # All at once: one by one, as the store does it, takes several times as long.
        _all_to_disk(self._files.folder)

    def _add_file(self, member: Member, kept: Kept) -> None:
        path = self._files.path_of(kept.school_id, kept.sha256)
        if _is_whole(path, kept):
            os.utime(path)  # as young as if it came now: no sweeping takes it
            return
        arrived = self._files.incoming()
        if _extract(member, arrived) != kept.sha256:
            arrived.unlink()
            raise DamagedBackup(member.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        arrived.replace(path)

    def _write_rules(self, rules: dict[str, bytes]) -> None:
        for name, data in rules.items():
            path = self._rules / f"{name}{PART}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            to_disk(path)

    def _use_rules(self, rules: dict[str, bytes]) -> None:
        for name in rules:
            (self._rules / f"{name}{PART}").replace(self._rules / name)
        for path in list(_rules_in(self._rules)):
            if path.relative_to(self._rules).as_posix() not in rules:
                path.unlink()

    def _drop_unused_rules(self, rules: dict[str, bytes]) -> None:
        for name in rules:
            (self._rules / f"{name}{PART}").unlink(missing_ok=True)

    def _remove_others(self, ledger: Ledger) -> None:
        """Remove files that no row names now; they are kept among the former data."""
        for kept in self._files.all():
            if kept not in ledger:
                self._files.remove(kept.school_id, kept.sha256)
                self._files.drop_aside(kept)


def _rules_in(folder: Path) -> Iterator[Path]:
    """Give the rule sets in a folder, and the corrections of schools."""
    yield from folder.glob("*.toml")
    yield from folder.glob("*/*.toml")


def _is_whole(path: Path, kept: Kept) -> bool:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest() == kept.sha256
    except OSError:
        return False


def _extract(member: Member, path: Path) -> str:
    """Write a member's bytes into a file; give their SHA-256."""
    digest = hashlib.sha256()
    with path.open("wb") as file:
        for chunk in member.chunks():
            digest.update(chunk)
            file.write(chunk)
    return digest.hexdigest()


def _extract_rows(member: Member, path: Path, ledger: Ledger) -> None:
    """Write the rows into a file with the newest schema. All files they name must be noted."""
    _extract(member, path)
    try:
        if next(ledger.lacking(path), None) is not None:
            raise DamagedBackup(DATABASE)
        bring_up_to_date(path)
    except NoSchema:
        raise DamagedBackup(DATABASE) from None
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            raise DamagedBackup(DATABASE) from None
        raise


def _all_to_disk(folder: Path) -> None:
    for path in chain([folder], folder.rglob("*")):
        with suppress(FileNotFoundError):
            to_disk(path)


def _link(source: str, target: str) -> None:
    """Give a file a second name, or copy it where the disk knows no such thing."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)
