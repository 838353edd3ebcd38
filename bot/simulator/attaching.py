"""The files people attach, as the content of their messages.

Bytes are kept as they are given: what a phone does to them before sending (photos shrunk to
1280 pixels and stripped of their data, names cut) is the test's own to do or not.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bot.simulator.files import document, guess_mime
from bot.simulator.markup import find_typed
from bot.simulator.models import MEDIA, Json, Message
from bot.simulator.world import World

# A picture, or a file as (bytes, file name, type).
AlbumItem = bytes | tuple[bytes, str, str]


def captioned(content: Json, caption: str) -> Json:
    """The content with a caption, where there is one."""
    if not caption:
        return content
    entities = find_typed(caption)
    found = {"caption_entities": entities} if entities else {}
    return content | {"caption": caption} | found


def photo_content(world: World, data: bytes) -> Json:
    """A picture."""
    return {"photo": world.files.photo(data, strict=False)}


def document_content(
    world: World, data: bytes, name: str, mime: str = "", size: int | None = None
) -> Json:
    """A file; without a type it is what the name suggests."""
    kept = world.files.keep("document", data, name=name, mime=mime or guess_mime(name), size=size)
    return {"document": document(kept)}


def album_contents(
    world: World, items: Sequence[AlbumItem], caption: str, caption_at: int = 0
) -> list[Json]:
    """The messages of an album, the caption on one of them.

    Raises:
        ValueError: fewer than 2 or more than 10 items, or pictures among files; phones offer no
            such album.
        IndexError: ``caption_at`` names none of them.
    """
    if not 2 <= len(items) <= 10:
        raise ValueError("an album has 2 to 10 items")
    if len({isinstance(item, bytes) for item in items}) > 1:
        raise ValueError("an album has pictures or files, not both")
    contents = [
        photo_content(world, item) if isinstance(item, bytes) else document_content(world, *item)
        for item in items
    ]
    contents[caption_at] = captioned(contents[caption_at], caption)
    return contents


def group_id(world: World) -> str:
    """A new ``media_group_id``, also where several albums begin before their first message."""
    return str(14_000_000_000 + world.files.count)


def sticker_content(world: World, emoji: str) -> Json:
    """A sticker."""
    stored = world.files.keep("sticker", b"RIFF", mime="image/webp")
    shape = {"type": "regular", "width": 512, "height": 512}
    return {
        "sticker": stored.api() | shape | {"is_animated": False, "is_video": False, "emoji": emoji}
    }


def voice_content(world: World, data: bytes, seconds: int) -> Json:
    """A voice note."""
    return _recording(world, "voice", data, "", "audio/ogg", duration=seconds)


def video_note_content(world: World, data: bytes, seconds: int) -> Json:
    """A round video: it has neither a name nor a caption."""
    stored = world.files.keep("video_note", data)
    return {"video_note": stored.api() | {"duration": seconds, "length": 384}}


def video_content(world: World, data: bytes, name: str, seconds: int) -> Json:
    """A film."""
    shape = {"width": 1280, "height": 720}
    return _recording(world, "video", data, name, "video/mp4", duration=seconds, **shape)


def audio_content(world: World, data: bytes, name: str, seconds: int) -> Json:
    """A piece of music."""
    return _recording(world, "audio", data, name, "audio/mpeg", duration=seconds)


def animation_content(world: World, data: bytes, name: str) -> Json:
    """A moving picture; for bots that know no animations it is a document as well."""
    content = _recording(
        world, "animation", data, name, "video/mp4", duration=2, width=480, height=270
    )
    shown = content["animation"]
    plain = ("file_name", "mime_type", "file_id", "file_unique_id", "file_size")
    return content | {"document": {field: shown[field] for field in plain if field in shown}}


def _recording(world: World, kind: str, data: bytes, name: str, mime: str, **shape: int) -> Json:
    return {kind: document(world.files.keep(kind, data, name=name, mime=mime)) | shape}


def contents_again(world: World, messages: Sequence[Message]) -> list[Json]:
    """What messages say, once more: the same files under new ids."""
    contents = [message.content for message in messages]
    ids = world.files.renew({found: None for content in contents for found in _file_ids(content)})
    return [{name: _renamed(value, ids) for name, value in one.items()} for one in contents]


def _file_ids(content: Json) -> list[str]:
    media = [content[kind] for kind in MEDIA if kind in content]
    sizes = [size for one in media for size in (one if isinstance(one, list) else [one])]
    return [size["file_id"] for size in sizes]


def _renamed(value: Any, ids: dict[str, str]) -> Any:
    if isinstance(value, list):
        return [_renamed(one, ids) for one in value]
    if isinstance(value, dict):
        return {
            name: ids.get(one, one) if name == "file_id" else _renamed(one, ids)
            for name, one in value.items()
        }
    return value
