"""What has to happen without anybody tapping: each look does what is due now.

`bot.schedule` says when. Everything here may be missed, late or done twice.
"""

import logging
import time
from collections.abc import Callable
from datetime import timedelta

from bot.clock import Clock
from storage import boards, inbox, outbox, sent_pictures
from storage.database import Database
from storage.files import FileStore
from storage.helping import following, watching
from storage.observations import reminding
from storage.reminders import calls as reminders
from storage.reminders.rounds import make_round
from storage.rulebook import RuleBook
from storage.sweeping import sweep

logger = logging.getLogger(__name__)

ARCHIVED_AFTER = timedelta(days=7)
MOST_STEPS = 40
"""So many steps to the archive at one look; what is left waits for the next."""


class Rounds:
    """The looks that are taken regularly."""

    def __init__(
        self,
        database: Database,
        files: FileStore,
        clock: Clock,
        rulebook: RuleBook,
        wake: Callable[[], None],
    ) -> None:
        self._database = database
        self._files = files
        self._clock = clock
        self._rulebook = rulebook
        self._wake = wake

    async def remind(self) -> None:
        """Close periods that are over and remind whoever's turn it is."""
        if await make_round(self._database, self._rulebook, self._clock.now()):
            self._wake()

    async def remind_of_observations(self) -> None:
        """Remind teachers and observers of lessons that are near: the hour is exact."""
        # Nearly always there is nothing to do: nobody's right to write is taken for that.
        now = self._clock.now()
        async with self._database.reading() as session:
            calls = await reminding.find_due(session, now)
        if not calls:
            return
        async with self._database.transaction() as session:
            await reminding.announce(session, calls, now)
        self._wake()

    async def archive(self) -> None:
        """Move messages that were closed days ago out of the sender's way."""
        before = self._clock.now() - ARCHIVED_AFTER
        for _ in range(MOST_STEPS):
            async with self._database.transaction() as session:
                if await outbox.archive(session, before) < outbox.ARCHIVE_STEP:
                    break

    async def sweep(self) -> None:
        """Take away the files that no row names."""
        # By the machine's own clock: it is how the disk tells the age of a file.
        swept = await sweep(self._database, self._files, time.time())
        if swept:
            logger.info("files without a row swept away", extra={"files": swept})

    async def forget_old(self) -> None:
        """Forget what nobody asks for any more."""
        async with self._database.transaction() as session:
            await inbox.forget_old(session, self._clock.now())
            await reminders.forget_old(session, self._clock.now())
            await sent_pictures.forget_old(session, self._clock.now())
            await boards.forget_old(session, self._clock.now())

    async def note_boards(self) -> None:
        """Note how far each school is, once a day, for the board's trend."""
        await boards.note_mornings(self._database, self._rulebook, self._clock.now())

    async def look_after_help(self) -> None:
        """Bring requests for help that nobody takes, or answers, before people again."""
        concerned = watching.MOST_AT_ONCE
        while concerned == watching.MOST_AT_ONCE:
            async with self._database.transaction() as session:
                concerned = await watching.look_after(session, self._clock.now())

    async def refresh_drafts(self) -> None:
        """Let those who help see a plan change while they look at it."""
        # Nearly always there is nothing to do: nobody's right to write is taken for that.
        async with self._database.reading() as session:
            if not await following.find_due(session, self._clock.now()):
                return
        async with self._database.transaction() as session:
            await following.refresh_due(session, self._clock.now())
