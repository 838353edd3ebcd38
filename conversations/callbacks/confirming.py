"""Buttons for confirming the documents of teachers."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenConfirmations(Button, code="t"):
    """Show a page of the teachers whose documents are not all confirmed."""

    page: int


@dataclass(frozen=True)
class ShowPapers(Button, code="tp"):
    """Show the documents of one plan."""

    plan: int


@dataclass(frozen=True)
class NextPapers(Button, code="tn"):
    """Show the documents of the teacher who comes after a plan's."""

    plan: int


@dataclass(frozen=True)
class ConfirmPaper(Button, code="tc"):
    """Confirm a document for a plan."""

    plan: int
    document: str


@dataclass(frozen=True)
class TakePaperBack(Button, code="tb"):
    """Take the confirmation of a document back."""

    plan: int
    document: str
