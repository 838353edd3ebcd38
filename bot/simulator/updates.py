"""The queue of updates and the one long poll that may wait at it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

from bot.simulator.errors import ApiError
from bot.simulator.models import Json

# Telegram sends these kinds only to bots that ask for them by name.
ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)


class Updates:
    """Updates in order, with ids that only ever grow."""

    def __init__(self) -> None:
        self.queue: deque[Json] = deque()
        self.next_id = 1_000_001
        self.allowed: list[str] = []
        self.arrived: list[Callable[[], None]] = []
        # Set while a long poll waits, and while none does.
        self.polling = asyncio.Event()
        self.idle = asyncio.Event()
        self.idle.set()
        self._poll: asyncio.Future[None] | None = None

    def push(self, kind: str, payload: Json) -> int:
        """Queue an update, unless the bot did not ask for this kind. Returns its id or 0."""
        wanted = kind in self.allowed if self.allowed else kind not in ON_REQUEST
        if not wanted:
            return 0
        update_id = self.next_id
        self.next_id += 1
        self.queue.append({"update_id": update_id, kind: payload})
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)
        for callback in self.arrived:
            callback()
        return update_id

    def confirm(self, offset: int) -> None:
        """Forget what an offset confirms: everything before it, or all but the last ``-n``."""
        if offset < 0:
            while len(self.queue) > -offset:
                self.queue.popleft()
        elif 0 < offset <= self.next_id:
            while self.queue and self.queue[0]["update_id"] < offset:
                self.queue.popleft()

    def first(self, limit: int) -> list[Json]:
        """The oldest updates that are not confirmed."""
        if limit >= len(self.queue):
            return list(self.queue)
        return [self.queue[index] for index in range(limit)]

    def interrupt(self, description: str) -> None:
        """End the waiting long poll, if any, with a 409."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_exception(ApiError(409, description))
            self._waits_at(None)

    def release(self) -> None:
        """End the waiting long poll, if any, with no updates."""
        if self._poll is not None and not self._poll.done():
            self._poll.set_result(None)

    async def take(
        self,
        offset: int,
        limit: int,
        timeout: float,  # noqa: ASYNC109  the Bot API's own parameter
        gone: Callable[[], Awaitable[Any]] | None = None,
    ) -> list[Json]:
        """What ``getUpdates`` returns; waits up to ``timeout`` seconds for a first update.

        ``gone`` is awaited beside the poll and ends it when the client hangs up.
        """
        self.interrupt(OTHER_POLLER)
        self.confirm(offset)
        if not self.queue and timeout > 0:
            await self._wait(timeout, gone)
        return self.first(limit)

    async def _wait(self, seconds: float, gone: Callable[[], Awaitable[Any]] | None) -> None:
        poll: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waits_at(poll)
        watcher = asyncio.create_task(_until_gone(gone, poll)) if gone else None
        try:
            async with asyncio.timeout(seconds):
                await poll
        except TimeoutError:
            pass
        finally:
            if watcher is not None:
                watcher.cancel()
            if self._poll is poll:
                self._waits_at(None)

    def _waits_at(self, poll: asyncio.Future[None] | None) -> None:
        self._poll = poll
        now, before = (self.idle, self.polling) if poll is None else (self.polling, self.idle)
        before.clear()
        now.set()


async def _until_gone(gone: Callable[[], Awaitable[Any]], poll: asyncio.Future[None]) -> None:
    await gone()
    if not poll.done():
        poll.set_result(None)
