"""A school's tables as XLSX, written row by row: however many rows, the memory stays the same."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, NamedStyle, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from conversations.papers.cells import clean, make_text
from conversations.papers.names import path_part
from conversations.papers.orders import (
    Cell,
    Column,
    ColumnKind,
    Fact,
    Row,
    SchoolOrder,
    Table,
)
from conversations.papers.spool import teachers_in

_Sheet = Any
_Cell = Any
"""openpyxl's stubs know next to nothing of books that are only written."""

_HEADING: Final = "kawan heading"
_STYLES: Final = {
    ColumnKind.TEXT: ("kawan text", "@"),
    ColumnKind.NUMBER: ("kawan number", "0"),
    ColumnKind.DAY: ("kawan day", "dd/mm/yyyy"),
    ColumnKind.MOMENT: ("kawan moment", "dd/mm/yyyy hh:mm"),
}
_FACT_WIDTHS: Final = (26, 80)
_LINE_HEIGHT: Final = 15.0
_MOST_LINES: Final = 12
"""A row is no higher; the rest is read in the cell itself."""
_A4: Final = 9
_LONGEST_NAME: Final = 31
"""Excel takes so many signs as the name of a sheet."""


def write_school_book(
    order: SchoolOrder, path: Path, on_teacher: Callable[[], None] = lambda: None
) -> None:
    """Write all tables of a school's period, and a sheet that says what they are."""
    with _book(path) as book:
        sheets = {table.id: Sheet(book, table) for table in order.tables}
        for teacher in teachers_in(order):
            for name, sheet in sheets.items():
                for row in teacher.rows.get(name, ()):
                    sheet.append(row)
            on_teacher()
        for sheet in sheets.values():
            sheet.finish()
        texts = order.school_texts
        _write_facts(book, texts.about, (texts.about_what, texts.about_value), order.facts)


def write_table(path: Path, table: Table, rows: Sequence[Row]) -> None:
    """Write a book with one table."""
    with _book(path) as book:
        sheet = Sheet(book, table)
        for row in rows:
            sheet.append(row)
        sheet.finish()


@contextmanager
def _book(path: Path) -> Iterator[Workbook]:
    book = Workbook(write_only=True)
    top = Alignment(vertical="top", wrap_text=True)
    middle = Alignment(vertical="top", horizontal="center")
    left = Alignment(vertical="top", horizontal="left")
    places = {ColumnKind.TEXT: top, ColumnKind.NUMBER: middle}
    for kind, (name, form) in _STYLES.items():
        place = places.get(kind, left)
        book.add_named_style(NamedStyle(name, number_format=form, alignment=place))
    book.add_named_style(
        NamedStyle(
            _HEADING,
            font=Font(bold=True, color="FFFFFF"),
            fill=PatternFill("solid", fgColor="1F4E5F"),
            alignment=top,
        )
    )
    yield book
    book.save(path)


class Sheet:
    """One table on its way into a book: headings that stay in sight, filters, rows."""

    def __init__(self, book: Workbook, table: Table) -> None:
        self._sheet = _new_sheet(book, table.name, [one.width for one in table.columns])
        self._columns = table.columns
        self._rows = 1
        self._sheet.freeze_panes = "A2"
        self._sheet.append([_heading(self._sheet, one.title) for one in table.columns])

    def append(self, row: Row) -> None:
        """Add a row."""
        self._rows += 1
        # Not every program finds out by itself how high a row has to be.
        self._sheet.row_dimensions[self._rows].height = _LINE_HEIGHT * _lines(row, self._columns)
        self._sheet.append(
            [
                _cell(self._sheet, value, column.kind)
                for value, column in zip(row, self._columns, strict=True)
            ]
        )
        del self._sheet.row_dimensions[self._rows]  # it is written

    def finish(self) -> None:
        """Set the filters, once it is known how many rows there are."""
        last = get_column_letter(len(self._columns))
        self._sheet.auto_filter.ref = f"A1:{last}{self._rows}"


def _lines(row: Row, columns: Sequence[Column]) -> int:
    """Say how many lines the words of a row take in their columns."""
    texts = (
        (value.split("\n"), column.width)
        for value, column in zip(row, columns, strict=True)
        if isinstance(value, str)
    )
    longest = max(
        (sum(-(-len(line) // wide) or 1 for line in lines) for lines, wide in texts), default=1
    )
    return min(longest, _MOST_LINES)


def _new_sheet(book: Workbook, name: str, widths: Sequence[int]) -> _Sheet:
    title = path_part(name.replace("[", "").replace("]", ""), _LONGEST_NAME)
    sheet: _Sheet = book.create_sheet(title)
    for at, width in enumerate(widths, start=1):
        sheet.column_dimensions[get_column_letter(at)].width = width
    sheet.print_title_rows = "1:1"
    sheet.page_setup.paperSize = _A4
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    return sheet


def _write_facts(
    book: Workbook, name: str, headings: Sequence[str], facts: Sequence[Fact]
) -> None:
    sheet = _new_sheet(book, name, _FACT_WIDTHS)
    sheet.freeze_panes = "A2"
    sheet.append([_heading(sheet, one) for one in headings])
    for fact in facts:
        label = _cell(sheet, fact.label, ColumnKind.TEXT)
        sheet.append([label, _cell(sheet, fact.value, fact.kind)])


def _heading(sheet: _Sheet, title: str) -> _Cell:
    cell = WriteOnlyCell(sheet, title)
    cell.style = _HEADING
    return cell


def _cell(sheet: _Sheet, value: Cell, kind: ColumnKind) -> _Cell | None:
    if value is None or value == "":
        return None
    cell = WriteOnlyCell(sheet)
    cell.style = _STYLES[kind][0]
    match kind:
        case ColumnKind.NUMBER:
            cell.value = value
        case ColumnKind.DAY:
            cell.value = date.fromisoformat(str(value))
        case ColumnKind.MOMENT:
            cell.value = datetime.fromisoformat(str(value))
        case ColumnKind.TEXT:
            make_text(cell, clean(str(value)))
            return cell
    # openpyxl gives days a format of its own.
    cell.number_format = _STYLES[kind][1]
    return cell
