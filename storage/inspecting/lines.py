"""What the process that looks into files says of one, as a line of JSON."""

from dataclasses import dataclass
from typing import Final

from pydantic import TypeAdapter

from storage.inspecting.findings import Inspected, Why


@dataclass(frozen=True, slots=True)
class Refusal:
    """The facts of an `Unusable`."""

    why: Why
    size: int
    found: str


@dataclass(frozen=True, slots=True)
class DiskFailed:
    """The facts of an OSError."""

    errno: int
    text: str


Finding = Inspected | Refusal | DiskFailed

FINDINGS: Final[TypeAdapter[Finding]] = TypeAdapter(Finding)
