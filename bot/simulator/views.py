"""JSON views of the world for a page: chats, messages as safe HTML, events."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from bot.simulator.models import Chat, Event, Json, Message
from bot.simulator.world import World

if TYPE_CHECKING:
    from bot.simulator.core import Simulator

_TAGS = {
    "bold": ("<b>", "</b>"),
    "italic": ("<i>", "</i>"),
    "underline": ("<u>", "</u>"),
    "strikethrough": ("<s>", "</s>"),
    "code": ("<code>", "</code>"),
    "blockquote": ("<blockquote>", "</blockquote>"),
    "expandable_blockquote": ("<blockquote expandable>", "</blockquote>"),
    "spoiler": ('<span class="spoiler">', "</span>"),
}
_SAFE_SCHEMES = ("http://", "https://", "tg://", "mailto:")
_OTHER_MEDIA = ("sticker", "voice", "video", "video_note", "audio", "location", "contact", "poll")


def world_view(sim: Simulator) -> Json:
    """Everything a page shows, by person."""
    world = sim.world
    return {
        "bot": world.bot.api() | {"profile": dict(world.profile)},
        "now": world.timestamp(),
        "chats": {str(chat.id): chat_view(world, chat) for chat in world.chats.values()},
    }


def chat_view(world: World, chat: Chat) -> Json:
    """One chat with all its messages."""
    user = world.users.get(chat.id)
    return {
        "person": user.api() if user else {"id": chat.id, "first_name": chat.title},
        "type": chat.type,
        "messages": [message_view(world, one) for one in chat.messages.values()],
        "started": chat.known,
        "blocked": chat.blocked,
        "commands": world.commands_for(user) if user else [],
        "menu_button": chat.menu_button or world.menu_button,
        "pinned": list(chat.pinned),
        "reply_keyboard": chat.reply_keyboard,
        "force_reply": chat.force_reply,
        "action": chat.action,
    }


def message_view(world: World, message: Message) -> Json:
    """One message as a bubble needs it."""
    content = message.content
    photo, document = content.get("photo"), content.get("document")
    return {
        "id": message.id,
        "chat_id": message.chat_id,
        "from_bot": message.from_bot,
        "sender": world.users[message.sender_id].name,
        "date": message.date,
        "edited": message.edit_date or None,
        "text": content.get("text"),
        "caption": content.get("caption"),
        "html": render_html(message.text, message.entities),
        "reply_to": message.reply_to or None,
        "buttons": [[button_view(button) for button in row] for row in message.rows],
        "photo": _photo_view(photo[-1]) if photo else None,
        "document": _document_view(document) if document else None,
        "other": next(({kind: content[kind]} for kind in _OTHER_MEDIA if kind in content), None),
        "media_group_id": message.media_group_id or None,
        "service": content.get("service"),
        "reactions": list(message.reactions),
        "protect_content": message.protected,
        "silent": message.silent,
    }


def button_view(button: Json) -> Json:
    """An inline button: its label, colour and what a tap does."""
    view = {"text": button["text"], "style": button.get("style")}
    if "callback_data" in button:
        return view | {"kind": "callback", "data": button["callback_data"]}
    if "url" in button:
        return view | {"kind": "url", "url": button["url"]}
    if "copy_text" in button:
        return view | {"kind": "copy", "copy": button["copy_text"]["text"]}
    return view | {"kind": "other"}


def _photo_view(size: Json) -> Json:
    return {
        "file_id": size["file_id"],
        "width": size["width"],
        "height": size["height"],
        "size": size["file_size"],
    }


def _document_view(document: Json) -> Json:
    return {
        "file_id": document["file_id"],
        "name": document.get("file_name", ""),
        "mime": document.get("mime_type", ""),
        "size": document["file_size"],
    }


def event_view(sim: Simulator, event: Event) -> Json:
    """An event for the page; new and edited messages come with their full view."""
    view: Json = {"type": event.kind, "person": event.chat_id}
    if event.kind == "call":
        return view | {key: value for key, value in event.data.items() if key != "call"}
    if event.message is not None:
        view["message_id"] = event.message.id
        if event.kind in {"message", "edit"}:
            view["message"] = message_view(sim.world, event.message)
    if event.kind in {"message", "commands"} and (chat := sim.world.chats.get(event.chat_id)):
        view |= _panel_view(sim.world, chat)
    return view | event.data


def _panel_view(world: World, chat: Chat) -> Json:
    """What lies below the messages, which a message may change."""
    user = world.users.get(chat.id)
    return {
        "reply_keyboard": chat.reply_keyboard,
        "force_reply": chat.force_reply,
        "commands": world.commands_for(user) if user else [],
        "menu_button": chat.menu_button or world.menu_button,
    }


def render_html(text: str, entities: list[Json]) -> str:
    """A text with its formatting as HTML that is safe to put on a page.

    Only tags made here appear in it; everything people or the bot wrote is escaped.
    """
    if not entities:
        return html.escape(text)
    # Entities count UTF-16 code units, so the text is cut in that encoding.
    units = text.encode("utf-16-le", "surrogatepass")
    cuts = sorted(
        {0, len(units) // 2}
        | {entity["offset"] for entity in entities}
        | {entity["offset"] + entity["length"] for entity in entities}
    )
    parts: list[str] = []
    open_entities: list[Json] = []
    for start, end in zip(cuts, [*cuts[1:], cuts[-1]], strict=True):
        open_entities = _close(parts, open_entities, start)
        for entity in entities:
            if entity["offset"] == start and entity["length"] > 0:
                parts.append(_tags(entity, text)[0])
                open_entities.append(entity)
        piece = units[2 * start : 2 * end].decode("utf-16-le", "replace")
        parts.append(html.escape(piece))
    return "".join(parts)


def _close(parts: list[str], opened: list[Json], at: int) -> list[Json]:
    """Close what ends here, reopening what was opened later but goes on."""
    ending = [one for one in opened if one["offset"] + one["length"] <= at]
    if not ending:
        return opened
    first = min(opened.index(one) for one in ending)
    parts.extend(_tags(one, "")[1] for one in reversed(opened[first:]))
    staying = [one for one in opened[first:] if one not in ending]
    parts.extend(_tags(one, "")[0] for one in staying)
    return [*opened[:first], *staying]


def _tags(entity: Json, text: str) -> tuple[str, str]:
    kind = entity["type"]
    if kind == "pre":
        language = html.escape(str(entity.get("language", "")))
        return (f'<pre data-language="{language}">' if language else "<pre>"), "</pre>"
    if kind in {"text_link", "url"}:
        return _anchor(str(entity.get("url") or _piece(entity, text))), "</a>"
    return _TAGS.get(kind, ("", ""))


def _piece(entity: Json, text: str) -> str:
    units = text.encode("utf-16-le", "surrogatepass")
    begin = 2 * entity["offset"]
    return units[begin : begin + 2 * entity["length"]].decode("utf-16-le", "replace")


def _anchor(url: str) -> str:
    if not url.lower().startswith(_SAFE_SCHEMES):
        return "<a>"
    return f'<a href="{html.escape(url)}" target="_blank" rel="noopener noreferrer">'
