"""Buttons of broadcasts."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class Broadcasts(Button, code="b"):
    """Show whom one can write to, with the draft and what was sent lately."""


@dataclass(frozen=True)
class RecentBroadcasts(Button, code="bl"):
    """Show what was sent lately, and what is scheduled."""


@dataclass(frozen=True)
class NewBroadcast(Button, code="bn"):
    """Write to an audience, by its word in `storage.broadcasts.audiences`."""

    audience: str


@dataclass(frozen=True)
class OpenBroadcast(Button, code="bo"):
    """Show a broadcast of mine as it is now: draft, scheduled, on its way, over."""

    broadcast: int


@dataclass(frozen=True)
class BackToDraft(Button, code="bi"):
    """Show again what can be done with a draft; its preview stands above already."""

    broadcast: int


@dataclass(frozen=True)
class PickPeople(Button, code="bp"):
    """Show a page of the members to write to by name."""

    broadcast: int
    page: int


@dataclass(frozen=True)
class TogglePerson(Button, code="bt"):
    """Write to this member too, or no longer."""

    broadcast: int
    member: int
    page: int


@dataclass(frozen=True)
class PickSchools(Button, code="bc"):
    """Show my other schools to write to."""

    broadcast: int


@dataclass(frozen=True)
class ToggleSchool(Button, code="bx"):
    """Write to the school of this seat of mine too, or no longer."""

    broadcast: int
    member: int


@dataclass(frozen=True)
class WriteBroadcast(Button, code="bw"):
    """Ask for the words, and perhaps a file."""

    keeps_files = True

    broadcast: int


@dataclass(frozen=True)
class DropFile(Button, code="bf"):
    """Send without the file."""

    broadcast: int


@dataclass(frozen=True)
class OutOfReachNames(Button, code="bu"):
    """Show a page of those who are meant and cannot be written to."""

    broadcast: int
    page: int


@dataclass(frozen=True)
class SendBroadcast(Button, code="bs"):
    """Send this revision."""

    broadcast: int
    revision: int


@dataclass(frozen=True)
class ScheduleDay(Button, code="bd"):
    """Offer a page of days to send on."""

    broadcast: int
    page: int


@dataclass(frozen=True)
class ScheduleHour(Button, code="bh"):
    """Offer the hours of a day, given as an ordinal of the calendar."""

    broadcast: int
    first: int


@dataclass(frozen=True)
class ScheduleAt(Button, code="ba"):
    """Send at a full hour of a day."""

    broadcast: int
    first: int
    hour: int


@dataclass(frozen=True)
class ChangeScheduled(Button, code="be"):
    """Make a draft of a scheduled broadcast, to change it."""

    broadcast: int


@dataclass(frozen=True)
class CancelBroadcast(Button, code="bz"):
    """Put a draft away, or stop what is scheduled or on its way."""

    broadcast: int


@dataclass(frozen=True)
class RestoreBroadcast(Button, code="by"):
    """Undo that a draft was put away."""

    broadcast: int


@dataclass(frozen=True)
class BroadcastNames(Button, code="br"):
    """Show a page of those with one fate in a broadcast."""

    broadcast: int
    fate: str
    page: int


@dataclass(frozen=True)
class SendAgain(Button, code="bg"):
    """Write once more to those whom a broadcast failed to reach."""

    broadcast: int


@dataclass(frozen=True)
class AnswerBroadcast(Button, code="bj"):
    """Say `done` or `help` to a broadcast I have received."""

    broadcast: int
    answer: str
