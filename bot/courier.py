"""One message on its way: drawn from what is true now, sent once, and what came of it."""

import logging
from dataclasses import dataclass, replace
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession
from telegram import Bot
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter

from bot import exhibits, screens
from bot.calls import is_unreachable, seconds_of
from bot.clock import Clock
from bot.seats import person_in_seat
from conversations.notices import Notice, draw_notice
from conversations.screens import Screen
from storage import cards, outbox
from storage.cards import MessagePlace
from storage.database import Database
from storage.files import FileStore
from storage.models import OutboxState
from storage.outbox import Delivery
from storage.people import note_blocked
from storage.rulebook import RuleBook

logger = logging.getLogger(__name__)

MOST_TURNS = 3
"""So many pages may be turned while one message is being edited."""


@dataclass(frozen=True, slots=True)
class Settled:
    """How and when a message ended: it stands at a place, or was given up for what `why` says."""

    delivery: Delivery
    at: datetime
    state: OutboxState
    why: str = ""
    place: MessagePlace | None = None
    notice: Notice | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Telegram asks for patience, in seconds."""

    delivery: Delivery
    seconds: float


@dataclass(frozen=True, slots=True)
class Broken:
    """The line or Telegram broke; whether the message arrived is not known."""

    delivery: Delivery
    why: str


Result = Settled | Refused | Broken


class Courier:
    """Draws and sends; obeys no limits itself."""

    def __init__(
        self, bot: Bot, database: Database, clock: Clock, rulebook: RuleBook, files: FileStore
    ) -> None:
        self._bot = bot
        self._database = database
        self._clock = clock
        self._rulebook = rulebook
        self._files = files

    async def draw(self, delivery: Delivery) -> Notice | Settled:
        """Draw a message from what is true now, or say why it need not be sent."""
        if delivery.account_id is None:
            return Settled(delivery, self._clock.now(), OutboxState.CANCELLED, "not joined")
        expires_at = delivery.expires_at
        if expires_at is not None and expires_at <= self._clock.now():
            return Settled(delivery, self._clock.now(), OutboxState.CANCELLED, "too late")
        try:
            notice = await self._draw(delivery, delivery.account_id)
        except Exception as error:
            # One bad message is set aside; the rest goes on.
            logger.exception("message set aside", extra={"outbox": delivery.id})
            return Settled(delivery, self._clock.now(), OutboxState.FAILED, type(error).__name__)
        return notice or Settled(delivery, self._clock.now(), OutboxState.CANCELLED, "pointless")

    async def _draw(self, delivery: Delivery, account_id: int) -> Notice | None:
        async with self._database.reading() as session:
            person = await person_in_seat(
                session,
                self._clock.now(),
                self._rulebook,
                self._files,
                account_id=account_id,
                member_id=delivery.member_id,
            )
            if person is None:
                return None
            return await draw_notice(person, delivery.kind, delivery.subject)

    async def send(self, delivery: Delivery, notice: Notice) -> Result:
        """Send or edit, once: what breaks waits in the outbox."""
        try:
            if notice.replaces is not None:
                # Drawn ahead, it may be of another page than the person looks at by now.
                fresh = await self._draw(delivery, delivery.account_id or 0)
                if fresh is None:
                    return Settled(delivery, self._clock.now(), OutboxState.CANCELLED, "pointless")
                notice = fresh
            place = await self._send(delivery, notice)
        except RetryAfter as wait:
            return Refused(delivery, seconds_of(wait))
        except Forbidden as error:
            return Settled(delivery, self._clock.now(), OutboxState.BLOCKED, error.message)
        except BadRequest as error:  # a subclass of NetworkError, and hopeless
            logger.exception("notice refused: %s", error.message)
            unreachable = is_unreachable(error)
            state = OutboxState.BLOCKED if unreachable else OutboxState.FAILED
            return Settled(delivery, self._clock.now(), state, error.message)
        except NetworkError as error:
            return Broken(delivery, type(error).__name__)
        except Exception as error:
            logger.exception("message set aside", extra={"outbox": delivery.id})
            return Settled(delivery, self._clock.now(), OutboxState.FAILED, type(error).__name__)
        if place is None:
            return Settled(delivery, self._clock.now(), OutboxState.CANCELLED, "gone")
        return Settled(delivery, self._clock.now(), OutboxState.SENT, place=place, notice=notice)

    async def _send(self, delivery: Delivery, notice: Notice) -> MessagePlace | None:
        """Give where it stands now, None where its only place is gone."""
        chat_id = delivery.account_id or 0
        if notice.replaces is not None:
            if await screens.edit(self._bot, notice.replaces, notice.screen, attempts=1):
                await self._keep_page(delivery, notice.replaces, notice.screen)
                return notice.replaces
            if notice.only_in_place:
                return None
        if notice.file is not None:
            file = replace(notice.file, caption=notice.screen.text, screen=notice.screen)
            return chat_id, (
                await screens.send_file(self._bot, chat_id, file, attempts=1)
            ).message_id
        sent = (await exhibits.show(self._bot, chat_id, notice.screen, attempts=1)).message
        return chat_id, sent.message_id

    async def _keep_page(self, delivery: Delivery, place: MessagePlace, shown: Screen) -> None:
        """Show the page that a person has turned to while a message was being edited."""
        for _ in range(MOST_TURNS):
            now_true = await self._draw(delivery, delivery.account_id or 0)
            if now_true is None or now_true.replaces != place or now_true.screen == shown:
                return
            shown = now_true.screen
            await screens.edit(self._bot, place, shown, attempts=1)

    async def note(self, session: AsyncSession, settled: Settled) -> None:
        """Write down how a message ended, with what follows from it."""
        delivery, now = settled.delivery, settled.at
        await outbox.settle(
            session,
            delivery.id,
            settled.state,
            now,
            settled.why,
            message_id=settled.place[1] if settled.place else None,
        )
        if settled.state is OutboxState.BLOCKED and delivery.account_id is not None:
            await note_blocked(session, delivery.account_id, now)
        notice = settled.notice
        if settled.place is None or notice is None or notice.asks_about is None:
            return
        if settled.place == notice.replaces:
            return  # it asks about what it asked about before, or its person has turned it since
        await cards.remember(
            session,
            school_id=delivery.school_id,
            member_id=delivery.member_id,
            place=settled.place,
            subject=notice.asks_about,
            view=notice.screen.view.pack() if notice.screen.view else "",
            now=now,
            just_sent=True,
        )
