"""Two schools with their people."""

from typing import Any

import pytest

from storage.database import Database
from tests.storage.plans.staging import Cast, cast_for


@pytest.fixture
async def cast(database: Database) -> Cast:
    return await cast_for(database)


@pytest.fixture
async def other(database: Database, database_url: str) -> Any:
    """The same database, as another process has it."""
    second = Database(database_url)
    yield second
    await second.close()
