"""Words in cells of spreadsheets: never a formula, never more than a cell takes."""

from typing import Any, Final

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell

LONGEST: Final = 32_000
"""Excel takes 32,767 signs in a cell."""
STARTS_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠")
"""With these a formula begins for one program or the other, or what may become one."""


def clean(text: str) -> str:
    """Return a text without signs that no spreadsheet takes, cut to what a cell takes."""
    return ILLEGAL_CHARACTERS_RE.sub("", text.encode("utf-8", "replace").decode())[:LONGEST]


def is_suspicious(text: str) -> bool:
    """Say whether a program might take a text for a formula, perhaps after spaces."""
    return text.startswith(STARTS_FORMULA) or text.lstrip().startswith(STARTS_FORMULA)


def make_text(cell: Cell, text: str) -> None:
    """Write a clean text into a cell as text; it stays one where somebody edits it."""
    cell.value = text
    if text:
        cell.data_type = "s"
        marked: Any = cell  # openpyxl's stubs lack this one
        marked.quotePrefix = is_suspicious(text)
