"""Buttons that everybody has."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class Home(Button, code="h"):
    """Show the home card."""


@dataclass(frozen=True)
class Help(Button, code="hp"):
    """Show the help page."""


@dataclass(frozen=True)
class Languages(Button, code="lg"):
    """Offer the languages."""


@dataclass(frozen=True)
class ChooseLanguage(Button, code="lc"):
    """Speak this language (`id`, `en`) from now on."""

    language: str


@dataclass(frozen=True)
class Schools(Button, code="sc"):
    """Offer the schools of this account."""


@dataclass(frozen=True)
class ChooseSchool(Button, code="ss"):
    """Go on as this member."""

    member: int


@dataclass(frozen=True)
class Salute(Button, code="sl"):
    """Address me as `bapak` or `ibu`."""

    salutation: str
