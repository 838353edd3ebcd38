"""Sheets of paper to draw on, for the demo's documents."""

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import Final
from zlib import crc32

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from conversations.invitation_sheets import FONTS

Colour = tuple[int, int, int]
Point = tuple[float, float]

LONG: Final = 1280
"""Pixels of the longer edge, as Telegram makes photos."""
SHORT: Final = 905
"""Pixels of the shorter edge of a sheet of A4."""
QUALITY: Final = 87

INK: Final[Colour] = (34, 36, 42)
PLAIN: Final[Colour] = (252, 252, 250)
PEN: Final[Colour] = (28, 52, 138)
STAMP: Final[Colour] = (92, 62, 160)
PALE: Final[Colour] = (158, 160, 164)

MADE_UP: Final = "Dokumen contoh dari demo Kawan Kinerja"
_LEADING: Final = 1.55


def as_photo(image: Image.Image) -> bytes:
    """Give an image as the JPEG that Telegram would make of it."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=QUALITY)
    return file.getvalue()


class Sheet:
    """Draws on a sheet of A4. Lengths are pixels of the finished image.

    Curves have no soft edges in Pillow, so all is drawn twice as large and reduced at the end.
    """

    def __init__(self, *, landscape: bool = False, paper: Colour = PLAIN) -> None:
        self.width, self.height = (LONG, SHORT) if landscape else (SHORT, LONG)
        self._image = Image.new("RGB", (2 * self.width, 2 * self.height), paper)
        self._draw = ImageDraw.Draw(self._image)

    def finished(self) -> Image.Image:
        """Give the sheet; its foot says that it is made up."""
        foot = (self.width / 2, self.height - 12)
        self.text(foot, MADE_UP, 10.5, colour=PALE, anchor="ms")
        return self._image.reduce(2)

    # -- words

    def text(
        self,
        at: Point,
        words: str,
        size: float,
        *,
        bold: bool = False,
        colour: Colour = INK,
        anchor: str = "ls",
    ) -> None:
        """Write a line; `anchor` as Pillow has it: by default its left end, on the baseline."""
        self._draw.text(_twice(at), words, colour, _font(size, bold=bold), anchor)

    def paragraph(
        self,
        at: Point,
        words: str,
        size: float,
        width: float,
        *,
        indent: float = 0,
        bold: bool = False,
        centred: bool = False,
    ) -> float:
        """Write lines no wider than `width`; give the baseline for what comes below them."""
        x, y = at
        for line in lines_of(words, size, width, indent=indent, bold=bold):
            place = (x + width / 2 if centred else x + indent, y)
            self.text(place, line, size, bold=bold, anchor="ms" if centred else "ls")
            y, indent = y + size * _LEADING, 0
        return y

    # -- lines and shapes

    def rule(self, points: Sequence[Point], colour: Colour = INK, width: float = 1.0) -> None:
        """Draw a line along points."""
        along = [_twice(point) for point in points]
        self._draw.line(along, colour, _thick(width), joint="curve")

    def box(
        self,
        corners: tuple[float, float, float, float],
        *,
        fill: Colour | None = None,
        outline: Colour | None = None,
        width: float = 1.0,
    ) -> None:
        """Draw a rectangle: left, top, right, bottom."""
        left, top, right, bottom = corners
        places = (2 * left, 2 * top, 2 * right, 2 * bottom)
        self._draw.rectangle(places, fill, outline, _thick(width))

    def shape(self, corners: Sequence[Point], fill: Colour) -> None:
        """Fill what has these corners."""
        self._draw.polygon([_twice(point) for point in corners], fill)

    def disc(
        self,
        centre: Point,
        radius: float,
        *,
        fill: Colour | None = None,
        outline: Colour | None = None,
        width: float = 1.0,
    ) -> None:
        """Draw a circle."""
        self._draw.circle(_twice(centre), 2 * radius, fill, outline, _thick(width))

    def picture(self, image: Image.Image, at: Point) -> None:
        """Glue a picture on; `at` is its upper left corner."""
        x, y = _twice(at)
        self._image.paste(image.resize((2 * image.width, 2 * image.height)), (round(x), round(y)))

    # -- what makes it valid

    def signature(self, at: Point, name: str) -> None:
        """Sign with a pen, each name in its own way; `at` is where the pen sets out."""
        dice = np.random.default_rng(crc32(name.encode()))
        steps = np.linspace(0, 1, 160)
        loops = 2 * np.pi * dice.uniform(2.5, 4.5) * steps
        across = at[0] + 110 * steps + dice.uniform(8, 18) * np.sin(loops)
        down = at[1] - 20 * (1.1 - 0.8 * steps) * np.cos(loops) - 12 * steps
        self.rule(list(zip(across.tolist(), down.tolist(), strict=True)), PEN, 1.4)
        self.rule([(at[0] - 12, at[1] + 14), (at[0] + 132, at[1] - 6)], PEN, 1.2)

    def stamp(self, centre: Point, *lines: str) -> None:
        """Put a round stamp over what is there."""
        side, middle = 300, 150
        ink = Image.new("L", (side, side))
        draw = ImageDraw.Draw(ink)
        draw.circle((middle, middle), 142, outline=165, width=7)
        draw.circle((middle, middle), 104, outline=150, width=4)
        for at, line in enumerate(lines):
            place = (middle, middle + 36 * (at - (len(lines) - 1) / 2))
            draw.text(place, line, 165, _font(14, bold=True), "mm")
        for angle in np.arange(24) * np.pi / 12:
            dot = (middle + 123 * float(np.cos(angle)), middle + 123 * float(np.sin(angle)))
            draw.circle(dot, 5, fill=140)
        ink = ink.rotate(14, Image.Resampling.BICUBIC)
        x, y = _twice(centre)
        self._image.paste(STAMP, (round(x) - middle, round(y) - middle), ink)


def lines_of(
    words: str, size: float, width: float, *, indent: float = 0, bold: bool = False
) -> list[str]:
    """Break words into lines no wider than `width`, the first one shorter by `indent`."""
    font, lines, line = _font(size, bold=bold), list[str](), ""
    for word in words.split():
        longer = f"{line} {word}".strip()
        room = width - (0 if lines else indent)
        if line and font.getlength(longer) > 2 * room:
            lines.append(line)
            longer = word
        line = longer
    return [*lines, line]


@lru_cache(maxsize=64)
def _font(size: float, *, bold: bool) -> ImageFont.FreeTypeFont:
    name = "DejaVuSansCondensed-Bold.ttf" if bold else "DejaVuSansCondensed.ttf"
    return ImageFont.truetype(FONTS / name, 2 * size, layout_engine=ImageFont.Layout.BASIC)


def _twice(at: Point) -> Point:
    return 2 * at[0], 2 * at[1]


def _thick(width: float) -> int:
    return max(1, round(2 * width))
