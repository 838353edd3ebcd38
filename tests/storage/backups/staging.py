"""A place that is backed up, and what a backup of it holds."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import delete, text
from sqlmodel import col, select

from storage.archives import (
    MANIFEST,
    Manifest,
    members,
)
from storage.backups import Backup, back_up
from storage.database import Database
from storage.files import FileStore, Kept
from storage.models import Evidence, EvidencePage
from storage.restoring import Restored, restore
from tests.storage.everything import (
    MOMENT,
    everything,
    fill,
    keep,
    tree,
)

NOW = datetime(2026, 11, 25, 21, 49, 0, tzinfo=UTC)


def silent(_done: int, _of: int) -> None:
    """Show nobody how far it is."""


@dataclass(frozen=True)
class Place:
    """A database and a data folder."""

    database: Database
    data_dir: Path

    @property
    def files(self) -> FileStore:
        return FileStore(self.data_dir / "files")

    async def saves(self, destination: Path) -> Backup:
        return await back_up(
            self.database, self.data_dir, destination, now=NOW, program="0.1", progress=silent
        )

    async def restores(self, source: Path, *, force: bool = False) -> Restored:
        await self.database.close()  # else it would be in use
        return await restore(
            source, self.database, self.data_dir, force=force, now=NOW, progress=silent
        )

    async def holds(self) -> tuple[object, object]:
        """Everything that a backup is to bring back."""
        return await everything(self.database), tree(self.data_dir)


@asynccontextmanager
async def opened(url: str, data_dir: Path) -> AsyncIterator[Place]:
    database = Database(url)
    try:
        yield Place(database, data_dir)
    finally:
        await database.close()


@asynccontextmanager
async def filled(url: str, data_dir: Path) -> AsyncIterator[Place]:
    async with opened(url, data_dir) as place:
        await place.database.migrate()
        await fill(place.database, place.data_dir)
        yield place


def sqlite_url(folder: Path) -> str:
    return f"sqlite+aiosqlite:///{folder}/kawan.db"


async def empty(postgres_url: str) -> None:
    """Make a PostgreSQL database as good as new."""
    database = Database(postgres_url)
    async with database.engine.begin() as connection:
        await connection.execute(text("DROP SCHEMA public CASCADE"))
        await connection.execute(text("CREATE SCHEMA public"))
    await database.close()


def half_files(folder: Path) -> list[Path]:
    """What a backup would leave behind."""
    return list(folder.glob(".*"))


def names_in(archive: Path) -> list[str]:
    with archive.open("rb") as file:
        return [member.name for member in members(file)]


def manifest_of(archive: Path) -> Manifest:
    with archive.open("rb") as file:
        (found,) = [member for member in members(file) if member.name == MANIFEST]
        return Manifest.model_validate_json(found.whole(1_000_000))


async def add_piece(place: Place, data: bytes, *, school_id: int = 1) -> Kept:
    """Receive a piece of evidence as the bot does: first the file, then the row."""
    kept = await asyncio.to_thread(keep, place.files, school_id, data)
    async with place.database.transaction() as session:
        piece = Evidence(
            school_id=school_id, member_id=school_id, received_at=MOMENT, changed_at=MOMENT
        )
        session.add(piece)
        await session.flush()
        session.add(
            EvidencePage(
                evidence_id=piece.id or 0,
                school_id=school_id,
                position=1,
                sha256=kept.sha256,
                original_sha256=kept.sha256,
                size=len(data),
                media_type="image/jpeg",
            )
        )
    return kept


async def erase(place: Place, kept: Kept) -> None:
    """Erase a piece as the bot does: first the rows, then the file."""
    async with place.database.transaction() as session:
        pages = await session.exec(
            select(EvidencePage.evidence_id)
            .where(EvidencePage.school_id == kept.school_id)
            .where(EvidencePage.sha256 == kept.sha256)
        )
        numbers = pages.all()
        await session.exec(delete(EvidencePage).where(col(EvidencePage.evidence_id).in_(numbers)))
        await session.exec(delete(Evidence).where(col(Evidence.id).in_(numbers)))
    await asyncio.to_thread(place.files.remove, kept.school_id, kept.sha256)


async def agrees(place: Place) -> set[Kept]:
    """Every row has its file, every file its row, and every row what it refers to."""
    async with place.database.reading() as session:
        found = await session.exec(select(EvidencePage.school_id, EvidencePage.sha256))
        named = {Kept(*row) for row in found}
        violations = await session.connection()
        broken = await violations.exec_driver_sql("PRAGMA foreign_key_check")
        assert broken.fetchall() == []
    assert set(place.files.all()) == named
    for kept in named:
        data = place.files.path_of(kept.school_id, kept.sha256).read_bytes()
        assert hashlib.sha256(data).hexdigest() == kept.sha256
    return named
