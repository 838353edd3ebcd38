"""People's names as they are typed and pasted, and as they are kept."""

import re
import unicodedata
from typing import Final

NAME_MAX: Final = 100
"""Characters of a name."""

_INVISIBLE: Final = re.compile(
    "["
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U0001bca0-\U0001bca3\U000e0000-\U000e0fff"
    "]"
)
"""Zero-width, bidirectional and blank-looking characters; none belongs in a name."""


def fold_name(raw: str) -> str:
    """Return a name in NFC, without invisible characters, with single spaces; perhaps empty."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", raw))
    kept = (
        " " if unicodedata.category(sign) == "Cc" else sign
        for sign in visible
        if unicodedata.category(sign) not in {"Cs", "Co"}
    )
    return " ".join("".join(kept).split())


def clean_name(raw: str) -> str | None:
    """Return a name fit to store and to show, or None when it cannot be one.

    Keeps `<`, `&`, apostrophes and every script. None when nothing in it is a letter (only
    emoji, digits, invisible signs) or when it is longer than NAME_MAX characters.
    """
    name = fold_name(raw)
    return name if has_letter(name) and len(name) <= NAME_MAX else None


def has_letter(name: str) -> bool:
    """Whether anything in a name is a letter, of whatever script."""
    return any(unicodedata.category(sign).startswith("L") for sign in name)
