"""Writing on A4 pages: styles, wrapped lines, QR codes. Lengths in millimetres, type in points."""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import segno
from fpdf import FPDF

from conversations.invitation_sheets import (
    FONT,
    FONTS,
    in_print_order,
    printable,
    shorten,
    wrap,
)

PAGE: Final = (210.0, 297.0)

Colour = tuple[int, int, int]
INK: Final[Colour] = (33, 37, 41)
GREY: Final[Colour] = (100, 108, 115)
PALE: Final[Colour] = (213, 220, 224)
ACCENT: Final[Colour] = (31, 78, 95)
WHITE: Final[Colour] = (255, 255, 255)

_LEADING: Final = 1.3 * 25.4 / 72
"""Millimetres from line to line for each point of type."""
_LONGEST: Final = 3_000
"""Nobody reads more of a text on paper; the index has the whole."""


@dataclass(frozen=True, slots=True)
class Style:
    """How a text is set."""

    size: float
    colour: Colour = INK
    bold: bool = False

    @property
    def leading(self) -> float:
        """The height of a line."""
        return self.size * _LEADING


@dataclass(frozen=True, slots=True)
class Lines:
    """A text broken into lines of one style."""

    texts: tuple[str, ...]
    style: Style

    @property
    def height(self) -> float:
        """The height of all lines."""
        return len(self.texts) * self.style.leading


class Pen:
    """Writes on the pages of one document."""

    def __init__(self, title: str, author: str, *, lying: bool = False) -> None:
        orientation = "landscape" if lying else "portrait"
        pdf = FPDF(orientation=orientation, unit="mm", format="A4")
        pdf.set_auto_page_break(False)
        pdf.set_margin(0)
        pdf.c_margin = 0
        pdf.add_font(FONT, "", FONTS / "DejaVuSansCondensed.ttf")
        pdf.add_font(FONT, "B", FONTS / "DejaVuSansCondensed-Bold.ttf")
        self.pdf = pdf
        self._use(Style(10))
        pdf.set_title(printable(pdf, title))
        pdf.set_author(printable(pdf, author))

    def lines(self, text: str, style: Style, width: float, most: int) -> Lines:
        """Break a text into at most so many lines; what is too long ends with an ellipsis."""
        self._use(style)
        wrapped = wrap(self.pdf, printable(self.pdf, text[:_LONGEST]), width)
        return Lines(tuple(shorten(self.pdf, wrapped, most, width)), style)

    def cell(self, text: str, style: Style, width: float, most: int) -> Lines:
        """Do the same line by line: what the text itself breaks stays broken."""
        self._use(style)
        printed = [printable(self.pdf, line) for line in text.split("\n")]
        wrapped = [line for one in printed for line in wrap(self.pdf, one, width)]
        return Lines(tuple(shorten(self.pdf, wrapped, most, width)), style)

    def write(self, lines: Lines, x: float, y: float, width: float, align: str = "L") -> float:
        """Write lines below `y`; return where the next may follow."""
        self._use(lines.style)
        for text in lines.texts:
            self.pdf.set_xy(x, y)
            self.pdf.cell(width, lines.style.leading, in_print_order(text), align=align)
            y += lines.style.leading
        return y

    def box(self, x: float, y: float, width: float, height: float, colour: Colour) -> None:
        """Fill a box."""
        self.pdf.set_fill_color(*colour)
        self.pdf.rect(x, y, width, height, style="F")

    def frame(
        self, x: float, y: float, width: float, height: float, colour: Colour = PALE
    ) -> None:
        """Draw a thin line around a box."""
        self.pdf.set_draw_color(*colour)
        self.pdf.set_line_width(0.2)
        self.pdf.rect(x, y, width, height)

    def rule(self, x: float, y: float, width: float, colour: Colour = PALE) -> None:
        """Draw a thin line across."""
        self.box(x, y, width, 0.25, colour)

    def dot(self, x: float, y: float, size: float, colour: Colour) -> None:
        """Draw a round mark."""
        self.pdf.set_fill_color(*colour)
        self.pdf.ellipse(x, y, size, size, style="F")

    def qr(self, text: str, x: float, y: float, size: float) -> None:
        """Draw a QR code as sharp squares, without the quiet zone: leave white around it."""
        rows: list[bytearray] = [bytearray(row) for row in segno.make_qr(text, error="m").matrix]
        module = size / len(rows)
        self.pdf.set_fill_color(0)
        for at, row in enumerate(rows):
            start = row.find(1)
            while start >= 0:
                end = row.find(0, start)
                end = len(row) if end < 0 else end
                self.pdf.rect(
                    x + start * module, y + at * module, (end - start) * module, module, style="F"
                )
                start = row.find(1, end)

    def picture(self, png: bytes, x: float, y: float, side: float) -> None:
        """Put a picture into a square, in its own shape."""
        self.pdf.image(io.BytesIO(png), x=x, y=y, w=side, h=side, keep_aspect_ratio=True)

    def across(self, text: str, size: float, colour: Colour) -> None:
        """Write a word across the whole page, from lower left to upper right."""
        style = Style(size, colour, bold=True)
        self._use(style)
        width, middle = self.pdf.get_string_width(text), (self.pdf.w / 2, self.pdf.h / 2)
        with self.pdf.rotation(45, *middle):
            self.pdf.set_xy(middle[0] - width / 2, middle[1] - style.leading / 2)
            self.pdf.cell(width, style.leading, text)

    def link(self, x: float, y: float, width: float, height: float, to: str | int) -> None:
        """Let a box be tapped: a web address, or a page by its number."""
        target: Any = to if isinstance(to, str) else self.pdf.add_link(page=to)
        self.pdf.link(x, y, width, height, target)

    def save(self, path: Path) -> None:
        """Write the document."""
        path.write_bytes(self.pdf.output())

    def _use(self, style: Style) -> None:
        self.pdf.set_font(FONT, "B" if style.bold else "", style.size)
        self.pdf.set_text_color(*style.colour)
