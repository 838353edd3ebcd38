"""A seat for one process at a time: whoever has it sends and schedules, the others wait.

The operating system or the server frees it the moment its process is gone, however it died.
"""

import asyncio
import contextlib
import os
from pathlib import Path
from typing import Any, Protocol

from filelock import FileLock, Timeout
from sqlalchemy import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

PATIENCE_S = 5.0
SEAT = 7607_2024  # any number, as long as every process uses the same

# A server notices within half a minute that a whole machine has vanished.
_KEEPALIVE = {
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


class Seat(Protocol):
    """What one process of all that share a database can have."""

    async def take(self) -> bool:
        """Take the seat if it is free; say whether we have it."""

    async def is_ours(self) -> bool:
        """Say whether we still have the seat."""

    async def leave(self) -> None:
        """Free the seat, if we have it."""


def seat_beside(database_url: str) -> Seat:
    """Give the seat that belongs to a database."""
    url = make_url(database_url)
    if url.get_backend_name() != "sqlite":
        return ServerSeat(database_url)
    if not url.database or url.database == ":memory:":
        return OnlySeat()
    return FileSeat(Path(f"{url.database}.sender"))


class OnlySeat:
    """The seat beside a database in memory, which no other process has."""

    async def take(self) -> bool:
        """Take it."""
        return True

    async def is_ours(self) -> bool:
        """It always is."""
        return True

    async def leave(self) -> None:
        """Nothing to free."""


class FileSeat:
    """A lock of the operating system on a file beside the database. For local disks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = FileLock(path, timeout=0, thread_local=False)
        self._file = (0, 0)

    async def take(self) -> bool:
        """Lock the file if nobody has."""
        try:
            self._lock.acquire()
        except Timeout:
            return False
        self._file = self._identity()
        return True

    async def is_ours(self) -> bool:
        """Look whether the file is still the one that we locked, and not one put in its place."""
        return self._lock.is_locked and self._identity() == self._file

    async def leave(self) -> None:
        """Unlock the file."""
        self._lock.release()

    def _identity(self) -> tuple[int, int]:
        try:
            found = os.stat(self._path)  # noqa: PTH116 - quick, and asked once a second
        except FileNotFoundError:
            return (-1, -1)
        return found.st_dev, found.st_ino


class ServerSeat:
    """An advisory lock of a PostgreSQL session, on a connection that does nothing else."""

    def __init__(self, database_url: str) -> None:
        self._engine = create_async_engine(
            database_url,
            poolclass=NullPool,
            isolation_level="AUTOCOMMIT",
            connect_args={"server_settings": _KEEPALIVE, "timeout": PATIENCE_S},
        )
        self._connection: AsyncConnection | None = None
        self._line: Any = None
        """The driver's own connection: it says plainly whether it lives."""

    async def take(self) -> bool:
        """Lock if no other session has."""
        await self._hang_up()
        async with asyncio.timeout(PATIENCE_S):
            self._connection = await self._engine.connect()
            self._line = (await self._connection.get_raw_connection()).driver_connection
            locked = await self._line.fetchval("SELECT pg_try_advisory_lock($1)", SEAT)
        if not locked:
            await self._hang_up()
        return bool(locked)

    async def is_ours(self) -> bool:
        """Ask over the very connection: while it lives, so does its lock."""
        if self._line is None:
            return False
        try:
            await self._line.execute("SELECT 1", timeout=PATIENCE_S)
        except Exception:  # whatever it is: a connection that cannot answer cannot hold a lock
            await self._hang_up()
            return False
        return True

    async def leave(self) -> None:
        """Unlock, so that another need not wait until the server sees that we are gone."""
        # Where the line is dead, so is the lock.
        with contextlib.suppress(Exception):
            if self._line is not None:
                await self._line.execute("SELECT pg_advisory_unlock_all()", timeout=PATIENCE_S)
        await self._hang_up()

    async def _hang_up(self) -> None:
        connection, line = self._connection, self._line
        self._connection = self._line = None
        if line is not None:
            line.terminate()  # without a word: the server may be beyond answering
        if connection is not None:
            await connection.invalidate()
            await connection.close()
