"""Buttons of whoever takes a school's data away."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenExports(Button, code="vd"):
    """Show in which forms the data of a period can be had; `-` is the present period."""

    period: str


@dataclass(frozen=True)
class OrderExport(Button, code="ve"):
    """Have the data of a period made; an archive only when `confirmed` is 1."""

    period: str
    form: str
    confirmed: int
