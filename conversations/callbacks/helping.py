"""Buttons of requests for help, of conversations and proposals."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenHelpQueue(Button, code="zq"):
    """Show a page of the requests for help: the open ones and one's own."""

    page: int


@dataclass(frozen=True)
class ShowHelp(Button, code="zs"):
    """Show a request for help as it stands, to whoever asked or can help."""

    request: int


@dataclass(frozen=True)
class ClaimHelp(Button, code="zc"):
    """Help with this request."""

    request: int


@dataclass(frozen=True)
class ReleaseHelp(Button, code="zr"):
    """Give this request back to the queue."""

    request: int


@dataclass(frozen=True)
class TalkAbout(Button, code="zt"):
    """From now on, pass what is sent to the other one of this request."""

    request: int


@dataclass(frozen=True)
class CloseHelp(Button, code="zx"):
    """End this request."""

    request: int


@dataclass(frozen=True)
class SayHelped(Button, code="zh"):
    """The help of this request has helped (1), or not yet (0)."""

    request: int
    helped: int


@dataclass(frozen=True)
class SeeDraft(Button, code="zd"):
    """Show a page of the plan of whoever asked, as it is now."""

    request: int
    page: int


@dataclass(frozen=True)
class ProposeItems(Button, code="zi"):
    """Show a page of the items that can be proposed."""

    request: int
    page: int


@dataclass(frozen=True)
class ProposeUnits(Button, code="zu"):
    """Show an item with so many units to propose."""

    request: int
    item: str
    units: int


@dataclass(frozen=True)
class SendProposal(Button, code="zp"):
    """Propose so many units of an item."""

    request: int
    item: str
    units: int


@dataclass(frozen=True)
class ProposeEvidence(Button, code="ze"):
    """Show a page of the planned entries that lack evidence."""

    request: int
    page: int


@dataclass(frozen=True)
class PointOut(Button, code="zv"):
    """Say that evidence is missing for an entry."""

    request: int
    entry: int


@dataclass(frozen=True)
class ShowProposal(Button, code="zl"):
    """Show a proposal beside what the plan holds now."""

    proposal: int


@dataclass(frozen=True)
class TakeProposal(Button, code="zk"):
    """Take a proposal over, where the plan holds `current` units."""

    proposal: int
    current: int


@dataclass(frozen=True)
class DeclineProposal(Button, code="zn"):
    """Decline a proposal."""

    proposal: int
