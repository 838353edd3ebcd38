"""*When* to look; what is due is the database's business."""

import logging
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, timedelta
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock
from bot.election import Election
from bot.heartbeat import Heartbeat
from bot.intake import Intake
from storage import inbox, outbox
from storage.database import Database
from storage.files import FileStore
from storage.sweeping import sweep

logger = logging.getLogger(__name__)

TIDY_EVERY_S = 2
GRACE_S = 3600
LONGEST_LOOK_S = 600.0
"""No look takes that long unless it hangs."""
ARCHIVED_AFTER = timedelta(days=7)
MOST_STEPS = 40
"""So many steps to the archive at one look; what is left waits for the next."""


class Schedule:
    """Looks after what has to happen without anybody tapping."""

    def __init__(
        self,
        intake: Intake,
        database: Database,
        files: FileStore,
        clock: Clock,
        election: Election,
    ) -> None:
        self._intake = intake
        self._database = database
        self._files = files
        self._clock = clock
        self._election = election
        self._heart = Heartbeat()
        self._looking_since: dict[str, float] = {}
        # One busy second must not skip a look: the library's own grace is one second.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": GRACE_S, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_job(self._tidy, "interval", seconds=TIDY_EVERY_S)
        self._scheduler.add_job(self._where_elected(self._forget_old), "interval", hours=6)
        self._scheduler.add_job(self._where_elected(self._sweep), "interval", hours=1)
        self._scheduler.add_job(self._where_elected(self.archive), "interval", minutes=10)

    def start(self) -> None:
        """Begin looking; needs a running event loop."""
        self._heart.beat()
        self._scheduler.start()

    def stop(self) -> None:
        """Stop looking."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    @property
    def stands_still(self) -> bool:
        """Whether nothing is looked at any more, or one look does not end."""
        now = self._heart.ticks()
        hangs = any(now - since > LONGEST_LOOK_S for since in self._looking_since.values())
        return hangs or self._heart.stands_still

    def _where_elected(self, look: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[None]]:
        """Make a look that only one of several processes takes, and that is missed if it hangs."""
        name = getattr(look, "__name__", "look")

        async def look_if_elected() -> None:
            if not self._election.is_won:
                return
            self._looking_since[name] = self._heart.ticks()
            try:
                await look()
            finally:
                del self._looking_since[name]

        return look_if_elected

    async def _tidy(self) -> None:
        self._heart.beat()
        await self._intake.tidy()

    async def archive(self) -> None:
        """Move messages that were closed days ago out of the sender's way."""
        before = self._clock.now() - ARCHIVED_AFTER
        for _ in range(MOST_STEPS):
            async with self._database.transaction() as session:
                if await outbox.archive(session, before) < outbox.ARCHIVE_STEP:
                    break

    async def _sweep(self) -> None:
        # By the machine's own clock: it is how the disk tells the age of a file.
        swept = await sweep(self._database, self._files, time.time())
        if swept:
            logger.info("files without a row swept away", extra={"files": swept})

    async def _forget_old(self) -> None:
        async with self._database.transaction() as session:
            await inbox.forget_old(session, self._clock.now())
