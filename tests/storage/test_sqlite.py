"""SQLite's only right to write comes back, whatever becomes of the task that had it."""

import asyncio
from contextlib import suppress

import pytest
from sqlalchemy import text
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import sqlite
from storage.database import Database
from storage.sqlite import BREATHE_EVERY, ShortcutConnection


async def driver_of(session: AsyncSession) -> ShortcutConnection:
    raw = await (await session.connection()).get_raw_connection()
    assert isinstance(raw.driver_connection, ShortcutConnection)
    return raw.driver_connection


@pytest.mark.parametrize("step", range(1, 9))
async def test_a_task_cancelled_between_question_and_answer_leaves_nothing_locked(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """As when the bot stops: tasks are cancelled where they let others have a turn."""
    monkeypatch.setattr(sqlite, "BUSY_TIMEOUT_S", 0.2)
    database = Database(sqlite_url)
    breathes = asyncio.Event()

    async def writes() -> None:
        async with database.transaction() as session:
            driver = await driver_of(session)
            driver._steps = BREATHE_EVERY - step
            breathes.set()
            connection = await session.connection()
            await connection.execute(text("UPDATE school SET name = 'x'"))
            await connection.execute(text("SELECT name FROM sqlite_master"))

    task = asyncio.create_task(writes())
    await breathes.wait()
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    # The task is still held, and with it the frames that it was broken off in.
    async with asyncio.timeout(30), database.transaction() as session:
        await (await session.connection()).execute(text("UPDATE school SET name = 'y'"))
    await database.close()
