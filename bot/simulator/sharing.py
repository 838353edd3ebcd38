"""What people share from their phones: photos, albums, files, recordings, links."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from bot.simulator import attaching, posting
from bot.simulator.attaching import AlbumItem, captioned
from bot.simulator.markup import utf16_length
from bot.simulator.models import Json, Message
from bot.simulator.phone import Phone


class Sharing(Phone):
    """A person who sends more than words.

    The bot gets the bytes and names exactly as they are given here. A real phone shrinks photos
    to 1280 pixels, and Telegram cuts names at 255 characters and drops what turns them around;
    so tests see worse than the world will bring.
    """

    async def sends_photo(
        self, data: bytes, caption: str = "", reply_to: int | Message | None = None
    ) -> Message:
        """Send a picture."""
        content = attaching.photo_content(self.world, data)
        return self._post(captioned(content, caption), reply_to)

    async def sends_photo_as_file(
        self, data: bytes, filename: str = "IMG_2041.jpg", caption: str = ""
    ) -> Message:
        """Send a picture "as file": a document, with its type by its name."""
        content = attaching.document_content(self.world, data, filename)
        return self._post(captioned(content, caption))

    async def sends_document(
        self,
        data: bytes,
        filename: str = "berkas.pdf",
        mime: str = "application/pdf",
        caption: str = "",
        size: int | None = None,
        reply_to: int | Message | None = None,
    ) -> Message:
        """Send a file; ``size`` claims another size than the bytes have."""
        content = attaching.document_content(self.world, data, filename, mime, size)
        return self._post(captioned(content, caption), reply_to)

    async def sends_album(
        self,
        items: Sequence[AlbumItem],
        caption: str = "",
        caption_at: int = 0,
        reply_to: int | Message | None = None,
    ) -> list[Message]:
        """Send 2-10 pictures at once (or files, as ``(bytes, filename, mime)``).

        Each is an update of its own; the caption sits on the one at ``caption_at``.
        """
        return list(self.sends_album_slowly(items, caption, caption_at, reply_to))

    def sends_album_slowly(
        self,
        items: Sequence[AlbumItem],
        caption: str = "",
        caption_at: int = 0,
        reply_to: int | Message | None = None,
    ) -> Iterator[Message]:
        """The same, each item only when it is asked for, with whatever happens in between.

        ``for message in rina.sends_album_slowly(photos): await budi.types("Halo")``
        """
        contents = attaching.album_contents(self.world, items, caption, caption_at)
        return self._one_by_one(contents, reply_to)

    async def sends_again(self, *messages: Message) -> list[Message]:
        """Send what own messages hold once more: a photo, a file, the same album.

        The bot gets new ``file_id``\\ s of the same files, whose ``file_unique_id`` is the same.
        """
        contents = attaching.contents_again(self.world, messages)
        if any(message.media_group_id for message in messages):
            return list(self._one_by_one(contents))
        return [self._post(content) for content in contents]

    def _one_by_one(
        self, contents: Sequence[Json], reply_to: int | Message | None = None
    ) -> Iterator[Message]:
        group = attaching.group_id(self.world) if len(contents) > 1 else ""
        return (self._post(content, reply_to, group=group) for content in contents)

    async def sends_sticker(self, emoji: str = "👍") -> Message:
        """Send a sticker."""
        return self._post(attaching.sticker_content(self.world, emoji))

    async def sends_voice(
        self,
        data: bytes = b"OggS",
        seconds: int = 3,
        caption: str = "",
        reply_to: int | Message | None = None,
    ) -> Message:
        """Send a voice note."""
        content = attaching.voice_content(self.world, data, seconds)
        return self._post(captioned(content, caption), reply_to)

    async def sends_video_note(self, data: bytes = b"ftyp", seconds: int = 5) -> Message:
        """Send a round video."""
        return self._post(attaching.video_note_content(self.world, data, seconds))

    async def sends_video(
        self,
        data: bytes = b"ftyp",
        filename: str = "VID_2041.mp4",
        caption: str = "",
        seconds: int = 12,
    ) -> Message:
        """Send a film."""
        content = attaching.video_content(self.world, data, filename, seconds)
        return self._post(captioned(content, caption))

    async def sends_audio(
        self,
        data: bytes = b"ID3",
        filename: str = "rekaman.mp3",
        caption: str = "",
        seconds: int = 60,
    ) -> Message:
        """Send a piece of music."""
        content = attaching.audio_content(self.world, data, filename, seconds)
        return self._post(captioned(content, caption))

    async def sends_animation(
        self, data: bytes = b"ftyp", filename: str = "lucu.mp4", caption: str = ""
    ) -> Message:
        """Send a moving picture ("GIF"), which the Bot API calls a document as well."""
        content = attaching.animation_content(self.world, data, filename)
        return self._post(captioned(content, caption))

    async def sends_link(self, url: str, words: str = "") -> Message:
        """Send a text that is a link; with ``words``, the link lies behind them."""
        if not words:
            entity: Json = {"type": "url", "offset": 0, "length": utf16_length(url)}
            return self._post({"text": url, "entities": [entity]})
        entity = {"type": "text_link", "offset": 0, "length": utf16_length(words), "url": url}
        return self._post({"text": words, "entities": [entity]})

    async def sends_location(self, latitude: float = -7.8, longitude: float = 110.4) -> Message:
        """Send a place."""
        return self._post({"location": {"latitude": latitude, "longitude": longitude}})

    async def sends_contact(
        self, phone: str = "+628123456789", name: str = "", user_id: int | None = None
    ) -> Message:
        """Send a contact, by default the person's own."""
        contact: Json = {"phone_number": phone, "first_name": name or self.user.first_name}
        contact["user_id"] = user_id or self.user.id
        return self._post({"contact": contact})

    async def sends_poll(
        self, question: str = "?", options: Sequence[str] = ("Ya", "Tidak")
    ) -> Message:
        """Send a poll."""
        return self._post(posting.poll_content(self.world, question, options))
