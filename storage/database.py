"""The engine, transactions and migrations.

SQLite has one writer at a time: writing transactions take its lock when they begin and, within
this process, wait for each other in order. PostgreSQL needs neither.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, make_url, text
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import sqlite

MIGRATIONS = Path(__file__).parent / "migrations"
MIGRATION_LOCK = 7607_2023  # any number, as long as every process uses the same


class Database:
    """The database behind `url` (an SQLAlchemy URL with an async driver).

    Its errors do not tell what was to be stored: they go to the log, and people's words do not.
    """

    def __init__(self, url: str) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(url) if self.is_sqlite else _postgresql_engine(url)
        self._writers = asyncio.Lock() if self.is_sqlite else None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """A session that commits at the end, or rolls everything back on an error."""
        async with self.writing() as session:
            yield session
            await session.commit()

    @asynccontextmanager
    async def hurried(self) -> AsyncIterator[AsyncSession]:
        """A transaction that does not wait for the disk.

        No crash of a process undoes it; a power cut may, unless a later transaction did wait.
        """
        async with self._turn_to_write(), self._session() as session:
            if self.is_sqlite:
                await session.connection(execution_options={"hurries": True})
            else:
                connection = await session.connection()
                await connection.exec_driver_sql("SET LOCAL synchronous_commit TO off")
            yield session
            await session.commit()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncSession]:
        """A session that may write. The caller commits; what is not committed is rolled back.

        The right to write ends with the commit that the caller makes, not with the block: leave
        the block soon after.
        """
        async with self._turn_to_write(), self._session() as session:
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncSession]:
        """A session that only reads; it waits for no writer."""
        async with self._session() as session:
            if self.is_sqlite:
                await session.connection(execution_options={"reads_only": True})
            yield session

    async def migrate(self) -> None:
        """Bring the schema to the newest version. Safe to call from several processes at once."""
        if self.is_sqlite and self.url.database and self.url.database != ":memory:":
            Path(self.url.database).parent.mkdir(parents=True, exist_ok=True)
        async with self.engine.begin() as connection:
            if not self.is_sqlite:  # SQLite's BEGIN IMMEDIATE is the lock already
                await connection.execute(
                    text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK}
                )
            await connection.run_sync(_upgrade)

    async def close(self) -> None:
        """Give the connections back."""
        await self.engine.dispose()

    def _turn_to_write(self) -> AbstractAsyncContextManager[Any]:
        return self._writers if self._writers is not None else nullcontext()

    def _session(self) -> AsyncSession:
        return AsyncSession(self.engine, expire_on_commit=False, autoflush=False)


def _postgresql_engine(url: str) -> AsyncEngine:
    # No ping before use: it would cost every tap a round trip. That the server has hung up, as it
    # does when it starts anew, the driver knows by itself.
    engine = create_async_engine(url, pool_size=20, max_overflow=20, hide_parameters=True)
    event.listen(engine.sync_engine, "checkout", _refuse_closed)
    return engine


def _refuse_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    """Have the pool replace a connection that the server has closed."""
    if connection.driver_connection.is_closed():
        raise DisconnectionError


def _sqlite_engine(url: str) -> AsyncEngine:
    path = make_url(url).database
    engine = create_async_engine(
        url, async_creator=lambda: sqlite.connect(path), hide_parameters=True
    )
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _begin_sqlite(connection: Connection) -> None:
    options = connection.get_execution_options()
    reads_only = options.get("reads_only", False)
    if not reads_only:
        _wait_for_disk(connection, not options.get("hurries", False))
    # A transaction that reads first and writes later can fail half-way; taking the lock at once
    # makes it wait instead.
    connection.exec_driver_sql("BEGIN" if reads_only else "BEGIN IMMEDIATE")


def _wait_for_disk(connection: Connection, waits: bool) -> None:
    """Have the commits of a connection wait for the disk or not, if that is to change."""
    if connection.info.get("waits", True) != waits:
        connection.exec_driver_sql(f"PRAGMA synchronous={'FULL' if waits else 'NORMAL'}")
        connection.info["waits"] = waits


def alembic_config(connection: Connection | None = None) -> Config:
    """Alembic's configuration, bound to a connection when one is given."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("file_template", "%%(year)d%%(month).2d%%(day).2d_%%(slug)s")
    config.attributes["connection"] = connection
    return config


@cache
def _newest() -> str | None:
    return ScriptDirectory(str(MIGRATIONS)).get_current_head()


def _upgrade(connection: Connection) -> None:
    # Most starts find nothing to do: to read every migration for that takes most of the start.
    if MigrationContext.configure(connection).get_current_revision() == _newest():
        return
    command.upgrade(alembic_config(connection), "head")
