"""Buttons of the trail of who did what."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenTrail(Button, code="zua"):
    """Show the trail of a member (0: everybody) and a kind of action (`-`: all).

    `at` is where the page begins: 0 for the newest, an entry to go back from, or below zero one
    to go forward from.
    """

    member: int
    topic: str
    at: int


@dataclass(frozen=True)
class PickTrailPerson(Button, code="zup"):
    """Offer the people whose trail can be seen, keeping the kind of action."""

    page: int
    topic: str


@dataclass(frozen=True)
class PickTrailTopic(Button, code="zut"):
    """Offer the kinds of action, keeping the person."""

    member: int


@dataclass(frozen=True)
class ExportTrail(Button, code="zux"):
    """Send the trail as a file: `xlsx` or `csv`."""

    member: int
    topic: str
    form: str
