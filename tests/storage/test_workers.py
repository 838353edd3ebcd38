"""What workers and those who start them have in common."""

import asyncio

import pytest

from storage.workers import see_through


async def test_a_work_is_seen_through_however_often_it_is_cancelled() -> None:
    begun, may_end, ended = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def work() -> None:
        begun.set()
        await may_end.wait()
        ended.set()

    waiting = asyncio.create_task(see_through(work()))
    await begun.wait()
    for _ in range(3):
        waiting.cancel()
        await asyncio.sleep(0)
    assert not waiting.done()
    may_end.set()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert ended.is_set()


async def test_what_fails_is_told() -> None:
    async def work() -> None:
        raise LookupError

    with pytest.raises(LookupError):
        await see_through(work())
