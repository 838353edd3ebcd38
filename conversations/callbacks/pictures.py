"""Buttons of pictures."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button, code_of


@dataclass(frozen=True)
class DrawStatus(Button, code="gs"):
    """Show where the teacher stands as a picture."""


@dataclass(frozen=True)
class DrawBoard(Button, code="gb"):
    """Show a page (from 0) of the school's board as a picture."""

    page: int


def draws(data: str) -> bool:
    """Whether the data of a button ask for a picture."""
    return code_of(data) in (DrawStatus.code, DrawBoard.code)
