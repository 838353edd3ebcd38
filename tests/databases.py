"""Databases of the tests: each process opens its two once, and every test finds them empty.

An engine knows the statements that it has put into words, and a server its tables: to begin both
anew takes longer than most tests.
"""

import asyncio
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import event, insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel import SQLModel

import storage.database
from storage.database import Database

FreshDatabase = Callable[[], Database]
"""Empties a database, and opens it. What was opened before must be closed."""

EMPTY = """
SET session_replication_role = replica;
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid();
DO $$
DECLARE
  one record;
  filled boolean;
BEGIN
  FOR one IN
    SELECT oid::regclass AS name FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace
    AND relname <> 'alembic_version'
  LOOP
    EXECUTE format('SELECT EXISTS (SELECT FROM %s)', one.name) INTO filled;
    IF filled THEN
      EXECUTE format('DELETE FROM %s', one.name);
    END IF;
  END LOOP;
  PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false)
  FROM pg_sequences WHERE last_value IS NOT NULL;
END $$;
DELETE FROM pg_statistic
WHERE starelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace);
UPDATE pg_class SET reltuples = -1, relpages = 0
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples <> -1;
"""


class KeptEngines:
    """Gives whoever opens one of some addresses the engine that it had before."""

    def __init__(self) -> None:
        self._engines: dict[str, AsyncEngine | None] = {}
        self._create = create_async_engine
        vars(storage.database)["create_async_engine"] = self._give

    def keep(self, url: str) -> None:
        """Keep, from now on, the engine of one address; it has no connection from before."""
        engine = self._engines.setdefault(url, None)
        if engine is not None:
            # Those of a test that was broken off belong to an event loop that is no more.
            engine.sync_engine.dispose(close=False)

    def _give(self, url: str, **named: Any) -> AsyncEngine:
        if url not in self._engines:
            return self._create(url, **named)
        engine = self._engines[url]
        if engine is None:
            engine = self._engines[url] = self._create(url, **named)
            if engine.dialect.name == "sqlite":
                event.listen(engine.sync_engine, "connect", _keep_no_order)
        return engine


def _keep_no_order(connection: Any, _record: object) -> None:
    """Give rows backwards to whoever asks for no order: PostgreSQL gives them as it likes."""
    connection.cursor().execute("PRAGMA reverse_unordered_selects=ON")


ENGINES = KeptEngines()


class KeptSqlite:
    """A file in a folder of its own, again and again the copy of a migrated one."""

    def __init__(self, folder: Path, template: Path) -> None:
        self._folder = folder
        self._template = template
        self.url = copied(template, folder)

    def empty(self) -> None:
        """Begin anew, also with what lies beside the database."""
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        copied(self._template, self._folder)
        ENGINES.keep(self.url)


class KeptPostgresql:
    """A database of this process alone."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._runner = asyncio.Runner(loop_factory=asyncio.new_event_loop)
        self._connection: asyncpg.Connection | None = None
        self._version = ""

    def empty(self) -> None:
        """Take out every row and what is known of their number; numbers begin with one."""
        self._runner.run(self._empty())
        ENGINES.keep(self.url)

    def close(self) -> None:
        """Give everything back; the server may have hung up before."""
        self._runner.run(self._hang_up())
        self._runner.close()

    async def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.terminate()
            await asyncio.sleep(0)  # for the loop to let go of it

    async def _empty(self) -> None:
        if self._connection is not None and not await _answers(self._connection):
            self._connection.terminate()
            self._connection = None
        if self._connection is None:
            self._connection = await asyncpg.connect(self.url.replace("+asyncpg", ""))
        version = "SELECT version_num FROM alembic_version"
        self._version = self._version or await self._connection.fetchval(version)
        await self._connection.execute(EMPTY)
        await self._connection.execute(
            "UPDATE alembic_version SET version_num = $1 WHERE version_num <> $1", self._version
        )


async def _answers(connection: asyncpg.Connection) -> bool:
    """Ask whether a connection is still there: some tests have the server end them all."""
    try:
        await connection.execute("SELECT 1")
    except (asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
        return False
    return True


def fresh(kept: KeptSqlite | KeptPostgresql) -> FreshDatabase:
    """Give what empties and opens a database as often as it is called."""

    def opened() -> Database:
        kept.empty()
        return Database(kept.url)

    return opened


def copied(template: Path, folder: Path) -> str:
    """Copy a migrated database into a folder; give its address."""
    path = folder / "kawan.db"
    shutil.copyfile(template, path)
    return f"sqlite+aiosqlite:///{path}"


async def fill(
    connection: AsyncConnection, table: type[SQLModel], rows: list[dict[str, Any]]
) -> None:
    """Put rows of the test's own making into a table of a server, and let it count them.

    What it would do with a table that is almost empty says nothing about any other. What the rows
    refer to need not be there.
    """
    await connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
    await connection.execute(insert(table), rows)
    await connection.exec_driver_sql(f"ANALYZE {table.__tablename__}")


async def migrate(url: str) -> None:
    """Bring a database to the newest version."""
    database = Database(url)
    await database.migrate()
    await database.close()
