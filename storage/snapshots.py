"""All rows of a database in one SQLite file, and back: between databases of either kind.

The file is an ordinary database of this program, with the schema's version in it. So it is
brought up to date by the migrations that there are anyway, any SQLite tool can look into it, and
between two SQLite databases nothing is translated: SQLite itself copies, as of one moment and
without holding writers up. A text format would need a reader, a writer and migrations of its own.
"""

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from alembic import command
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    JSON,
    ColumnElement,
    Connection,
    DateTime,
    Engine,
    Integer,
    MetaData,
    NullPool,
    Table,
    Text,
    TypeDecorator,
    bindparam,
    cast,
    create_engine,
    delete,
    func,
    insert,
    inspect,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import TypeEngine

from storage.columns import Id, UtcDateTime
from storage.database import Database, alembic_config
from storage.errors import Refused
from storage.files import Kept
from storage.sqlite import BUSY_TIMEOUT_S

BATCH = 500
VERSIONS = "alembic_version"


class NoSchema(Refused):
    """There is no database yet, or nothing in it."""


class NewerSchema(Refused):
    """A newer program has made the schema."""

    def __init__(self, revision: str) -> None:
        super().__init__(f"unknown revision {revision}")
        self.revision = revision


class InUse(Refused):
    """Another process has the database open, most likely the bot."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many schools, members with a role and pieces of evidence; the files' bytes."""

    schools: int
    people: int
    pieces: int
    size: int


# ---------------------------------------------------------------- out of a database


async def take_snapshot(database: Database, path: Path) -> str:
    """Copy all rows, as of one moment, into the file at `path`; give the schema's revision.

    Changes nothing and holds nobody up. Raises `NoSchema` and `NewerSchema`.
    """
    await asyncio.to_thread(_make_private, path)
    if database.is_sqlite:
        await asyncio.to_thread(_copy_file, path_of(database), path)
        revision = await asyncio.to_thread(_revision_in, path)
        require_known(revision)
        return revision
    async with database.engine.connect() as source:
        await source.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        revision = await source.run_sync(_revision)
        require_known(revision)
        await _copy_out(source, path, revision)
    return revision


def path_of(database: Database) -> Path:
    """Say where an SQLite database is."""
    return Path(database.url.database or "")


def require_known(revision: str) -> None:
    """Raise `NewerSchema` unless this program knows the schema."""
    scripts = ScriptDirectory.from_config(alembic_config())
    if revision not in {script.revision for script in scripts.walk_revisions()}:
        raise NewerSchema(revision)


def counted(path: Path) -> Counted:
    """Count what is in a snapshot."""
    with _opened(path).connect() as connection:
        tables = {table.name: table for table in _tables(connection, Text())}
        school, member = tables["school"].c, tables["member"].c
        # Whose data were erased keeps a seat without a role.
        people = select(func.count()).where(member.roles != 0)
        counts = [select(func.count(school.id)), people]
        if "evidence_page" in tables:  # not in the first schema
            page = tables["evidence_page"].c
            sizes = select(func.max(page.size).label("size")).group_by(page.school_id, page.sha256)
            counts.append(select(func.count(tables["evidence"].c.id)))
            counts.append(select(func.coalesce(func.sum(sizes.subquery().c.size), 0)))
        found = [int(connection.execute(query).scalar_one()) for query in counts]
    return Counted(*found, *[0] * (4 - len(found)))


async def schools_in(database: Database) -> int | None:
    """Count the schools in any database, also an empty one; None where it cannot be read."""
    if database.is_sqlite:
        return await asyncio.to_thread(_schools_in_file, path_of(database))
    async with database.engine.connect() as connection:
        if not await connection.run_sync(lambda sync: inspect(sync).has_table("school")):
            return 0
        return int((await connection.execute(text("SELECT count(*) FROM school"))).scalar_one())


def _schools_in_file(path: Path) -> int | None:
    if not path.is_file():
        return 0
    with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)) as connection:
        try:
            if not connection.execute(
                "SELECT 1 FROM sqlite_master WHERE name = 'school'"
            ).fetchone():
                return 0
            return int(connection.execute("SELECT count(*) FROM school").fetchone()[0])
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise InUse from None
            return None


def _make_private(path: Path) -> None:
    """Make an empty file that nobody else may read; SQLite fills it."""
    path.unlink(missing_ok=True)
    path.touch(0o600)


def leave_out(path: Path, files: Sequence[Kept]) -> None:
    """Delete the pieces of evidence that have these files from a snapshot."""
    with _opened(path).begin() as connection:
        tables = {table.name: table for table in _tables(connection, Text())}
        page = tables["evidence_page"].c
        for kept in files:
            pieces = connection.execute(
                select(page.evidence_id)
                .where(page.school_id == kept.school_id, page.sha256 == kept.sha256)
                .distinct()
            )
            _delete(connection, tables["evidence"], pieces.scalars().all())


def _delete(connection: Connection, table: Table, numbers: Sequence[int]) -> None:
    """Delete rows with everything that hangs on them; what followed them stays."""
    for other in table.metadata.sorted_tables:
        for reference in other.foreign_keys:
            if reference.column.table is not table:
                continue
            hanging = reference.parent.in_(numbers)
            if other is table:
                connection.execute(update(other).where(hanging).values({reference.parent: None}))
            else:
                (key,) = other.primary_key
                rows = connection.execute(select(key).where(hanging)).scalars().all()
                _delete(connection, other, rows)
    (key,) = table.primary_key
    connection.execute(delete(table).where(key.in_(numbers)))


def _copy_file(source: Path, path: Path) -> None:
    if not source.is_file():
        raise NoSchema
    with closing(sqlite3.connect(source, timeout=BUSY_TIMEOUT_S)) as connection:
        _copy_live_rows(connection, path)


def _copy_live_rows(connection: sqlite3.Connection, path: Path) -> None:
    # One reading transaction; unlike a copy of the pages, it leaves behind what was deleted.
    connection.execute("VACUUM INTO ?", (str(path),))


async def _copy_out(source: AsyncConnection, path: Path, revision: str) -> None:
    with _opened(path).begin() as target:
        command.upgrade(alembic_config(target), revision)
        for ours, theirs in _in_both(target):
            found = await source.stream(select(theirs).order_by(*theirs.primary_key))
            async for rows in found.mappings().partitions(BATCH):
                target.execute(insert(ours), [dict(row) for row in rows])


# ---------------------------------------------------------------- into a database


class Target(Protocol):
    """A database whose rows are about to be replaced."""

    async def keep(self, path: Path) -> None:
        """Keep the present rows in the file at `path`."""

    async def fill(self, snapshot: Path) -> None:
        """Replace all rows by a snapshot's with the newest schema: all of them, or none."""


@asynccontextmanager
async def replacing(database: Database) -> AsyncIterator[Target]:
    """Have a database ready to be filled. Raises `InUse` where others are seen to use it."""
    if not database.is_sqlite:
        yield _PostgresqlTarget(database)
        return
    path = path_of(database)
    path.parent.mkdir(parents=True, exist_ok=True)
    target = _SqliteTarget(path)
    try:
        yield target
    finally:
        target.close()


async def require_unused(database: Database) -> None:
    """Raise `InUse` where others are seen to use the database. Changes nothing."""
    if database.is_sqlite and path_of(database).is_file():
        _SqliteTarget(path_of(database)).close()


def bring_up_to_date(path: Path) -> None:
    """Give a snapshot the newest schema. Raises `NoSchema` and `NewerSchema`."""
    require_known(_revision_in(path))
    with _opened(path).begin() as connection:
        command.upgrade(alembic_config(connection), "head")


class _SqliteTarget:
    """SQLite: nobody else may use it, and the pages are replaced in one transaction.

    So whoever opens it while this goes on waits, and after a crash SQLite restores what was.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = _alone(path)

    async def keep(self, path: Path) -> None:
        await asyncio.to_thread(self._keep, path)

    async def fill(self, snapshot: Path) -> None:
        await asyncio.to_thread(self._fill, snapshot)

    def close(self) -> None:
        """Let others use it again."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _keep(self, path: Path) -> None:
        if self._connection is not None:
            try:
                _copy_live_rows(self._connection, path)
            except sqlite3.OperationalError:  # no room, and the like
                raise
            except sqlite3.DatabaseError:
                self.close()
            else:
                return
        # SQLite cannot read it: somebody else may.
        for part in self._parts():
            shutil.copyfile(_beside(self._path, part), _beside(path, part))

    def _fill(self, snapshot: Path) -> None:
        if self._connection is None:
            for part in self._parts():
                _beside(self._path, part).unlink()
            self._connection = _alone(self._path)
        if self._connection is None:
            raise InUse
        # The write-ahead log would refuse pages of another size; the program turns it on again.
        self._connection.execute("PRAGMA journal_mode=DELETE")
        self._connection.execute("PRAGMA synchronous=FULL")
        with closing(sqlite3.connect(snapshot)) as source:
            source.backup(self._connection)

    def _parts(self) -> list[str]:
        parts = ("", "-wal", "-shm", "-journal")
        return [part for part in parts if _beside(self._path, part).exists()]


def _beside(path: Path, part: str) -> Path:
    return path.with_name(path.name + part)


def _alone(path: Path) -> sqlite3.Connection | None:
    """Open a database for this process alone; None for a file that is no database."""
    connection = sqlite3.connect(path, timeout=1, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA locking_mode=EXCLUSIVE")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute("ROLLBACK")
    except sqlite3.DatabaseError as error:
        connection.close()
        if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
            raise InUse from None
        if error.sqlite_errorcode in {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}:
            return None
        raise
    return connection


class _PostgresqlTarget:
    """PostgreSQL: all tables are emptied and filled in one transaction."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keep(self, path: Path) -> None:
        await take_snapshot(self._database, path)

    async def fill(self, snapshot: Path) -> None:
        await self._database.migrate()
        with _opened(snapshot).connect() as source:
            tables = _in_both(source)
            async with self._database.engine.begin() as target:
                await _empty(target, [theirs for _, theirs in tables])
                for ours, theirs in tables:
                    await _copy_in(source, ours, target, theirs)
                    await _count_on(target, theirs)


async def _copy_in(
    source: Connection, ours: Table, target: AsyncConnection, theirs: Table
) -> None:
    """Copy a table. Rows that refer to others of the table do so once all are there."""
    (key,) = ours.primary_key
    within = [one.parent for one in ours.foreign_keys if one.column.table is ours]
    not_yet = {column.name: None for column in within}
    found = source.execute(select(ours).order_by(key))
    for rows in found.mappings().partitions(BATCH):
        await target.execute(insert(theirs), [dict(row) | not_yet for row in rows])
    for column in within:
        references = source.execute(
            select(key.label("row"), column.label("other")).where(column.is_not(None))
        )
        refer = (
            update(theirs)
            .where(theirs.c[key.name] == bindparam("row"))
            .values({column.name: bindparam("other")})
        )
        for rows in references.mappings().partitions(BATCH):
            await target.execute(refer, [dict(row) for row in rows])


async def _empty(target: AsyncConnection, tables: list[Table]) -> None:
    names = ", ".join(map(target.dialect.identifier_preparer.format_table, tables))
    # The trail refuses to be emptied, except here: what comes is another one, whole.
    await target.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_no_truncate"))
    await target.execute(text(f"TRUNCATE {names} RESTART IDENTITY"))
    await target.execute(text("ALTER TABLE audit ENABLE TRIGGER audit_no_truncate"))


async def _count_on(target: AsyncConnection, table: Table) -> None:
    """Let the next row's number follow the last one's."""
    (key,) = table.primary_key
    name = target.dialect.identifier_preparer.format_table(table)
    sequence = func.pg_get_serial_sequence(name, key.name)  # NULL where nothing is counted
    last = func.max(key)
    await target.execute(select(func.setval(sequence, last)).having(last.is_not(None)))


# ---------------------------------------------------------------- both ways


class _JsonbText(TypeDecorator[str]):
    """A document in PostgreSQL as it is written: NULL and the document `null` stay different."""

    impl = Text
    cache_ok = True

    def bind_expression(self, bindvalue: Any) -> ColumnElement[Any]:
        return cast(type_coerce(bindvalue, Text), JSONB)

    def column_expression(self, column: Any) -> ColumnElement[Any]:
        return cast(column, Text)


def _in_both(snapshot: Connection) -> list[tuple[Table, Table]]:
    """Give each table as it is in a snapshot and in PostgreSQL, after those it refers to."""
    return list(zip(_tables(snapshot, Text()), _tables(snapshot, _JsonbText()), strict=True))


def _tables(snapshot: Connection, document: TypeEngine[Any]) -> list[Table]:
    metadata = MetaData()
    metadata.reflect(snapshot)
    for table in metadata.tables.values():
        for column in table.columns:
            column.type = _portable(column.type, document)
    return [table for table in metadata.sorted_tables if table.name != VERSIONS]


def _portable(found: TypeEngine[Any], document: TypeEngine[Any]) -> TypeEngine[Any]:
    """Give the type that carries all values of a column to the other kind of database."""
    if isinstance(found, JSON):
        return document
    if isinstance(found, DateTime):
        return UtcDateTime()
    return Id if isinstance(found, Integer) else found.as_generic()


def _opened(path: Path) -> Engine:
    # By a function, for a path may have signs that mean something in an address.
    return create_engine("sqlite://", creator=lambda: sqlite3.connect(path), poolclass=NullPool)


def _revision_in(path: Path) -> str:
    with _opened(path).connect() as connection:
        return _revision(connection)


def _revision(connection: Connection) -> str:
    revision = MigrationContext.configure(connection).get_current_revision()
    if revision is None:
        raise NoSchema
    return revision
