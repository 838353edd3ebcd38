"""Fixtures of ratings: the people, and two teachers' plans that hold."""

from collections.abc import AsyncIterator

import pytest

from storage.database import Database
from storage.plans import FullPlan
from tests.storage.evidence.staging import Cast, cast_for, holds


@pytest.fixture
async def cast(database: Database) -> Cast:
    return await cast_for(database)


@pytest.fixture
async def plan(database: Database, cast: Cast) -> FullPlan:
    """Rina's."""
    async with database.transaction() as session:
        return await holds(session, cast.rina, cast.principal)


@pytest.fixture
async def other(database: Database, database_url: str) -> AsyncIterator[Database]:
    """The same database, as another process sees it."""
    other = Database(database_url)
    yield other
    await other.close()
