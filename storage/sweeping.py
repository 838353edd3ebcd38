"""Files and the rows that name them: files that no row names go, rows without a file are told."""

import asyncio
import hashlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from sqlalchemy import func, tuple_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Database
from storage.files import ASIDE, FileStore, Kept
from storage.models import EvidencePage, School

BATCH = 500
"""So many files are looked at between two looks into the database."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A file that rows name and that is not there or, when `damaged`, is not what it was.

    `pieces` are the numbers of the pieces of evidence that it belongs to.
    """

    kept: Kept
    npsn: str
    school: str
    pieces: tuple[int, ...]
    damaged: bool


@dataclass(slots=True)
class Present:
    """How many files are as their rows say, their size in bytes, and which are not."""

    files: int = 0
    size: int = 0
    lost: list[Lost] = field(default_factory=list)


async def sweep(database: Database, files: FileStore, now: float) -> int:
    """Take away half files, and files that have been without a row for longer than any turn takes.

    `now` is the machine's time, in seconds since 1970. Says how many files are gone.

    A turn may bring back a file that looks forgotten, at any moment. So such a file is first set
    aside; only then is it looked at again, and goes if there is still no row and it is still old.
    A turn that came before has made the file young or has written its row; one that comes after
    puts a file of its own in the place. What a crash has left aside is put back or goes likewise.
    """
    gone = await asyncio.to_thread(files.drop_half_files, now)
    walk = files.all()
    while batch := await asyncio.to_thread(_next, walk):
        gone += await _sweep(database, files, batch, now)
    return gone


async def _sweep(database: Database, files: FileStore, batch: list[Kept], now: float) -> int:
    named = await _named(database, batch)
    forgotten = await asyncio.to_thread(_set_aside, files, batch, named, now)
    if not forgotten:
        return 0
    named = await _named(database, forgotten)
    return await asyncio.to_thread(_decide, files, forgotten, named, now)


def _set_aside(files: FileStore, batch: list[Kept], named: set[Kept], now: float) -> list[Kept]:
    """Set the old files without a row aside; the others are where they belong."""
    forgotten = []
    for kept in batch:
        if kept not in named and files.is_old(kept, now):
            files.set_aside(kept)
            forgotten.append(kept)
        else:
            files.put_back(kept)
    return forgotten


def _decide(files: FileStore, aside: list[Kept], named: set[Kept], now: float) -> int:
    gone = 0
    for kept in aside:
        if kept in named or not files.is_old(kept, now):
            files.put_back(kept)
        else:
            files.drop_aside(kept)
            gone += 1
    return gone


async def _named(database: Database, batch: Collection[Kept]) -> set[Kept]:
    async with database.reading() as session:
        return await named_files(session, batch)


async def named_files(session: AsyncSession, among: Collection[Kept] | None = None) -> set[Kept]:
    """Give the files that rows name: all of them, or those among some."""
    query = select(EvidencePage.school_id, EvidencePage.sha256).distinct()
    if among is None:
        return {Kept(school_id, sha256) for school_id, sha256 in await session.exec(query)}
    query = query.where(
        col(EvidencePage.school_id).in_({kept.school_id for kept in among}),
        col(EvidencePage.sha256).in_({kept.sha256 for kept in among}),
    )
    found = {Kept(school_id, sha256) for school_id, sha256 in await session.exec(query)}
    return found.intersection(among)


async def unnamed_files(database: Database, files: FileStore) -> list[Kept]:
    """Give the files that no row names: left by a crash, or of a turn that is under way."""
    found = []
    walk = files.all()
    while batch := await asyncio.to_thread(_next, walk):
        named = await _named(database, batch)
        found += [kept for kept in batch if kept not in named]
    return found


async def missing(database: Database, files: FileStore, *, thorough: bool) -> Present:
    """Look for every file that rows name: by presence and size or, when `thorough`, by hash."""
    present = Present()
    after: tuple[int, str] = (0, "")
    while batch := await _named_after(database, after):
        sizes = await asyncio.to_thread(_sizes, files, batch, thorough=thorough)
        for (kept, _), size in zip(batch, sizes, strict=True):
            if size is not None:
                present.files += 1
                present.size += size
            elif lost := await lost_file(database, files, kept):
                present.lost.append(lost)
        last = batch[-1][0]
        after = (last.school_id, last.sha256)
    return present


async def lost_file(database: Database, files: FileStore, kept: Kept) -> Lost | None:
    """Say whose file is lost; None when no row names it any more, as after an erasure."""
    async with database.reading() as session:
        found = await session.exec(
            select(School.npsn, School.name, EvidencePage.evidence_id)
            .join(School, col(School.id) == col(EvidencePage.school_id))
            .where(EvidencePage.school_id == kept.school_id, EvidencePage.sha256 == kept.sha256)
            .order_by(col(EvidencePage.evidence_id))
        )
        rows = found.all()
    if not rows:
        return None
    npsn, name, _ = rows[0]
    there = await asyncio.to_thread(lambda: where_is(files, kept).exists())
    return Lost(kept, npsn, name, tuple(dict.fromkeys(row[2] for row in rows)), damaged=there)


def where_is(files: FileStore, kept: Kept) -> Path:
    """Say where a file is at this moment, for a sweeping may just have set it aside."""
    path = files.path_of(kept.school_id, kept.sha256)
    aside = path.with_name(path.name + ASIDE)
    return aside if aside.exists() and not path.exists() else path


async def _named_after(database: Database, after: tuple[int, str]) -> list[tuple[Kept, int]]:
    """Give the next files that rows name, with their sizes in bytes."""
    key = (col(EvidencePage.school_id), col(EvidencePage.sha256))
    async with database.reading() as session:
        found = await session.exec(
            select(*key, func.max(col(EvidencePage.size)))
            .where(tuple_(*key) > tuple_(*after))
            .group_by(*key)
            .order_by(*key)
            .limit(BATCH)
        )
        return [(Kept(school_id, sha256), size) for school_id, sha256, size in found]


def _sizes(files: FileStore, batch: list[tuple[Kept, int]], *, thorough: bool) -> list[int | None]:
    """Give the size of each file in bytes; None for one that is missing or damaged."""
    return [_size_if_whole(files, kept, size, thorough=thorough) for kept, size in batch]


def _size_if_whole(files: FileStore, kept: Kept, size: int, *, thorough: bool) -> int | None:
    path = where_is(files, kept)
    try:
        present = path.stat().st_size
        if present != size:
            return None
        if thorough:
            with path.open("rb") as file:
                if hashlib.file_digest(file, "sha256").hexdigest() != kept.sha256:
                    return None
    except OSError:  # gone, or on a part of the disk that can no longer be read
        return None
    return present


def _next(walk: Iterator[Kept]) -> list[Kept]:
    return list(islice(walk, BATCH))
