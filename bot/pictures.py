"""Putting drawn pictures on phones: by Telegram's name for them, or drawn and uploaded once."""

import asyncio

from telegram import Bot, InputFile, InputMediaPhoto, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot import screens
from bot.calls import insist, is_gone, is_not_modified, is_unknown_file
from bot.clock import Clock
from bot.tasks import Tasks
from conversations.lengths import LONGEST_CAPTION, fitting
from conversations.pictures.drawing import Drawer
from conversations.screens import Picture, Screen
from storage import sent_pictures
from storage.cards import MessagePlace
from storage.database import Database


class Pictures:
    """Shows screens that have a picture.

    New names are written down beside everything else, several at a time: when many ask at once
    nobody's taps wait for that. What a crash takes away only costs one more upload.
    """

    def __init__(
        self, bot: Bot, database: Database, clock: Clock, drawer: Drawer, tasks: Tasks
    ) -> None:
        self._bot = bot
        self._database = database
        self._clock = clock
        self._drawer = drawer
        self._tasks = tasks
        self._unwritten: dict[str, sent_pictures.Name] = {}
        self._writes = asyncio.Lock()

    async def show(
        self, chat_id: int, screen: Screen, place: MessagePlace | None
    ) -> Message | None:
        """Put a picture in place of the one at `place`, or below; give the message if it is new.

        Raises `NotDrawn`.
        """
        picture = screen.picture
        if picture is None:
            raise ValueError("a screen without a picture")
        known = picture.telegram_id or self._name_of(picture)
        if known:
            try:
                return await self._put(chat_id, screen, place, known)
            except BadRequest as error:
                if not is_unknown_file(error):
                    raise
        content = await self._drawer.draw(picture.facts)
        drawn = InputFile(content, filename=picture.name, attach=True)
        return await self._put(chat_id, screen, place, drawn)

    async def _put(
        self, chat_id: int, screen: Screen, place: MessagePlace | None, media: str | InputFile
    ) -> Message | None:
        if place is not None:
            edited = await self._edit(screen, place, media)
            if edited is not None:
                self._note(screen.picture, edited, media)
                return None
        sent = await insist(
            lambda: self._bot.send_photo(
                chat_id, media, caption=fitting(screen.text, LONGEST_CAPTION),
                parse_mode=ParseMode.HTML, reply_markup=screens.keyboard(screen),
            )
        )  # fmt: skip
        self._note(screen.picture, sent, media)
        return sent

    async def _edit(
        self, screen: Screen, place: MessagePlace, media: str | InputFile
    ) -> Message | bool | None:
        """Change a message; None when it is no longer there to be changed."""
        chat_id, message_id = place
        caption = fitting(screen.text, LONGEST_CAPTION)
        photo = InputMediaPhoto(media, caption=caption, parse_mode=ParseMode.HTML)
        try:
            return await insist(
                lambda: self._bot.edit_message_media(
                    photo, chat_id, message_id, reply_markup=screens.keyboard(screen)
                )
            )
        except BadRequest as error:
            if is_not_modified(error):
                return True
            if is_gone(error):
                return None
            raise

    def _name_of(self, picture: Picture) -> str:
        name = self._unwritten.get(picture.digest)
        return name.telegram_id if name is not None else ""

    def _note(
        self, picture: Picture | None, message: Message | bool, media: str | InputFile
    ) -> None:
        """Keep Telegram's name for a picture that it did not have."""
        if picture is None or isinstance(media, str) or isinstance(message, bool):
            return
        if message.photo:
            telegram_id = message.photo[-1].file_id
            name = sent_pictures.Name(picture.school_id, picture.digest, telegram_id)
            self._unwritten[picture.digest] = name
            if not self._writes.locked():
                self._tasks.start(self.write_down(), "write down pictures")

    async def write_down(self) -> None:
        """Write the new names down."""
        async with self._writes:
            while self._unwritten:
                names = list(self._unwritten.values())
                async with self._database.hurried() as session:
                    await sent_pictures.keep(session, names, self._clock.now())
                for name in names:
                    if self._unwritten.get(name.digest) is name:
                        del self._unwritten[name.digest]
