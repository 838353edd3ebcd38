"""Showing stored files: by Telegram's own name for them, or uploaded from the disk.

Showing a file again by name uploads nothing. Telegram may forget a name; then the file on the
disk is sent, and its new name is given back to be kept.
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import groupby
from typing import BinaryIO

from telegram import Bot, InputFile, InputMediaDocument, InputMediaPhoto, Message
from telegram.constants import MediaGroupLimit, ParseMode
from telegram.error import BadRequest

from bot import screens
from bot.calls import ATTEMPTS, insist, is_unknown_file
from conversations.lengths import LONGEST_CAPTION, shown_length
from conversations.screens import Exhibit, Screen

Media = str | InputFile


@dataclass(slots=True)
class Shown:
    """The message with the buttons, and names of files (by page) that are new at Telegram."""

    message: Message
    fresh: dict[int, str] = field(default_factory=dict)


async def show(bot: Bot, chat_id: int, screen: Screen, *, attempts: int = ATTEMPTS) -> Shown:
    """Send a screen's exhibits: one with text and buttons below it, several as albums above.

    `attempts` holds for the message with the buttons.
    """
    fresh: dict[int, str] = {}
    if len(screen.exhibits) == 1 and shown_length(screen.text) <= LONGEST_CAPTION:
        (exhibit,) = screen.exhibits
        shown = await _show_one(bot, chat_id, exhibit, screen, fresh, attempts)
        return Shown(shown, fresh)
    for album in _albums(screen.exhibits):
        if len(album) == 1:
            silent = Screen("", protected=screen.protected)
            await _show_one(bot, chat_id, album[0], silent, fresh)
        else:
            await _show_album(bot, chat_id, album, screen, fresh)
    return Shown(await screens.send(bot, chat_id, screen, attempts=attempts), fresh)


def _albums(exhibits: Sequence[Exhibit]) -> Iterator[list[Exhibit]]:
    """Cut into albums, in order: Telegram takes ten at a time, and photos apart from files."""
    most = int(MediaGroupLimit.MAX_MEDIA_LENGTH)
    for _, group in groupby(exhibits, key=lambda one: one.is_photo):
        alike = list(group)
        for at in range(0, len(alike), most):
            yield alike[at : at + most]


async def _show_one(
    bot: Bot,
    chat_id: int,
    exhibit: Exhibit,
    screen: Screen,
    fresh: dict[int, str],
    attempts: int = ATTEMPTS,
) -> Message:
    markup = screens.keyboard(screen)

    async def send(media: Media) -> Message:
        if exhibit.is_photo:
            return await bot.send_photo(
                chat_id, media, caption=screen.text or None, parse_mode=ParseMode.HTML,
                reply_markup=markup, protect_content=screen.protected or None,
            )  # fmt: skip
        return await bot.send_document(
            chat_id, media, caption=screen.text or None, parse_mode=ParseMode.HTML,
            reply_markup=markup, protect_content=screen.protected or None,
            # Else Telegram may turn a small picture into a sticker.
            disable_content_type_detection=True,
        )  # fmt: skip

    if exhibit.telegram_id:
        try:
            return await insist(lambda: send(exhibit.telegram_id), attempts)
        except BadRequest as error:
            if exhibit.path is None or not is_unknown_file(error):
                raise

    async def upload() -> Message:
        with _opened(exhibit) as file:
            return await send(_upload(exhibit, file))

    message = await insist(upload, attempts)
    _note(fresh, exhibit, message)
    return message


async def _show_album(
    bot: Bot, chat_id: int, album: Sequence[Exhibit], screen: Screen, fresh: dict[int, str]
) -> None:
    async def send(*, by_name: bool) -> Sequence[Message]:
        with ExitStack() as files:
            media: list[InputMediaPhoto | InputMediaDocument] = []
            for one in album:
                content: Media = one.telegram_id
                if not (by_name and one.telegram_id):
                    content = _upload(one, files.enter_context(_opened(one)))
                kind = InputMediaPhoto if one.is_photo else InputMediaDocument
                media.append(kind(content))
            return await bot.send_media_group(
                chat_id, media, protect_content=screen.protected or None
            )

    by_name = True
    try:
        sent = await insist(lambda: send(by_name=True))
    except BadRequest as error:
        if not is_unknown_file(error):
            raise
        by_name = False
        sent = await insist(lambda: send(by_name=False))
    for exhibit, message in zip(album, sent, strict=False):
        if not (by_name and exhibit.telegram_id):
            _note(fresh, exhibit, message)


def _opened(exhibit: Exhibit) -> BinaryIO:
    if exhibit.path is None:
        raise FileNotFoundError(exhibit.name)
    return exhibit.path.open("rb")


def _upload(exhibit: Exhibit, file: object) -> InputFile:
    # Not read into memory: the wire sends it piece by piece.
    return InputFile(file, filename=exhibit.name, attach=True, read_file_handle=False)  # type: ignore[arg-type]


def _note(fresh: dict[int, str], exhibit: Exhibit, message: Message) -> None:
    if message.photo:
        fresh[exhibit.page_id] = message.photo[-1].file_id
    elif message.document is not None:
        fresh[exhibit.page_id] = message.document.file_id
