"""Letters: fonts, what they can write, and making words fit."""

import unicodedata
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Final

from fontTools.ttLib import TTFont
from PIL import ImageFont, features

FONTS: Final = Path(__file__).parent.parent / "fonts"
_FILES: Final = {False: "DejaVuSansCondensed.ttf", True: "DejaVuSansCondensed-Bold.ttf"}
_ELLIPSIS: Final = "…"
_BOX: Final = "□"
_NEVER_SHOWN: Final = frozenset({"Cf", "Cc", "Cs", "Co", "Cn"})
"""What is not seen but may turn the direction of what is."""
_SAYS_NOTHING: Final = frozenset({"So", "Sk", "Mn", "Me"})
"""Signs that are left out where the font lacks them; a letter becomes a box."""
_ACCENTS: Final = 2
"""So many accents on a letter are a language; more only fill the lines above and below."""

Font = ImageFont.FreeTypeFont


@lru_cache(maxsize=64)
def font(size: int, *, bold: bool = False, shapes: bool = False) -> Font:
    """Give a font, its size in pixels. `shapes` joins letters and follows right to left."""
    engine = ImageFont.Layout.RAQM if shapes else ImageFont.Layout.BASIC
    return ImageFont.truetype(FONTS / _FILES[bold], size, layout_engine=engine)


def font_for(text: str, size: int, *, bold: bool = False) -> Font:
    """Give the font that can write a text: shaping is slow, and few names need it."""
    return font(size, bold=bold, shapes=_runs_left(text) and _can_shape())


def legible(text: str) -> str:
    """Give a text in one line of what the fonts can write: no emoji, a box for foreign letters."""
    known, kept = _known(), []
    accents = 0
    for sign in unicodedata.normalize("NFC", text):
        category = unicodedata.category(sign)
        accents = accents + 1 if category == "Mn" else 0
        if sign.isspace():
            kept.append(" ")
        elif category in _NEVER_SHOWN or accents > _ACCENTS:
            continue
        elif ord(sign) in known:
            kept.append(sign)
        elif category not in _SAYS_NOTHING and kept[-1:] != [_BOX]:
            kept.append(_BOX)
    words = " ".join("".join(kept).split())
    return words if _can_shape() or not _runs_left(words) else _in_print_order(words)


def width_of(text: str, size: int, *, bold: bool = False) -> float:
    """Give the width of a text in pixels."""
    return font_for(text, size, bold=bold).getlength(text)


def shortened(text: str, size: int, width: float, *, bold: bool = False) -> str:
    """Give a text that fits into a width; what is too long ends with an ellipsis."""
    if width_of(text, size, bold=bold) <= width:
        return text
    fits = _longest(len(text), lambda cut: _cut(text, cut), size, width, bold=bold)
    return _cut(text, fits)


def broken(text: str, size: int, width: float, most: int, *, bold: bool = False) -> list[str]:
    """Break a text into at most so many lines; a word that is too wide is broken too."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most:
        line = words.pop(0)
        while words and width_of(f"{line} {words[0]}", size, bold=bold) <= width:
            line = f"{line} {words.pop(0)}"
        if width_of(line, size, bold=bold) > width:
            at = max(1, _longest(len(line), lambda n: line[:n], size, width, bold=bold))  # noqa: B023
            words.insert(0, line[at:])
            line = line[:at]
        lines.append(line)
    if words:
        lines[-1] = shortened(f"{lines[-1]} {' '.join(words)}", size, width, bold=bold)
    return lines


def _longest(most: int, cut: Callable[[int], str], size: int, width: float, *, bold: bool) -> int:
    """Find how many characters fit, by halving: people's names may be four thousand long."""
    low, high = 0, min(most, int(width))
    while low < high:
        middle = (low + high + 1) // 2
        if width_of(cut(middle), size, bold=bold) <= width:
            low = middle
        else:
            high = middle - 1
    return low


def _cut(text: str, at: int) -> str:
    return text[:at].rstrip(" .,") + _ELLIPSIS


def _runs_left(text: str) -> bool:
    return not text.isascii() and any(
        unicodedata.bidirectional(sign) in {"R", "AL"} for sign in text
    )


@lru_cache(maxsize=1)
def _can_shape() -> bool:
    # Pillow brings the library that shapes; the one that knows directions is the system's.
    return bool(features.check("raqm") and features.check("fribidi"))


def _in_print_order(text: str) -> str:
    from fpdf.bidi import BidiParagraph  # slow to import, and seldom needed

    return str(BidiParagraph(text).get_reordered_string())


@lru_cache(maxsize=1)
def _known() -> frozenset[int]:
    """Give the characters that both weights can write."""
    known: list[set[int]] = []
    for file in _FILES.values():
        with TTFont(FONTS / file, lazy=True) as opened:
            known.append(set(opened.getBestCmap()))
    return frozenset(known[0] & known[1])
