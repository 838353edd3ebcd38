"""What can be wrong with a roster."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


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


class Unreadable(Exception):
    """The file as a whole cannot be read."""

    def __init__(
        self, code: RosterProblemCode, detail: str = "", *, line: int | None = None
    ) -> None:
        super().__init__(code, detail)
        self.problem = RosterProblem(line, code, detail)
