"""Reading a roster: what kind of file it is, its lines, the people in them."""

from pathlib import PurePath
from typing import Final

from storage.rosters.people import Roster, problems_of_columns, read_people, split_header
from storage.rosters.problems import RosterError, RosterProblem, RosterProblemCode, Unreadable
from storage.rosters.tables import Line
from storage.rosters.texts import decode, lines_of_text
from storage.rosters.workbooks import lines_of_workbook

BYTES_MAX: Final = 5_000_000
"""Larger files are not opened."""
ROWS_MAX: Final = 2_000
"""People in one roster."""


def read_roster(data: bytes, filename: str) -> Roster:
    """Read a roster; `filename` says by its ending what the bytes should be.

    CSV may be UTF-8, UTF-16 or Windows-1252, separated by comma, semicolon or tab. Columns may
    come in any order, further ones are ignored, empty lines too. Raises RosterError with every
    problem found. Takes bytes from anybody: size and unpacked size are limited.
    """
    try:
        lines, merged = _lines_of(data, filename)
        columns, body = split_header(lines)
    except Unreadable as unreadable:
        raise RosterError([unreadable.problem]) from unreadable
    problems = [RosterProblem(None, RosterProblemCode.MERGED_CELLS, each) for each in merged]
    problems += problems_of_columns(columns)
    if problems:
        raise RosterError(problems)
    if not body:
        raise RosterError([RosterProblem(None, RosterProblemCode.NO_ROWS)])
    if len(body) > ROWS_MAX:
        raise RosterError([RosterProblem(None, RosterProblemCode.TOO_MANY_ROWS, str(len(body)))])
    return read_people(columns, body)


def _lines_of(data: bytes, filename: str) -> tuple[list[Line], list[str]]:
    """Return the lines that are not empty, and the ranges of merged cells."""
    if not data:
        raise Unreadable(RosterProblemCode.EMPTY_FILE)
    if len(data) > BYTES_MAX:
        raise Unreadable(RosterProblemCode.TOO_LARGE, str(len(data)))
    ending = PurePath(filename).suffix.casefold()
    looks = _looks_like(data)
    if ending in {".csv", ".tsv", ".txt"} and looks == "text":
        return list(lines_of_text(decode(data))), []
    if ending == ".xlsx" and looks == "xlsx":
        return lines_of_workbook(data)
    raise Unreadable(RosterProblemCode.NOT_A_ROSTER, looks)


_SIGNATURES: Final = (
    (b"%PDF", "pdf"),
    (b"MZ\x90", "exe"),
    (b"\x7fELF", "exe"),
    (b"\xd0\xcf\x11\xe0", "xls"),
    (b"\x89PNG", "image"),
    (b"\xff\xd8\xff", "image"),
    (b"GIF8", "image"),
    (b"Rar!", "rar"),
    (b"7z\xbc\xaf", "7z"),
    (b"\x1f\x8b", "gzip"),
    (b"{\\rtf", "rtf"),
    (b"<", "markup"),
)


def _looks_like(data: bytes) -> str:
    """Return what the first bytes say: text, or the name of another kind of file."""
    start = data[:512].lstrip(b"\xef\xbb\xbf \r\n\t")
    if start.startswith(b"PK\x03\x04"):
        return "xlsx" if b"xl/workbook.xml" in data else "zip"
    for signature, kind in _SIGNATURES:
        if start.startswith(signature):
            return kind
    return "text"
