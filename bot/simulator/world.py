"""The state of the simulated Telegram and the few ways in which it changes.

Message ids come from one counter per bot, shared by all chats, as Telegram counts private chats
and basic groups. Update ids are strictly increasing. Everything runs on one event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from datetime import datetime

import httpx

from bot.simulator.errors import ApiError, bad_request, forbidden
from bot.simulator.files import FileStore
from bot.simulator.flood import Flood
from bot.simulator.models import Answer, CallbackQuery, Chat, Event, Json, Message, User
from bot.simulator.updates import Updates
from bot.simulator.webhook import Webhook

# Telegram does not publish how long a tap may be answered; bots see refusals after some 15 s.
CALLBACK_SECONDS = 15.0
DELETE_SECONDS = 48 * 3600
KEPT_TOASTS = 100


class World:
    """Everything one bot and the people around it can see."""

    def __init__(
        self,
        bot: User,
        now: Callable[[], datetime],
        clock: Callable[[], float] = time.monotonic,
        flood: Flood | None = None,
        webhook_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self.bot = bot
        self.now = now
        self.clock = clock
        self.flood = flood
        self.callback_seconds = CALLBACK_SECONDS
        # A tap on a message older than this carries no message, only its id and date 0.
        self.accessible_seconds: float | None = None
        self.users: dict[int, User] = {bot.id: bot}
        self.chats: dict[int, Chat] = {}
        self.files = FileStore()
        self.updates = Updates()
        self.webhook = Webhook(self.updates, webhook_transport)
        self.queries: dict[str, CallbackQuery] = {}
        self.commands: dict[str, list[Json]] = {}
        self.profile: dict[str, str] = {}
        self.menu_button: Json = {"type": "commands"}
        self.observers: list[Callable[[Event], None]] = []
        self.last_message_id = 0
        self.last_query_id = 4_000_000_000
        self._waiting: dict[int, list[asyncio.Future[None]]] = {}

    def clear(self) -> None:
        """Forget everybody and everything said. Ids go on, so nothing old can be mistaken."""
        self.users = {self.bot.id: self.bot}
        self.chats.clear()
        self.files = FileStore(self.files.count)
        self.updates.queue.clear()
        self.queries.clear()
        self.commands.clear()

    # -- who and where ---------------------------------------------------------------------

    def timestamp(self) -> int:
        """The present moment in Unix seconds, by the simulator's own calendar."""
        return int(self.now().timestamp())

    def person_chat(self, user: User) -> Chat:
        """The private chat of a person with the bot, made on first use."""
        self.users[user.id] = user
        return self.chats.setdefault(user.id, Chat(user.id))

    def people_ids(self) -> list[int]:
        """The ids of all people."""
        return [user.id for user in self.users.values() if not user.is_bot]

    def chat_api(self, chat: Chat) -> Json:
        """The ``Chat`` object of the Bot API."""
        if chat.type != "private":
            return {"id": chat.id, "type": chat.type, "title": chat.title}
        user = self.users[chat.id].api()
        names = {key: user[key] for key in ("first_name", "last_name", "username") if key in user}
        return {"id": chat.id, "type": "private"} | names

    def reachable(self, chat_id: int | str) -> Chat:
        """A chat the bot may look at.

        Raises:
            ApiError: 400 ``chat not found``.
        """
        chat = self.chats.get(chat_id) if isinstance(chat_id, int) else None
        if chat is None or not chat.known:
            raise bad_request("chat not found")
        return chat

    def writable(self, chat_id: int | str) -> Chat:
        """A chat the bot may write to.

        Raises:
            ApiError: 400 for an unknown chat, 403 where the bot is not welcome.
        """
        chat = self.reachable(chat_id)
        if chat.deactivated:
            raise forbidden("user is deactivated")
        if chat.blocked:
            raise forbidden("bot was blocked by the user")
        if chat.membership in {"left", "kicked"}:
            raise _outside(chat)
        return chat

    def message(self, chat: Chat, message_id: int, what: str) -> Message:
        """A message that is still there; ``what`` names it in the refusal."""
        message = chat.messages.get(message_id)
        if message is None:
            raise bad_request(f"{what} not found")
        return message

    # -- what happens ----------------------------------------------------------------------

    def add_message(self, chat: Chat, sender_id: int, content: Json) -> Message:
        """A new message at the end of a chat. Say :meth:`told` when it is complete."""
        self.last_message_id += 1
        message = Message(
            id=self.last_message_id,
            chat_id=chat.id,
            sender_id=sender_id,
            date=self.timestamp(),
            content=content,
            from_bot=sender_id == self.bot.id,
        )
        chat.messages[message.id] = message
        return message

    def message_api(self, message: Message, *, nested: bool = False) -> Json:
        """The ``Message`` object of the Bot API; a reply is nested one level deep."""
        chat = self.chats[message.chat_id]
        document: Json = {"message_id": message.id}
        if chat.type == "channel":
            document["sender_chat"] = self.chat_api(chat)
        else:
            document["from"] = self.users[message.sender_id].api()
        document |= {"chat": self.chat_api(chat), "date": message.date}
        if message.edit_date:
            document["edit_date"] = message.edit_date
        if message.media_group_id:
            document["media_group_id"] = message.media_group_id
        if message.protected:
            document["has_protected_content"] = True
        if message.keyboard:
            document["reply_markup"] = message.keyboard
        replied = chat.messages.get(message.reply_to) if message.reply_to else None
        if replied is not None and not nested:
            document["reply_to_message"] = self.message_api(replied, nested=True)
        return document | message.content | message.options

    def delete(self, chat: Chat, message: Message) -> None:
        """Take a message off everybody's screen."""
        del chat.messages[message.id]
        if message.id in chat.pinned:
            chat.pinned.remove(message.id)
        if chat.force_reply is not None and chat.force_reply["message_id"] == message.id:
            chat.force_reply = None
        self.tell("delete", chat.id, message)

    def deletable(self, message: Message) -> None:
        """Refuse what Telegram does not delete: what is older than two days."""
        if self.timestamp() - message.date > DELETE_SECONDS:
            raise bad_request("message can't be deleted for everyone")
        chat = self.chats[message.chat_id]
        own = message.from_bot or chat.type == "private"
        if not own and chat.membership != "administrator":
            raise bad_request("message can't be deleted")

    def tap(self, chat: Chat, person: User, message_id: int, data: str) -> CallbackQuery:
        """A person tapped a button: queue the update and return the tap."""
        self.last_query_id += 1
        query = CallbackQuery(
            str(self.last_query_id), chat.id, person.id, message_id, data, self.clock()
        )
        self.queries[query.id] = query
        self.updates.push(
            "callback_query",
            {
                "id": query.id,
                "from": person.api(),
                "message": self._tapped(chat, message_id),
                "chat_instance": str(chat.id * 7919),
                "data": data,
            },
        )
        return query

    def _tapped(self, chat: Chat, message_id: int) -> Json:
        message = chat.messages.get(message_id)
        limit = self.accessible_seconds
        if message is None or (limit is not None and self.timestamp() - message.date > limit):
            return {"chat": self.chat_api(chat), "message_id": message_id, "date": 0}
        return self.message_api(message)

    def answer(self, query_id: str, answer: Answer) -> None:
        """The bot answers a tap, once and in time."""
        query = self.queries.get(query_id)
        late = query is not None and self.clock() - query.at > self.callback_seconds
        if query is None or late or query.answer is not None:
            raise bad_request(
                "query is too old and response timeout expired or query ID is invalid"
            )
        query.answer = answer
        del self.queries[query_id]
        toasts = self.chats[query.chat_id].toasts
        toasts.append(answer)
        del toasts[:-KEPT_TOASTS]
        self.tell(
            "answer",
            query.chat_id,
            data={
                "text": answer.text,
                "show_alert": answer.show_alert,
                "message_id": query.message_id,
                "from": query.person_id,
            },
        )

    # -- who is told -----------------------------------------------------------------------

    def told(self, message: Message, *, edited: bool = False) -> Message:
        """Announce a new or edited message and return it."""
        self.tell("edit" if edited else "message", message.chat_id, message)
        return message

    def tell(
        self,
        kind: str,
        chat_id: int,
        message: Message | None = None,
        data: Json | None = None,
    ) -> None:
        """Announce a change: observers first, then everybody who waits at this chat."""
        if self.observers:
            event = Event(kind, chat_id, message, data or {})
            for observer in tuple(self.observers):
                observer(event)
        for waiting in self._waiting.pop(chat_id, ()):
            if not waiting.done():
                waiting.set_result(None)

    async def changed(self, chat_id: int) -> None:
        """Wait for the next change in a chat."""
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(chat_id, []).append(waiting)
        await waiting

    # -- commands --------------------------------------------------------------------------

    def commands_for(self, user: User) -> list[Json]:
        """The command menu a person sees in the private chat, the narrowest scope first."""
        scopes: Iterable[str] = (f"chat:{user.id}", "all_private_chats", "default")
        for scope in scopes:
            for language in (user.language_code, ""):
                commands = self.commands.get(f"{scope}|{language}")
                if commands is not None:
                    return commands
        return []


def _outside(chat: Chat) -> ApiError:
    kind = {"group": "group chat", "channel": "channel chat"}.get(chat.type, "supergroup chat")
    if chat.membership == "kicked":
        return forbidden(f"bot was kicked from the {kind}")
    return forbidden(f"bot is not a member of the {kind}")
