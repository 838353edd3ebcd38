"""Carries broadcasts out: fills the outbox for them, tells their senders how far they are.

All there is to know is in the database: after a stop it goes on where it was.
"""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

from sqlmodel.ext.asyncio.session import AsyncSession
from telegram import Bot
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot import screens
from bot.bell import Bell
from bot.calls import seconds_of
from bot.clock import Clock
from bot.election import Election
from bot.seats import person_in_seat
from conversations.coach.broadcast_cards import standing_screen
from conversations.notices import seen_from_elsewhere
from conversations.people import Person
from conversations.screens import Screen
from storage.broadcasts import moving, reading, running
from storage.database import Database
from storage.files import FileStore
from storage.models import Broadcast, BroadcastStatus, Member
from storage.people import known_id
from storage.rulebook import RuleBook

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
TELL_EVERY_S = 3.0
"""A progress message is changed no more often: each change counts towards Telegram's limits."""


@dataclass(slots=True)
class Told:
    """What a sender was shown last, and not before when (monotonic seconds) to show more.

    `must_wait`: it did not get through, so the next time is not before that even at the end.
    """

    screen: Screen
    again_at: float
    must_wait: bool = False


class Broadcaster:
    """Carries on with every broadcast that has been started and is not over.

    `wake_sender` is called when there is more in the outbox.
    """

    def __init__(
        self,
        bot: Bot,
        database: Database,
        clock: Clock,
        rulebook: RuleBook,
        files: FileStore,
        election: Election,
        wake_sender: Callable[[], None],
    ) -> None:
        self._bot = bot
        self._database = database
        self._clock = clock
        self._rulebook = rulebook
        self._files = files
        self._election = election
        self._wake_sender = wake_sender
        self._bell = Bell()
        self._told: dict[int, Told] = {}

    def wake(self) -> None:
        """Say that a broadcast was started or stopped."""
        self._bell.ring()

    async def run(self) -> None:
        """Carry on where this process is elected, until cancelled."""
        await self._election.keep_at(self.carry_on, self._bell, LOOK_EVERY_S, "broadcasts")

    async def start_due(self) -> None:
        """Start the scheduled broadcasts whose hour has come."""
        async with self._database.reading() as session:
            numbers = await moving.due(session, self._clock.now())
        for number in numbers:
            try:
                async with self._database.transaction() as session:
                    await moving.start_due(session, self._rulebook, number, self._clock.now())
            except Exception:
                logger.exception("broadcast not started", extra={"broadcast": number})
        if numbers:
            self._wake_sender()
            self.wake()

    async def carry_on(self) -> None:
        """Take each broadcast one step further; one that stumbles does not hold up the others."""
        async with self._database.reading() as session:
            numbers = await running.unfinished(session)
        self._told = {number: told for number, told in self._told.items() if number in numbers}
        for number in numbers:
            try:
                await self._carry_on(number)
            except Exception:
                logger.exception("broadcast stumbled", extra={"broadcast": number})

    async def _carry_on(self, number: int) -> None:
        async with self._database.reading() as session:
            first = await session.get_one(Broadcast, number)
            those = [known_id(one.id) for one in await reading.family(session, first)]
        if first.status == BroadcastStatus.SENDING:
            await self._tell(number)
            for one in those:
                await self._fill_outbox(one, number)
        if await self._is_over(number):
            await self._tell_end(number)
        else:
            await self._tell(number)

    async def _fill_outbox(self, one: int, number: int) -> None:
        more = True
        while more:
            async with self._database.transaction() as session:
                more = await running.write_part(session, self._rulebook, one, self._clock.now())
            self._wake_sender()
            await self._tell(number)

    async def _is_over(self, number: int) -> bool:
        async with self._database.reading() as session:
            if not await running.is_over(session, number):
                return False
        async with self._database.transaction() as session:
            return await running.finish(session, number, self._clock.now())

    # -- the message in the sender's chat

    async def _tell(self, number: int) -> None:
        """Show how far it is, unless that has just been shown."""
        told = self._told.get(number)
        if told is None or time.monotonic() >= told.again_at:
            await self._show(number)

    async def _tell_end(self, number: int) -> None:
        """Show how it ended; what Telegram does not take now is tried again."""
        told = self._told.get(number)
        if told is not None and told.must_wait and time.monotonic() < told.again_at:
            return
        if await self._show(number):
            async with self._database.transaction() as session:
                await running.note_told(session, number, self._clock.now())

    async def _show(self, number: int) -> bool:
        """Put the present state into the message; False when that has to be tried again."""
        async with self._database.reading() as session:
            broadcast = await session.get_one(Broadcast, number)
            sender = await self._sender(session, broadcast)
            if sender is None:
                return True  # has left, or was erased
            screen = seen_from_elsewhere(sender, await standing_screen(sender, broadcast))
        before = self._told.get(number)
        told = self._told[number] = Told(screen, time.monotonic() + TELL_EVERY_S)
        if before is not None and before.screen == screen and not before.must_wait:
            return True
        try:
            await self._put(broadcast, sender.account.id, screen)
        except RetryAfter as wait:
            told.again_at = time.monotonic() + seconds_of(wait)
            told.must_wait = True
        except (Forbidden, BadRequest) as error:
            logger.info("progress not told: %s", error.message)
        except TelegramError as error:
            logger.info("progress not told: %s", type(error).__name__)
            told.must_wait = True
        return not told.must_wait

    async def _sender(self, session: AsyncSession, broadcast: Broadcast) -> Person | None:
        member = await session.get_one(Member, broadcast.member_id)
        return await person_in_seat(
            session, self._clock.now(), self._rulebook, self._files,
            account_id=member.account_id or 0, member_id=broadcast.member_id,
        )  # fmt: skip

    async def _put(self, broadcast: Broadcast, chat_id: int, screen: Screen) -> None:
        """Edit the message that is there, or send one and remember it."""
        if broadcast.message_id is not None:
            place = (chat_id, broadcast.message_id)
            if await screens.edit(self._bot, place, screen, attempts=1):
                return
        sent = await screens.send(self._bot, chat_id, screen, silent=True, attempts=1)
        async with self._database.transaction() as session:
            await running.keep_place(session, known_id(broadcast.id), sent.message_id)
