"""Empties the outbox into Telegram, within Telegram's limits.

What is taken is leased for a minute: a crash loses nothing and repeats at most the message that
was on its way.
"""

import asyncio
import logging
import time
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby

from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from bot import exhibits, screens
from bot.calls import is_unreachable
from bot.clock import Clock
from bot.seats import person_in_seat
from conversations.notices import Notice, draw_notice
from storage import cards, outbox
from storage.database import Database
from storage.files import FileStore
from storage.models import OutboxState
from storage.outbox import Delivery
from storage.people import known_id, note_blocked
from storage.rulebook import RuleBook

logger = logging.getLogger(__name__)

TOTAL_PER_S = 25.0  # Telegram's limit is about 30; answers to taps need some of it
CHAT_PER_S = 1.0
CHAT_BURST = 3.0
LOOK_EVERY_S = 1.0
MOST_ATTEMPTS = 8


class Bucket:
    """A token bucket: `rate` tokens a second, at most `burst` saved up."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate = rate
        self._burst = burst
        self._tokens = burst
        self._at = time.monotonic()

    async def take(self) -> None:
        """Wait for a token."""
        now = time.monotonic()
        self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        self._tokens -= 1
        if self._tokens < 0:
            await asyncio.sleep(-self._tokens / self._rate)

    @property
    def is_full(self) -> bool:
        """Whether nothing has been taken for long enough to forget the bucket."""
        return self._tokens + (time.monotonic() - self._at) * self._rate >= self._burst


class Sender:
    """Delivers what waits in the outbox, one message after the other to each person."""

    def __init__(
        self, bot: Bot, database: Database, clock: Clock, rulebook: RuleBook, files: FileStore
    ) -> None:
        self._bot = bot
        self._database = database
        self._clock = clock
        self._rulebook = rulebook
        self._files = files
        self._work = asyncio.Event()
        self._total = Bucket(TOTAL_PER_S, TOTAL_PER_S)
        self._chats: dict[int, Bucket] = {}
        self._quiet_until = 0.0

    def wake(self) -> None:
        """Say that there is something to send."""
        self._work.set()

    async def run(self) -> None:
        """Deliver until cancelled."""
        while True:
            try:
                found = await self.deliver_due()
            except Exception:
                logger.exception("delivery stumbled")
                found = 0
            if not found:
                await self._wait()

    async def deliver_due(self) -> int:
        """Deliver what is due now; say how many messages that was."""
        async with self._database.reading() as session:
            due = await outbox.next_due(session)
        if due is None or due > self._clock.now():
            return 0
        async with self._database.transaction() as session:
            batch = await outbox.lease(session, self._clock.now())
        by_member = sorted(batch, key=lambda one: known_id(one.member.id))
        await asyncio.gather(
            *(
                self._deliver_in_order(list(group))
                for _, group in groupby(by_member, key=lambda one: one.member.id)
            )
        )
        return len(batch)

    async def _wait(self) -> None:
        # Other processes write to the outbox too, so it is looked at now and then in any case.
        try:
            async with asyncio.timeout(LOOK_EVERY_S):
                await self._work.wait()
        except TimeoutError:
            pass
        self._work.clear()
        self._chats = {chat: one for chat, one in self._chats.items() if not one.is_full}

    async def _deliver_in_order(self, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            try:
                await self._deliver(delivery)
            except Exception as error:
                # One bad message is set aside; the rest goes on.
                logger.exception("message set aside", extra={"outbox": delivery.message.id})
                await self._settle(delivery, OutboxState.FAILED, type(error).__name__)

    async def _deliver(self, delivery: Delivery) -> None:
        if delivery.account is None:
            await self._settle(delivery, OutboxState.CANCELLED, "not joined")
            return
        expires_at = delivery.message.expires_at
        if expires_at is not None and expires_at <= self._clock.now():
            await self._settle(delivery, OutboxState.CANCELLED, "too late")
            return
        notice = await self._draw(delivery)
        if notice is None:
            await self._settle(delivery, OutboxState.CANCELLED, "pointless")
            return
        try:
            message_id = await self._send(delivery, notice)
        except RetryAfter as wait:
            await self._obey(delivery, wait)
        except Forbidden as error:
            await self._settle(delivery, OutboxState.BLOCKED, error.message)
        except BadRequest as error:
            logger.exception("notice refused: %s", error.message)
            unreachable = is_unreachable(error)
            state = OutboxState.BLOCKED if unreachable else OutboxState.FAILED
            await self._settle(delivery, state, error.message)
        except NetworkError as error:
            await self._try_later(delivery, type(error).__name__)
        else:
            state = OutboxState.SENT if message_id else OutboxState.CANCELLED
            await self._settle(delivery, state, message_id=message_id)

    async def _draw(self, delivery: Delivery) -> Notice | None:
        async with self._database.reading() as session:
            person = await person_in_seat(
                session,
                self._clock.now(),
                self._rulebook,
                self._files,
                account_id=delivery.account.id if delivery.account else 0,
                member_id=known_id(delivery.member.id),
            )
            if person is None:
                return None
            return await draw_notice(person, delivery.message.kind, delivery.message.subject)

    async def _send(self, delivery: Delivery, notice: Notice) -> int | None:
        """Send or edit; give the message's number, None where its only place is gone."""
        chat_id = delivery.account.id if delivery.account else 0
        if notice.replaces is not None:
            await self._pace()
            if await screens.edit(self._bot, notice.replaces, notice.screen, attempts=1):
                await self._remember(delivery, notice, notice.replaces)
                return notice.replaces[1]
            if notice.only_in_place:
                return None
        await self._pace(chat_id)
        # One attempt: what breaks waits in the outbox, and a lost answer repeats it only once.
        sent = (await exhibits.show(self._bot, chat_id, notice.screen, attempts=1)).message
        await self._remember(delivery, notice, (chat_id, sent.message_id))
        return sent.message_id

    async def _remember(
        self, delivery: Delivery, notice: Notice, place: cards.MessagePlace
    ) -> None:
        if notice.asks_about is None:
            return
        view = notice.screen.view.pack() if notice.screen.view else ""
        async with self._database.transaction() as session:
            await cards.remember(
                session,
                school_id=delivery.message.school_id,
                member_id=known_id(delivery.member.id),
                place=place,
                subject=notice.asks_about,
                view=view,
                now=self._clock.now(),
            )

    async def _pace(self, chat_id: int | None = None) -> None:
        quiet = self._quiet_until - time.monotonic()
        if quiet > 0:
            await asyncio.sleep(quiet)
        if chat_id is not None:
            bucket = self._chats.setdefault(chat_id, Bucket(CHAT_PER_S, CHAT_BURST))
            await bucket.take()
        await self._total.take()

    async def _obey(self, delivery: Delivery, wait: RetryAfter) -> None:
        after = wait.retry_after
        seconds = after if isinstance(after, int | float) else after.total_seconds()
        # Telegram does not say whether it means this chat or all of them; quiet for all is safe.
        self._quiet_until = time.monotonic() + seconds
        async with self._database.transaction() as session:
            until = self._clock.now() + timedelta(seconds=seconds)
            await outbox.postpone(session, known_id(delivery.message.id), until)

    async def _try_later(self, delivery: Delivery, why: str) -> None:
        attempts = delivery.message.attempts
        if attempts >= MOST_ATTEMPTS:
            await self._settle(delivery, OutboxState.FAILED, why)
            return
        async with self._database.transaction() as session:
            until = self._clock.now() + timedelta(seconds=2**attempts)
            await outbox.postpone(session, known_id(delivery.message.id), until)

    async def _settle(
        self,
        delivery: Delivery,
        state: OutboxState,
        outcome: str = "",
        *,
        message_id: int | None = None,
    ) -> None:
        now, number = self._clock.now(), known_id(delivery.message.id)
        async with self._database.transaction() as session:
            await outbox.settle(session, number, state, now, outcome, message_id=message_id)
            if state is OutboxState.BLOCKED and delivery.account is not None:
                await note_blocked(session, delivery.account.id, now)
