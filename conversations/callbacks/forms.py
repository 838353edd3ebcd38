"""Buttons of guided forms: questions that are answered one after the other."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenQuestion(Button, code="fo"):
    """Show a question of a form, with what has been answered, and wait for the answer."""

    form: str
    plan: int
    field: str


@dataclass(frozen=True)
class HearAnswer(Button, code="fh"):
    """Play the voice note of an answer."""

    keeps_files = True

    form: str
    plan: int
    field: str


@dataclass(frozen=True)
class SeeAnswer(Button, code="fs"):
    """Show the photos and documents of an answer."""

    keeps_files = True

    form: str
    plan: int
    field: str


@dataclass(frozen=True)
class KeepNewest(Button, code="fn"):
    """Keep only the words of the last message, in place of all."""

    form: str
    plan: int
    field: str


@dataclass(frozen=True)
class ClearAnswer(Button, code="fc"):
    """Ask which part of an answer goes."""

    form: str
    plan: int
    field: str


@dataclass(frozen=True)
class ClearPart(Button, code="fp"):
    """Take the words (`text`) or the voice note (`voice`) out of an answer."""

    form: str
    plan: int
    field: str
    part: str


@dataclass(frozen=True)
class DropFile(Button, code="fd"):
    """Take a file off an answer."""

    form: str
    plan: int
    field: str
    evidence: int
