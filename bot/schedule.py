"""*When* to look; what is due is the database's business."""

import logging
import time
from collections.abc import Callable
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.clock import Clock
from bot.intake import Intake
from storage import inbox
from storage.database import Database
from storage.files import FileStore
from storage.reminders import scanning
from storage.reminders.rounds import make_round
from storage.rulebook import RuleBook
from storage.sweeping import sweep

logger = logging.getLogger(__name__)

TIDY_EVERY_S = 2
GRACE_S = 3600


class Schedule:
    """Looks after what has to happen without anybody tapping."""

    def __init__(
        self,
        intake: Intake,
        database: Database,
        files: FileStore,
        clock: Clock,
        rulebook: RuleBook,
        wake: Callable[[], None],
    ) -> None:
        self._intake = intake
        self._database = database
        self._files = files
        self._clock = clock
        self._rulebook = rulebook
        self._wake = wake
        # One busy second must not skip a look: the library's own grace is one second.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": GRACE_S, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_job(self._intake.tidy, "interval", seconds=TIDY_EVERY_S)
        self._scheduler.add_job(self._forget_old, "interval", hours=6)
        self._scheduler.add_job(self._sweep, "interval", hours=1)
        self._scheduler.add_job(self.remind, "cron", minute="*/15")

    def start(self) -> None:
        """Begin looking; needs a running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Stop looking."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=False)

    async def remind(self) -> None:
        """Close periods that are over and remind whoever's turn it is."""
        if await make_round(self._database, self._rulebook, self._clock.now()):
            self._wake()

    async def _sweep(self) -> None:
        # By the machine's own clock: it is how the disk tells the age of a file.
        swept = await sweep(self._database, self._files, time.time())
        if swept:
            logger.info("files without a row swept away", extra={"files": swept})

    async def _forget_old(self) -> None:
        async with self._database.transaction() as session:
            await inbox.forget_old(session, self._clock.now())
            await scanning.forget_old(session, self._clock.now())
