"""Fetching files that people send, before anything in the database waits for them."""

import asyncio
import contextlib
import logging

from telegram import Document, Message, PhotoSize
from telegram.constants import ChatAction
from telegram.error import TelegramError

from bot.calls import insist
from conversations.dialogue import FileReader
from conversations.turn import FileLost

logger = logging.getLogger(__name__)


def attached(message: Message) -> Document | PhotoSize | None:
    """Give the file in a message: a document, or a photo in its largest size."""
    return message.document or (message.photo[-1] if message.photo else None)


async def fetch(message: Message, reader: FileReader) -> object:
    """Fetch a message's file and have it read; None when it is too large.

    What goes wrong is returned, for the turn to tell: `FileLost` when Telegram does not hand the
    file out, or whatever the reader raised.
    """
    attachment = attached(message)
    if attachment is None or (attachment.file_size or 0) > reader.most_bytes:
        return None
    with contextlib.suppress(TelegramError):
        # Silence would make people send it again.
        await message.get_bot().send_chat_action(message.chat.id, ChatAction.TYPING)
    try:
        file = await insist(attachment.get_file)
        data = await insist(file.download_as_bytearray)
    except TelegramError as error:
        logger.warning("file not fetched: %s", type(error).__name__)
        return FileLost()
    name = attachment.file_name if isinstance(attachment, Document) else None
    try:
        return await asyncio.to_thread(reader.read, bytes(data), name or "")
    except Exception as error:
        return error
