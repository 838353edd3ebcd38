"""Has pictures drawn by a process of its own, one at a time.

To draw keeps an interpreter busy: in a thread of the bot everybody's taps would wait for it.
"""

import asyncio
import contextlib
import logging
from asyncio.subprocess import PIPE, Process
from collections import OrderedDict
from typing import Final

from conversations.pictures.facts import Facts, digest_of, packed
from storage.workers import command, surroundings

WORKER: Final = command("conversations.pictures.worker")
PATIENCE_S: Final = 20.0
REMEMBERED: Final = 16
"""Pictures kept in memory until Telegram has a name for them: together less than 2 MB."""
LARGEST: Final = 2 * 2**20

logger = logging.getLogger(__name__)


class NotDrawn(Exception):
    """There is no picture: the process that draws died, or took too long."""


class Drawer:
    """Gives pictures of facts. Its process is started with the first of them."""

    def __init__(
        self, worker: tuple[str, ...] = WORKER, *, patience_s: float = PATIENCE_S
    ) -> None:
        self._worker = worker
        self._patience_s = patience_s
        self._turn = asyncio.Lock()
        self._process: Process | None = None
        self._drawn: OrderedDict[str, bytes] = OrderedDict()

    async def draw(self, facts: Facts) -> bytes:
        """Give the picture as PNG. Raises `NotDrawn`."""
        digest = digest_of(facts)
        async with self._turn:
            # Looked up within: who waited for the same picture finds it here.
            picture = self._drawn.get(digest) or await self._make(packed(facts))
            self._drawn[digest] = picture
            self._drawn.move_to_end(digest)
            if len(self._drawn) > REMEMBERED:
                self._drawn.popitem(last=False)
        return picture

    async def close(self) -> None:
        """Give the process back."""
        async with self._turn:
            await self._end()

    async def _make(self, line: bytes) -> bytes:
        is_used = self._process is not None
        try:
            return await self._ask(line)
        except NotDrawn:
            if not is_used:
                raise
        # A process that has died since the last picture says nothing about this one.
        return await self._ask(line)

    async def _ask(self, line: bytes) -> bytes:
        try:
            async with asyncio.timeout(self._patience_s):
                process = self._process = self._process or await self._start()
                picture = await _exchange(process, line)
        except (OSError, ValueError, EOFError, TimeoutError) as trouble:
            logger.warning("no picture: %s", type(trouble).__name__)
            await self._end()
            raise NotDrawn from trouble
        except asyncio.CancelledError:
            # Half an answer may be in the pipe: the next picture would begin with it.
            await self._end()
            raise
        if not picture:
            raise NotDrawn
        return picture

    async def _start(self) -> Process:
        return await asyncio.create_subprocess_exec(
            *self._worker,
            stdin=PIPE,
            stdout=PIPE,
            env=surroundings(),
            # Ctrl-C in a terminal is for the bot, which then takes its time to stop.
            start_new_session=True,
        )

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _exchange(process: Process, line: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise ValueError("the worker was started without pipes")
    process.stdin.write(line + b"\n")
    await process.stdin.drain()
    size = int(await process.stdout.readline())
    if not 0 <= size <= LARGEST:
        raise ValueError(f"a picture of {size} bytes")
    return await process.stdout.readexactly(size)
