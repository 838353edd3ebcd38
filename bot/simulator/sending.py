"""Bot API methods that put new messages into a chat."""

from __future__ import annotations

from typing import Any

from bot.simulator.errors import Unsendable, bad_request
from bot.simulator.files import document
from bot.simulator.keyboards import Markup, parse_markup
from bot.simulator.markup import MAX_CAPTION, MAX_TEXT, Entity, format_text, utf16_length
from bot.simulator.models import Chat, Json, Message
from bot.simulator.params import Params
from bot.simulator.registry import method
from bot.simulator.world import World

_ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


def entities_of(params: Params, name: str) -> list[Entity]:
    """Entities that a bot gives by itself instead of a parse mode."""
    return checked_entities(params.document(name, "can't parse MessageEntity JSON object"))


def checked_entities(given: Any) -> list[Entity]:
    """Entities in order, each with its kind and place."""
    if not isinstance(given, list):
        return []
    for entity in given:
        if not isinstance(entity, dict):
            raise bad_request("can't parse MessageEntity: expected an Object")
        for name, kind in (("type", str), ("offset", int), ("length", int)):
            if not isinstance(entity.get(name), kind):
                raise bad_request(f"can't parse MessageEntity: Can't find field \"{name}\"")
    return sorted(given, key=lambda entity: (entity["offset"], -entity["length"]))


def text_content(params: Params) -> Json:
    """The text of a message to send or to edit."""
    source = params.text("text")
    if not source:
        raise bad_request("message text is empty")
    text, entities = format_text(
        source, params.text("parse_mode"), entities_of(params, "entities")
    )
    if not text:
        raise bad_request("text must be non-empty")
    if utf16_length(text) > MAX_TEXT:
        raise bad_request("message is too long")
    content: Json = {"text": text}
    if entities:
        content["entities"] = entities
    return content


def caption_content(source: str, parse_mode: str, entities: list[Entity]) -> Json:
    """The caption of a message, nothing where it is empty."""
    text, found = format_text(source, parse_mode, entities)
    if utf16_length(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    content: Json = {"caption": text} if text else {}
    if text and found:
        content["caption_entities"] = found
    return content


def caption_of(params: Params) -> Json:
    """The caption a call names."""
    return caption_content(
        params.text("caption"),
        params.text("parse_mode"),
        entities_of(params, "caption_entities"),
    )


def preview_options(params: Params) -> Json:
    """The link preview options of a text, checked and kept for the message."""
    options = params.document(
        "link_preview_options", "can't parse link preview options JSON object"
    )
    if options is None:
        return {}
    if not isinstance(options, dict):
        raise bad_request("object expected as link preview options")
    return {"link_preview_options": options}


def _reply_to(params: Params) -> tuple[int, bool]:
    """The message that is replied to and whether its absence is forgiven."""
    given = params.document("reply_parameters", "can't parse reply parameters JSON object")
    if given is None:
        forgiving = params.flag("allow_sending_without_reply")
        return params.integer("reply_to_message_id"), forgiving
    if not isinstance(given, dict):
        raise bad_request("object expected as reply parameters")
    if not given:
        return 0, True
    if not isinstance(given.get("message_id"), int):
        raise bad_request('can\'t find field "message_id"')
    return given["message_id"], bool(given.get("allow_sending_without_reply"))


def _checked_reply(chat: Chat, params: Params) -> int:
    message_id, forgiving = _reply_to(params)
    if message_id and message_id not in chat.messages:
        if not forgiving:
            raise bad_request("message to be replied not found")
        return 0
    return message_id


def _show_keyboard(chat: Chat, message: Message, markup: Markup | None) -> None:
    if markup is None:
        return
    if "inline_keyboard" in markup:
        message.keyboard = markup
        return
    message.fixed = True
    if "keyboard" in markup:
        chat.reply_keyboard, chat.force_reply = markup, None
    elif "force_reply" in markup:
        chat.force_reply = markup | {"message_id": message.id}
    else:
        chat.reply_keyboard = None


def post(
    world: World,
    chat: Chat,
    contents: list[Json],
    params: Params,
    markup: Markup | None,
    options: Json | None = None,
) -> list[Message]:
    """Send one message, or an album of several, once everything about it is checked."""
    reply_to = _checked_reply(chat, params)
    if world.flood is not None:
        world.flood.admit(chat.id, len(contents))
    group = str(13_000_000_000 + world.last_message_id) if len(contents) > 1 else ""
    chat.action = ""
    sent = []
    for content in contents:
        message = world.add_message(chat, world.bot.id, content)
        message.reply_to = reply_to
        message.media_group_id = group
        message.protected = params.flag("protect_content")
        message.silent = params.flag("disable_notification")
        message.options = options or {}
        _show_keyboard(chat, message, markup)
        sent.append(world.told(message))
    return sent


@method("sendMessage")
def send_message(world: World, params: Params) -> Json:
    """A text."""
    content = text_content(params)
    options = preview_options(params)
    markup = parse_markup(params.text("reply_markup"))
    chat = world.writable(params.chat_id())
    (message,) = post(world, chat, [content], params, markup, options)
    return world.message_api(message)


def media_content(world: World, params: Params, kind: str, reference: str, field: str) -> Json:
    """A photo or document of a call: an upload or the id of a file Telegram has."""
    if reference.startswith("attach://"):
        reference, field = "", reference[9:]
    if reference:
        if kind == "photo":
            return {"photo": world.files.photo_again(reference)}
        return {"document": document(world.files.known(reference, "document"))}
    upload = params.uploads.get(field)
    if upload is None:
        raise bad_request(f"there is no {kind} in the request")
    if kind == "photo":
        return {"photo": world.files.upload_photo(upload.data)}
    return {"document": world.files.upload_document(upload.data, upload.name, upload.mime)}


def _send_media(world: World, params: Params, kind: str) -> Json:
    reference = params.text(kind)
    if not reference and kind not in params.uploads:
        raise bad_request(f"there is no {kind} in the request")
    caption = caption_of(params)
    markup = parse_markup(params.text("reply_markup"))
    chat = world.writable(params.chat_id())
    content = media_content(world, params, kind, reference, kind) | caption
    (message,) = post(world, chat, [content], params, markup)
    return world.message_api(message)


@method("sendPhoto")
def send_photo(world: World, params: Params) -> Json:
    """A picture."""
    return _send_media(world, params, "photo")


@method("sendDocument")
def send_document(world: World, params: Params) -> Json:
    """A file."""
    return _send_media(world, params, "document")


@method("sendVoice")
def send_voice(world: World, params: Params) -> Json:
    """A voice note that Telegram has already; uploading one is not simulated."""
    stored = world.files.known(params.text("voice"), "voice")
    caption = caption_of(params)
    markup = parse_markup(params.text("reply_markup"))
    chat = world.writable(params.chat_id())
    # What is stored of a file does not say how long it lasts.
    voice = stored.api() | {"mime_type": stored.mime, "duration": 0}
    (message,) = post(world, chat, [{"voice": voice} | caption], params, markup)
    return world.message_api(message)


def input_media(world: World, params: Params, item: Any) -> Json:
    """One ``InputMedia`` of an album or an edit."""
    if not isinstance(item, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    kind = item.get("type")
    if kind not in {"photo", "document"}:
        raise bad_request(f'can\'t parse InputMedia: type "{kind}" is unsupported')
    reference = str(item.get("media") or "")
    if not reference or (
        reference.startswith("attach://") and reference[9:] not in params.uploads
    ):
        raise bad_request("can't parse InputMedia: media not found")
    caption = caption_content(
        str(item.get("caption") or ""),
        str(item.get("parse_mode") or ""),
        checked_entities(item.get("caption_entities")),
    )
    return media_content(world, params, kind, reference, kind) | caption


@method("sendMediaGroup")
def send_media_group(world: World, params: Params) -> list[Json]:
    """An album of 2 to 10 photos, or of 2 to 10 documents."""
    items = params.document("media", "can't parse media JSON object")
    if items is None:
        raise bad_request('parameter "media" is required')
    if not isinstance(items, list):
        raise bad_request("expected an Array of InputMedia")
    chat = world.writable(params.chat_id())
    if not items:
        raise bad_request("there are no messages to send")
    if len(items) == 1:
        # The real server sends a single item alone; the documentation promises 2-10.
        raise bad_request("media group must include 2-10 items")
    if len(items) > 10:
        raise bad_request("too many messages to send as an album")
    kinds = {item.get("type") for item in items if isinstance(item, dict)}
    if "document" in kinds and len(kinds) > 1:
        raise bad_request("document can't be mixed with other media types")
    contents = [_album_item(world, params, item, place) for place, item in enumerate(items, 1)]
    # Albums have no inline keyboard: Telegram passes over one.
    return [world.message_api(one) for one in post(world, chat, contents, params, None)]


def _album_item(world: World, params: Params, item: Any, place: int) -> Json:
    try:
        return input_media(world, params, item)
    except Unsendable as refusal:
        raise bad_request(
            f'failed to send message #{place} with the error message "{refusal.words}"'
        ) from None


@method("copyMessage")
def copy_message(world: World, params: Params) -> Json:
    """The content of a message again, without its author."""
    source = world.reachable(params.chat_id("from_chat_id"))
    original = world.message(source, params.integer("message_id"), "message to copy")
    if original.protected:
        raise bad_request("message has protected content and can't be forwarded")
    content = dict(original.content)
    if "caption" in params.values:
        for name in ("caption", "caption_entities"):
            content.pop(name, None)
        content |= caption_of(params)
    markup = parse_markup(params.text("reply_markup"))
    chat = world.writable(params.chat_id())
    (message,) = post(world, chat, [content], params, markup, dict(original.options))
    return {"message_id": message.id}


@method("sendChatAction")
def send_chat_action(world: World, params: Params) -> bool:
    """ "typing" and its like, shown until the next message."""
    action = params.text("action").lower()
    if action not in _ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = world.writable(params.chat_id())
    chat.action = action
    world.tell("action", chat.id, data={"action": action})
    return True
