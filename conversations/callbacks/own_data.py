"""Buttons about one's own data: to get it, to be erased, to take it to another school."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenOwnData(Button, code="uo"):
    """Show what a person can do with the own data."""


@dataclass(frozen=True)
class OrderOwnData(Button, code="ud"):
    """Have a file made of all that is kept about the person."""


@dataclass(frozen=True)
class AskMyErasure(Button, code="ue"):
    """Say what goes, what stays, and ask whether to go on."""


@dataclass(frozen=True)
class RequestErasure(Button, code="ur"):
    """Ask the school's operators to be erased."""


@dataclass(frozen=True)
class WithdrawErasure(Button, code="uw"):
    """Take the own request to be erased back."""

    request: int


@dataclass(frozen=True)
class OpenErasures(Button, code="uq"):
    """Show an operator the oldest request that waits."""


@dataclass(frozen=True)
class OpenErasure(Button, code="uc"):
    """Show an operator one request to be erased."""

    request: int


@dataclass(frozen=True)
class CheckErasure(Button, code="uk"):
    """Ask an operator once more before somebody is erased."""

    request: int


@dataclass(frozen=True)
class CarryOutErasure(Button, code="uy"):
    """Erase whoever asked for it, for ever."""

    request: int


@dataclass(frozen=True)
class RefuseErasure(Button, code="un"):
    """Refuse a request, after asking why."""

    request: int


@dataclass(frozen=True)
class OpenTransfer(Button, code="um"):
    """Explain how a portfolio goes to another school."""


@dataclass(frozen=True)
class MakeTransferCode(Button, code="ug"):
    """Make a code with which the portfolio can be taken in elsewhere."""


@dataclass(frozen=True)
class DropTransferCode(Button, code="uf"):
    """Let the code no longer work."""


@dataclass(frozen=True)
class AskTransferCode(Button, code="ui"):
    """Ask for the code from the former school."""


@dataclass(frozen=True)
class TakePortfolio(Button, code="uj"):
    """Agree that the portfolio of this transfer is copied into this school."""

    request: int


@dataclass(frozen=True)
class OpenCarried(Button, code="ul"):
    """Show the plans that were brought along."""


@dataclass(frozen=True)
class OpenCarriedPlan(Button, code="uv"):
    """Show a page of one plan that was brought along."""

    plan: int
    page: int


@dataclass(frozen=True)
class SeeCarriedFiles(Button, code="us"):
    """Show the files of a piece that was brought along."""

    piece: int


@dataclass(frozen=True)
class AskDropCarried(Button, code="ub"):
    """Ask whether all that was brought along shall go."""


@dataclass(frozen=True)
class DropCarried(Button, code="uz"):
    """Remove all that was brought along."""
