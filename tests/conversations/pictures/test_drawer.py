"""The process that draws: it may die, hang or be asked for nonsense; the next picture comes."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from conversations.pictures.drawing import REMEMBERED, Drawer, NotDrawn
from conversations.pictures.drawn import draw
from tests.conversations.pictures.samples import FULL, STATUS, board


@pytest.fixture
async def drawer() -> AsyncIterator[Drawer]:
    drawer = Drawer()
    yield drawer
    await drawer.close()


def process_of(drawer: Drawer) -> int:
    assert drawer._process is not None
    return drawer._process.pid


async def test_it_draws_what_the_same_code_draws_here(drawer: Drawer) -> None:
    first, second = await asyncio.gather(drawer.draw(STATUS), drawer.draw(FULL))
    assert (first, second) == (draw(STATUS), draw(FULL))


async def test_who_asks_for_the_same_at_once_gets_one_drawing(
    drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0
    ask = drawer._ask

    async def counting(line: bytes) -> bytes:
        nonlocal asked
        asked += 1
        return await ask(line)

    monkeypatch.setattr(drawer, "_ask", counting)
    pictures = await asyncio.gather(*(drawer.draw(STATUS) for _ in range(20)))
    assert len(set(pictures)) == asked == 1
    for number in range(REMEMBERED + 3):
        await drawer.draw(replace(board([]), as_of=str(number)))
    assert len(drawer._drawn) == REMEMBERED


async def test_a_process_that_was_killed_is_replaced(drawer: Drawer) -> None:
    await drawer.draw(STATUS)
    killed = process_of(drawer)
    os.kill(killed, signal.SIGKILL)
    assert await drawer.draw(FULL) == draw(FULL)
    assert process_of(drawer) != killed


async def test_a_picture_that_cannot_be_drawn_stops_no_other(drawer: Drawer) -> None:
    with pytest.raises(NotDrawn):
        await drawer.draw(board(["Rina"] * 50))
    assert await drawer.draw(STATUS) == draw(STATUS)


async def test_whoever_gives_up_leaves_nothing_for_the_next(drawer: Drawer) -> None:
    await drawer.draw(board([]))
    asking = asyncio.create_task(drawer.draw(FULL))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert await drawer.draw(STATUS) == draw(STATUS)


@pytest.mark.parametrize("says", ["", "print('hello', flush=True)", "print(10**9, flush=True)"])
async def test_a_process_that_talks_nonsense_gives_no_picture(says: str) -> None:
    drawer = Drawer((sys.executable, "-c", says))
    with pytest.raises(NotDrawn):
        await drawer.draw(STATUS)
    await drawer.close()


async def test_a_process_that_hangs_is_given_up() -> None:
    drawer = Drawer((sys.executable, "-c", "import time; time.sleep(60)"), patience_s=0.2)
    with pytest.raises(NotDrawn):
        await drawer.draw(STATUS)
    await drawer.close()
