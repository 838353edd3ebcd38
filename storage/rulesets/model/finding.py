"""Finding an entry of a rule set by its code or id."""

from collections.abc import Sequence
from typing import Protocol, TypeVar


class UnknownCode(KeyError):
    """A rule set has no such item, duty, period and so on.

    `ruleset` is its id, `kind` what was looked for, `code` the name that was not found.
    """

    def __init__(self, ruleset: str, kind: str, code: str) -> None:
        super().__init__(ruleset, kind, code)
        self.ruleset = ruleset
        self.kind = kind
        self.code = code

    def __str__(self) -> str:
        return f"{self.ruleset} has no {self.kind} {self.code!r}"


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


_C = TypeVar("_C", bound=_Coded)
_I = TypeVar("_I", bound=_Identified)


def find(entries: Sequence[_C], code: str, ruleset: str, kind: str) -> _C:
    """Return the entry with a code. Raises UnknownCode with what was looked for."""
    for entry in entries:
        if entry.code == code:
            return entry
    raise UnknownCode(ruleset, kind, code)


def find_id(entries: Sequence[_I], wanted: str, ruleset: str, kind: str) -> _I:
    """Return the entry with an id. Raises UnknownCode with what was looked for."""
    for entry in entries:
        if entry.id == wanted:
            return entry
    raise UnknownCode(ruleset, kind, wanted)
