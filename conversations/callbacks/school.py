"""Buttons of reminders and of the school itself."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class Snooze(Button, code="xz"):
    """Be reminded again in so many days."""

    days: int


@dataclass(frozen=True)
class ReminderHours(Button, code="xr"):
    """Offer the hours at which reminders may come."""


@dataclass(frozen=True)
class ChooseHour(Button, code="xc"):
    """Be reminded from this hour on; below zero: whenever it suits."""

    hour: int


@dataclass(frozen=True)
class OpenSchool(Button, code="xs"):
    """Show the school's settings."""


@dataclass(frozen=True)
class PickDeadline(Button, code="xm"):
    """Offer days to which a deadline, named by its kind, can be moved."""

    deadline: str


@dataclass(frozen=True)
class MoveDeadline(Button, code="xp"):
    """Move a deadline from one day to another (ordinals), after asking why."""

    deadline: str
    before: int
    after: int


@dataclass(frozen=True)
class OpenHours(Button, code="xh"):
    """Offer the school's week and hours."""


@dataclass(frozen=True)
class SetHours(Button, code="xo"):
    """Have this week (5 or 6 days) and these hours, from one to another."""

    days: int
    opens: int
    closes: int
