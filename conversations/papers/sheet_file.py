"""A table as a file for a spreadsheet, in which nothing that people wrote becomes a formula."""

import csv
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter

from conversations.papers.names import path_part
from conversations.papers.orders import Made, SheetOrder
from conversations.papers.unfinished import publish

_SUSPICIOUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_LONGEST_CELL: Final = 32_000
"""Excel takes 32,767 signs in a cell."""
_WIDTHS: Final = (18, 30, 60, 22, 20, 50)
_STEP: Final = 500
"""So many rows are written between two lines of progress."""


def make_sheet(
    order: SheetOrder, bench: Path, on_progress: Callable[[int, int], None]
) -> tuple[Made, ...]:
    """Make the file in the folder `bench` and publish it in `order.out`."""
    name = f"{path_part(order.name)}.{order.form}"
    write = _write_xlsx if order.form == "xlsx" else _write_csv
    write(order, bench / name, on_progress)
    return (Made(path=publish(bench / name, order.out), name=name),)


def _write_csv(order: SheetOrder, path: Path, on_progress: Callable[[int, int], None]) -> None:
    """Write CSV, with the mark by which Excel knows UTF-8.

    CSV has no texts: what a spreadsheet would take for a formula gets an apostrophe in front.
    """
    with path.open("w", encoding="utf-8-sig", errors="replace", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(order.headings)
        for done, (at, texts) in enumerate(order.rows, 1):
            writer.writerow([at.isoformat(" "), *map(_plain, texts)])
            if not done % _STEP:
                on_progress(done, len(order.rows))


def _plain(text: str) -> str:
    text = text.replace("\x00", "")
    return f"'{text}" if text.startswith(_SUSPICIOUS) else text


def _write_xlsx(order: SheetOrder, path: Path, on_progress: Callable[[int, int], None]) -> None:
    """Write XLSX: real moments, texts as texts, the headings always in sight."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(path_part(order.title.replace("[", "").replace("]", ""), 31))
    sheet.freeze_panes = "A2"
    last = get_column_letter(len(order.headings))
    sheet.auto_filter.ref = f"A1:{last}{len(order.rows) + 1}"
    for number, width in enumerate(_WIDTHS, start=1):
        sheet.column_dimensions[get_column_letter(number)].width = width
    bold = Font(bold=True)
    sheet.append([_text(sheet, heading, bold) for heading in order.headings])
    for done, (at, texts) in enumerate(order.rows, 1):
        sheet.append([_moment(sheet, at), *(_text(sheet, text) for text in texts)])
        if not done % _STEP:
            on_progress(done, len(order.rows))
    book.save(path)


def _moment(sheet: Any, at: datetime) -> Any:
    cell = WriteOnlyCell(sheet, at)
    cell.number_format = "dd/mm/yyyy hh:mm"
    return cell


def _text(sheet: Any, text: str, font: Font | None = None) -> Any:
    clean = ILLEGAL_CHARACTERS_RE.sub("", text.encode("utf-8", "replace").decode())
    cell: Any = WriteOnlyCell(sheet, clean[:_LONGEST_CELL])
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = clean.startswith(_SUSPICIOUS)
    if font is not None:
        cell.font = font
    return cell
