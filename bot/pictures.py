"""Putting drawn pictures on phones: by Telegram's name for them, or drawn and uploaded once."""

from telegram import Bot, InputFile, InputMediaPhoto, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest

from bot import screens
from bot.calls import insist, is_gone, is_not_modified, is_unknown_file
from bot.clock import Clock
from conversations.lengths import LONGEST_CAPTION, fitting
from conversations.pictures.drawing import Drawer
from conversations.screens import Picture, Screen
from storage import sent_pictures
from storage.cards import MessagePlace
from storage.database import Database


class Pictures:
    """Shows screens that have a picture."""

    def __init__(self, bot: Bot, database: Database, clock: Clock, drawer: Drawer) -> None:
        self._bot = bot
        self._database = database
        self._clock = clock
        self._drawer = drawer

    async def show(
        self, chat_id: int, screen: Screen, place: MessagePlace | None
    ) -> Message | None:
        """Put a picture in place of the one at `place`, or below; give the message if it is new.

        Raises `NotDrawn`.
        """
        picture = screen.picture
        if picture is None:
            raise ValueError("a screen without a picture")
        if picture.telegram_id:
            try:
                return await self._put(chat_id, screen, place, picture.telegram_id)
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
                await self._note(screen.picture, edited, media)
                return None
        sent = await insist(
            lambda: self._bot.send_photo(
                chat_id, media, caption=fitting(screen.text, LONGEST_CAPTION),
                parse_mode=ParseMode.HTML, reply_markup=screens.keyboard(screen),
            )
        )  # fmt: skip
        await self._note(screen.picture, sent, media)
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

    async def _note(
        self, picture: Picture | None, message: Message | bool, media: str | InputFile
    ) -> None:
        """Keep Telegram's name for a picture that it did not have."""
        if picture is None or isinstance(media, str) or isinstance(message, bool):
            return
        if message.photo:
            # A name that a power cut takes away only costs one more upload.
            async with self._database.hurried() as session:
                await sent_pictures.keep(
                    session, picture.school_id, picture.digest, message.photo[-1].file_id,
                    self._clock.now(),
                )  # fmt: skip
