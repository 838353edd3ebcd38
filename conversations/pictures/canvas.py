"""A sheet to draw on: boxes, words and marks in pixels, and the PNG of it.

Telegram shows photos within 1280 pixels each way; what is larger only costs people data.
"""

import io
from functools import lru_cache
from typing import Final

from PIL import Image, ImageDraw

from conversations.pictures.facts import Mark
from conversations.pictures.lettering import font_for, legible, shortened
from conversations.pictures.palette import (
    FILL,
    GREY,
    INK,
    ON,
    PAPER,
    Colour,
    every_colour,
)

WIDTH: Final = 960
HIGHEST: Final = 1280
_FINE: Final = 4
"""Round shapes are drawn so many times larger, for the library does not smooth them."""


class Canvas:
    """A sheet of `WIDTH` by a height in pixels."""

    def __init__(self, height: int) -> None:
        self.height = height
        self.image = Image.new("RGB", (WIDTH, height), PAPER)
        self._draw = ImageDraw.Draw(self.image)

    def box(self, x: int, y: int, width: int, height: int, colour: Colour) -> None:
        """Fill a box."""
        if width > 0 and height > 0:
            self._draw.rectangle((x, y, x + width - 1, y + height - 1), fill=colour)

    def rounded(
        self, x: int, y: int, width: int, height: int, radius: int, colour: Colour
    ) -> None:
        """Fill a box with round corners."""
        radius = min(radius, width // 2, height // 2)
        if radius < 1:
            self.box(x, y, width, height, colour)
            return
        self.box(x + radius, y, width - 2 * radius, height, colour)
        self.box(x, y + radius, width, height - 2 * radius, colour)
        disc = _disc(2 * radius)
        for left, right in ((0, x), (radius, x + width - radius)):
            for top, bottom in ((0, y), (radius, y + height - radius)):
                corner = disc.crop((left, top, left + radius, top + radius))
                self.image.paste(colour, (right, bottom), corner)

    def text(
        self,
        text: str,
        x: float,
        y: float,
        size: int,
        *,
        width: float,
        colour: Colour = INK,
        bold: bool = False,
        align: str = "l",
    ) -> None:
        """Write a line in a box of `width` from `x` on; `y` is where its letters stand.

        `align` is `l`, `m` or `r`. What is too long ends with an ellipsis.
        """
        fitting = shortened(legible(text), size, width, bold=bold)
        self.exact(fitting, x, y, size, width=width, colour=colour, bold=bold, align=align)

    def exact(
        self,
        text: str,
        x: float,
        y: float,
        size: int,
        *,
        width: float,
        colour: Colour = INK,
        bold: bool = False,
        align: str = "l",
    ) -> None:
        """Write what has been made to fit already."""
        at = x + {"l": 0.0, "m": width / 2, "r": width}[align]
        font = font_for(text, size, bold=bold)
        self._draw.text((at, y), text, fill=colour, font=font, anchor=f"{align}s")

    def mark(self, mark: Mark, x: int, y: int, size: int) -> None:
        """Draw a round mark; `x` and `y` are its upper left corner."""
        self.image.paste(_edge(mark), (x, y), _disc(size))
        if mark in (Mark.NOT_YET, Mark.NOT_NEEDED):
            inner = size - 2 * max(2, size // 11)
            at = (size - inner) // 2
            self.image.paste(FILL[mark], (x + at, y + at), _disc(inner))
        self.sign(mark, x, y, size)

    def sign(self, mark: Mark, x: int, y: int, size: int) -> None:
        """Draw the sign of a mark alone, in the colour that stands out on its ground."""
        if mark is not Mark.NOT_YET:
            self.image.paste(ON[mark], (x, y), _sign(mark, size))

    def flag(self, right: int, y: int, size: int = 15) -> None:
        """Draw a dark corner, upper right, that is seen on every ground: something is late."""
        corner = ((right - size - 1, y), (right - 1, y), (right - 1, y + size))
        self._draw.polygon(corner, fill=INK, outline=PAPER)

    def png(self) -> bytes:
        """Give the sheet as PNG with a palette."""
        file = io.BytesIO()
        few = self.image.quantize(palette=_palette(), dither=Image.Dither.NONE)
        few.save(file, "PNG", compress_level=6)
        return file.getvalue()


@lru_cache(maxsize=1)
def _palette() -> Image.Image:
    colours = every_colour()
    palette = Image.new("P", (1, 1))
    palette.putpalette([part for colour in colours for part in colour])
    return palette


def _edge(mark: Mark) -> Colour:
    return GREY if mark in (Mark.NOT_YET, Mark.NOT_NEEDED) else FILL[mark]


@lru_cache(maxsize=32)
def _disc(size: int) -> Image.Image:
    large = Image.new("L", (size * _FINE, size * _FINE))
    ImageDraw.Draw(large).ellipse((0, 0, size * _FINE - 1, size * _FINE - 1), fill=255)
    return large.resize((size, size), Image.Resampling.BOX)


_Stroke = tuple[tuple[float, float], ...]
_STROKES: Final[dict[Mark, tuple[_Stroke, ...]]] = {
    Mark.NOT_NEEDED: (((0.34, 0.5), (0.66, 0.5)),),
    Mark.UNDER_WAY: (((0.3, 0.5),) * 2, ((0.5, 0.5),) * 2, ((0.7, 0.5),) * 2),
    Mark.WAITING: (((0.34, 0.26), (0.66, 0.26), (0.34, 0.74), (0.66, 0.74), (0.34, 0.26)),),
    Mark.RETURNED: (((0.5, 0.24), (0.5, 0.58)), ((0.5, 0.76),) * 2),
    Mark.DONE: (((0.28, 0.52), (0.44, 0.68), (0.73, 0.34)),),
}
"""The signs as strokes on a square of one by one: dash, dots, hourglass, exclamation, tick."""


@lru_cache(maxsize=64)
def _sign(mark: Mark, size: int) -> Image.Image:
    large = Image.new("L", (size * _FINE, size * _FINE))
    draw, scale = ImageDraw.Draw(large), size * _FINE
    thick = max(3, round(scale * (0.085 if mark is Mark.WAITING else 0.11)))
    for stroke in _STROKES[mark]:
        points = [(x * scale, y * scale) for x, y in stroke]
        draw.line(points, fill=255, width=thick, joint="curve")
        for x, y in points:
            half = thick / 2
            draw.ellipse((x - half, y - half, x + half, y + half), fill=255)
    return large.resize((size, size), Image.Resampling.BOX)
