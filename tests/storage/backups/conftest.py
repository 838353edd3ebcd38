"""Places with something in every table, and an empty one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.storage.backups.staging import (
    Place,
    filled,
    opened,
    sqlite_url,
)


@pytest.fixture
async def school(tmp_path: Path) -> AsyncIterator[Place]:
    """A place with something in every table, on SQLite."""
    async with filled(sqlite_url(tmp_path), tmp_path / "data") as place:
        yield place


@pytest.fixture
async def each_school(database_url: str, tmp_path: Path) -> AsyncIterator[Place]:
    """A place with something in every table, once on each kind of database."""
    async with filled(database_url, tmp_path / "data") as place:
        yield place


@pytest.fixture
async def elsewhere(tmp_path: Path) -> AsyncIterator[Place]:
    """An empty place, on SQLite."""
    async with opened(sqlite_url(tmp_path / "elsewhere"), tmp_path / "elsewhere") as place:
        yield place
