"""Whether something that should go on is going on."""

import time
from collections.abc import Callable

STANDS_STILL_AFTER_S = 30.0


class Heartbeat:
    """Beats as often as a part gets round; `ticks` are seconds that only go forward."""

    def __init__(self, ticks: Callable[[], float] = time.monotonic) -> None:
        self.ticks = ticks
        self._last = ticks()

    def beat(self) -> None:
        """Say that it goes on."""
        self._last = self.ticks()

    @property
    def stands_still(self) -> bool:
        """Whether the last beat is longer ago than it ever should be."""
        return self.ticks() - self._last > STANDS_STILL_AFTER_S
