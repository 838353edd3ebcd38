"""What an inspection finds, and why a file may not come in."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from storage.errors import Refused

MOST_BYTES: Final = 20 * 1024 * 1024
"""So large a file Telegram lets a bot have."""

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
WEBP: Final = "image/webp"
PDF: Final = "application/pdf"
DOCX: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"


class Complaint(StrEnum):
    """Why a picture is hard to read."""

    SMALL = "small"
    BLURRED = "blurred"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may come in, as it is now.

    `original_sha256` is of the bytes as they came, `sha256` and `size` of those there now.
    `width` and `height` are pixels of the upright picture, 0 for documents. `pages` are those of
    a PDF, 0 for everything else. `look` is a perceptual hash in hex, empty for documents.
    """

    media_type: str
    original_sha256: str
    sha256: str
    size: int
    width: int = 0
    height: int = 0
    pages: int = 0
    look: str = ""
    complaints: tuple[Complaint, ...] = ()


class Why(StrEnum):
    """Why a file may not come in."""

    EMPTY = "empty"
    TOO_LARGE = "too_large"
    UNKNOWN = "unknown"
    """None of the kinds that are taken; a picture of another kind, such as TIFF, too."""
    BROKEN = "broken"
    """Not whole, or damaged."""
    BOMB = "bomb"
    """It would unpack to more than any honest file does."""
    DISGUISED = "disguised"
    """A program or script, or two kinds of file in one."""
    ACTIVE = "active"
    """A PDF that runs scripts or carries files; printing it to PDF anew leaves them behind."""
    MACROS = "macros"
    ENCRYPTED = "encrypted"
    """Opening it takes a password."""
    ANIMATED = "animated"
    OLD_OFFICE = "old_office"
    """DOC, XLS, PPT, RTF or OpenDocument: to be saved as DOCX, XLSX, PPTX or PDF."""
    VIDEO = "video"
    AUDIO = "audio"
    ARCHIVE = "archive"
    TEXT = "text"
    """Plain text or markup."""


class Unusable(Refused):
    """The file may not come in.

    `size` is in bytes. `found` names its format where it is known, such as "TIFF" or "RAR".
    """

    def __init__(self, why: Why, *, size: int = 0, found: str = "") -> None:
        super().__init__(why, size, found)
        self.why = why
        self.size = size
        self.found = found

    def __str__(self) -> str:
        return f"{self.why}: {self.found or 'a file'} of {self.size} bytes"
