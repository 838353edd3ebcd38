"""Buttons of official papers: ordering them, the letterhead, asking whether one is genuine."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OrderSkp(Button, code="Ks"):
    """Make the SKP of a plan."""

    plan: int


@dataclass(frozen=True)
class OrderRecap(Button, code="Kr"):
    """Make the recap of a period, named by its id."""

    period: str


@dataclass(frozen=True)
class CheckPaper(Button, code="Kc"):
    """Ask for the code of a paper."""


@dataclass(frozen=True)
class OpenLetterhead(Button, code="Kh"):
    """Show the school's letterhead."""


@dataclass(frozen=True)
class WriteLetterhead(Button, code="Kw"):
    """Ask for the words of a part of the letterhead."""

    field: str


@dataclass(frozen=True)
class AskLogo(Button, code="Kl"):
    """Take the next picture as the school's logo."""


@dataclass(frozen=True)
class RemoveLogo(Button, code="Kx"):
    """Take the logo off the papers."""
