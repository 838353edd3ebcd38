"""*When* to look; what is due is the database's business."""

import logging
import time
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock
from bot.intake import Intake
from storage import help_drafts, help_watch, inbox
from storage.database import Database
from storage.files import FileStore
from storage.sweeping import sweep

logger = logging.getLogger(__name__)

TIDY_EVERY_S = 2
GRACE_S = 3600
HELP_EVERY_S = 60
DRAFTS_EVERY_S = 5


class Schedule:
    """Looks after what has to happen without anybody tapping."""

    def __init__(self, intake: Intake, database: Database, files: FileStore, clock: Clock) -> None:
        self._intake = intake
        self._database = database
        self._files = files
        self._clock = clock
        # One busy second must not skip a look: the library's own grace is one second.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": GRACE_S, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_job(self._intake.tidy, "interval", seconds=TIDY_EVERY_S)
        self._scheduler.add_job(self._forget_old, "interval", hours=6)
        self._scheduler.add_job(self._sweep, "interval", hours=1)
        self._scheduler.add_job(self.look_after_help, "interval", seconds=HELP_EVERY_S)
        self._scheduler.add_job(self.refresh_drafts, "interval", seconds=DRAFTS_EVERY_S)

    def start(self) -> None:
        """Begin looking; needs a running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop looking."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def _sweep(self) -> None:
        # By the machine's own clock: it is how the disk tells the age of a file.
        swept = await sweep(self._database, self._files, time.time())
        if swept:
            logger.info("files without a row swept away", extra={"files": swept})

    async def look_after_help(self) -> None:
        """Bring requests for help that nobody takes, or answers, before people again."""
        concerned = help_watch.MOST_AT_ONCE
        while concerned == help_watch.MOST_AT_ONCE:
            async with self._database.transaction() as session:
                concerned = await help_watch.look_after(session, self._clock.now())

    async def refresh_drafts(self) -> None:
        """Let those who help see a plan change while they look at it."""
        async with self._database.transaction() as session:
            await help_drafts.refresh_due(session, self._clock.now())

    async def _forget_old(self) -> None:
        async with self._database.transaction() as session:
            await inbox.forget_old(session, self._clock.now())
