"""The people that the lines of a roster tell of, and what is wrong with them."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from storage.rosters.names import NAME_MAX, fold_name, has_letter
from storage.rosters.problems import RosterError, RosterProblem, RosterProblemCode, Unreadable
from storage.rosters.tables import COLUMNS, Cell, Line, column_name

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


_Person = Mapping[str, Cell]
"""The cells of a line by column."""


def split_header(lines: list[Line]) -> tuple[list[str], list[Line]]:
    """Return the names of the columns and the lines below."""
    if not lines:
        raise Unreadable(RosterProblemCode.EMPTY_FILE)
    (_, header), *body = lines
    return [column_name(cell.text) for cell in header], body


def problems_of_columns(columns: Sequence[str]) -> list[RosterProblem]:
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


def read_people(columns: Sequence[str], body: Sequence[Line]) -> Roster:
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


def _person(places: Mapping[str, int], cells: Sequence[Cell]) -> _Person:
    """Return the three cells of a line by column; a short line has empty ones."""
    return {name: cells[place] if place < len(cells) else Cell() for name, place in places.items()}


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


def _check_name(cell: Cell) -> Iterator[_Finding]:
    name = fold_name(cell.text)
    if not cell.text:
        yield RosterProblemCode.NAME_MISSING, ""
    elif not has_letter(name):
        yield RosterProblemCode.NAME_INVALID, name[:NAME_MAX]
    elif len(name) > NAME_MAX:
        yield RosterProblemCode.NAME_TOO_LONG, str(len(name))


def _nip_digits(text: str) -> str:
    """Return a NIP without spaces and the apostrophe that marks text; "-" means none."""
    digits = re.sub(r"\s", "", fold_name(text)).lstrip("'’`")
    return "" if digits in {"-", "–", "—"} else digits


def _check_nip(cell: Cell) -> Iterator[_Finding]:
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


def _check_roles(cell: Cell) -> Iterator[_Finding]:
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
