"""One seat for all processes that share a database, free as soon as whoever had it is gone."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack

import asyncpg
import pytest

from storage.seats import FileSeat, Seat, seat_beside

HOLDER = """
import asyncio, sys
from storage.seats import seat_beside

async def hold():
    seat = seat_beside(sys.argv[1])
    print(await seat.take(), flush=True)
    await asyncio.Event().wait()

asyncio.run(hold())
"""


@pytest.fixture
async def seat(database_url: str) -> AsyncIterator[Callable[[], Seat]]:
    """Makes seats beside the same database, as so many processes have them."""
    async with AsyncExitStack() as stack:

        def make() -> Seat:
            made = seat_beside(database_url)
            stack.push_async_callback(made.leave)
            return made

        yield make


async def test_one_has_it_the_others_wait(seat: Callable[[], Seat]) -> None:
    first, second = seat(), seat()
    assert not await first.is_ours()
    assert await first.take()
    assert await first.is_ours()
    for _ in range(3):
        assert not await second.take()
        assert not await second.is_ours()
    await first.leave()
    assert not await first.is_ours()
    assert await second.take()
    assert not await first.take()


async def test_leaving_twice_and_without_having_it_is_nothing(seat: Callable[[], Seat]) -> None:
    first, second = seat(), seat()
    await second.leave()
    assert await first.take()
    await second.leave()
    assert await first.is_ours()
    await first.leave()
    await first.leave()
    assert await second.take()


async def test_a_killed_process_frees_it(database_url: str, seat: Callable[[], Seat]) -> None:
    holder = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HOLDER, database_url, stdout=asyncio.subprocess.PIPE
    )
    assert holder.stdout is not None
    assert await holder.stdout.readline() == b"True\n"
    ours = seat()
    assert not await ours.take()
    os.kill(holder.pid, signal.SIGKILL)
    await holder.wait()
    async with asyncio.timeout(30):
        while not await ours.take():
            pass


async def test_a_connection_that_drops_is_noticed(postgres_url: str) -> None:
    first, second = seat_beside(postgres_url), seat_beside(postgres_url)
    try:
        for _ in range(2):
            assert await first.take()
            await hang_up_on_seats(postgres_url)
            await first.leave()  # on a dead line
        assert await first.take()
        await hang_up_on_seats(postgres_url)
        assert await second.take()
        assert not await first.is_ours()
        assert not await first.take()
        assert await second.is_ours()
    finally:
        await first.leave()
        await second.leave()


async def hang_up_on_seats(url: str) -> None:
    """Have the server end every session that has a seat, and wait until it has."""
    connection = await asyncpg.connect(url.replace("+asyncpg", ""))
    held = "SELECT pid FROM pg_locks WHERE locktype = 'advisory'"
    await connection.execute(f"SELECT pg_terminate_backend(pid) FROM ({held}) AS held")
    async with asyncio.timeout(30):
        while await connection.fetch(held):
            pass
    await connection.close()


async def test_a_lock_file_that_was_replaced_is_no_lock(sqlite_url: str) -> None:
    seat = seat_beside(sqlite_url)
    assert isinstance(seat, FileSeat)
    assert await seat.take()
    seat._path.unlink()
    assert not await seat.is_ours()
    seat._path.touch()
    assert not await seat.is_ours()
    await seat.leave()


async def test_in_memory_nobody_else_is_there() -> None:
    seat = seat_beside("sqlite+aiosqlite://")
    assert await seat.take()
    assert await seat.is_ours()
    await seat.leave()
