"""What the page needs beyond the simulator: the cast, the calendar, starting afresh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

Move = Literal["now", "+1d", "+1w", "deadline"]


@dataclass(frozen=True, slots=True)
class CastMember:
    """One person of the demo's school, as the page presents them."""

    id: int
    name: str
    caption: str
    """Role and subject, for example "Guru · IPA"; the part before the dot names the tab."""
    phone: int | None = None
    """Which of the three phones (0 to 2) this person holds at first."""
    invitation: str | None = None
    """The token of an invitation not used yet."""


@dataclass(frozen=True, slots=True)
class Sample:
    """Something to attach for a visitor who has nothing at hand; `id` stands in addresses."""

    id: str
    label: str
    kind: Literal["photo", "album", "document"]


@dataclass(frozen=True, slots=True)
class SampleFile:
    """One file of a sample, as if it had been chosen on the phone."""

    name: str
    mime: str
    data: bytes


class Stage(Protocol):
    """What the demo knows and the simulator does not."""

    def cast(self) -> list[CastMember]:
        """Everybody who may hold a phone, in the order of the list."""

    def now(self) -> datetime:
        """The demo's present moment, aware of its zone."""

    async def move(self, to: Move) -> str:
        """Move the calendar; the answer is a sentence to show."""

    async def restart(self) -> None:
        """Begin again: the school as on the first day."""

    def is_over(self) -> bool:
        """Whether the demo is ending, so that open pages let go of it."""

    def hint(self) -> str:
        """What newcomers may try first, as the end of a sentence."""

    def samples(self) -> list[Sample]:
        """What the phones offer to attach, in the order of the menu."""

    async def sample(self, sample_id: str, person: int) -> list[SampleFile]:
        """The files of one sample, made for a person of the cast; each time others."""
