"""What people see on their phones, once it is there."""

from __future__ import annotations

from collections.abc import Callable

from bot.simulator.models import Answer, Json, Message
from bot.simulator.phone import PATIENCE, Phone, id_of


def fold(text: str) -> str:
    """White space folded and case ignored, to compare what people read."""
    return " ".join(text.split()).casefold()


class Watching(Phone):
    """A person who waits for words, buttons, pictures and files.

    Formatting, case and white space do not matter. ``after`` leaves out that message and
    everything before it. Each wait raises an ``AssertionError`` with the screen when it fails.
    """

    async def sees(
        self, words: str, within: float = PATIENCE, after: int | Message | None = None
    ) -> Message:
        """The newest message of the bot that contains ``words``, once there is one."""
        since = _since(after)
        return await self.until(
            lambda: self._message(words, since), within, f"the words {words!r}"
        )

    async def sees_no(self, words: str, within: float = PATIENCE) -> None:
        """Wait until no message of the bot contains ``words``."""
        await self.until(
            lambda: self._message(words, 0) is None or None, within, f"no words {words!r}"
        )

    async def sees_button(
        self, words: str, on: int | Message | None = None, within: float = PATIENCE
    ) -> Message:
        """The newest message with a button that contains ``words``, once there is one."""
        message, _ = await self.until(
            lambda: self._button(words, on), within, f"a button {words!r}"
        )
        return message

    async def sees_no_button(
        self, words: str, on: int | Message | None = None, within: float = PATIENCE
    ) -> None:
        """Wait until no message has a button that contains ``words``."""
        await self.until(
            lambda: self._button(words, on) is None or None, within, f"no button {words!r}"
        )

    async def sees_photo(
        self, caption: str = "", within: float = PATIENCE, after: int | Message | None = None
    ) -> Message:
        """The bot's newest picture with a caption that contains ``caption``."""
        since = _since(after)
        return await self.until(
            lambda: self._carrying("photo", lambda one: one.text, caption, since),
            within,
            f"a photo with the caption {caption!r}",
        )

    async def sees_document(
        self, name: str = "", within: float = PATIENCE, after: int | Message | None = None
    ) -> Message:
        """The bot's newest document whose file name contains ``name``."""
        since = _since(after)
        return await self.until(
            lambda: self._carrying("document", lambda one: one.file_name, name, since),
            within,
            f"a document {name!r}",
        )

    async def sees_album(
        self, caption: str = "", within: float = PATIENCE, after: int | Message | None = None
    ) -> list[Message]:
        """The bot's newest album with a caption, on any of its items, that contains ``caption``.

        The bot's albums arrive whole. Oldest first.
        """
        since = _since(after)
        found = await self.until(
            lambda: self._album(caption, since), within, f"an album with {caption!r}"
        )
        return self.album_of(found)

    def album_of(self, message: Message) -> list[Message]:
        """The messages of one album, oldest first; a message that is alone is its own album."""
        if not message.media_group_id:
            return [message]
        group = message.media_group_id
        return [one for one in self.chat.messages.values() if one.media_group_id == group]

    async def downloads(self, message: Message) -> bytes:
        """The bytes of the photo or file a message shows.

        Whoever may look gets them, as a phone must to show them: whether they may be saved or
        forwarded is what ``message.protected`` says.

        Raises:
            AssertionError: the message is gone, or shows none.
        """
        if self.chat.messages.get(message.id) is not message or not message.file_id:
            raise AssertionError(self._failure(f"a file from message #{message.id}"))
        return self.world.files.read(message.file_id)

    async def hears(self, words: str, within: float = PATIENCE) -> Answer:
        """The newest toast or alert that contains ``words``, once there is one."""
        return await self.until(lambda: self._toast(words), within, f"a toast with {words!r}")

    def _message(self, words: str, since: int) -> Message | None:
        wanted = fold(words)
        found = (one for one in self._bot_messages(since) if wanted in fold(one.text))
        return next(found, None)

    def _carrying(
        self, kind: str, read: Callable[[Message], str], words: str, since: int
    ) -> Message | None:
        wanted = fold(words)
        found = (
            one
            for one in self._bot_messages(since)
            if kind in one.content and wanted in fold(read(one))
        )
        return next(found, None)

    def _album(self, caption: str, since: int) -> Message | None:
        wanted = fold(caption)
        found = (
            one
            for one in self._bot_messages(since)
            if one.media_group_id and wanted in fold(one.text)
        )
        return next(found, None)

    def _button(self, words: str, on: int | Message | None) -> tuple[Message, Json] | None:
        wanted = fold(words)
        for message in self._bot_messages():
            if on is not None and message.id != id_of(on):
                continue
            for row in message.rows:
                for button in row:
                    if wanted in fold(button["text"]):
                        return message, button
        return None

    def _toast(self, words: str) -> Answer | None:
        wanted = fold(words)
        heard = (one for one in reversed(self.chat.toasts) if wanted in fold(one.text))
        return next(heard, None)


def _since(after: int | Message | None) -> int:
    return id_of(after) if after is not None else 0
