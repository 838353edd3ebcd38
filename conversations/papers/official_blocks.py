"""What official papers are built of: blocks that know their height and draw themselves."""

import base64
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Protocol

from conversations.papers.official_orders import (
    Align,
    Letterhead,
    Paragraph,
    Row,
    Signature,
    Table,
)
from conversations.papers.pen import ACCENT, GREY, INK, Colour, Lines, Pen, Style

_TINT: Final[Colour] = (232, 239, 242)
_GRID: Final[Colour] = (150, 160, 166)
_WARNING: Final[Colour] = (255, 243, 224)
_BODY: Final = Style(8.5)
_HEAD: Final = Style(8.5, bold=True)
_PAD: Final = 1.5
_MOST_LINES: Final = 26
"""Lines in a cell, so that a row always fits a page."""

_ABOVE_A_SUM: Final = 2
"""So many rows go overleaf with a row of sums: alone it sums up nothing that is seen."""

_MOST_IN_ALL: Final = 400
_LOGO: Final = 24.0
_SPACE_TO_SIGN: Final = 20.0


@dataclass(frozen=True, slots=True)
class Sheet:
    """The page that is written on, in millimetres."""

    width: float
    height: float
    left: float = 18.0

    @property
    def inner(self) -> float:
        """The width between the margins."""
        return self.width - 2 * self.left


class Block(Protocol):
    """A part of a page."""

    @property
    def height(self) -> float:
        """The height it takes."""

    def draw(self, pen: Pen, y: float) -> None:
        """Draw itself below `y`."""


@dataclass(frozen=True, slots=True)
class Flowing:
    """A block on its way to a page.

    `above` comes again where the block is the first on a page; `together` with the next block.
    """

    block: Block
    above: Block | None = None
    together: bool = False

    def with_next(self) -> "Flowing":
        """Give the same, to stay with what follows."""
        return replace(self, together=True)


@dataclass(frozen=True, slots=True)
class Words:
    """Some lines by themselves."""

    lines: Lines
    x: float
    width: float
    align: str = "L"
    before: float = 0.0
    after: float = 0.0

    @property
    def height(self) -> float:
        """The height of the lines and the room around them."""
        return self.before + self.lines.height + self.after

    def draw(self, pen: Pen, y: float) -> None:
        """Write the lines."""
        pen.write(self.lines, self.x, y + self.before, self.width, self.align)


def centred(
    pen: Pen,
    sheet: Sheet,
    text: str,
    style: Style,
    *,
    before: float = 0.0,
    after: float = 0.0,
    align: str = "C",
) -> Words:
    """Set a text across the page, in the middle unless told otherwise."""
    lines = pen.cell(text, style, sheet.inner, 6)
    return Words(lines, sheet.left, sheet.inner, align, before, after)


# ------------------------------------------------------------------------------- letterhead


@dataclass(frozen=True, slots=True)
class Heading:
    """The letterhead: logo on the left, lines in the middle, a double rule below."""

    lines: tuple[Lines, ...]
    logo: bytes
    sheet: Sheet

    @property
    def height(self) -> float:
        """The height of the lines, or of the logo, and the rules."""
        lines = sum(one.height for one in self.lines)
        return max(lines, _LOGO if self.logo else 0) + 4

    def draw(self, pen: Pen, y: float) -> None:
        """Draw it from margin to margin."""
        sheet = self.sheet
        taken = _LOGO + 4 if self.logo else 0
        if self.logo:
            pen.picture(self.logo, sheet.left, y, _LOGO)
        at = y + max(0.0, self.height - 4 - sum(one.height for one in self.lines)) / 2
        for one in self.lines:
            # The same room is left free on the right, so that the lines stand in the middle.
            at = pen.write(one, sheet.left + taken, at, sheet.inner - 2 * taken, "C")
        pen.box(sheet.left, y + self.height - 2.4, sheet.inner, 0.8, INK)
        pen.box(sheet.left, y + self.height - 0.9, sheet.inner, 0.25, INK)


def letterhead_block(pen: Pen, sheet: Sheet, letterhead: Letterhead) -> Heading:
    """Set a school's letterhead."""
    logo = base64.b64decode(letterhead.logo)
    width = sheet.inner - (2 * (_LOGO + 4) if logo else 0)
    styled = [(line, Style(10.5)) for line in letterhead.above]
    styled.append((letterhead.school, Style(15, bold=True)))
    styled += [(line, Style(8.5)) for line in letterhead.below]
    lines = tuple(pen.lines(text, style, width, 2) for text, style in styled)
    return Heading(lines, logo, sheet)


# ------------------------------------------------------------------------------- words


@dataclass(frozen=True, slots=True)
class Notice:
    """A box that nobody overlooks."""

    lines: Lines
    sheet: Sheet

    @property
    def height(self) -> float:
        """The height of the box and the room below."""
        return self.lines.height + 5 + 2

    def draw(self, pen: Pen, y: float) -> None:
        """Draw the box."""
        sheet = self.sheet
        pen.box(sheet.left, y, sheet.inner, self.height - 2, _WARNING)
        pen.write(self.lines, sheet.left + 4, y + 2.5, sheet.inner - 8)


def notice_block(pen: Pen, sheet: Sheet, text: str) -> Notice:
    """Set a box with a text."""
    return Notice(pen.cell(text, Style(9, bold=True), sheet.inner - 8, 4), sheet)


def heading_blocks(pen: Pen, sheet: Sheet, text: str, note: str) -> Iterator[Flowing]:
    """Set a heading, and a note below it; neither stands without what follows."""
    if text:
        lines = pen.lines(text, Style(10.5, ACCENT, bold=True), sheet.inner, 2)
        yield Flowing(Words(lines, sheet.left, sheet.inner, "L", 4.5, 1.2), together=True)
    if note:
        small = pen.cell(note, Style(8, GREY), sheet.inner, 4)
        before = 0.0 if text else 3.0
        yield Flowing(Words(small, sheet.left, sheet.inner, "L", before, 1.2), together=True)


def paragraph_blocks(pen: Pen, sheet: Sheet, paragraph: Paragraph) -> Iterator[Flowing]:
    """Set words, line by line so that they may go on overleaf."""
    if paragraph.heading:
        lines = pen.lines(paragraph.heading, Style(9, bold=True), sheet.inner, 3)
        yield Flowing(Words(lines, sheet.left, sheet.inner, "L", 1.5, 0.3), together=True)
    lines = pen.cell(paragraph.text, Style(9), sheet.inner, _MOST_IN_ALL)
    last = len(lines.texts) - 1
    for at, text in enumerate(lines.texts):
        one = Lines((text,), lines.style)
        before = 1.2 if at == 0 and not paragraph.heading else 0.0
        after = 1.2 if at == last else 0.0
        # No first line alone below, no last line alone above.
        together = at in (0, last - 1) and last > 0
        yield Flowing(Words(one, sheet.left, sheet.inner, "L", before, after), together=together)


# ------------------------------------------------------------------------------- tables


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row of cells in a grid."""

    cells: tuple[Lines, ...]
    widths: tuple[float, ...]
    aligns: tuple[str, ...]
    x: float
    fill: Colour | None = None

    @property
    def height(self) -> float:
        """The height of the highest cell."""
        return max(one.height for one in self.cells) + 2 * _PAD * 0.75

    def draw(self, pen: Pen, y: float) -> None:
        """Draw the grid and write the cells."""
        x = self.x
        for lines, width, align in zip(self.cells, self.widths, self.aligns, strict=True):
            if self.fill is not None:
                pen.box(x, y, width, self.height, self.fill)
            pen.frame(x, y, width, self.height, _GRID)
            pen.write(lines, x + _PAD, y + _PAD * 0.75, width - 2 * _PAD, align)
            x += width


def table_blocks(pen: Pen, sheet: Sheet, table: Table) -> Iterator[Flowing]:
    """Set a table: its head stays with the first row, and comes again on each further page.

    A strong row stays with those above it.
    """
    every = sum(column.weight for column in table.columns)
    widths = tuple(sheet.inner * column.weight / every for column in table.columns)
    aligns = tuple(str(column.align) for column in table.columns)
    titles = tuple(column.title for column in table.columns)
    centre = (str(Align.CENTRE),) * len(titles)
    head: TableRow | None = None
    if any(titles):
        cells = _cells(pen, titles, widths, _HEAD)
        head = TableRow(cells, widths, centre, sheet.left, _TINT)
        yield Flowing(head, together=True)
    for at, row in enumerate(table.rows, start=1):
        summed = any(one.strong for one in table.rows[at : at + _ABOVE_A_SUM])
        block = _row(pen, row, widths, aligns, sheet.left)
        yield Flowing(block, above=head, together=summed)


def _row(
    pen: Pen, row: Row, widths: tuple[float, ...], aligns: tuple[str, ...], x: float
) -> TableRow:
    style = _HEAD if row.strong else _BODY
    return TableRow(
        _cells(pen, row.cells, widths, style), widths, aligns, x, _TINT if row.strong else None
    )


def _cells(
    pen: Pen, texts: Sequence[str], widths: Sequence[float], style: Style
) -> tuple[Lines, ...]:
    return tuple(
        pen.cell(text, style, width - 2 * _PAD, _MOST_LINES)
        for text, width in zip(texts, widths, strict=True)
    )


# ------------------------------------------------------------------------------- signatures


@dataclass(frozen=True, slots=True)
class Signing:
    """One who signs, set: lines above, the room, the name over a line, lines below."""

    above: Lines
    name: Lines
    below: Lines

    @property
    def height(self) -> float:
        """The height of all of it."""
        return self.above.height + _SPACE_TO_SIGN + self.name.height + 1 + self.below.height


@dataclass(frozen=True, slots=True)
class Signatures:
    """Who signs, beside each other; one alone stands on the right."""

    signings: tuple[Signing, ...]
    sheet: Sheet
    width: float

    @property
    def height(self) -> float:
        """The height of the highest."""
        return 8 + max(one.height for one in self.signings)

    def draw(self, pen: Pen, y: float) -> None:
        """Write from left to right; what is signed stands on one line."""
        sheet, top = self.sheet, y + 8
        highest = max(one.above.height for one in self.signings)
        left_over = sheet.inner - self.width
        steps = max(1, len(self.signings) - 1)
        for at, one in enumerate(self.signings):
            alone = len(self.signings) == 1
            x = sheet.left + (left_over if alone else left_over * at / steps)
            # Of who has fewer lines above, the first stands lower: titles are on one line.
            pen.write(one.above, x, top + highest - one.above.height, self.width)
            after = pen.write(one.name, x, top + highest + _SPACE_TO_SIGN, self.width)
            pen.rule(x, after + 0.2, self.width, INK)
            pen.write(one.below, x, after + 1, self.width)


def signature_block(pen: Pen, sheet: Sheet, signatures: Sequence[Signature]) -> Signatures:
    """Set who signs."""
    width = min(72.0, sheet.inner * 0.44)
    return Signatures(
        tuple(
            Signing(
                pen.cell("\n".join(one.above), Style(9.5), width, 6),
                pen.lines(one.name, Style(9.5, bold=True), width, 5),
                pen.cell("\n".join(one.below), Style(9.5), width, 3),
            )
            for one in signatures
        ),
        sheet,
        width,
    )
