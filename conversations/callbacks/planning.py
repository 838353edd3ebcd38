"""Buttons of a teacher's plan."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenPlan(Button, code="p"):
    """Show the plan of the current period."""


@dataclass(frozen=True)
class OpenStep(Button, code="ps"):
    """Show one page (from 0) of a step."""

    plan: int
    step: str
    page: int


@dataclass(frozen=True)
class OpenItem(Button, code="pi"):
    """Show one item's card."""

    plan: int
    item: str


@dataclass(frozen=True)
class AddUnits(Button, code="pa"):
    """Plan `units` more (or, below zero, fewer) of an item."""

    plan: int
    item: str
    units: int


@dataclass(frozen=True)
class SetUnits(Button, code="pq"):
    """Plan exactly so many units of an item."""

    plan: int
    item: str
    units: int


@dataclass(frozen=True)
class KeepItem(Button, code="pk"):
    """Done with an item's card; `take` 1 takes one unit when none is planned."""

    plan: int
    item: str
    take: int


@dataclass(frozen=True)
class ToggleEvidence(Button, code="pe"):
    """Intend, or not, the n-th kind of evidence of an item."""

    plan: int
    item: str
    kind: int


@dataclass(frozen=True)
class OpenSuggestions(Button, code="pg"):
    """Show combinations that reach the target."""

    plan: int


@dataclass(frozen=True)
class TakeSuggestion(Button, code="pt"):
    """Take a combination over, packed as `RHK-01*4+RHK-05*1` without the common beginning."""

    plan: int
    picks: str


@dataclass(frozen=True)
class LikeCategory(Button, code="pl"):
    """Prefer, or not, the n-th category in suggestions."""

    plan: int
    category: int


@dataclass(frozen=True)
class OpenInHand(Button, code="ph"):
    """Show a page of items to say what is in hand already."""

    plan: int
    page: int


@dataclass(frozen=True)
class HaveInHand(Button, code="pj"):
    """Have one more unit of an item in hand (after three: none)."""

    plan: int
    item: str
    page: int


@dataclass(frozen=True)
class StartFrom(Button, code="pf"):
    """Start from `previous` or `model`; a step's id takes only that step, `-` all."""

    plan: int
    origin: str
    step: str


@dataclass(frozen=True)
class ToggleDuty(Button, code="pd"):
    """Choose, or give up, an additional duty."""

    plan: int
    duty: str
    page: int


@dataclass(frozen=True)
class WriteDuty(Button, code="pw"):
    """Ask for a duty in own words."""

    plan: int


@dataclass(frozen=True)
class NoDuty(Button, code="pn"):
    """There is no additional duty."""

    plan: int


@dataclass(frozen=True)
class OpenBehaviour(Button, code="pb"):
    """Show the guide statements of one work value."""

    plan: int
    behaviour: str


@dataclass(frozen=True)
class ToggleGuide(Button, code="pu"):
    """Choose, or give up, a guide statement."""

    plan: int
    behaviour: str
    guide: str


@dataclass(frozen=True)
class StandardGuides(Button, code="px"):
    """Take the standard set of guide statements."""

    plan: int


@dataclass(frozen=True)
class ChooseOne(Button, code="pc"):
    """Make the choice of a step that allows one."""

    plan: int
    step: str
    choice: str


@dataclass(frozen=True)
class WriteWords(Button, code="pv"):
    """Ask for the words of a step that is filled in own words."""

    plan: int
    step: str


@dataclass(frozen=True)
class OpenSummary(Button, code="pz"):
    """Show everything, with what is missing."""

    plan: int


@dataclass(frozen=True)
class Submit(Button, code="py"):
    """Submit the plan at this revision; `confirmed` 1 goes on below the recommended points."""

    plan: int
    revision: int
    confirmed: int


@dataclass(frozen=True)
class TakeBack(Button, code="pr"):
    """Take the submission back."""

    plan: int
    revision: int


@dataclass(frozen=True)
class Agree(Button, code="po"):
    """Confirm the approved plan."""

    plan: int
    revision: int


@dataclass(frozen=True)
class OpenStatus(Button, code="st"):
    """Show where the teacher stands."""


@dataclass(frozen=True)
class AskForHelp(Button, code="ah"):
    """Tell the coaches that this person is stuck here; `where` is a step's id or `-`."""

    where: str
