"""Buttons of whoever decides on plans, and of deputies."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenQueue(Button, code="q"):
    """Show the oldest waiting plan, or the first after plan `after` (0: from the start)."""

    after: int


@dataclass(frozen=True)
class ShowDecision(Button, code="qs"):
    """Show one waiting plan with its buttons."""

    plan: int


@dataclass(frozen=True)
class Approve(Button, code="qa"):
    """Approve this revision."""

    plan: int
    revision: int


@dataclass(frozen=True)
class SendBack(Button, code="qb"):
    """Begin sending this revision back: mark what is concerned; `marks` is a bit an entry."""

    plan: int
    revision: int
    marks: int
    page: int


@dataclass(frozen=True)
class ChooseReason(Button, code="qc"):
    """Choose the reason for the marked entries."""

    plan: int
    revision: int
    marks: int


@dataclass(frozen=True)
class ReadyReason(Button, code="qr"):
    """Send back with the n-th ready reason."""

    plan: int
    revision: int
    marks: int
    reason: int


@dataclass(frozen=True)
class OwnReason(Button, code="qo"):
    """Ask for the reason in own words."""

    plan: int
    revision: int
    marks: int


@dataclass(frozen=True)
class ShowDetails(Button, code="qd"):
    """Show a page of a plan in full; `origin` q is the queue, r the overview, n the rating."""

    plan: int
    page: int
    origin: str


@dataclass(frozen=True)
class Reopen(Button, code="qp"):
    """Begin opening an approved plan again."""

    plan: int
    revision: int


@dataclass(frozen=True)
class ReopenReason(Button, code="qe"):
    """Open it again with the n-th ready reason."""

    plan: int
    revision: int
    reason: int


@dataclass(frozen=True)
class ReopenOwnReason(Button, code="qw"):
    """Ask for the reason to open it again in own words."""

    plan: int
    revision: int


@dataclass(frozen=True)
class NameModel(Button, code="qm"):
    """Offer an approved plan to all teachers as a starting point."""

    plan: int


@dataclass(frozen=True)
class OpenOverview(Button, code="r"):
    """Show the overview of the school: a page of the teachers in one state (`-` for counts)."""

    state: str
    page: int


@dataclass(frozen=True)
class Deputies(Button, code="d"):
    """Show who deputises."""


@dataclass(frozen=True)
class ChooseDeputy(Button, code="dc"):
    """Show a page of members who could deputise."""

    page: int


@dataclass(frozen=True)
class DeputyDays(Button, code="dd"):
    """Offer until when the member deputises."""

    member: int


@dataclass(frozen=True)
class NameDeputy(Button, code="dn"):
    """Name a deputy for days given as ordinals of the calendar."""

    member: int
    first: int
    last: int


@dataclass(frozen=True)
class WriteDeputyDays(Button, code="dw"):
    """Ask for the days of a deputation in words."""

    member: int


@dataclass(frozen=True)
class WithdrawDeputy(Button, code="de"):
    """End a deputation."""

    deputy: int
