"""What people put into chats, and the updates the bot learns of it by."""

from __future__ import annotations

from collections.abc import Sequence

from bot.simulator.attaching import captioned
from bot.simulator.markup import find_typed
from bot.simulator.models import Chat, Json, Message, User
from bot.simulator.world import World


def poll_content(world: World, question: str, options: Sequence[str]) -> Json:
    """A poll."""
    return {
        "poll": {
            "id": str(5_000_000_000 + world.last_message_id),
            "question": question,
            "options": [
                {"persistent_id": str(number), "text": text, "voter_count": 0}
                for number, text in enumerate(options)
            ],
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": False,
            "members_only": False,
        }
    }


def text_content(text: str) -> Json:
    """A text with the entities Telegram finds by itself."""
    entities = find_typed(text)
    return {"text": text} | ({"entities": entities} if entities else {})


def post(
    world: World, chat: Chat, sender: User, content: Json, reply_to: int = 0, group: str = ""
) -> Message:
    """Somebody writes: the message appears and the bot gets its update, if it may read here."""
    if "text" in content and "entities" not in content:
        content = text_content(content["text"])
    if chat.type == "private":
        chat.known = True
    message = world.add_message(chat, sender.id, content)
    message.from_bot = False
    message.reply_to = reply_to
    message.media_group_id = group
    _use_up_keyboards(chat)
    world.told(message)
    if chat.known and chat.membership not in {"left", "kicked"}:
        kind = "channel_post" if chat.type == "channel" else "message"
        world.updates.push(kind, world.message_api(message))
    return message


def _use_up_keyboards(chat: Chat) -> None:
    """A forced reply is over with the next message; a one-time keyboard folds away."""
    chat.force_reply = None
    if chat.reply_keyboard is not None and chat.reply_keyboard.get("one_time_keyboard"):
        chat.reply_keyboard = None


def edit(world: World, message: Message, text: str) -> Message:
    """Somebody changes a message."""
    media = {
        name: value
        for name, value in message.content.items()
        if name not in {"text", "entities", "caption", "caption_entities"}
    }
    message.content = captioned(media, text) if media else text_content(text)
    message.edit_date = world.timestamp()
    world.told(message, edited=True)
    world.updates.push("edited_message", world.message_api(message))
    return message


def set_blocked(world: World, user: User, *, blocked: bool) -> None:
    """A person blocks the bot or lets it write again."""
    chat = world.chats[user.id]
    if chat.blocked == blocked:
        return
    chat.blocked = blocked
    before, after = ("member", "kicked") if blocked else ("kicked", "member")
    _push_membership(world, chat, user, before, after)
    world.tell("blocked", chat.id, data={"blocked": blocked})


def set_membership(world: World, chat: Chat, by: User, standing: str) -> None:
    """The bot joins or leaves a group."""
    before, chat.membership = chat.membership, standing
    chat.known = True
    _push_membership(world, chat, by, before, standing)


def _push_membership(world: World, chat: Chat, by: User, before: str, after: str) -> None:
    world.updates.push(
        "my_chat_member",
        {
            "chat": world.chat_api(chat),
            "from": by.api(),
            "date": world.timestamp(),
            "old_chat_member": _member(world, before),
            "new_chat_member": _member(world, after),
        },
    )


_RIGHTS = (
    "can_be_edited",
    "is_anonymous",
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
)


def _member(world: World, status: str) -> Json:
    member: Json = {"user": world.bot.api(), "status": status}
    if status == "kicked":
        member["until_date"] = 0
    if status == "administrator":
        member |= {right: right == "can_delete_messages" for right in _RIGHTS}
    return member
