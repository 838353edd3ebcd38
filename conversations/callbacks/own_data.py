"""Buttons about one's own data: to get it, to be erased, to take it to another school."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenOwnData(Button, code="zuo"):
    """Show what a person can do with the own data."""


@dataclass(frozen=True)
class OrderOwnData(Button, code="zud"):
    """Have a file made of all that is kept about the person."""


@dataclass(frozen=True)
class AskMyErasure(Button, code="zue"):
    """Say what goes, what stays, and ask whether to go on."""


@dataclass(frozen=True)
class RequestErasure(Button, code="zur"):
    """Ask the school's operators to be erased."""


@dataclass(frozen=True)
class WithdrawErasure(Button, code="zuw"):
    """Take the own request to be erased back."""

    request: int


@dataclass(frozen=True)
class OpenErasures(Button, code="zuq"):
    """Show an operator the oldest request that waits."""


@dataclass(frozen=True)
class OpenErasure(Button, code="zuc"):
    """Show an operator one request to be erased."""

    request: int


@dataclass(frozen=True)
class CheckErasure(Button, code="zuk"):
    """Ask an operator once more before somebody is erased."""

    request: int


@dataclass(frozen=True)
class CarryOutErasure(Button, code="zuy"):
    """Erase whoever asked for it, for ever."""

    request: int


@dataclass(frozen=True)
class RefuseErasure(Button, code="zun"):
    """Refuse a request, after asking why."""

    request: int


@dataclass(frozen=True)
class OpenTransfer(Button, code="zum"):
    """Explain how a portfolio goes to another school."""


@dataclass(frozen=True)
class MakeTransferCode(Button, code="zug"):
    """Make a code with which the portfolio can be taken in elsewhere."""


@dataclass(frozen=True)
class DropTransferCode(Button, code="zuf"):
    """Let the code no longer work."""


@dataclass(frozen=True)
class AskTransferCode(Button, code="zui"):
    """Ask for the code from the former school."""


@dataclass(frozen=True)
class TakePortfolio(Button, code="zuj"):
    """Agree that the portfolio of this transfer is copied into this school."""

    request: int


@dataclass(frozen=True)
class OpenCarried(Button, code="zul"):
    """Show the plans that were brought along."""


@dataclass(frozen=True)
class OpenCarriedPlan(Button, code="zuv"):
    """Show a page of one plan that was brought along."""

    plan: int
    page: int


@dataclass(frozen=True)
class SeeCarriedFiles(Button, code="zus"):
    """Show the files of a piece that was brought along."""

    piece: int


@dataclass(frozen=True)
class AskDropCarried(Button, code="zub"):
    """Ask whether all that was brought along shall go."""


@dataclass(frozen=True)
class DropCarried(Button, code="zuz"):
    """Remove all that was brought along."""
