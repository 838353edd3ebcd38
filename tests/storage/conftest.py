"""The people of a school, a teacher's plan that holds, and the database as others see it."""

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
    """Rina's plan, agreed: four RHK-01, two RHK-07, one RHK-08, one duty."""
    async with database.transaction() as session:
        return await holds(session, cast.rina, cast.principal)


@pytest.fixture
async def other(database: Database, database_url: str) -> AsyncIterator[Database]:
    """The same database, as another process has it."""
    second = Database(database_url)
    yield second
    await second.close()
