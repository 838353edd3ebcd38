"""What a picture shows: every word and number, in the reader's language, and nothing else.

The same facts always give the same picture, so their digest names it.
"""

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, Literal

from pydantic import TypeAdapter

EDITION: Final = 1
"""Raised whenever the same facts are drawn differently: then nothing sent before is reused."""


ROWS_A_PAGE: Final = 20
"""More rows of the board would not be readable at the width of a phone."""


class Mark(StrEnum):
    """How far something is, as a colour and a sign."""

    NOT_NEEDED = "not_needed"
    NOT_YET = "not_yet"
    UNDER_WAY = "under_way"
    WAITING = "waiting"
    RETURNED = "returned"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Bar:
    """A quantity of so many, with its words. `text` stands at the end of the bar's label."""

    label: str
    text: str
    value: int
    of: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class Line:
    """One thing with its mark, and a remark."""

    title: str
    mark: Mark
    note: str = ""


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline: the day and how far away it is, in words. `presses` makes it stand out.

    `estimated`: no regulation gives the day.
    """

    title: str
    day: str
    left: str
    presses: bool = False
    estimated: bool = False


@dataclass(frozen=True, slots=True)
class StatusFacts:
    """Where one teacher stands. `target` is a line across the bars, 0 where there is none."""

    name: str
    school: str
    scheme: str
    as_of: str
    bars_title: str
    bars: tuple[Bar, ...]
    target: int
    target_text: str
    lines: tuple[Line, ...]
    steps_title: str
    steps: tuple[Line, ...]
    dues_title: str
    dues: tuple[Due, ...]
    dues_note: str
    next_title: str
    next: str
    kind: Literal["status"] = "status"


@dataclass(frozen=True, slots=True)
class Column:
    """One phase of the board: its title and, below it, until when."""

    title: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """How far one teacher is in one phase; `is_late` after its deadline."""

    mark: Mark
    text: str = ""
    is_late: bool = False


@dataclass(frozen=True, slots=True)
class TeacherRow:
    """One teacher of the board, with a cell for each column."""

    number: int
    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Total:
    """A line of words below the board, one for each column. `is_main` sets it in bold."""

    title: str
    cells: tuple[str, ...]
    is_main: bool = False


@dataclass(frozen=True, slots=True)
class BoardFacts:
    """One page of the school's board. `late` explains the corner of what is late, if any is."""

    title: str
    school: str
    scheme: str
    as_of: str
    columns: tuple[Column, ...]
    rows: tuple[TeacherRow, ...]
    totals: tuple[Total, ...]
    legend: tuple[tuple[Mark, str], ...]
    late: str = ""
    notes: tuple[str, ...] = ()
    empty: str = ""
    kind: Literal["board"] = "board"


Facts = StatusFacts | BoardFacts
FACTS: Final[TypeAdapter[Facts]] = TypeAdapter(Facts)


def packed(facts: Facts) -> bytes:
    """Give facts as one line of JSON; the same facts always give the same bytes."""
    return FACTS.dump_json(facts)


def digest_of(facts: Facts) -> str:
    """Name the picture of these facts: 64 hexadecimal digits."""
    return hashlib.sha256(b"%d " % EDITION + packed(facts)).hexdigest()
