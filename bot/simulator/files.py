"""Files: bytes kept once by their hash, named by file ids, photos in several sizes."""

from __future__ import annotations

import base64
import hashlib
import io
import mimetypes

from PIL import Image, UnidentifiedImageError

from bot.simulator.errors import ApiError, bad_request
from bot.simulator.models import Json, StoredFile

MAX_DOWNLOAD = 20 * 1024 * 1024
MAX_PHOTO = 10 * 1024 * 1024
MAX_UPLOAD = 50 * 1024 * 1024
PHOTO_EDGES = (320, 800, 1280)

_FOLDERS = {"photo": "photos", "document": "documents", "voice": "voice", "sticker": "stickers"}
_PREFIXES = {"photo": "AgAC", "document": "BQAC", "voice": "AwAC", "sticker": "CAAC"}


class FileStore:
    """Every file of one simulated Telegram."""

    def __init__(self, count: int = 0) -> None:
        self.files: dict[str, StoredFile] = {}
        self.paths: dict[str, str] = {}
        self.blobs: dict[str, bytes] = {}
        self.count = count

    def keep(
        self, kind: str, data: bytes, *, name: str = "", mime: str = "", size: int | None = None
    ) -> StoredFile:
        """Store a file. ``size`` claims another size, to try large files without the bytes."""
        self.count += 1
        seed = hashlib.sha256(f"{self.count}:{kind}".encode()).digest()
        unique = base64.urlsafe_b64encode(seed[:12]).decode()
        rest = base64.urlsafe_b64encode(seed).decode().rstrip("=")
        extension = "." + name.rpartition(".")[2] if "." in name else _extension(kind, mime)
        stored = StoredFile(
            id=f"{_PREFIXES[kind]}{rest}",
            unique_id=f"AQAD{unique}",
            kind=kind,
            path=f"{_FOLDERS[kind]}/file_{self.count}{extension}",
            size=len(data) if size is None else size,
            digest=hashlib.sha256(data).hexdigest(),
            name=name,
            mime=mime,
        )
        self.blobs[stored.digest] = data
        self.files[stored.id] = stored
        self.paths[stored.path] = stored.id
        return stored

    def photo(self, data: bytes, *, strict: bool) -> list[Json]:
        """Store a picture and return its ``PhotoSize`` list, smallest first.

        The sizes share the bytes. Where ``strict``, as for a bot's uploads, bytes that are no
        picture are refused; a person's phone would not offer them at all.
        """
        width, height = _dimensions(data, strict=strict)
        longest = max(width, height)
        last = min(longest, PHOTO_EDGES[-1])
        edges = [edge for edge in PHOTO_EDGES if edge < last]
        ids: list[str] = []
        for edge in [*edges, last]:
            stored = self.keep("photo", data, name="photo.jpg", mime="image/jpeg")
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
        stored = self.files.get(file_id)
        if stored is None:
            raise bad_request("wrong file identifier/HTTP URL specified")
        if stored.kind != kind:
            raise bad_request(f"can't use file of type {stored.kind.title()} as {kind.title()}")
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
        stored = self.files.get(file_id)
        if stored is None:
            raise bad_request("invalid file_id")
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
    """The type a file name suggests."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"


def _extension(kind: str, mime: str) -> str:
    if kind == "voice":
        return ".oga"
    if kind == "sticker":
        return ".webp"
    return mimetypes.guess_extension(mime) or ""


def _check_upload(data: bytes) -> None:
    if not data:
        raise bad_request("file must be non-empty")
    if len(data) > MAX_UPLOAD:
        raise ApiError(413, "Request Entity Too Large")


def _dimensions(data: bytes, *, strict: bool) -> tuple[int, int]:
    try:
        with Image.open(io.BytesIO(data)) as image:
            width, height = image.size
    except (UnidentifiedImageError, OSError, ValueError):
        if strict:
            raise bad_request("IMAGE_PROCESS_FAILED") from None
        return 1280, 960
    if strict and (width + height > 10_000 or max(width, height) > 20 * min(width, height)):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return width, height
