"""People with phones: what they do, and what they see within a time."""

from __future__ import annotations

import re

from bot.simulator import posting
from bot.simulator.models import Answer, CallbackQuery, Chat, Message
from bot.simulator.phone import PATIENCE, id_of
from bot.simulator.sharing import Sharing
from bot.simulator.watching import Watching, fold
from bot.simulator.world import World

__all__ = ["PATIENCE", "Group", "Person", "fold"]

_INVITATION = re.compile(r"https://t\.me/(\w+)(?:\?start=([^&#]*))?")
_DEEP_LINK = re.compile(r"[A-Za-z0-9_-]{0,64}")


class Person(Sharing, Watching):
    """One person in the private chat with the bot (or, with ``chat=``, in a group)."""

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

    async def edits(self, message_id: int | Message, text: str) -> Message:
        """Change one's own message."""
        message = self.chat.messages[id_of(message_id)]
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
        message, button = await self.until(
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
        await self.until(lambda: query.answer, within, f"an answer to the tap {data!r}")
        assert query.answer is not None  # noqa: S101  the wait above guarantees it
        return query.answer

    def press(self, data: str, message_id: int | Message | None = None) -> CallbackQuery:
        """The same without waiting for an answer; returns the waiting tap."""
        target = id_of(message_id) if message_id is not None else self.last.id
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
