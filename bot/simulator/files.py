"""Files: bytes kept once by their hash, named by file ids, photos in several sizes."""

from __future__ import annotations

import base64
import hashlib
import io
import mimetypes
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from PIL import Image, UnidentifiedImageError

from bot.simulator.errors import ApiError, bad_request, unsendable
from bot.simulator.models import Json, StoredFile

MAX_DOWNLOAD = 20 * 1024 * 1024
MAX_PHOTO = 10 * 1024 * 1024
MAX_UPLOAD = 50 * 1024 * 1024
PHOTO_EDGES = (320, 800, 1280)


@dataclass(frozen=True, slots=True)
class Kind:
    """How Telegram treats one kind of file: the start of its ids, its folder, its own word."""

    prefix: str
    folder: str
    word: str
    extension: str = ""


KINDS = {
    "photo": Kind("AgAC", "photos", "Photo", ".jpg"),
    "document": Kind("BQAC", "documents", "Document"),
    "animation": Kind("CgAC", "animations", "Animation", ".mp4"),
    "audio": Kind("CQAC", "music", "Audio", ".mp3"),
    "sticker": Kind("CAAC", "stickers", "Sticker", ".webp"),
    "video": Kind("BAAC", "videos", "Video", ".mp4"),
    "video_note": Kind("DQAC", "video_notes", "VideoNote", ".mp4"),
    "voice": Kind("AwAC", "voice", "VoiceNote", ".oga"),
}

# What Telegram takes for a photo; an application may have taught Pillow to read more.
_PHOTO_FORMATS = ("BMP", "GIF", "JPEG", "PNG", "TIFF", "WEBP")
_HUGE = (1 << 16, 1 << 16)
_ID = re.compile(rf"(?:{'|'.join(kind.prefix for kind in KINDS.values())})[\w-]{{43}}")
_EXTENSION = re.compile(r"\.\w{1,10}", re.ASCII)


def _known_types() -> mimetypes.MimeTypes:
    """The library's own types, not those of the machine, and some it has learnt only later."""
    types = mimetypes.MimeTypes()
    office = "application/vnd.openxmlformats-officedocument"
    for extension, mime in (
        (".docx", f"{office}.wordprocessingml.document"),
        (".heic", "image/heic"),
        (".pptx", f"{office}.presentationml.presentation"),
        (".webp", "image/webp"),
        (".xlsx", f"{office}.spreadsheetml.sheet"),
    ):
        types.add_type(mime, extension)
    return types


_TYPES = _known_types()


class FileStore:
    """Every file of one simulated Telegram."""

    def __init__(self, count: int = 0) -> None:
        self.files: dict[str, StoredFile] = {}
        self.paths: dict[str, str] = {}
        self.blobs: dict[str, bytes] = {}
        self.count = count

    def keep(
        self,
        kind: str,
        data: bytes,
        *,
        name: str = "",
        mime: str = "",
        size: int | None = None,
        digest: str = "",
    ) -> StoredFile:
        """Store a file. ``size`` claims another size, to try large files without the bytes."""
        digest = digest or hashlib.sha256(data).hexdigest()
        self.blobs[digest] = data
        stored = StoredFile(
            id="",
            unique_id="",
            kind=kind,
            path="",
            size=len(data) if size is None else size,
            digest=digest,
            name=name,
            mime=mime,
        )
        return self._register(stored)

    def _register(self, stored: StoredFile) -> StoredFile:
        """Give a file its ids and its path, and remember it."""
        self.count += 1
        kind = KINDS[stored.kind]
        seed = hashlib.sha256(f"{self.count}:{stored.kind}".encode()).digest()
        stored.id = kind.prefix + base64.urlsafe_b64encode(seed).decode().rstrip("=")
        if not stored.unique_id:
            stored.unique_id = f"AQAD{base64.urlsafe_b64encode(seed[:12]).decode()}"
        stored.path = f"{kind.folder}/file_{self.count}{_extension(stored)}"
        self.files[stored.id] = stored
        self.paths[stored.path] = stored.id
        return stored

    def renew(self, file_ids: Iterable[str]) -> dict[str, str]:
        """Store files once more, as when somebody sends them again: former id to new id.

        The new ids name the same files: ``file_unique_id`` is the same.
        """
        copies = {one: self._register(replace(self.files[one], stale=False)) for one in file_ids}
        ids = {former: copy.id for former, copy in copies.items()}
        for copy in copies.values():
            copy.sizes = [ids[one] for one in copy.sizes]
        return ids

    def forget(self, file_ids: Iterable[str]) -> None:
        """Refuse these ids from now on, or all ids there are where none is named.

        Raises:
            KeyError: there is no such file.
        """
        for file_id in list(file_ids) or list(self.files):
            stored = self.files[file_id]
            for one in stored.sizes or [stored.id]:
                self.files[one].stale = True

    def photo(self, data: bytes, *, strict: bool) -> list[Json]:
        """Store a picture and return its ``PhotoSize`` list, smallest first.

        The sizes share the bytes. Where ``strict``, as for a bot's uploads, bytes that are no
        picture are refused; a person's phone would not offer them at all.
        """
        width, height = _dimensions(data, strict=strict)
        longest = max(width, height)
        last = min(longest, PHOTO_EDGES[-1])
        edges = [edge for edge in PHOTO_EDGES if edge < last]
        digest = hashlib.sha256(data).hexdigest()
        ids: list[str] = []
        for edge in [*edges, last]:
            stored = self.keep("photo", data, name="photo.jpg", mime="image/jpeg", digest=digest)
            stored.width = max(1, round(width * edge / longest))
            stored.height = max(1, round(height * edge / longest))
            ids.append(stored.id)
            stored.sizes = ids
        return self._photo_sizes(ids)

    def upload_photo(self, data: bytes) -> list[Json]:
        """Store a picture that a bot uploads, within Telegram's limits."""
        _check_upload(data)
        if len(data) > MAX_PHOTO:
            raise bad_request(
                f"file of size {len(data)} bytes is too big for a photo; "
                f"the maximum size is {MAX_PHOTO} bytes"
            )
        return self.photo(data, strict=True)

    def upload_document(self, data: bytes, name: str, mime: str) -> Json:
        """Store a document that a bot uploads and return its ``Document``."""
        _check_upload(data)
        return document(self.keep("document", data, name=name, mime=mime or guess_mime(name)))

    def known(self, file_id: str, kind: str) -> StoredFile:
        """A file that a bot sends again by its id."""
        if _ID.fullmatch(file_id) is None:
            raise bad_request(
                "wrong remote file identifier specified: can't unserialize it. Wrong last symbol"
            )
        stored = self.files.get(file_id)
        if stored is None or stored.stale:
            raise unsendable("MEDIA_EMPTY", "Wrong file identifier/HTTP URL specified")
        if stored.kind != kind:
            real, wanted = KINDS[stored.kind].word, KINDS[kind].word
            raise bad_request(f"can't use file of type {real} as {wanted}")
        return stored

    def photo_again(self, file_id: str) -> list[Json]:
        """The ``PhotoSize`` list of a picture that is sent again by the id of one size."""
        return self._photo_sizes(self.known(file_id, "photo").sizes)

    def _photo_sizes(self, ids: list[str]) -> list[Json]:
        found = (self.files[file_id] for file_id in ids)
        return [one.api() | {"width": one.width, "height": one.height} for one in found]

    def describe(self, file_id: str) -> Json:
        """The answer of ``getFile``."""
        if not file_id:
            raise bad_request("file_id not specified")
        if _ID.fullmatch(file_id) is None:
            raise bad_request("invalid file_id")
        stored = self.files.get(file_id)
        if stored is None or stored.stale:
            raise bad_request("wrong file_id or the file is temporarily unavailable")
        if stored.size > MAX_DOWNLOAD:
            raise bad_request("file is too big")
        return stored.api() | {"file_path": stored.path}

    def read(self, file_id: str) -> bytes:
        """The bytes of a file.

        Raises:
            KeyError: no such file.
        """
        return self.blobs[self.files[file_id].digest]


def document(stored: StoredFile) -> Json:
    """The ``Document`` object of a stored file."""
    fields = {"file_name": stored.name, "mime_type": stored.mime}
    return {name: value for name, value in fields.items() if value} | stored.api()


def guess_mime(name: str) -> str:
    """The type a file name suggests, whatever machine this is."""
    return _TYPES.guess_type(name)[0] or "application/octet-stream"


def _extension(stored: StoredFile) -> str:
    """The end of a path: that of the name, where it is one, or what the kind or type suggests."""
    named = _EXTENSION.fullmatch(stored.name[stored.name.rfind(".") :] if stored.name else "")
    if named is not None:
        return named[0]
    return KINDS[stored.kind].extension or _TYPES.guess_extension(stored.mime) or ""


def _check_upload(data: bytes) -> None:
    if not data:
        raise bad_request("file must be non-empty")
    if len(data) > MAX_UPLOAD:
        raise ApiError(413, "Request Entity Too Large")


def _dimensions(data: bytes, *, strict: bool) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(data), formats=_PHOTO_FORMATS) as image:
            width, height = image.size
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        width, height = _HUGE
    except (UnidentifiedImageError, OSError, ValueError):
        if strict:
            raise unsendable("IMAGE_PROCESS_FAILED") from None
        return 1280, 960
    if strict and (width + height > 10_000 or max(width, height) > 20 * min(width, height)):
        raise unsendable("PHOTO_INVALID_DIMENSIONS")
    return width, height
