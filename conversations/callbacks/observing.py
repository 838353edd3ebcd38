"""Buttons of class observations; a cycle is known by the number of its plan."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenObservation(Button, code="o"):
    """Show my own observation, or those in which I observe, or the board."""


@dataclass(frozen=True)
class ShowCycle(Button, code="oc"):
    """Show a cycle with its steps, what is next, and dates."""

    plan: int


@dataclass(frozen=True)
class ReadStep(Button, code="os"):
    """Show what is in one step, the n-th."""

    plan: int
    place: int


@dataclass(frozen=True)
class PickIndicator(Button, code="oi"):
    """Offer the practice indicators."""

    plan: int


@dataclass(frozen=True)
class ChooseIndicator(Button, code="ok"):
    """Choose a practice indicator."""

    plan: int
    indicator: str


@dataclass(frozen=True)
class PickFocus(Button, code="of"):
    """Offer the behaviours of the indicator."""

    plan: int


@dataclass(frozen=True)
class ChooseFocus(Button, code="og"):
    """Choose the behaviour to learn."""

    plan: int
    focus: str


@dataclass(frozen=True)
class PickDay(Button, code="od"):
    """Offer a page of days for the observation."""

    plan: int
    page: int


@dataclass(frozen=True)
class PickHour(Button, code="oC"):
    """Offer the hours of a day, an ordinal of the calendar, in place of the moment shown."""

    plan: int
    first: int
    sequence: int


@dataclass(frozen=True)
class ProposeAt(Button, code="oA"):
    """Propose a minute of a day, counted from midnight, in place of the moment that was shown."""

    plan: int
    first: int
    minute: int
    sequence: int


@dataclass(frozen=True)
class MoveBecause(Button, code="oB"):
    """Move what was agreed on to a minute of the calendar, for the n-th ready reason.

    `slot` counts the minutes since the first day of the calendar.
    """

    plan: int
    slot: int
    sequence: int
    reason: int


@dataclass(frozen=True)
class CallOff(Button, code="on"):
    """Begin calling off the moment that was shown."""

    plan: int
    sequence: int


@dataclass(frozen=True)
class CallOffBecause(Button, code="oN"):
    """Call it off for the n-th ready reason."""

    plan: int
    sequence: int
    reason: int


@dataclass(frozen=True)
class ConfirmDay(Button, code="oa"):
    """Agree to the moment that was shown."""

    plan: int
    sequence: int


@dataclass(frozen=True)
class CalendarFile(Button, code="ol"):
    """Send the agreed moment as a file for calendars."""

    plan: int


@dataclass(frozen=True)
class ShowMoves(Button, code="om"):
    """Show how the day was moved."""

    plan: int


@dataclass(frozen=True)
class OpenRubric(Button, code="ob"):
    """Show all statements with their marks."""

    plan: int


@dataclass(frozen=True)
class ShowStatement(Button, code="ot"):
    """Show the n-th statement with its levels, and take notes on it."""

    plan: int
    place: int


@dataclass(frozen=True)
class MarkStatement(Button, code="ox"):
    """Give the n-th statement a level, from 0."""

    plan: int
    place: int
    level: int


@dataclass(frozen=True)
class MarkLine(Button, code="oj"):
    """Give all statements the levels that were typed, packed as `3213`."""

    plan: int
    line: str


@dataclass(frozen=True)
class HearNote(Button, code="ov"):
    """Play the voice note on the n-th statement."""

    keeps_files = True

    plan: int
    place: int


@dataclass(frozen=True)
class FinishMarks(Button, code="oe"):
    """Say that the observation is over."""

    plan: int


@dataclass(frozen=True)
class SignOff(Button, code="oy"):
    """Make the marks of this revision final."""

    plan: int
    revision: int


@dataclass(frozen=True)
class OpenBoard(Button, code="oz"):
    """Show a page of all teachers with their steps."""

    page: int


@dataclass(frozen=True)
class Observed(Button, code="oo"):
    """Show a page of the teachers whom I observe."""

    page: int


@dataclass(frozen=True)
class PickObserver(Button, code="oq"):
    """Show a page of the members who can observe."""

    page: int


@dataclass(frozen=True)
class ObserverTeachers(Button, code="ou"):
    """Show a page of the teachers whom a member observes, to add or take away."""

    member: int
    page: int


@dataclass(frozen=True)
class ToggleObserved(Button, code="ow"):
    """Let a member observe the teacher of a plan, or no longer."""

    member: int
    plan: int
    page: int
