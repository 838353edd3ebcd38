"""SQLite without a journey to a thread for every step.

`aiosqlite` sends each step of a statement (open a cursor, run, fetch, close) to a thread and waits
for it. The journey takes many times longer than the step, for SQLite mostly works in memory. What
really waits goes to the thread: a commit, for the disk, and whatever finds the database locked by
another process. The rest runs where it is called.
"""

import asyncio
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from aiosqlite import Connection

BUSY_TIMEOUT_S = 10.0
LOOK_AGAIN_S = 0.005

BREATHE_EVERY = 50
"""After so many steps everybody else gets a turn: a long import must not keep them waiting."""

_SHORT_STATEMENT = re.compile(
    r"\s*(SELECT|INSERT|UPDATE|DELETE|SAVEPOINT|RELEASE|BEGIN|PRAGMA synchronous)"
)
_SHORT_STEPS = {"cursor", "fetchall", "fetchmany", "fetchone", "rollback", "create_function"}


class _Releasing(sqlite3.Connection):
    """A connection that closes with nothing left locked.

    As long as somebody holds a cursor with rows that were not read, such as the frames of a task
    that was cancelled between a question and its answer, SQLite keeps a closed connection open,
    and its transaction with it: nobody else could write any more.
    """

    def close(self) -> None:
        """Roll back, then close."""
        with suppress(sqlite3.ProgrammingError):  # closed before
            self.rollback()
        super().close()


class ShortcutConnection(Connection):
    """A connection that goes to its thread only with what has to wait."""

    def __init__(self, path: str) -> None:
        super().__init__(lambda: _connect(path), iter_chunk_size=64)
        self._thread.daemon = True
        # One is counted by the event loop alone, the other by the thread alone.
        self._sent = 0
        self._finished = 0
        self._steps = 0
        self._stopping = False

    def stop(self) -> asyncio.Future[Any] | None:
        """Let the thread end; nothing to wait for when asked twice, as when closing is cancelled.

        The thread answers the first request and is gone; a second would wait for it for ever.
        """
        if self._stopping:
            return None
        self._stopping = True
        return super().stop()

    async def _execute(self, fn: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        step = partial(fn, *args, **kwargs)
        # While the thread is busy (its caller may have been cancelled) everything queues up.
        if self._sent != self._finished or not _is_short(fn, args):
            return await self._in_thread(step)
        if self._connection is None:
            raise ValueError("Connection closed")
        self._steps += 1
        if self._steps % BREATHE_EVERY == 0:
            await asyncio.sleep(0)
        try:
            return step()
        except sqlite3.OperationalError as error:
            if not _is_locked(error):
                raise
            return await self._in_thread(step)

    async def _in_thread(self, step: Callable[[], Any]) -> Any:
        if self._stopping:
            raise ValueError("Connection closed")

        def run() -> Any:
            try:
                return _patiently(step)
            finally:
                self._finished += 1

        self._sent += 1
        return await super()._execute(run)  # type: ignore[no-untyped-call]


async def connect(path: str | None) -> ShortcutConnection:
    """Open the database file at `path`; without one, a database in memory."""
    connection = ShortcutConnection(path or ":memory:")
    try:
        await connection
    except BaseException:
        # The library has told its thread to end; it must have, before the event loop does.
        await asyncio.to_thread(connection._thread.join, BUSY_TIMEOUT_S)
        raise
    return connection


def _is_short(step: Callable[..., Any], arguments: tuple[Any, ...]) -> bool:
    name = step.__name__
    if name == "execute":
        return _SHORT_STATEMENT.match(arguments[0]) is not None
    if name == "close":
        return isinstance(getattr(step, "__self__", None), sqlite3.Cursor)
    return name in _SHORT_STEPS


def _patiently(step: Callable[[], Any]) -> Any:
    """Take a step as soon as the database is free; SQLite's own waiting holds the loop up."""
    give_up = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        try:
            return step()
        except sqlite3.OperationalError as error:
            if not _is_locked(error) or time.monotonic() > give_up:
                raise
            time.sleep(LOOK_AGAIN_S)


def _is_locked(error: sqlite3.OperationalError) -> bool:
    return getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY


def _connect(path: str) -> sqlite3.Connection:
    # Transactions begin by the engine's rules; the driver has others of its own.
    connection = sqlite3.connect(
        path, timeout=0, isolation_level=None, check_same_thread=False, factory=_Releasing
    )
    _patiently(lambda: connection.execute("PRAGMA journal_mode=WAL"))
    # Schools have power cuts: a commit is on the disk before anybody is told of it.
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection
