"""Giving people what their turn has brought, after the commit."""

import asyncio
import html
import logging
from dataclasses import replace

from telegram import Bot, Message, Update
from telegram.error import BadRequest, Forbidden, NetworkError, RetryAfter, TelegramError

from bot import exhibits, screens
from bot.calls import insist, is_unreachable
from bot.clock import Clock
from bot.menus import set_menu
from bot.pictures import Pictures
from bot.tasks import Tasks
from conversations.pictures.drawing import NotDrawn
from conversations.screens import Screen
from conversations.turn import Answer, Turn
from storage import cards
from storage.database import Database
from storage.evidence.reading import note_telegram_id
from storage.models import Prompt
from storage.people import note_blocked

logger = logging.getLogger(__name__)

PATIENCE_S = 1.0
"""After so long without an answer, a tap is answered with nothing, so that the wheel stops."""

LONGEST_TOAST = 200


class Spinner:
    """The wheel that turns on a tapped button until the tap is answered.

    Most taps are answered within milliseconds, together with what they have to say. When a chat's
    queue or the database is slow, the wheel is stopped first.
    """

    def __init__(self, bot: Bot, tasks: Tasks, query_id: str | None) -> None:
        self._bot = bot
        self._tasks = tasks
        self._query_id = query_id
        self._timer: asyncio.TimerHandle | None = None
        if query_id is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(PATIENCE_S, self._give_up)

    @property
    def turning(self) -> bool:
        """Whether the tap still waits for its answer."""
        return self._query_id is not None

    def _give_up(self) -> None:
        self._tasks.start(self.answer("", alert=False), "answer late tap")

    async def answer(self, text: str, *, alert: bool) -> None:
        """Answer the tap, once. A tap too old to be answered is no loss."""
        query_id, self._query_id = self._query_id, None
        self.stop()
        if query_id is None:
            return
        try:
            await insist(
                lambda: self._bot.answer_callback_query(
                    query_id, text=text[:LONGEST_TOAST] or None, show_alert=alert or None
                ),
                attempts=2,
            )
        except (BadRequest, NetworkError, RetryAfter, Forbidden) as error:
            logger.info("tap not answered: %s", type(error).__name__)

    def stop(self) -> None:
        """Forget the timer."""
        if self._timer is not None:
            self._timer.cancel()


class Replies:
    """Sends answers to the person whose turn it was."""

    def __init__(
        self, bot: Bot, database: Database, clock: Clock, tasks: Tasks, pictures: Pictures
    ) -> None:
        self._bot = bot
        self._database = database
        self._clock = clock
        self._tasks = tasks
        self._pictures = pictures

    def watch(self, update: Update) -> Spinner:
        """Start watching the wheel of a tap; for anything else there is none."""
        query = update.callback_query
        return Spinner(self._bot, self._tasks, query.id if query else None)

    async def give(self, turn: Turn, spinner: Spinner) -> None:
        """Answer the tap and put the screens on the phone, at the same time."""
        try:
            await self._give(turn, spinner)
        except Forbidden:
            await self._note_blocked(turn)
        except BadRequest as error:
            if not is_unreachable(error):
                raise
            await self._note_blocked(turn)
        except (NetworkError, RetryAfter) as error:
            # What was done is stored; the person sees it at the next tap.
            logger.warning("answer not delivered: %s", type(error).__name__)

    async def _give(self, turn: Turn, spinner: Spinner) -> None:
        answer = turn.answer
        toast = answer.toast
        if not spinner.turning:
            # Typed, or answered already: what a toast would say becomes part of the screen.
            _say_on_screen(answer)
        place = turn.tapped if answer.in_place else None
        sent: Message | None = None
        if answer.screens:
            sent, _ = await asyncio.gather(
                self._put(turn, answer.screens[0], place),
                spinner.answer(toast, alert=answer.alert),
            )
        else:
            await spinner.answer(toast, alert=answer.alert)
        chat_id = turn.account.id
        for screen in answer.screens[1:]:
            sent = await self._send(turn, screen)
        for file in answer.files:
            await screens.send_file(self._bot, chat_id, file)
        asked = None
        if answer.question is not None:
            asked = await screens.ask(self._bot, chat_id, answer.question)
        if answer.new_menu:
            await set_menu(self._bot, turn)
        await self._remember(turn, sent, asked)

    async def _put(
        self, turn: Turn, screen: Screen, place: cards.MessagePlace | None
    ) -> Message | None:
        if screen.picture is not None:
            return await self._show_picture(turn, screen, place if turn.tapped_exhibit else None)
        # A message with a picture cannot become a list, nor the other way round.
        fits = screen.below_exhibits or not (screen.exhibits or turn.tapped_exhibit)
        if place is not None and fits and await screens.edit(self._bot, place, screen):
            return None
        return await self._send(turn, screen)

    async def _show_picture(
        self, turn: Turn, screen: Screen, place: cards.MessagePlace | None
    ) -> Message | None:
        try:
            return await self._pictures.show(turn.account.id, screen, place)
        except NotDrawn:
            sentence = turn.words.body("everywhere.no_picture")
            bare = replace(screen, text=sentence, picture=None)
            return await screens.send(self._bot, turn.account.id, bare)

    async def _send(self, turn: Turn, screen: Screen) -> Message | None:
        chat_id = turn.account.id
        if screen.picture is not None:
            return await self._show_picture(turn, screen, None)
        if not screen.exhibits:
            return await screens.send(self._bot, chat_id, screen)
        try:
            shown = await exhibits.show(self._bot, chat_id, screen)
        except FileNotFoundError:
            # What is known about it is better than silence; `kawan doctor` names the file.
            logger.exception("a stored file is not there")
            sentence = turn.words.body("everywhere.file_missing")
            bare = replace(screen, text=f"{sentence}\n\n{screen.text}", exhibits=())
            return await screens.send(self._bot, chat_id, bare)
        if shown.fresh:
            async with self._database.transaction() as session:
                for page_id, telegram_id in shown.fresh.items():
                    await note_telegram_id(session, page_id, telegram_id)
        return shown.message

    async def _remember(self, turn: Turn, sent: Message | None, asked: Message | None) -> None:
        """Store the places of messages that only now have one."""
        subject = turn.answer.asks_about if sent is not None else None
        if subject is None and asked is None:
            return
        async with self._database.transaction() as session:
            if asked is not None and turn.answer.question is not None:
                prompt = await session.get(Prompt, turn.answer.question.id)
                if prompt is not None:
                    prompt.message_id = asked.message_id
                    session.add(prompt)
            if subject is not None and sent is not None:
                await cards.remember(
                    session,
                    school_id=turn.school.id or 0,
                    member_id=turn.actor.member_id,
                    place=(sent.chat_id, sent.message_id),
                    subject=subject,
                    view=turn.account.view,
                    now=turn.now,
                )

    async def _note_blocked(self, turn: Turn) -> None:
        async with self._database.transaction() as session:
            await note_blocked(session, turn.account.id, self._clock.now())

    async def apologise(self, chat_id: int, spinner: Spinner, apology: str) -> None:
        """Tell somebody that their turn came to nothing."""
        if spinner.turning:
            await spinner.answer(apology, alert=True)
        else:
            await self.say(chat_id, html.escape(apology, quote=False))

    async def say(self, chat_id: int, text: str) -> None:
        """Send a bare sentence; for moments when nothing else works."""
        try:
            await screens.send(self._bot, chat_id, Screen(text))
        except TelegramError as error:
            logger.warning("could not say it: %s", type(error).__name__)


def _say_on_screen(answer: Answer) -> None:
    if not answer.toast:
        return
    line = html.escape(answer.toast, quote=False)
    if answer.screens:
        first = answer.screens[0]
        answer.screens[0] = replace(first, text=f"{line}\n\n{first.text}")
    else:
        answer.screens.append(Screen(line))
    answer.toast = ""
