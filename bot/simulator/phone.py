"""A phone: the private chat with the bot, what is on its screen, and waiting for a change."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from bot.simulator import posting
from bot.simulator.models import Chat, Json, Message, User
from bot.simulator.screens import screen
from bot.simulator.world import World

if TYPE_CHECKING:
    from bot.simulator.driver import Group

Found = TypeVar("Found")

PATIENCE = 30.0
"""So many seconds people wait: long enough for a machine that has other things to do."""


def id_of(message: int | Message) -> int:
    """The id of a message, which may be named by its id."""
    return message.id if isinstance(message, Message) else message


class Phone:
    """One person in the private chat with the bot (or, with ``chat=``, in a group).

    Nothing here polls: every wait ends with the change it waits for, or fails with the screen.
    """

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

    async def until(
        self, condition: Callable[[], Found | None], within: float = PATIENCE, what: str = "that"
    ) -> Found:
        """Wait until ``condition`` returns something other than ``None`` or ``False``.

        Raises:
            AssertionError: it did not ``within`` so many seconds; shows the screen.
        """
        found = condition()
        try:
            async with asyncio.timeout(within):
                while not found:
                    await self.world.changed(self.chat.id)
                    found = condition()
        except TimeoutError:
            raise AssertionError(self._failure(what)) from None
        return found

    def screen(self) -> str:
        """The end of the chat as text: bubbles, buttons in rows, toasts."""
        return screen(self.world, self.chat)

    def _post(
        self,
        content: Json,
        reply_to: int | Message | None = None,
        chat: Group | None = None,
        group: str = "",
    ) -> Message:
        self._may_write()
        place = chat.chat if chat is not None else self.chat
        answered = id_of(reply_to) if reply_to is not None else 0
        return posting.post(self.world, place, self.user, content, answered, group)

    def _may_write(self) -> None:
        if self.chat.blocked or self.chat.deactivated:
            raise AssertionError(f"{self.user.name} has blocked the bot or left Telegram")

    def _bot_messages(self, since: int = 0) -> list[Message]:
        """The bot's messages, newest first, only those after the one ``since``."""
        messages = reversed(self.chat.messages.values())
        return [one for one in messages if one.from_bot and one.id > since]

    def _failure(self, what: str) -> str:
        return f"{self.user.name} did not get {what}\n{self.screen()}"
