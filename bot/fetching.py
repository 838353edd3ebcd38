"""Fetching files that people send, before anything in the database waits for them."""

import asyncio
import contextlib
import errno
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from telegram import Document, Message, PhotoSize
from telegram.constants import ChatAction
from telegram.error import BadRequest, TelegramError
from telegram.request import BaseRequest

from bot.calls import insist, is_too_large
from bot.wire import LargerThanSaid, download
from conversations.dialogue import FileReader, Incoming
from conversations.turn import FileLost
from storage.files import DiskFull, FileStore
from storage.inspecting import Inspected

logger = logging.getLogger(__name__)

READ_AT_ONCE = 2
"""Files that are read at the same time: one is looked into while another goes to the disk."""


def attached(message: Message) -> Document | PhotoSize | None:
    """Give the file in a message: a document, or a photo in its largest size."""
    return message.document or (message.photo[-1] if message.photo else None)


class Fetching:
    """Streams what people send to the disk and has it read there."""

    def __init__(
        self, request: BaseRequest, files: FileStore, inspect: Callable[[Path], Inspected]
    ) -> None:
        self._request = request
        self._files = files
        self._inspect = inspect
        self._reading = asyncio.Semaphore(READ_AT_ONCE)

    async def fetch(self, message: Message, reader: FileReader, school_id: int) -> object:
        """Fetch a message's file and have it read; None when it is too large.

        What goes wrong is returned, for the turn to tell: `FileLost` when Telegram does not hand
        the file out, `DiskFull`, or whatever the reader raised.
        """
        attachment = attached(message)
        if attachment is None or (attachment.file_size or 0) > reader.most_bytes:
            return None
        with contextlib.suppress(TelegramError):
            # Silence would make people send it again.
            await message.get_bot().send_chat_action(message.chat.id, ChatAction.TYPING)
        name = (attachment.file_name or "") if isinstance(attachment, Document) else ""
        path = None
        try:
            self._files.require_room(attachment.file_size or 0)
            path = self._files.incoming()
            await insist(lambda: self._download(attachment, path, reader.most_bytes))
            async with self._reading:
                incoming = Incoming(path, name, school_id, self._files, self._inspect)
                return await asyncio.to_thread(reader.read, incoming)
        except LargerThanSaid:
            return None
        except TelegramError as error:
            if isinstance(error, BadRequest) and is_too_large(error):
                return None  # Telegram need not say how large a file is
            logger.warning("file not fetched: %s", type(error).__name__)
            return FileLost()
        except OSError as error:
            if error.errno not in (errno.ENOSPC, errno.EDQUOT):
                return error
            return DiskFull(0)
        except Exception as error:
            return error
        finally:
            if path is not None:
                path.unlink(missing_ok=True)

    async def _download(
        self, attachment: Document | PhotoSize, path: Path, most_bytes: int
    ) -> None:
        file = await attachment.get_file()
        address = file.file_path or ""
        if "://" not in address:
            # A Bot API server of one's own, on this machine, says where the file lies.
            await asyncio.to_thread(shutil.copyfile, address, path)
            return
        with path.open("wb") as sink:
            await download(self._request, address, sink.write, most_bytes)
