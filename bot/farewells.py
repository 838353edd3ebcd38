"""Tells people who were erased that it is done. Their chat is all that is left, until then."""

import logging

from telegram import Bot
from telegram.error import BadRequest, Forbidden, TelegramError

from bot import screens
from bot.bell import Bell
from bot.clock import Clock
from bot.election import Election
from conversations.screens import Screen
from conversations.words import Words
from storage import farewells
from storage.database import Database
from storage.farewells import Due

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 60.0


class Farewells:
    """Says what is still to be said, where this process is elected.

    A process that is killed between saying and forgetting says it once more.
    """

    def __init__(self, bot: Bot, database: Database, clock: Clock, election: Election) -> None:
        self._bot = bot
        self._database = database
        self._clock = clock
        self._election = election
        self._bell = Bell()

    def wake(self) -> None:
        """Say that somebody was erased."""
        self._bell.ring()

    async def run(self) -> None:
        """Say what is due until cancelled."""
        await self._election.keep_at(self.say_due, self._bell, LOOK_EVERY_S, "farewells")

    async def say_due(self) -> None:
        """Say what is due; what does not get through is tried again at the next look."""
        async with self._database.reading() as session:
            waiting = await farewells.due(session, self._clock.now())
        for one in waiting:
            if one.is_too_late or await self._say(one):
                async with self._database.transaction() as session:
                    await farewells.forget(session, one.id)

    async def _say(self, one: Due) -> bool:
        """Say it; False when it is worth another try."""
        text = Words(one.language).body("own_data.farewell", school=one.school)
        try:
            await screens.send(self._bot, one.chat_id, Screen(text))
        except (Forbidden, BadRequest):
            return True  # blocked, or gone: nobody is there to hear it
        except TelegramError as error:
            logger.info("farewell not said: %s", type(error).__name__)
            return False
        return True
