"""Rosters as CSV, in whichever encoding and with whichever separator."""

import csv
import io
import re
from collections.abc import Iterator

from storage.rosters.problems import RosterProblemCode, Unreadable
from storage.rosters.tables import COLUMNS, Cell, Line, column_name, is_formula


def decode(data: bytes) -> str:
    """Return the text of a CSV file in whichever of the known encodings it is."""
    encoding = _utf16(data)
    if encoding is None and b"\x00" in data:
        raise Unreadable(RosterProblemCode.NOT_A_ROSTER, "binary")
    for candidate in [encoding] if encoding else ["utf-8-sig", "cp1252"]:
        try:
            text = data.decode(candidate)
        except UnicodeDecodeError:
            continue
        if candidate == "cp1252" and re.search(r"[\x01-\x08\x0e-\x1f\x7f]", text):
            raise Unreadable(RosterProblemCode.NOT_A_ROSTER, "binary")
        return text
    raise Unreadable(RosterProblemCode.ENCODING)


def _utf16(data: bytes) -> str | None:
    """Return which UTF-16 it is, by its mark or by where the zero bytes are."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    sample = data[:2000]
    half = max(1, len(sample) // 2)
    if sample[1::2].count(0) > half * 0.7 and not sample[::2].count(0):
        return "utf-16-le"
    if sample[::2].count(0) > half * 0.7 and not sample[1::2].count(0):
        return "utf-16-be"
    return None


def lines_of_text(text: str) -> Iterator[Line]:
    """Yield the lines of a CSV text that hold anything, with the line each starts on."""
    skipped = 0
    hint = re.match(r"sep=(.)\r?\n", text)
    if hint:
        text, skipped = text[hint.end() :], 1
    first = next((line for line in text.splitlines() if line.strip()), "")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(first))
    line = 1 + skipped
    try:
        for row in reader:
            cells = [Cell(each.strip(), formula=is_formula(each)) for each in row]
            if any(cell.text for cell in cells):
                yield line, cells
            line = reader.line_num + 1 + skipped
    except csv.Error as error:
        raise Unreadable(RosterProblemCode.NOT_A_ROSTER, "text", line=line) from error


def _delimiter(header: str) -> str:
    """Return the separator under which the first line has most of the columns."""
    return max(
        ",;\t",
        key=lambda each: (
            sum(column_name(part.strip('" ')) in COLUMNS for part in header.split(each)),
            header.count(each),
        ),
    )
