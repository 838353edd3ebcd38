"""Bot API methods that change what is already in a chat: edits, deletions, pins, answers."""

from __future__ import annotations

from typing import Any

from telegram.constants import ReactionEmoji

from bot.simulator.errors import Unsendable, bad_request
from bot.simulator.keyboards import Markup, parse_inline
from bot.simulator.markup import utf16_length
from bot.simulator.models import Answer, Chat, Json, Message
from bot.simulator.params import Params
from bot.simulator.registry import method
from bot.simulator.sending import caption_of, input_media, preview_options, text_content
from bot.simulator.world import World

MAX_ANSWER = 200

_NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
_REACTIONS = frozenset(emoji.value for emoji in ReactionEmoji)
_MEDIA = ("photo", "document")
_CAPTIONED = ("photo", "document", "animation", "video", "audio", "voice")


def _to_edit(world: World, params: Params) -> tuple[Chat, Message]:
    if not params.text("chat_id") and not params.integer("message_id"):
        # Inline messages do not exist here.
        raise bad_request("message identifier is not specified")
    chat = world.writable(params.chat_id())
    message = world.message(chat, params.integer("message_id"), "message to edit")
    if not message.from_bot or message.fixed:
        raise bad_request("message can't be edited")
    return chat, message


def _edit(
    world: World,
    message: Message,
    content: Json,
    markup: Markup | None,
    options: Json | None = None,
) -> Json:
    """Put new content and buttons in place; buttons that are not named again are gone."""
    options = message.options if options is None else options
    if message.media_group_id:
        markup = None  # albums have none, and Telegram passes over what it is given
    if (content, markup, options) == (message.content, message.keyboard, message.options):
        raise bad_request(_NOT_MODIFIED)
    if world.flood is not None:
        world.flood.admit_edit(message.chat_id)
    if content != message.content:
        message.edit_date = world.timestamp()
    message.content, message.keyboard, message.options = content, markup, options
    world.told(message, edited=True)
    return world.message_api(message)


@method("editMessageText")
def edit_message_text(world: World, params: Params) -> Json:
    """Another text, on a message that is a text."""
    content = text_content(params)
    options = preview_options(params)
    markup = parse_inline(params.text("reply_markup"))
    _, message = _to_edit(world, params)
    if "text" not in message.content:
        raise bad_request("there is no text in the message to edit")
    return _edit(world, message, content, markup, options)


@method("editMessageCaption")
def edit_message_caption(world: World, params: Params) -> Json:
    """Another caption, on a message that has a photo or a document."""
    caption = caption_of(params)
    markup = parse_inline(params.text("reply_markup"))
    _, message = _to_edit(world, params)
    if not any(kind in message.content for kind in _CAPTIONED):
        raise bad_request("there is no caption in the message to edit")
    media = {
        name: value
        for name, value in message.content.items()
        if name not in {"caption", "caption_entities"}
    }
    return _edit(world, message, media | caption, markup)


@method("editMessageMedia")
def edit_message_media(world: World, params: Params) -> Json:
    """Another photo or document, also in the place of a text."""
    item = params.document("media", "can't parse input media JSON object")
    if item is None:
        raise bad_request('parameter "media" is required')
    markup = parse_inline(params.text("reply_markup"))
    _, message = _to_edit(world, params)
    if not any(kind in message.content for kind in ("text", *_MEDIA)):
        raise bad_request("message media can't be edited")
    try:
        content = input_media(world, params, item)
    except Unsendable as refusal:
        raise bad_request(refusal.server_code) from None
    if message.media_group_id and item["type"] not in message.content:
        raise bad_request("can't change media type in the album")
    return _edit(world, message, content, markup, {})


@method("editMessageReplyMarkup")
def edit_message_reply_markup(world: World, params: Params) -> Json:
    """Other buttons, or none."""
    markup = parse_inline(params.text("reply_markup"))
    _, message = _to_edit(world, params)
    return _edit(world, message, message.content, markup)


@method("deleteMessage")
def delete_message(world: World, params: Params) -> bool:
    """Remove one message for everybody, within 48 hours."""
    if not params.text("chat_id"):
        raise bad_request("chat identifier is not specified")
    if not params.integer("message_id"):
        raise bad_request("message identifier is not specified")
    chat = world.writable(params.chat_id())
    message = world.message(chat, params.integer("message_id"), "message to delete")
    world.deletable(message)
    world.delete(chat, message)
    return True


@method("deleteMessages")
def delete_messages(world: World, params: Params) -> bool:
    """Remove up to 100 messages; those that are gone already are skipped."""
    given = params.document("message_ids", "can't parse message identifiers JSON object")
    if given is None or given == []:
        raise bad_request("message identifiers are not specified")
    if not isinstance(given, list):
        raise bad_request("expected an Array of message identifiers")
    if len(given) > 100:
        raise bad_request("too many message identifiers specified")
    chat = world.writable(params.chat_id())
    found = [chat.messages[one] for one in map(_message_id, given) if one in chat.messages]
    for message in found:
        world.deletable(message)
    for message in found:
        world.delete(chat, message)
    return True


def _message_id(value: Any) -> int:
    try:
        number = int(value)
    except (TypeError, ValueError):
        raise bad_request("can't parse message identifier as a Number") from None
    if number <= 0:
        raise bad_request("invalid message identifier specified")
    return number


@method("answerCallbackQuery")
def answer_callback_query(world: World, params: Params) -> bool:
    """End the progress bar of a tap, with a toast or an alert."""
    text = params.text("text")
    if utf16_length(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    url = params.text("url")
    if url and not url.lower().startswith(("https://t.me/", "t.me/", "tg://")):
        raise bad_request("URL_INVALID")
    answer = Answer(text, params.flag("show_alert"), url)
    world.answer(params.text("callback_query_id"), answer)
    return True


@method("setMessageReaction")
def set_message_reaction(world: World, params: Params) -> bool:
    """The bot's one reaction to a message, or none."""
    given = params.document("reaction", "can't parse reaction types JSON object")
    given = [] if given is None else given
    if not isinstance(given, list):
        raise bad_request("expected an Array of ReactionType")
    emojis = [_emoji(item) for item in given]
    chat = world.writable(params.chat_id())
    message = world.message(chat, params.integer("message_id"), "message to react")
    if len(emojis) > 1:
        raise bad_request("REACTIONS_TOO_MANY")
    message.reactions = emojis
    world.tell("reaction", chat.id, message, {"reactions": emojis})
    return True


def _emoji(item: Any) -> str:
    if not isinstance(item, dict) or item.get("type") != "emoji":
        raise bad_request("can't parse ReactionType: invalid reaction type specified")
    emoji = str(item.get("emoji"))
    if emoji not in _REACTIONS:
        raise bad_request("REACTION_INVALID")
    return emoji


@method("pinChatMessage")
def pin_chat_message(world: World, params: Params) -> bool:
    """Pin a message; the newest pin comes first."""
    chat = world.writable(params.chat_id())
    message = world.message(chat, params.integer("message_id"), "message to pin")
    if message.id in chat.pinned:
        chat.pinned.remove(message.id)
    chat.pinned.insert(0, message.id)
    world.tell("pin", chat.id, message, {"pinned": list(chat.pinned)})
    return True


@method("unpinChatMessage")
def unpin_chat_message(world: World, params: Params) -> bool:
    """Unpin one message, the newest pin where none is named."""
    chat = world.writable(params.chat_id())
    message_id = params.integer("message_id")
    if not message_id:
        if not chat.pinned:
            raise bad_request("message to unpin not found")
        message_id = chat.pinned[0]
    world.message(chat, message_id, "message to unpin")
    if message_id in chat.pinned:
        chat.pinned.remove(message_id)
    world.tell("pin", chat.id, data={"pinned": list(chat.pinned)})
    return True


@method("unpinAllChatMessages")
def unpin_all_chat_messages(world: World, params: Params) -> bool:
    """Unpin everything."""
    chat = world.writable(params.chat_id())
    chat.pinned.clear()
    world.tell("pin", chat.id, data={"pinned": []})
    return True
