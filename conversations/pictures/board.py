"""The school's board: every teacher a row, every phase a column; one page of it."""

from typing import Final

from conversations.pictures import parts
from conversations.pictures.canvas import WIDTH, Canvas
from conversations.pictures.facts import (
    ROWS_A_PAGE,
    BoardFacts,
    Cell,
    Mark,
    TeacherRow,
    Total,
)
from conversations.pictures.lettering import legible, width_of
from conversations.pictures.palette import FILL, GREY, INK, ON, PANEL, RULE
from conversations.pictures.parts import SMALL

_NAMELESS: Final = "–"
_EDGE: Final = 16
_ROW: Final = 42
_HEAD: Final = 70
_TOTAL: Final = 38
_LEGEND: Final = 40
_NUMBER: Final = 44
_CELL: Final = 100
_LETTERS: Final = (25, 23, 21)
"""The sizes of names: smaller before they are cut."""
_TITLES: Final = 20
"""The size of column titles and of numbers in cells."""


def draw_board(facts: BoardFacts) -> bytes:
    """Draw one page; give it as PNG. Raises ValueError when it has too many rows."""
    if len(facts.rows) > ROWS_A_PAGE:
        raise ValueError(f"{len(facts.rows)} rows on a page")
    head = [f"{facts.school} · {facts.scheme}"]
    top = parts.heading_height(facts.title, head)
    canvas = Canvas(top + _below(facts))
    parts.heading(canvas, facts.title, head, beside=facts.as_of)
    if not facts.rows:
        parts.paragraph(canvas, top + 40, facts.empty, 3)
        return canvas.png()
    y = _columns(canvas, top, facts)
    for at, row in enumerate(facts.rows):
        _row(canvas, y, row, facts, shaded=bool(at % 2))
        y += _ROW
    y += 8
    for total in facts.totals:
        _total(canvas, y, total, facts)
        y += _TOTAL
    _legend(canvas, y + 10, facts)
    return canvas.png()


def _below(facts: BoardFacts) -> int:
    if not facts.rows:
        return 200
    inner = _HEAD + len(facts.rows) * _ROW + 8 + len(facts.totals) * _TOTAL + 10
    return inner + _legend_height(facts) + 14


def _left_of(column: int, facts: BoardFacts) -> int:
    return WIDTH - _EDGE - (len(facts.columns) - column) * _CELL


def _columns(canvas: Canvas, y: int, facts: BoardFacts) -> int:
    canvas.box(0, y, WIDTH, _HEAD, PANEL)
    for at, column in enumerate(facts.columns):
        x = _left_of(at, facts) + 2
        canvas.text(column.title, x, y + 31, _TITLES - 3, width=_CELL - 4, bold=True, align="m")
        canvas.text(
            column.note, x, y + 58, SMALL - 4, width=_CELL - 4, colour=GREY, align="m"
        )  # fmt: skip
    canvas.box(0, y + _HEAD - 2, WIDTH, 2, RULE)
    return y + _HEAD


def _row(canvas: Canvas, y: int, row: TeacherRow, facts: BoardFacts, *, shaded: bool) -> None:
    if shaded:
        canvas.box(0, y, WIDTH, _ROW, PANEL)
    canvas.text(
        f"{row.number}", _EDGE, y + 30, SMALL - 3, width=_NUMBER - 10, colour=GREY, align="r"
    )
    room = _left_of(0, facts) - _EDGE - _NUMBER - 8
    name = legible(row.name) or _NAMELESS
    size = next((one for one in _LETTERS if width_of(name, one) <= room), _LETTERS[-1])
    canvas.text(name, _EDGE + _NUMBER, y + 30, size, width=room)
    for at, cell in enumerate(row.cells):
        _cell(canvas, _left_of(at, facts), y, cell)


def _cell(canvas: Canvas, x: int, y: int, cell: Cell) -> None:
    """Fill a cell with its mark and a word or number; what is late has a flag in its corner."""
    width, height = _CELL - 6, _ROW - 6
    left, top = x + 3, y + 3
    canvas.box(left, top, width, height, RULE)
    canvas.box(left + 1, top + 1, width - 2, height - 2, FILL[cell.mark])
    colour, size = ON[cell.mark], 26
    if cell.text:
        taken = size + width_of(cell.text, _TITLES, bold=True)
        at = left + max(2, round((width - taken) / 2))
        canvas.sign(cell.mark, at, top + 5, size)
        canvas.text(
            cell.text, at + size, top + 25, _TITLES,
            width=left + width - at - size, colour=colour, bold=True,
        )  # fmt: skip
    else:
        canvas.sign(cell.mark, left + (width - size) // 2, top + 5, size)
    if cell.is_late:
        canvas.flag(left + width, top)


def _total(canvas: Canvas, y: int, total: Total, facts: BoardFacts) -> None:
    canvas.box(0, y, WIDTH, 1, RULE)
    colour = INK if total.is_main else GREY
    room = _left_of(0, facts) - _EDGE - 8
    canvas.text(
        total.title, _EDGE, y + 28, SMALL - 1, width=room, colour=INK, bold=total.is_main
    )  # fmt: skip
    for at, words in enumerate(total.cells):
        canvas.text(
            words, _left_of(at, facts) + 2, y + 28, SMALL - 1,
            width=_CELL - 4, colour=colour, bold=total.is_main, align="m",
        )  # fmt: skip


def _entries(facts: BoardFacts) -> list[tuple[Mark | None, str]]:
    """Give the legend with its last entries: they explain signs that are no marks."""
    return [*facts.legend, *((None, words) for words in (facts.late, *facts.notes) if words)]


def _laid_out(facts: BoardFacts) -> list[tuple[int, int]]:
    """Give row and x of each entry of the legend, as many in a row as fit."""
    places, row, x = [], 0, _EDGE
    for _, words in _entries(facts):
        width = 34 + round(width_of(words, SMALL - 2)) + 22
        if x > _EDGE and x + width > WIDTH - _EDGE + 22:
            row, x = row + 1, _EDGE
        places.append((row, x))
        x += width
    return places


def _legend_height(facts: BoardFacts) -> int:
    return max((row + 1 for row, _ in _laid_out(facts)), default=0) * _LEGEND


def _legend(canvas: Canvas, y: int, facts: BoardFacts) -> None:
    canvas.box(0, y, WIDTH, 1, RULE)
    for (mark, words), (row, x) in zip(_entries(facts), _laid_out(facts), strict=True):
        top = y + row * _LEGEND + 9
        if mark is not None:
            canvas.mark(mark, x, top, 28)
        elif words == facts.late:
            canvas.flag(x + 26, top + 2, 22)
        canvas.text(words, x + 34, top + 22, SMALL - 2, width=WIDTH - x - 34)
