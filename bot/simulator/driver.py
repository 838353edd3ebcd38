"""People with phones: what they do, and what they see within a time.

Nothing here polls: every wait ends with the change it waits for, or fails with the screen.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import TypeVar

from bot.simulator import posting
from bot.simulator.models import Answer, CallbackQuery, Chat, Json, Message, User
from bot.simulator.posting import AlbumItem
from bot.simulator.screens import screen
from bot.simulator.world import World

Found = TypeVar("Found")

PATIENCE = 5.0
_INVITATION = re.compile(r"https://t\.me/(\w+)(?:\?start=([^&#]*))?")
_DEEP_LINK = re.compile(r"[A-Za-z0-9_-]{0,64}")


def fold(text: str) -> str:
    """White space folded and case ignored, to compare what people read."""
    return " ".join(text.split()).casefold()


class Person:
    """One person in the private chat with the bot (or, with ``chat=``, in a group)."""

    def __init__(self, world: World, user: User) -> None:
        self.world = world
        self.user = user

    def __repr__(self) -> str:
        return f"<Person {self.user.id} {self.user.name}>"

    @property
    def id(self) -> int:
        """The person's Telegram id, also the id of the private chat."""
        return self.user.id

    @property
    def chat(self) -> Chat:
        """The private chat."""
        return self.world.chats[self.user.id]

    # -- doing -----------------------------------------------------------------------------

    async def start(self, token: str = "") -> Message:
        """Press START, coming from a deep link where there is a token.

        Raises:
            ValueError: a token that no deep link can carry.
        """
        if not _DEEP_LINK.fullmatch(token):
            raise ValueError(f"not a start parameter: {token!r}")
        if self.chat.blocked:
            await self.unblocks_bot()
        return self._post({"text": f"/start {token}".rstrip()})

    async def opens(self, link: str) -> Message:
        """Follow an invitation, ``https://t.me/<bot>?start=<token>``, and press START.

        Raises:
            ValueError: the link leads elsewhere.
        """
        match = _INVITATION.fullmatch(link)
        if match is None or match[1].casefold() != self.world.bot.username.casefold():
            raise ValueError(f"not an invitation to this bot: {link!r}")
        return await self.start(match[2] or "")

    async def types(
        self, text: str, reply_to: int | Message | None = None, chat: Group | None = None
    ) -> Message:
        """Send a text, perhaps as a reply."""
        if reply_to is None and chat is None and self.chat.force_reply is not None:
            # A phone that was told to reply has the message quoted already.
            reply_to = self.chat.force_reply["message_id"]
        return self._post({"text": text}, reply_to, chat)

    async def sends_photo(
        self, data: bytes, caption: str = "", reply_to: int | Message | None = None
    ) -> Message:
        """Send a picture."""
        photo = self.world.files.photo(data, strict=False)
        return self._post(posting.captioned({"photo": photo}, caption), reply_to)

    async def sends_document(
        self,
        data: bytes,
        filename: str = "berkas.pdf",
        mime: str = "application/pdf",
        caption: str = "",
        size: int | None = None,
    ) -> Message:
        """Send a file; ``size`` claims another size than the bytes have."""
        content = posting.document_content(self.world, data, filename, mime, size)
        return self._post(posting.captioned(content, caption))

    async def sends_album(self, items: Sequence[AlbumItem], caption: str = "") -> list[Message]:
        """Send 2-10 pictures at once (or files, as ``(bytes, filename, mime)``).

        Each is an update of its own; the caption sits on the first.
        """
        contents = posting.album_contents(self.world, items, caption)
        group = posting.group_id(self.world)
        return [self._post(content, group=group) for content in contents]

    async def sends_sticker(self, emoji: str = "👍") -> Message:
        """Send a sticker."""
        return self._post(posting.sticker_content(self.world, emoji))

    async def sends_voice(self, data: bytes = b"OggS", seconds: int = 3) -> Message:
        """Send a voice note."""
        return self._post(posting.voice_content(self.world, data, seconds))

    async def sends_location(self, latitude: float = -7.8, longitude: float = 110.4) -> Message:
        """Send a place."""
        return self._post({"location": {"latitude": latitude, "longitude": longitude}})

    async def sends_contact(
        self, phone: str = "+628123456789", name: str = "", user_id: int | None = None
    ) -> Message:
        """Send a contact, by default the person's own."""
        contact: Json = {"phone_number": phone, "first_name": name or self.user.first_name}
        contact["user_id"] = user_id or self.user.id
        return self._post({"contact": contact})

    async def sends_poll(
        self, question: str = "?", options: Sequence[str] = ("Ya", "Tidak")
    ) -> Message:
        """Send a poll."""
        return self._post(posting.poll_content(self.world, question, options))

    async def edits(self, message_id: int | Message, text: str) -> Message:
        """Change one's own message."""
        message = self.chat.messages[_id_of(message_id)]
        if message.sender_id != self.user.id:
            raise ValueError("people edit only their own messages")
        return posting.edit(self.world, message, text)

    async def taps(
        self, words: str, on: int | Message | None = None, within: float = PATIENCE
    ) -> Answer:
        """Tap the button whose label contains ``words``, once it is there.

        Without ``on`` the newest message with such a button counts. Waits until the bot has
        answered the tap and returns the answer; link and copy buttons answer by themselves.
        """
        message, button = await self._until(
            lambda: self._button(words, on), within, f"a button {words!r}"
        )
        if "callback_data" in button:
            return await self.taps_data(button["callback_data"], message.id, within)
        copied = button.get("copy_text", {}).get("text", "")
        return Answer(url=button.get("url", ""), copied=copied)

    async def taps_data(
        self, data: str, message_id: int | Message | None = None, within: float = PATIENCE
    ) -> Answer:
        """Tap with any callback data, as a forged or outdated client can."""
        query = self.press(data, message_id)
        await self._until(lambda: query.answer, within, f"an answer to the tap {data!r}")
        assert query.answer is not None  # noqa: S101  the wait above guarantees it
        return query.answer

    def press(self, data: str, message_id: int | Message | None = None) -> CallbackQuery:
        """The same without waiting for an answer; returns the waiting tap."""
        target = _id_of(message_id) if message_id is not None else self._last_bot_id()
        self._may_write()
        return self.world.tap(self.chat, self.user, target, data)

    async def blocks_bot(self) -> None:
        """Block the bot."""
        posting.set_blocked(self.world, self.user, blocked=True)

    async def unblocks_bot(self) -> None:
        """Let the bot write again."""
        posting.set_blocked(self.world, self.user, blocked=False)

    def deactivates(self) -> None:
        """Delete the Telegram account."""
        self.chat.deactivated = True

    # -- seeing ----------------------------------------------------------------------------

    @property
    def messages(self) -> list[Message]:
        """Everything on the screen, oldest first."""
        return list(self.chat.messages.values())

    @property
    def last(self) -> Message:
        """The newest message of the bot.

        Raises:
            AssertionError: the bot has not written.
        """
        for message in reversed(self.chat.messages.values()):
            if message.from_bot:
                return message
        raise AssertionError(self._failure("a message of the bot"))

    @property
    def buttons(self) -> list[str]:
        """The labels on the bot's newest message."""
        return self.last.buttons

    async def sees(
        self,
        words: str,
        within: float = PATIENCE,
        after: int | Message | None = None,
    ) -> Message:
        """The newest message of the bot that contains ``words``, once there is one.

        Formatting, case and white space do not matter. ``after`` leaves out that message and
        everything before it.
        """
        since = _id_of(after) if after is not None else 0
        return await self._until(
            lambda: self._message(words, since), within, f"the words {words!r}"
        )

    async def sees_no(self, words: str, within: float = PATIENCE) -> None:
        """Wait until no message of the bot contains ``words``."""
        await self._until(
            lambda: self._message(words, 0) is None or None, within, f"no words {words!r}"
        )

    async def sees_button(
        self, words: str, on: int | Message | None = None, within: float = PATIENCE
    ) -> Message:
        """The newest message with a button that contains ``words``, once there is one."""
        message, _ = await self._until(
            lambda: self._button(words, on), within, f"a button {words!r}"
        )
        return message

    async def sees_no_button(
        self, words: str, on: int | Message | None = None, within: float = PATIENCE
    ) -> None:
        """Wait until no message has a button that contains ``words``."""
        await self._until(
            lambda: self._button(words, on) is None or None, within, f"no button {words!r}"
        )

    async def hears(self, words: str, within: float = PATIENCE) -> Answer:
        """The newest toast or alert that contains ``words``, once there is one."""
        return await self._until(lambda: self._toast(words), within, f"a toast with {words!r}")

    async def until(
        self, condition: Callable[[], Found | None], within: float = PATIENCE, what: str = "that"
    ) -> Found:
        """Wait until ``condition`` returns something other than ``None`` or ``False``."""
        return await self._until(condition, within, what)

    def screen(self) -> str:
        """The end of the chat as text: bubbles, buttons in rows, toasts."""
        return screen(self.world, self.chat)

    # -- inside ----------------------------------------------------------------------------

    def _post(
        self,
        content: Json,
        reply_to: int | Message | None = None,
        chat: Group | None = None,
        group: str = "",
    ) -> Message:
        self._may_write()
        place = chat.chat if chat is not None else self.chat
        answered = _id_of(reply_to) if reply_to is not None else 0
        return posting.post(self.world, place, self.user, content, answered, group)

    def _may_write(self) -> None:
        if self.chat.blocked or self.chat.deactivated:
            raise AssertionError(f"{self.user.name} has blocked the bot or left Telegram")

    def _last_bot_id(self) -> int:
        return self.last.id

    def _bot_messages(self) -> list[Message]:
        return [one for one in reversed(self.chat.messages.values()) if one.from_bot]

    def _message(self, words: str, since: int) -> Message | None:
        wanted = fold(words)
        for message in self._bot_messages():
            if message.id > since and wanted in fold(message.text):
                return message
        return None

    def _button(self, words: str, on: int | Message | None) -> tuple[Message, Json] | None:
        wanted = fold(words)
        for message in self._bot_messages():
            if on is not None and message.id != _id_of(on):
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

    async def _until(
        self, condition: Callable[[], Found | None], within: float, what: str
    ) -> Found:
        found = condition()
        try:
            async with asyncio.timeout(within):
                while not found:
                    await self.world.changed(self.chat.id)
                    found = condition()
        except TimeoutError:
            raise AssertionError(self._failure(what)) from None
        return found

    def _failure(self, what: str) -> str:
        return f"{self.user.name} did not get {what}\n{self.screen()}"


class Group:
    """A group or channel: people come and go, and the bot may be a member."""

    def __init__(self, world: World, chat: Chat) -> None:
        self.world = world
        self.chat = chat

    @property
    def id(self) -> int:
        """The id of the group, negative."""
        return self.chat.id

    @property
    def messages(self) -> list[Message]:
        """Everything in the group, oldest first."""
        return list(self.chat.messages.values())

    async def adds_bot(self, by: Person, *, administrator: bool = False) -> None:
        """Somebody adds the bot."""
        standing = "administrator" if administrator else "member"
        posting.set_membership(self.world, self.chat, by.user, standing)

    async def removes_bot(self, by: Person) -> None:
        """Somebody removes the bot."""
        posting.set_membership(self.world, self.chat, by.user, "kicked")

    async def posts(self, text: str) -> Message:
        """A post in a channel."""
        return posting.post(self.world, self.chat, self.world.bot, {"text": text})


def _id_of(message: int | Message) -> int:
    return message.id if isinstance(message, Message) else message
