"""The index of an archive: one row for each piece of evidence."""

import io
from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlsplit

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from conversations.papers.cells import clean, make_text
from conversations.papers.names import Original, path_part
from conversations.papers.orders import Chapter, PaperTexts, Piece

_LONGEST_LINK: Final = 2_000
"""Excel takes 2,079 signs in a link that can be clicked."""
_WIDTHS: Final = (8, 38, 18, 14, 34, 40, 36, 60, 10)
_HEADING: Final = PatternFill("solid", fgColor="1F4E5F")


def index_name(texts: PaperTexts) -> str:
    """Name the index so that it stands first in the archive."""
    return path_part(f"00 {texts.index_name}") + ".xlsx"


def index_sheet(
    chapters: Sequence[Chapter],
    originals: Sequence[Original],
    parts: Mapping[Original, int],
    texts: PaperTexts,
) -> bytes:
    """Return the index as XLSX. `parts` says in which ZIP each original lies, from 1.

    An original without a part is marked as missing. What people wrote is stored as text, so
    nothing of it is ever a formula.
    """
    book = Workbook()
    sheet = book.active
    if not isinstance(sheet, Worksheet):
        raise TypeError("a new book has a sheet")
    sheet.title = path_part(texts.index_name.replace("[", "").replace("]", ""), 31)
    split = len(set(parts.values())) > 1
    _write_heading(sheet, texts, split=split)
    for chapter in chapters:
        for piece in chapter.pieces:
            own = [one for one in originals if one.piece is piece]
            _write_row(sheet, chapter, piece, own, parts, texts, split=split)
    last = get_column_letter(sheet.max_column)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{last}{sheet.max_row}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _write_heading(sheet: Worksheet, texts: PaperTexts, *, split: bool) -> None:
    titles = [
        texts.index_number,
        texts.index_item,
        texts.index_kind,
        texts.index_date,
        texts.index_state,
        texts.index_note,
        texts.index_link,
        texts.index_file,
    ] + [texts.index_part] * split
    for column, title in enumerate(titles, start=1):
        cell = _cell(sheet, 1, column)
        _write_text(cell, title)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = _HEADING
        sheet.column_dimensions[get_column_letter(column)].width = _WIDTHS[column - 1]


def _write_row(
    sheet: Worksheet,
    chapter: Chapter,
    piece: Piece,
    own: Sequence[Original],
    parts: Mapping[Original, int],
    texts: PaperTexts,
    *,
    split: bool,
) -> None:
    row = sheet.max_row + 1
    _cell(sheet, row, 1).value = piece.number
    _write_text(_cell(sheet, row, 2), f"{chapter.number:02} {chapter.title}")
    _write_text(_cell(sheet, row, 3), piece.kind)
    date_cell = _cell(sheet, row, 4)
    if piece.dated:
        date_cell.value = piece.dated
        date_cell.number_format = "dd/mm/yyyy"
    _write_text(_cell(sheet, row, 5), piece.state_text)
    _write_text(_cell(sheet, row, 6), piece.note)
    _write_link(_cell(sheet, row, 7), piece.link)
    _write_files(_cell(sheet, row, 8), own, parts, texts)
    if split:
        numbers = sorted({parts[one] for one in own if one in parts})
        _write_text(_cell(sheet, row, 9), ", ".join(map(str, numbers)))


def _cell(sheet: Worksheet, row: int, column: int) -> Cell:
    cell = sheet.cell(row, column)
    if not isinstance(cell, Cell):
        raise TypeError("a new sheet has no merged cells")
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def _write_text(cell: Cell, text: str) -> None:
    if words := clean(text):
        cell.number_format = "@"
        make_text(cell, words)


def _write_link(cell: Cell, link: str) -> None:
    _write_text(cell, link)
    if len(link) <= _LONGEST_LINK and _is_web_address(link):
        cell.hyperlink = link
        cell.data_type = "s"
        cell.font = Font(color="0563C1", underline="single")


def _is_web_address(link: str) -> bool:
    try:
        address = urlsplit(link)
    except ValueError:
        return False
    return address.scheme in {"http", "https"} and bool(address.netloc) and link.isprintable()


def _write_files(
    cell: Cell, own: Sequence[Original], parts: Mapping[Original, int], texts: PaperTexts
) -> None:
    """Name the files; one alone can be clicked where the archive was unpacked."""
    lines = [
        str(one.place) if one in parts else texts.index_missing.format(file=one.place)
        for one in own
    ]
    _write_text(cell, "\n".join(lines))
    if len(own) == 1 and own[0] in parts:
        cell.hyperlink = quote(str(own[0].place))
        cell.data_type = "s"
        cell.font = Font(color="0563C1", underline="single")
