"""How long Telegram finds a text, and making one fit that is too long."""

import html
import re

LONGEST_TEXT = 4096
LONGEST_CAPTION = 1024

_PARTS = re.compile(r"<(?P<end>/?)(?P<tag>\w+)[^>]*>|&#?\w+;|.", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_MORE = "…"


def shown_length(text: str) -> int:
    """Say how long a text in Telegram's HTML is: without markup, in units of UTF-16."""
    return _units(html.unescape(_TAG.sub("", text)))


def fitting(text: str, longest: int) -> str:
    """Give a text in Telegram's HTML as it is or, where it is too long, its beginning.

    Names and notes are people's own and may all be long at once; a message that is cut is better
    than one that Telegram refuses.
    """
    if len(text) * 2 <= longest or shown_length(text) <= longest:
        return text
    kept: list[str] = []
    opened: list[str] = []
    room = longest - len(_MORE)
    for part in _PARTS.finditer(text):
        if part["tag"] is None:
            room -= _units(html.unescape(part[0]))
            if room < 0:
                break
        elif part["end"]:
            opened.pop()
        else:
            opened.append(part["tag"])
        kept.append(part[0])
    return "".join([*kept, _MORE, *(f"</{tag}>" for tag in reversed(opened))])


def _units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
