"""File names fit to show, to send and to put into a ZIP on any system."""

import re
import unicodedata
from collections.abc import Mapping
from typing import Final

from storage.inspecting.findings import DOCX, JPEG, PDF, PNG, PPTX, WEBP, XLSX

_ENDINGS: Final[Mapping[str, str]] = {
    JPEG: ".jpg",
    PNG: ".png",
    WEBP: ".webp",
    PDF: ".pdf",
    DOCX: ".docx",
    XLSX: ".xlsx",
    PPTX: ".pptx",
}
_OTHER: Final = ".bin"
_NAMELESS: Final = "bukti"
_MOST_BYTES: Final = 200
"""File systems take 255 bytes a name, and a ZIP's folder may be put in front."""

_KNOWN: Final = re.compile(
    r"(?:\.(?:jpe?g|jfif|png|webp|hei[cf]|gif|bmp|tiff?|pdf|docx?|docm|xlsx?|xlsm|pptx?|pptm|ppsx?"
    r"|rtf|od[tsp]|zip|rar|7z|exe|com|scr|bat|cmd|msi|js|vbs|ps1|lnk|apk|jar|html?|svg|php|txt"
    r"|bin|tmp|part|crdownload|download|file))+$",
    re.IGNORECASE,
)
_FORBIDDEN: Final = re.compile(r'[<>:"|?*]')
_RESERVED: Final = re.compile(
    r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=[ .]|$)", re.IGNORECASE
)
_NEVER_FIRST: Final = " .-_~=+@#$%&!',;"
"""Hidden files, options of programs, formulas of a spreadsheet that lists the names."""
_NEVER_LAST: Final = " .-_,;"
_SIGNS: Final = frozenset("LMNPZ")
"""General categories that are shown: letters, marks, numbers, punctuation, spaces."""
_MATHS: Final = frozenset("+=~$^`")


def safe_name(name: str, media_type: str, longest: int = 80) -> str:
    """Give a name of at most `longest` characters (16 or more) with the ending of its kind.

    Keeps letters of every script, numbers and ordinary punctuation. Doing it twice changes
    nothing.
    """
    ending = ending_of(media_type)
    stem = _shown(re.split(r"[/\\]", name)[-1])
    return _cut(_trimmed(stem), longest - len(ending)) + ending


def ending_of(media_type: str) -> str:
    """Give the ending that names of this kind of file have, such as ".jpg"."""
    return _ENDINGS.get(media_type, _OTHER)


def _shown(name: str) -> str:
    """Leave out what cannot be seen, turns text around, or means something to a system."""
    # Composed in the compatible form: wide and stylised letters become plain ones.
    plain = unicodedata.normalize("NFKC", name)
    kept = "".join(sign if _is_shown(sign) else " " for sign in plain)
    return " ".join(_FORBIDDEN.sub(" ", kept).split())


def _is_shown(sign: str) -> bool:
    return unicodedata.category(sign)[0] in _SIGNS or sign in _MATHS


def _trimmed(stem: str) -> str:
    """Take off endings and what may not stand first or last, until nothing is left to take."""
    while True:
        less = _KNOWN.sub("", stem).lstrip(_NEVER_FIRST).rstrip(_NEVER_LAST)
        if less == stem:
            break
        stem = less
    return f"berkas {stem}" if _RESERVED.match(stem) else stem or _NAMELESS


def _cut(stem: str, longest: int) -> str:
    """Cut a long name at its end, never within the bytes of a letter."""
    if len(stem) <= longest and len(stem.encode()) <= _MOST_BYTES:
        return stem
    short = stem[:longest].encode()[:_MOST_BYTES].decode(errors="ignore")
    return _trimmed(short)
