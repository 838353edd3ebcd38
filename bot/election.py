"""Which of several processes sends and schedules; the others wait and take over."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

from bot.bell import Bell
from bot.heartbeat import Heartbeat
from storage.seats import Seat

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0


class Election:
    """Tries to get the seat, and looks whether it is still ours."""

    def __init__(self, seat: Seat) -> None:
        self._seat = seat
        self._won = asyncio.Event()
        self._lost = asyncio.Event()
        self._waits = False
        self._fails = False
        self._looking = asyncio.Lock()
        self.heart = Heartbeat()

    @property
    def is_won(self) -> bool:
        """Whether this process is the one that sends and schedules."""
        return self._won.is_set()

    async def won(self) -> None:
        """Wait until this process is elected."""
        await self._won.wait()

    async def lost(self) -> None:
        """Wait until an elected process no longer is."""
        await self._lost.wait()

    async def keep_at(
        self, work: Callable[[], Awaitable[object]], bell: Bell, every_s: float, name: str
    ) -> None:
        """Do a work while elected, whenever its bell rings and every so often, until cancelled.

        One time that fails is logged, and does not end it.
        """
        while True:
            await self.won()
            try:
                await work()
            except Exception:
                logger.exception("%s stumbled", name)
            await bell.wait(every_s)

    async def run(self) -> None:
        """Go on looking until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Look once: take the seat if it is free, or make sure that it is still ours."""
        async with self._looking:
            await self._look()

    async def _look(self) -> None:
        try:
            ours = await (self._seat.is_ours() if self.is_won else self._seat.take())
        except Exception as error:
            # The database may be away; without it nobody sends in any case.
            if not self._fails:
                logger.warning("no election: %s", type(error).__name__)
            ours, self._fails = False, True
        else:
            self._fails = False
            self.heart.beat()
        if ours and not self.is_won:
            self._lost.clear()
            self._won.set()
            logger.info("elected: this process sends")
        elif not ours and self.is_won:
            self._step_down()
            logger.warning("no longer elected: this process stops sending")
        elif not ours and not self._waits and not self._fails:
            logger.warning("another process sends already; this one waits to take over")
        self._waits = not ours and not self._fails

    async def resign(self) -> None:
        """Leave the seat to another."""
        async with self._looking:
            self._step_down()
            await self._seat.leave()

    def _step_down(self) -> None:
        self._won.clear()
        self._lost.set()
