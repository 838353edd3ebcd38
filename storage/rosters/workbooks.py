"""Rosters as XLSX: the first sheet that holds anything."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from typing import Any, Final

from storage.rosters.problems import RosterProblemCode, Unreadable
from storage.rosters.tables import Cell, Line, is_formula

UNPACKED_MAX: Final = 10_000_000
"""An XLSX that would unpack to more bytes is not opened; 10,000 people need about 2 million."""
SHEET_LINES_MAX: Final = 20_000
"""Lines of a sheet that are looked at, empty ones included."""
SHEET_COLUMNS_MAX: Final = 50
"""Columns of a sheet that are looked at."""


def lines_of_workbook(data: bytes) -> tuple[list[Line], list[str]]:
    """Return the lines and merged ranges of the first sheet that holds anything."""
    _refuse_bombs(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # remarks on styles and validations of no concern here
        try:
            return _first_filled_sheet(data)
        except Unreadable:
            raise
        except Exception as error:  # whatever a broken file makes the parsers raise
            raise Unreadable(RosterProblemCode.NOT_A_ROSTER, "broken") from error


def _refuse_bombs(data: bytes) -> None:
    """Refuse an archive that is broken or unpacks to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Unreadable(RosterProblemCode.NOT_A_ROSTER, "broken") from error
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > UNPACKED_MAX or len(entries) > 1_000:
        raise Unreadable(RosterProblemCode.TOO_LARGE, str(unpacked))


def _first_filled_sheet(data: bytes) -> tuple[list[Line], list[str]]:
    # Streaming, since a sheet may claim a million empty rows. It does not know of merged
    # cells; those are looked up in the sheet's own XML.
    from openpyxl import load_workbook  # slow to import, and seldom needed

    workbook = load_workbook(io.BytesIO(data), read_only=True)
    try:
        for sheet in workbook.worksheets:
            lines = list(_lines_of_sheet(sheet))
            if lines:
                return lines, _merged_ranges(data, getattr(sheet, "_worksheet_path", ""))
    finally:
        workbook.close()
    return [], []


def _lines_of_sheet(sheet: Any) -> Iterator[Line]:
    """Yield the lines of a sheet that hold anything in its first columns."""
    sheet.reset_dimensions()
    for line, row in enumerate(sheet.iter_rows(max_col=SHEET_COLUMNS_MAX), start=1):
        if line > SHEET_LINES_MAX:
            raise Unreadable(RosterProblemCode.TOO_MANY_ROWS, f"{SHEET_LINES_MAX}+")
        if any(each.value is not None for each in row):
            cells = [_workbook_cell(each) for each in row]
            if any(cell.text for cell in cells):
                yield line, cells


def _workbook_cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return Cell()
    text = str(value).strip()
    return Cell(text, formula=cell.data_type in {"f", "e"} or is_formula(text))


def _merged_ranges(data: bytes, path: str) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read(path)
    found = re.findall(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z0-9:]{1,40})[\"']", xml)
    return [each.decode("ascii") for each in found[:20]]
