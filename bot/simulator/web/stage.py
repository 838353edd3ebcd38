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
