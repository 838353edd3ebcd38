"""The trail as a file for a spreadsheet, in which nothing that people wrote becomes a formula."""

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from conversations.trail_views import line_of
from conversations.words import Words
from storage.trail import Line

_SUSPICIOUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_WIDTHS: Final = (18, 30, 60, 22, 20, 50)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table: what stands above its columns, and its rows. Moments are the school's own."""

    title: str
    headings: tuple[str, ...]
    rows: tuple[tuple[datetime | str, ...], ...]


def sheet_of(words: Words, lines: Sequence[Line]) -> Sheet:
    """Put the trail into a table."""
    headings = tuple(
        words.label(f"trail.column_{name}")
        for name in ("at", "who", "what", "action", "subject", "detail")
    )
    return Sheet(words.label("trail.sheet"), headings, tuple(_row(words, line) for line in lines))


def _row(words: Words, line: Line) -> tuple[datetime | str, ...]:
    entry = line.entry
    told = line_of(words, line)
    who = line.by or words.label("trail.system" if entry.member_id is None else "trail.erased")
    detail = json.dumps(entry.detail, ensure_ascii=False) if entry.detail else ""
    # Spreadsheets know no zones: the moment is the one on the school's own clock.
    at = entry.at.astimezone(words.zone).replace(tzinfo=None, microsecond=0)
    return (at, who, told.text, entry.action, entry.subject, detail)


def as_csv(sheet: Sheet) -> bytes:
    """Write a table as CSV, with the mark by which Excel knows UTF-8.

    CSV has no texts: what a spreadsheet would take for a formula gets an apostrophe in front.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(sheet.headings)
    for row in sheet.rows:
        writer.writerow([_plain(value) for value in row])
    return b"\xef\xbb\xbf" + file.getvalue().encode("utf-8", "replace")


def _plain(value: datetime | str) -> str:
    if isinstance(value, datetime):
        return value.isoformat(" ")
    value = value.replace("\x00", "")
    return f"'{value}" if value.startswith(_SUSPICIOUS) else value


def as_xlsx(sheet: Sheet) -> bytes:
    """Write a table as XLSX: real moments, texts as texts, the headings always in sight."""
    from openpyxl import Workbook  # slow to import, and seldom needed
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter

    book = Workbook(write_only=True)
    page: Any = book.create_sheet(sheet.title)
    page.freeze_panes = "A2"
    last = get_column_letter(len(sheet.headings))
    page.auto_filter.ref = f"A1:{last}{len(sheet.rows) + 1}"
    for number, width in enumerate(_WIDTHS, start=1):
        page.column_dimensions[get_column_letter(number)].width = width
    bold = Font(bold=True)
    page.append([_text(page, heading, bold) for heading in sheet.headings])
    for row in sheet.rows:
        page.append([_cell(page, value) for value in row])
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def _cell(page: Any, value: datetime | str) -> Any:
    from openpyxl.cell import WriteOnlyCell

    if isinstance(value, str):
        return _text(page, value)
    cell = WriteOnlyCell(page, value)
    cell.number_format = "dd/mm/yyyy hh:mm"
    return cell


def _text(page: Any, value: str, font: Any = None) -> Any:
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

    clean = ILLEGAL_CHARACTERS_RE.sub("", value.encode("utf-8", "replace").decode())[:32_000]
    cell: Any = WriteOnlyCell(page, clean)
    cell.data_type = "s"
    cell.number_format = "@"
    cell.quotePrefix = clean.startswith(_SUSPICIOUS)
    if font is not None:
        cell.font = font
    return cell
