"""A phone's screen as plain text, for people who read a failed test."""

from __future__ import annotations

from bot.simulator.models import MEDIA, Chat, Message
from bot.simulator.world import World

SHOWN = 12
_SHOWN = (*MEDIA, "location", "contact", "poll")


def screen(world: World, chat: Chat, shown: int = SHOWN) -> str:
    """The last messages with their buttons, then keyboards and toasts."""
    title = chat.title or world.users[chat.id].name
    lines = [f"┌─ {title} ({chat.id}){' BLOCKED' if chat.blocked else ''}"]
    messages = list(chat.messages.values())
    if len(messages) > shown:
        lines.append(f"│ … {len(messages) - shown} earlier")
    for message in messages[-shown:]:
        lines += _bubble(world, message)
    if chat.reply_keyboard is not None:
        rows = chat.reply_keyboard["keyboard"]
        lines += ["│ keyboard:"] + [_row(row) for row in rows]
    if chat.force_reply is not None:
        lines.append(f"│ reply to #{chat.force_reply['message_id']} …")
    for toast in chat.toasts[-3:]:
        if toast.text:
            lines.append(f"│ {'ALERT' if toast.show_alert else 'toast'}: {toast.text}")
    return "\n".join([*lines, "└─"])


def _bubble(world: World, message: Message) -> list[str]:
    sender = "bot" if message.from_bot else world.users[message.sender_id].first_name
    media = next((kind for kind in _SHOWN if kind in message.content), "")
    if media:
        media = f"[{f'{media} {message.file_name}'.rstrip()}] "
    edited = " (edited)" if message.edit_date else ""
    reply = f" ↩#{message.reply_to}" if message.reply_to else ""
    marks = "".join(message.reactions)
    first, *rest = (message.text or "").splitlines() or [""]
    lines = [f"│ #{message.id} {sender}{reply}{edited}: {media}{first} {marks}".rstrip()]
    lines += [f"│      {line}" for line in rest]
    return lines + [_row(row) for row in message.rows]


def _row(row: list[dict[str, object]]) -> str:
    return "│      " + " ".join(f"[ {button['text']} ]" for button in row)
