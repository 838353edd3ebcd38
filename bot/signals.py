"""Being asked to end: Ctrl-C, or the service manager."""

import asyncio
import signal
from collections.abc import Callable


def when_asked_to_end(end: Callable[[], None]) -> None:
    """Call `end` on SIGINT or SIGTERM, on every system."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, end)
        except NotImplementedError:  # Windows has no such handlers
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(end))
