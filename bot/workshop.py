"""Makes the papers that people have ordered, one after the other, beside everything else.

The heavy work is a process of its own (`conversations.papers`); here an order is taken, its
progress told, and what was made is sent. An order is a row: after a stop it is taken up again. A
whole school's archive takes long to make and to send, so such orders are done apart: nobody's own
paper waits for them, and what has been made is kept until all of it is sent.
"""

import asyncio
import contextlib
import logging
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlmodel.ext.asyncio.session import AsyncSession
from telegram import Bot, InputFile, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot import screens
from bot.bell import Bell
from bot.calls import insist
from bot.clock import Clock
from bot.seats import person_in_seat
from bot.tasks import Tasks
from bot.telling import Teller
from conversations.lengths import LONGEST_CAPTION, fitting
from conversations.papers.filling import fill
from conversations.papers.issues import printed_of
from conversations.papers.making import make
from conversations.papers.ordering import Filled
from conversations.papers.orders import MADE_PAPERS, Made, NotMade, Refusal
from conversations.papers.texts import why_left_out, why_not_made
from conversations.people import Person
from conversations.screens import Key, Screen
from conversations.words import Words
from storage import issuing, papers
from storage.database import Database
from storage.errors import Refused
from storage.files import FileStore
from storage.models import Member, PaperOrder, PaperStatus
from storage.people import known_id
from storage.rulebook import RuleBook

logger = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
CANCELLED_WITHIN_S = 1.0
"""How soon the maker notices that an order was cancelled."""

LEFT_OUT_SHOWN = 5

MADE = "made.json"
"""Where what was made for an order is noted down, in the order's folder."""


class Cancelled(Exception):
    """The person no longer wants the paper."""


class Workshop:
    """Takes orders from the database until cancelled. `folder` is for what is being made."""

    def __init__(
        self,
        bot: Bot,
        database: Database,
        clock: Clock,
        rulebook: RuleBook,
        files: FileStore,
        folder: Path,
    ) -> None:
        self._bot = bot
        self._database = database
        self._clock = clock
        self._rulebook = rulebook
        self._files = files
        self._folder = folder
        self._tasks = Tasks()
        self._lanes = {of_schools: Bell() for of_schools in (False, True)}

    def wake(self) -> None:
        """Say that there is something to make."""
        for bell in self._lanes.values():
            bell.ring()

    async def run(self) -> None:
        """Make papers until cancelled."""
        async with self._database.transaction() as session:
            given_up = await papers.take_up_again(session, self._clock.now())
            open_orders = await papers.open_orders(session)
        await asyncio.to_thread(self._tidy, {str(one) for one in open_orders})
        for order_id in given_up:
            await self._tell_given_up(order_id)
        async with asyncio.TaskGroup() as lanes:
            for of_schools in self._lanes:
                lanes.create_task(self._work_through(of_schools=of_schools))

    def _tidy(self, open_orders: set[str]) -> None:
        """Take away what belongs to no open order."""
        for folder in self._folder.glob("*"):
            if folder.name not in open_orders:
                shutil.rmtree(folder, ignore_errors=True)

    async def _work_through(self, *, of_schools: bool) -> None:
        while True:
            try:
                made = await self.make_next(of_schools=of_schools)
            except Exception:
                logger.exception("a paper was not made")
                made = True
            if not made:
                await self._lanes[of_schools].wait(LOOK_EVERY_S)

    async def make_next(self, *, of_schools: bool) -> bool:
        """Make the paper that has waited longest; False when none waits."""
        async with self._database.transaction() as session:
            order = await papers.take_next(session, of_schools=of_schools)
            member = await session.get(Member, order.member_id) if order else None
            await session.flush()
        if order is None:
            return False
        if member is None or member.account_id is None:
            await self._end(order, PaperStatus.FAILED, "nobody to send it to")
            return True
        try:
            await self._make(order, member.account_id)
        except Cancelled:
            await self._put_away(order)
        except Forbidden:
            await self._end(order, PaperStatus.FAILED, "blocked")
        except BadRequest as error:
            await self._give_up(order, error.message)
        except (NetworkError, RetryAfter) as error:
            await self._later(order, type(error).__name__)
        except Exception:
            await self._give_up(order, "stumbled")
            raise
        return True

    async def _later(self, order: PaperOrder, why: str) -> None:
        if order.attempts >= papers.MOST_ATTEMPTS:
            await self._give_up(order, why)
            return
        async with self._database.transaction() as session:
            await papers.wait_again(session, known_id(order.id))
        await asyncio.sleep(LOOK_EVERY_S)

    async def _give_up(self, order: PaperOrder, why: str) -> None:
        await self._end(order, PaperStatus.FAILED, why)
        await self._tell_given_up(known_id(order.id))

    async def _tell_given_up(self, order_id: int) -> None:
        """Say that there will be no paper, in place of how far it is."""
        async with self._database.reading() as session:
            order = await session.get_one(PaperOrder, order_id)
            member = await session.get_one(Member, order.member_id)
            account_id = member.account_id or 0
            person = await self._person(session, order, account_id)
        if person is None:
            return
        broke = why_not_made(person.words, NotMade(Refusal.BROKE))
        screen = Screen(person.words.body("preparing.not_made", why=broke))
        place = (account_id, order.message_id or 0)
        with contextlib.suppress(TelegramError):
            if not (order.message_id and await screens.edit(self._bot, place, screen)):
                await screens.send(self._bot, account_id, screen)

    async def _end(self, order: PaperOrder, status: PaperStatus, outcome: str = "") -> None:
        async with self._database.transaction() as session:
            await papers.end(session, known_id(order.id), status, self._clock.now(), outcome)
        await self._put_away(order)

    async def _put_away(self, order: PaperOrder) -> None:
        await asyncio.to_thread(shutil.rmtree, self._folder_of(order), ignore_errors=True)

    def _folder_of(self, order: PaperOrder) -> Path:
        return self._folder / str(order.id)

    # -- one order

    async def _make(self, order: PaperOrder, account_id: int) -> None:
        out = self._folder_of(order)
        filled, words = await self._fill(order, account_id, out)
        if filled is None:
            await self._end(order, PaperStatus.FAILED, "nothing to make it of")
            return
        teller = Teller(self._bot, account_id, order, words, filled.title)
        await teller.begin()
        await self._keep_place(order, teller.message_id)
        try:
            async with self._until_cancelled(order):
                made = await self._made(order, filled, teller)
                await teller.sending()
                await self._send(order, filled, made, teller)
        except NotMade as refused:
            await self._end(order, PaperStatus.FAILED, str(refused.reason))
            await teller.end(words.body("preparing.not_made", why=why_not_made(words, refused)))
            return
        finally:
            await teller.stop()
        await self._end(order, PaperStatus.DONE)
        await teller.end(words.body("preparing.done", title=filled.title))

    async def _made(self, order: PaperOrder, filled: Filled, teller: Teller) -> tuple[Made, ...]:
        """Give what the order is for: made now, or before a stop if all of it is still there."""
        noted = filled.order.out / MADE
        made = await asyncio.to_thread(_read_made, noted)
        if made is None:
            made = await make(filled.order, teller.note, seconds=filled.seconds)
            await self._keep_issued(filled, made)
            await asyncio.to_thread(noted.write_bytes, MADE_PAPERS.dump_json(made))
            await self._note_sent(order, 0)
        return made

    async def _note_sent(self, order: PaperOrder, parts: int) -> None:
        order.parts_sent = parts
        async with self._database.transaction() as session:
            await papers.note_sent(session, known_id(order.id), parts)

    async def _fill(
        self, order: PaperOrder, account_id: int, out: Path
    ) -> tuple[Filled | None, Words]:
        async with self._database.reading() as session:
            person = await self._person(session, order, account_id)
            if person is None:
                return None, Words("id")
            try:
                filled = await fill(person, order.kind, order.subject, out, self._bot.username)
            except Refused:
                return None, person.words
            return filled, person.words

    async def _person(
        self, session: AsyncSession, order: PaperOrder, account_id: int
    ) -> Person | None:
        return await person_in_seat(
            session, self._clock.now(), self._rulebook, self._files,
            account_id=account_id, member_id=order.member_id,
        )  # fmt: skip

    async def _keep_issued(self, filled: Filled, made: tuple[Made, ...]) -> None:
        """Let the codes of new papers be known before anybody has the papers."""
        printed = tuple(printed_of(filled.issues, made))
        if printed:
            async with self._database.transaction() as session:
                await issuing.keep_issued(session, printed)

    async def _keep_place(self, order: PaperOrder, message_id: int | None) -> None:
        async with self._database.transaction() as session:
            kept = await session.get(PaperOrder, order.id)
            if kept is not None:
                kept.message_id = message_id
                session.add(kept)

    @asynccontextmanager
    async def _until_cancelled(self, order: PaperOrder) -> AsyncIterator[None]:
        """Break off what is within, with `Cancelled`, once the person has cancelled the order."""
        task = asyncio.current_task()
        cancelled = False

        async def watch() -> None:
            nonlocal cancelled
            while True:
                await asyncio.sleep(CANCELLED_WITHIN_S)
                async with self._database.reading() as session:
                    now = await session.get(PaperOrder, order.id)
                if now is None or now.status == PaperStatus.CANCELLED:
                    cancelled = True
                    if task is not None:
                        task.cancel()
                    return

        watching = self._tasks.start(watch(), "watch order")
        try:
            yield
            if cancelled:
                await asyncio.sleep(0)  # let it strike here, and not whatever comes next
        except asyncio.CancelledError:
            # Somebody else may want it to end as well: the bot that stops at this very moment.
            if not cancelled or task is None or task.uncancel():
                raise
            raise Cancelled from None
        finally:
            watching.cancel()

    async def _send(
        self, order: PaperOrder, filled: Filled, made: tuple[Made, ...], teller: Teller
    ) -> None:
        """Send the parts that have not been sent."""
        words = teller.words
        left_out = [why_left_out(words, one) for part in made for one in part.left_out]
        for at, part in enumerate(made):
            if at < order.parts_sent:
                continue
            caption = words.body(
                "preparing.paper", title=filled.title, part=at + 1, parts=len(made),
                pages=part.pages, megabytes=part.path.stat().st_size / 1_000_000,
                lowered=part.lowered, left_out=left_out[:LEFT_OUT_SHOWN] if not at else [],
                more=len(left_out) - LEFT_OUT_SHOWN, holds=part.holds,
            )  # fmt: skip
            rows = ((Key(filled.instead[0], filled.instead[1]),),) if filled.instead else ()
            await self._send_one(teller.chat, part, Screen(caption, rows))
            await self._note_sent(order, at + 1)
            teller.sent(at + 1, len(made))

    async def _send_one(self, account_id: int, part: Made, screen: Screen) -> Message:
        caption = fitting(screen.text, LONGEST_CAPTION)

        async def send() -> Message:
            with part.path.open("rb") as file:
                # Not read into memory: the wire sends it piece by piece.
                document = InputFile(file, filename=part.name, read_file_handle=False)
                return await self._bot.send_document(
                    account_id, document, caption=caption, parse_mode=ParseMode.HTML,
                    reply_markup=screens.keyboard(screen),
                )  # fmt: skip

        return await insist(send)


def _read_made(noted: Path) -> tuple[Made, ...] | None:
    """Read what was made before, if all of it is there."""
    try:
        made = MADE_PAPERS.validate_json(noted.read_bytes())
    except (OSError, ValueError):
        return None
    return made if all(one.path.is_file() for one in made) else None
