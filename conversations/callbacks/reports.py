"""Buttons of reports: of the teacher who writes one, and of whoever decides on it."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenReport(Button, code="u"):
    """Show my report on a plan (0: the one to report on now)."""

    plan: int


@dataclass(frozen=True)
class PreviewReport(Button, code="up"):
    """Show a page of my report as it will be printed."""

    plan: int
    page: int


@dataclass(frozen=True)
class SubmitReport(Button, code="us"):
    """Submit the report, which has been submitted `revision` times so far."""

    plan: int
    revision: int


@dataclass(frozen=True)
class TakeReportBack(Button, code="ut"):
    """Take a submitted report back."""

    plan: int
    revision: int


@dataclass(frozen=True)
class OpenReportQueue(Button, code="uq"):
    """Show the oldest waiting report, or the first after that on plan `after`."""

    after: int


@dataclass(frozen=True)
class ShowReport(Button, code="ud"):
    """Show one report with its buttons to decide."""

    plan: int


@dataclass(frozen=True)
class ReadReport(Button, code="ui"):
    """Show a page of a submitted report in full."""

    plan: int
    page: int


@dataclass(frozen=True)
class AcceptReport(Button, code="ua"):
    """Accept this revision."""

    plan: int
    revision: int


@dataclass(frozen=True)
class ReopenReport(Button, code="ue"):
    """Begin opening an accepted report again."""

    plan: int
    revision: int


@dataclass(frozen=True)
class ReopenReportReason(Button, code="uf"):
    """Open it again with the n-th ready reason."""

    plan: int
    revision: int
    reason: int


@dataclass(frozen=True)
class ReopenReportOwn(Button, code="ug"):
    """Ask for the reason to open it again in own words."""

    plan: int
    revision: int


@dataclass(frozen=True)
class ReturnReport(Button, code="ub"):
    """Begin returning this revision: mark what is concerned; `marks` is a bit a place."""

    plan: int
    revision: int
    marks: int
    page: int


@dataclass(frozen=True)
class ReportReasons(Button, code="uc"):
    """Choose the reason for the marked places."""

    plan: int
    revision: int
    marks: int


@dataclass(frozen=True)
class ReadyReportReason(Button, code="ur"):
    """Return with the n-th ready reason."""

    plan: int
    revision: int
    marks: int
    reason: int


@dataclass(frozen=True)
class OwnReportReason(Button, code="uo"):
    """Ask for the reason in own words."""

    plan: int
    revision: int
    marks: int
