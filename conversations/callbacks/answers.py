"""Buttons of the answers to questions."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class ShowAnswers(Button, code="zf"):
    """Show the questions found, by number: `12.13.20`."""

    found: str


@dataclass(frozen=True)
class ShowAnswer(Button, code="za"):
    """Show the answer to a question; `found` leads back to the others, `-` to the help page."""

    number: int
    found: str


@dataclass(frozen=True)
class CheckWebinar(Button, code="zw"):
    """Show the checklist for a webinar; `flags` is a bit for each sign of danger."""

    flags: int
