"""What processes that open files of strangers have in common.

Such a process sees no secrets, lets chats go first, takes no more memory than is sane, and speaks
with whoever started it in lines on its output.
"""

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from typing import Final, TextIO

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
    """Let chats go first, and let no file take all memory; called in the worker.

    It also ends without a word once nobody reads its answers: whoever started it was killed.
    """
    if os.name == "nt":  # Windows knows none of the three
        return
    import resource

    signal.signal(signal.SIGPIPE, signal.SIG_DFL)

    with contextlib.suppress(OSError):
        os.nice(_POLITE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


@contextlib.contextmanager
def own_output() -> Iterator[TextIO]:
    """Keep the output for our lines: what a library prints goes where complaints go."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as lines:
        os.dup2(2, 1)
        yield lines
