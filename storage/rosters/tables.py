"""A file as a table, whatever it was written with: lines of cells under names of columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from storage.rosters.names import fold_name

COLUMNS: Final = ("nama", "nip", "peran")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell as text, and whether it is a formula."""

    text: str = ""
    formula: bool = False


Line = tuple[int, Sequence[Cell]]
"""The number of a line in the file, and its cells."""


def column_name(text: str) -> str:
    """Return the name of a column as it is compared."""
    return fold_name(text).casefold().strip(" .:*")


def is_formula(text: str) -> bool:
    """Whether a spreadsheet would take a text for a formula."""
    return text.lstrip().startswith("=")
