"""Reads a school's roster: a CSV or XLSX file with the columns `nama`, `nip`, `peran`.

Reading is all or nothing. Every problem of the file is found in one go and reported as a code
with its line; the words for it live elsewhere. What people's spreadsheets do to such files is
known here: byte order marks, semicolons, UTF-16, numbers where text should be, merged cells.
"""

import csv
import io
import re
import unicodedata
import warnings
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, Final

BYTES_MAX: Final = 5_000_000
"""Larger files are not opened."""
UNPACKED_MAX: Final = 10_000_000
"""An XLSX that would unpack to more bytes is not opened; 10,000 people need about 2 million."""
ROWS_MAX: Final = 2_000
"""People in one roster."""
SHEET_LINES_MAX: Final = 20_000
"""Lines of a sheet that are looked at, empty ones included."""
SHEET_COLUMNS_MAX: Final = 50
"""Columns of a sheet that are looked at."""
NAME_MAX: Final = 100
"""Characters of a name."""
COLUMNS: Final = ("nama", "nip", "peran")

_ROLE_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "guru": "teacher",
        "teacher": "teacher",
        "kepala sekolah": "principal",
        "kepsek": "principal",
        "principal": "principal",
        "guru penggerak": "coach",
        "pendamping": "coach",
        "coach": "coach",
        "operator": "operator",
        "operator sekolah": "operator",
        "tata usaha": "operator",
        "tu": "operator",
    }
)


class RosterProblemCode(StrEnum):
    """What can be wrong with a roster. `detail` of a problem is said with each."""

    EMPTY_FILE = "empty_file"
    NO_ROWS = "no_rows"
    TOO_MANY_ROWS = "too_many_rows"
    """detail: how many there are"""
    TOO_LARGE = "too_large"
    """detail: bytes, packed or unpacked"""
    NOT_A_ROSTER = "not_a_roster"
    """The content is not what the name of the file says. detail: what it looks like"""
    ENCODING = "encoding"
    MISSING_COLUMN = "missing_column"
    """detail: the column"""
    DUPLICATE_COLUMN = "duplicate_column"
    """detail: the column"""
    MERGED_CELLS = "merged_cells"
    """detail: the range, such as A2:A4"""
    FORMULA = "formula"
    """detail: the column"""
    NAME_MISSING = "name_missing"
    NAME_TOO_LONG = "name_too_long"
    """detail: its length in characters"""
    NAME_INVALID = "name_invalid"
    """Nothing in it is a letter. detail: the name"""
    NIP_INVALID = "nip_invalid"
    """Not 18 digits. detail: the value"""
    NIP_ROUNDED = "nip_rounded"
    """A spreadsheet took the number for a quantity and lost digits. detail: the value"""
    DUPLICATE_NIP = "duplicate_nip"
    """detail: the line that has it first"""
    DUPLICATE_NAME = "duplicate_name"
    """Twice the same name, both without NIP. detail: the line that has it first"""
    ROLE_MISSING = "role_missing"
    ROLE_UNKNOWN = "role_unknown"
    """detail: the word"""


@dataclass(frozen=True, slots=True)
class RosterProblem:
    """One problem: the line of the file (from 1, None for the file as a whole), what, details."""

    line: int | None
    code: RosterProblemCode
    detail: str = ""


class RosterError(Exception):
    """The roster cannot be used; `problems` are all of its problems, in order of lines."""

    def __init__(self, problems: Iterable[RosterProblem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda each: each.line or 0))
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "; ".join(
            f"line {each.line}: {each.code} {each.detail}".rstrip() for each in self.problems
        )


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One person. `nip` has 18 digits; `roles` are teacher, principal, coach, operator."""

    line: int
    name: str
    nip: str | None
    roles: frozenset[str]


@dataclass(frozen=True, slots=True)
class Roster:
    """The people of a roster, in the order of the file."""

    rows: tuple[RosterRow, ...]


# ---------------------------------------------------------------- names

_INVISIBLE: Final = re.compile(
    "["
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff"
    "\U0001bca0-\U0001bca3\U000e0000-\U000e0fff"
    "]"
)
"""Zero-width, bidirectional and blank-looking characters; none belongs in a name."""


def fold_name(raw: str) -> str:
    """Return a name in NFC, without invisible characters, with single spaces; perhaps empty."""
    visible = _INVISIBLE.sub("", unicodedata.normalize("NFC", raw))
    kept = (
        " " if unicodedata.category(sign) == "Cc" else sign
        for sign in visible
        if unicodedata.category(sign) not in {"Cs", "Co"}
    )
    return " ".join("".join(kept).split())


def clean_name(raw: str) -> str | None:
    """Return a name fit to store and to show, or None when it cannot be one.

    Keeps `<`, `&`, apostrophes and every script. None when nothing in it is a letter (only
    emoji, digits, invisible signs) or when it is longer than NAME_MAX characters.
    """
    name = fold_name(raw)
    return name if _has_letter(name) and len(name) <= NAME_MAX else None


def _has_letter(name: str) -> bool:
    return any(unicodedata.category(sign).startswith("L") for sign in name)


# ---------------------------------------------------------------- the whole file


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell as text, and whether it is a formula."""

    text: str = ""
    formula: bool = False


_Line = tuple[int, Sequence[_Cell]]
"""The number of a line in the file, and its cells."""
_Person = Mapping[str, _Cell]
"""The cells of a line by column."""


class _Unreadable(Exception):
    """The file as a whole cannot be read."""

    def __init__(
        self, code: RosterProblemCode, detail: str = "", *, line: int | None = None
    ) -> None:
        super().__init__(code, detail)
        self.problem = RosterProblem(line, code, detail)


def read_roster(data: bytes, filename: str) -> Roster:
    """Read a roster; `filename` says by its ending what the bytes should be.

    CSV may be UTF-8, UTF-16 or Windows-1252, separated by comma, semicolon or tab. Columns may
    come in any order, further ones are ignored, empty lines too. Raises RosterError with every
    problem found. Takes bytes from anybody: size and unpacked size are limited.
    """
    try:
        lines, merged = _lines_of(data, filename)
        columns, body = _split_header(lines)
    except _Unreadable as unreadable:
        raise RosterError([unreadable.problem]) from unreadable
    problems = [RosterProblem(None, RosterProblemCode.MERGED_CELLS, each) for each in merged]
    problems += _problems_of_columns(columns)
    if problems:
        raise RosterError(problems)
    if not body:
        raise RosterError([RosterProblem(None, RosterProblemCode.NO_ROWS)])
    if len(body) > ROWS_MAX:
        raise RosterError([RosterProblem(None, RosterProblemCode.TOO_MANY_ROWS, str(len(body)))])
    return _read_people(columns, body)


def _lines_of(data: bytes, filename: str) -> tuple[list[_Line], list[str]]:
    """Return the lines that are not empty, and the ranges of merged cells."""
    if not data:
        raise _Unreadable(RosterProblemCode.EMPTY_FILE)
    if len(data) > BYTES_MAX:
        raise _Unreadable(RosterProblemCode.TOO_LARGE, str(len(data)))
    ending = PurePath(filename).suffix.casefold()
    looks = _looks_like(data)
    if ending in {".csv", ".tsv", ".txt"} and looks == "text":
        return list(_lines_of_text(_decode(data))), []
    if ending == ".xlsx" and looks == "xlsx":
        return _lines_of_workbook(data)
    raise _Unreadable(RosterProblemCode.NOT_A_ROSTER, looks)


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


# ---------------------------------------------------------------- CSV


def _decode(data: bytes) -> str:
    """Return the text of a CSV file in whichever of the known encodings it is."""
    encoding = _utf16(data)
    if encoding is None and b"\x00" in data:
        raise _Unreadable(RosterProblemCode.NOT_A_ROSTER, "binary")
    for candidate in [encoding] if encoding else ["utf-8-sig", "cp1252"]:
        try:
            text = data.decode(candidate)
        except UnicodeDecodeError:
            continue
        if candidate == "cp1252" and re.search(r"[\x01-\x08\x0e-\x1f\x7f]", text):
            raise _Unreadable(RosterProblemCode.NOT_A_ROSTER, "binary")
        return text
    raise _Unreadable(RosterProblemCode.ENCODING)


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


def _lines_of_text(text: str) -> Iterator[_Line]:
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
            cells = [_Cell(each.strip(), formula=_is_formula(each)) for each in row]
            if any(cell.text for cell in cells):
                yield line, cells
            line = reader.line_num + 1 + skipped
    except csv.Error as error:
        raise _Unreadable(RosterProblemCode.NOT_A_ROSTER, "text", line=line) from error


def _delimiter(header: str) -> str:
    """Return the separator under which the first line has most of the columns."""
    return max(
        ",;\t",
        key=lambda each: (
            sum(_column_name(part.strip('" ')) in COLUMNS for part in header.split(each)),
            header.count(each),
        ),
    )


def _is_formula(text: str) -> bool:
    return text.lstrip().startswith("=")


# ---------------------------------------------------------------- XLSX


def _lines_of_workbook(data: bytes) -> tuple[list[_Line], list[str]]:
    """Return the lines and merged ranges of the first sheet that holds anything."""
    _refuse_bombs(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # remarks on styles and validations of no concern here
        try:
            return _first_filled_sheet(data)
        except _Unreadable:
            raise
        except Exception as error:  # whatever a broken file makes the parsers raise
            raise _Unreadable(RosterProblemCode.NOT_A_ROSTER, "broken") from error


def _refuse_bombs(data: bytes) -> None:
    """Refuse an archive that is broken or unpacks to too much."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise _Unreadable(RosterProblemCode.NOT_A_ROSTER, "broken") from error
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > UNPACKED_MAX or len(entries) > 1_000:
        raise _Unreadable(RosterProblemCode.TOO_LARGE, str(unpacked))


def _first_filled_sheet(data: bytes) -> tuple[list[_Line], list[str]]:
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


def _lines_of_sheet(sheet: Any) -> Iterator[_Line]:
    """Yield the lines of a sheet that hold anything in its first columns."""
    sheet.reset_dimensions()
    for line, row in enumerate(sheet.iter_rows(max_col=SHEET_COLUMNS_MAX), start=1):
        if line > SHEET_LINES_MAX:
            raise _Unreadable(RosterProblemCode.TOO_MANY_ROWS, f"{SHEET_LINES_MAX}+")
        if any(each.value is not None for each in row):
            cells = [_workbook_cell(each) for each in row]
            if any(cell.text for cell in cells):
                yield line, cells


def _workbook_cell(cell: Any) -> _Cell:
    value = cell.value
    if value is None:
        return _Cell()
    text = str(value).strip()
    return _Cell(text, formula=cell.data_type in {"f", "e"} or _is_formula(text))


def _merged_ranges(data: bytes, path: str) -> list[str]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        xml = archive.read(path)
    found = re.findall(rb"<(?:\w+:)?mergeCell\s[^>]*?ref=[\"']([A-Z0-9:]{1,40})[\"']", xml)
    return [each.decode("ascii") for each in found[:20]]


# ---------------------------------------------------------------- columns and people


def _column_name(text: str) -> str:
    return fold_name(text).casefold().strip(" .:*")


def _split_header(lines: list[_Line]) -> tuple[list[str], list[_Line]]:
    """Return the names of the columns and the lines below."""
    if not lines:
        raise _Unreadable(RosterProblemCode.EMPTY_FILE)
    (_, header), *body = lines
    return [_column_name(cell.text) for cell in header], body


def _problems_of_columns(columns: Sequence[str]) -> list[RosterProblem]:
    """Each of the three columns is there once."""
    return [
        RosterProblem(
            None,
            RosterProblemCode.DUPLICATE_COLUMN
            if column in columns
            else RosterProblemCode.MISSING_COLUMN,
            column,
        )
        for column in COLUMNS
        if columns.count(column) != 1
    ]


def _read_people(columns: Sequence[str], body: Sequence[_Line]) -> Roster:
    """Read every line. Raises RosterError with all problems."""
    places = {name: columns.index(name) for name in COLUMNS}
    persons = [(line, _person(places, cells)) for line, cells in body]
    people = [(line, person) for line, person in persons if _says_anything(person)]
    problems = [
        *(problem for line, person in people for problem in _problems_of_person(line, person)),
        *_duplicates(people),
    ]
    if problems:
        raise RosterError(problems)
    if not people:
        raise RosterError([RosterProblem(None, RosterProblemCode.NO_ROWS)])
    return Roster(tuple(_row(line, person) for line, person in people))


def _person(places: Mapping[str, int], cells: Sequence[_Cell]) -> _Person:
    """Return the three cells of a line by column; a short line has empty ones."""
    return {
        name: cells[place] if place < len(cells) else _Cell() for name, place in places.items()
    }


def _says_anything(person: _Person) -> bool:
    return any(cell.text for cell in person.values())


def _row(line: int, person: _Person) -> RosterRow:
    return RosterRow(
        line=line,
        name=fold_name(person["nama"].text),
        nip=_nip_digits(person["nip"].text) or None,
        roles=frozenset(_ROLE_WORDS[word] for word in _role_words(person["peran"].text)),
    )


def _problems_of_person(line: int, person: _Person) -> Iterator[RosterProblem]:
    checks = {"nama": _check_name, "nip": _check_nip, "peran": _check_roles}
    for column, check in checks.items():
        cell = person[column]
        if cell.formula:
            yield RosterProblem(line, RosterProblemCode.FORMULA, column)
        else:
            for code, detail in check(cell):
                yield RosterProblem(line, code, detail)


_Finding = tuple[RosterProblemCode, str]


def _check_name(cell: _Cell) -> Iterator[_Finding]:
    name = fold_name(cell.text)
    if not cell.text:
        yield RosterProblemCode.NAME_MISSING, ""
    elif not _has_letter(name):
        yield RosterProblemCode.NAME_INVALID, name[:NAME_MAX]
    elif len(name) > NAME_MAX:
        yield RosterProblemCode.NAME_TOO_LONG, str(len(name))


def _nip_digits(text: str) -> str:
    """Return a NIP without spaces and the apostrophe that marks text; "-" means none."""
    digits = re.sub(r"\s", "", fold_name(text)).lstrip("'’`")
    return "" if digits in {"-", "–", "—"} else digits


def _check_nip(cell: _Cell) -> Iterator[_Finding]:
    """18 digits or nothing. The last three count from 001, so 000 means lost digits."""
    digits = _nip_digits(cell.text)
    if not digits:
        return
    if re.fullmatch(r"\d([.,]\d*)?[eE]\+?\d{1,3}", digits):
        yield RosterProblemCode.NIP_ROUNDED, cell.text[:40]
    elif not re.fullmatch(r"[0-9]{18}", digits):
        yield RosterProblemCode.NIP_INVALID, cell.text[:40]
    elif digits.endswith("000"):
        yield RosterProblemCode.NIP_ROUNDED, cell.text[:40]


def _role_words(text: str) -> list[str]:
    words = (fold_name(part).casefold() for part in text.split("+"))
    return [word for word in words if word]


def _check_roles(cell: _Cell) -> Iterator[_Finding]:
    words = _role_words(cell.text)
    if not words:
        yield RosterProblemCode.ROLE_MISSING, ""
    for word in words:
        if word not in _ROLE_WORDS:
            yield RosterProblemCode.ROLE_UNKNOWN, word[:40]


def _duplicates(people: Iterable[tuple[int, _Person]]) -> Iterator[RosterProblem]:
    """Say which NIP, or name without NIP, is there before."""
    first: dict[tuple[RosterProblemCode, str], int] = {}
    for line, person in people:
        nip = _nip_digits(person["nip"].text)
        name = fold_name(person["nama"].text).casefold()
        key = (
            (RosterProblemCode.DUPLICATE_NIP, nip)
            if nip
            else (RosterProblemCode.DUPLICATE_NAME, name)
        )
        comparable = not any(_check_nip(person["nip"])) and key[1]
        if comparable and first.setdefault(key, line) != line:
            yield RosterProblem(line, key[0], str(first[key]))
