"""What the simulated Telegram remembers: people, chats, messages, files, taps."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]

# What a message can carry that is kept as a file. An animation is a document too, as in the
# Bot API, so it comes before.
MEDIA = ("photo", "animation", "document", "video", "video_note", "audio", "voice", "sticker")


@dataclass(slots=True)
class User:
    """A person, or the bot itself."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_bot: bool = False

    @property
    def name(self) -> str:
        """First and last name together."""
        return f"{self.first_name} {self.last_name}".rstrip()

    def api(self) -> Json:
        """The ``User`` object of the Bot API."""
        user: Json = {"id": self.id, "is_bot": self.is_bot, "first_name": self.first_name}
        for name in ("last_name", "username", "language_code"):
            if value := getattr(self, name):
                user[name] = value
        return user


@dataclass(slots=True)
class Answer:
    """What a tap was answered with. ``url`` and ``copied`` tell of link and copy buttons."""

    text: str = ""
    show_alert: bool = False
    url: str = ""
    copied: str = ""


@dataclass(slots=True)
class Message:
    """A message as everybody in its chat sees it.

    ``content`` holds what it says in the Bot API's own fields: ``text`` and ``entities``,
    ``photo``, ``caption`` and so on.
    """

    id: int
    chat_id: int
    sender_id: int
    date: int
    content: Json
    from_bot: bool = False
    edit_date: int = 0
    media_group_id: str = ""
    reply_to: int = 0
    keyboard: Json | None = None
    # Sent with a reply keyboard, its removal or a forced reply: Telegram never edits such ones.
    fixed: bool = False
    protected: bool = False
    silent: bool = False
    reactions: list[str] = field(default_factory=list)
    options: Json = field(default_factory=dict)

    @property
    def text(self) -> str:
        """The words of the message: its text or its caption."""
        return str(self.content.get("text") or self.content.get("caption") or "")

    @property
    def entities(self) -> list[Json]:
        """The formatting of :attr:`text`."""
        found: list[Json] = (
            self.content.get("entities") or self.content.get("caption_entities") or []
        )
        return found

    @property
    def file_id(self) -> str:
        """The id of the file the message carries, a photo's in its largest size; or ``""``."""
        for kind in MEDIA:
            if kind in self.content:
                media = self.content[kind]
                return str((media[-1] if kind == "photo" else media)["file_id"])
        return ""

    @property
    def file_name(self) -> str:
        """The name of the file the message carries, where it has one."""
        names = (self.content[kind].get("file_name") for kind in MEDIA[1:] if kind in self.content)
        return next(filter(None, names), "")

    @property
    def rows(self) -> list[list[Json]]:
        """The inline buttons in rows, each a Bot API ``InlineKeyboardButton``."""
        rows: list[list[Json]] = self.keyboard["inline_keyboard"] if self.keyboard else []
        return rows

    @property
    def buttons(self) -> list[str]:
        """The labels of the inline buttons, in reading order."""
        return [button["text"] for row in self.rows for button in row]


@dataclass(slots=True)
class Chat:
    """A private chat with one person, a group or a channel, seen from the bot."""

    id: int
    type: str = "private"
    title: str = ""
    # A bot cannot write first: a private chat is unknown to it until the person did.
    known: bool = False
    blocked: bool = False
    deactivated: bool = False
    # The bot's place in a group: "member", "administrator", "left" or "kicked".
    membership: str = "member"
    members: list[int] = field(default_factory=list)
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    menu_button: Json | None = None
    reply_keyboard: Json | None = None
    force_reply: Json | None = None
    toasts: list[Answer] = field(default_factory=list)
    action: str = ""


@dataclass(slots=True)
class CallbackQuery:
    """A tap that waits for its answer."""

    id: str
    chat_id: int
    person_id: int
    message_id: int
    data: str
    at: float
    answer: Answer | None = None


@dataclass(slots=True)
class StoredFile:
    """A file the bot can name by ``id``; its bytes are found under ``digest``."""

    id: str
    unique_id: str
    kind: str
    path: str
    size: int
    digest: str
    name: str = ""
    mime: str = ""
    width: int = 0
    height: int = 0
    # The ids of all sizes of the same picture, smallest first.
    sizes: list[str] = field(default_factory=list)
    # Telegram knows this id no more.
    stale: bool = False

    def api(self) -> Json:
        """The fields every file object of the Bot API has."""
        return {"file_id": self.id, "file_unique_id": self.unique_id, "file_size": self.size}


@dataclass(slots=True)
class Event:
    """Something changed; ``kind`` is named as the events of the page are."""

    kind: str
    chat_id: int
    message: Message | None = None
    data: Json = field(default_factory=dict)
