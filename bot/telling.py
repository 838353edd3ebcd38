"""The message that tells how far a paper is."""

import contextlib
import logging
import time

from telegram import Bot
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot import screens
from bot.tasks import Tasks
from conversations.callbacks.evidence import CancelPaper
from conversations.screens import Key, Screen
from conversations.words import Words
from storage.models import PaperOrder
from storage.people import known_id

logger = logging.getLogger(__name__)

TELL_EVERY_S = 3.0
"""A progress message is changed no more often: each change counts towards Telegram's limits."""


class Teller:
    """The message in a person's chat that tells how far a paper is."""

    def __init__(
        self, bot: Bot, account_id: int, order: PaperOrder, words: Words, title: str
    ) -> None:
        self._bot = bot
        self.chat = account_id
        self._order = order
        self.words = words
        self._title = title
        self._tasks = Tasks()
        self._told_at = time.monotonic()
        self.message_id = order.message_id

    async def begin(self) -> None:
        """Say that it has begun; after a stop the same message goes on."""
        screen = self._screen(0, 0)
        if self.message_id is not None:
            place = (self.chat, self.message_id)
            if await screens.edit(self._bot, place, screen, attempts=1):
                return
        sent = await screens.send(self._bot, self.chat, screen, silent=True)
        self.message_id = sent.message_id

    def note(self, done: int, of: int) -> None:
        """Tell how far it is, now and then."""
        if time.monotonic() - self._told_at < TELL_EVERY_S or done >= of:
            return
        self._told_at = time.monotonic()
        self._tasks.start(self._show(self._screen(done, of)), "tell progress")

    async def sending(self) -> None:
        """Say that it is made and on its way; a large one takes a while."""
        with contextlib.suppress(TelegramError):
            await self._bot.send_chat_action(self.chat, ChatAction.UPLOAD_DOCUMENT)

    def sent(self, parts: int, of: int) -> None:
        """Tell how many parts of a paper are there; the last one speaks for itself."""
        if parts < of:
            text = self.words.body("preparing.sending", title=self._title, done=parts, of=of)
            self._tasks.start(self._show(self._with_cancel(text)), "tell progress")

    async def stop(self) -> None:
        """Let no late progress come after the end."""
        await self._tasks.cancel()

    async def end(self, text: str) -> None:
        """Say how it ended."""
        await self._show(Screen(text))

    def _screen(self, done: int, of: int) -> Screen:
        text = self.words.body("preparing.making", title=self._title, done=done, of=of)
        return self._with_cancel(text)

    def _with_cancel(self, text: str) -> Screen:
        cancel = CancelPaper(known_id(self._order.id))
        return Screen(text, ((Key(self.words.label("preparing.cancel"), cancel),),))

    async def _show(self, screen: Screen) -> None:
        if self.message_id is None:
            return
        try:
            await screens.edit(self._bot, (self.chat, self.message_id), screen, attempts=1)
        except TelegramError as error:
            # Only looks: the paper itself is what counts.
            logger.info("progress not told: %s", type(error).__name__)
