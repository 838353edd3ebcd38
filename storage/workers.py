"""What processes that open files of strangers have in common.

Such a process sees no secrets, lets chats go first, takes no more memory than is sane, and speaks
with whoever started it in lines on its output.
"""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Coroutine, Iterator
from typing import Any, Final, TextIO

MOST_MEMORY: Final = 2 * 2**30
"""Address space in bytes; libraries alone take a quarter of it."""

_POLITE: Final = 10
_PASSED_ON: Final = (
    "PATH", "LANG", "LC_ALL", "PYTHONPATH", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "TMPDIR"
)  # fmt: skip
_ONE_THREAD: Final = {
    "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "2"
}  # fmt: skip


def command(module: str) -> tuple[str, ...]:
    """Give the command that runs a module of ours."""
    return sys.executable, "-m", module


def surroundings() -> dict[str, str]:
    """Give what a worker needs of the environment."""
    return {name: os.environ[name] for name in _PASSED_ON if name in os.environ} | _ONE_THREAD


def keep_small() -> None:
    """Let chats go first, and let no file take all memory; called in the worker."""
    if os.name == "nt":  # Windows knows neither of the two
        return
    import resource

    with contextlib.suppress(OSError):
        os.nice(_POLITE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


def end_unheard() -> None:
    """End without a word once nobody reads the answers: whoever started the worker was killed.

    Only for a worker that leaves nothing behind.
    """
    if os.name != "nt":
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)


async def see_through(work: Coroutine[Any, Any, None]) -> None:
    """Finish a work however often whoever waits for it is cancelled; then let that be known."""
    task = asyncio.create_task(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError as error:
            cancelled = error
    await task
    if cancelled is not None:
        raise cancelled


@contextlib.contextmanager
def own_output() -> Iterator[TextIO]:
    """Keep the output for our lines: what a library prints goes where complaints go."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as lines:
        os.dup2(2, 1)
        yield lines
