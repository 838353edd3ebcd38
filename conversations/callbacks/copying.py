"""Buttons of copying a plan into the official form."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenCopying(Button, code="w"):
    """Show how much of a plan has been copied, page by page of the form."""

    plan: int


@dataclass(frozen=True)
class CopyOverview(Button, code="wl"):
    """Show the same, whatever one's data look like."""

    plan: int


@dataclass(frozen=True)
class CopyNext(Button, code="wn"):
    """Show the next field that has not been copied."""

    plan: int


@dataclass(frozen=True)
class CopySection(Button, code="ws"):
    """Show the fields of one page of the form, by its place from 0."""

    plan: int
    section: int


@dataclass(frozen=True)
class ShowField(Button, code="wf"):
    """Show one field of the form with its text to copy."""

    plan: int
    field: str


@dataclass(frozen=True)
class TickField(Button, code="wd"):
    """Note that a field has been copied, and go on to the next."""

    plan: int
    field: str


@dataclass(frozen=True)
class UntickField(Button, code="wu"):
    """Note that a field has not been copied after all."""

    plan: int
    field: str


@dataclass(frozen=True)
class CheckMyData(Button, code="wc"):
    """Look whether name, NIP and NPSN can be right, before a plan is copied."""

    plan: int
