"""Waking whoever looks every so often in any case."""

import asyncio
import contextlib


class Bell:
    """Rings at once for what this process did; what another did is found at the next look."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        """Wake whoever waits, or will wait next."""
        self._rung.set()

    async def wait(self, at_most_s: float) -> None:
        """Wait until it rings, for so many seconds at most."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(at_most_s):
                await self._rung.wait()
        self._rung.clear()
