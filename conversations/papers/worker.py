"""The process that makes one paper: an order on its input, its progress on its output.

`python -m conversations.papers.worker` reads an order as JSON, writes a line of JSON for each
step, and ends with the papers or the reason why there are none. Exits with 0 or 1.
"""

import contextlib
import errno
import json
import os
import resource
import sys
from collections.abc import Callable, Iterator
from typing import Final, TextIO

from pydantic import BaseModel

from conversations.papers.orders import (
    ORDERS,
    ArchiveOrder,
    Failed,
    Finished,
    Made,
    NotMade,
    PmmOrder,
    PortfolioOrder,
    Progress,
    Refusal,
)
from conversations.papers.unfinished import workbench

_POLITE: Final = 10
_MOST_MEMORY: Final = 2 * 2**30
"""Address space in bytes; libraries alone take a quarter of it."""
_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def main() -> int:
    """Make the ordered paper; return the exit code."""
    with _own_output() as lines:
        _keep_small()
        try:
            order = ORDERS.validate_json(sys.stdin.buffer.read())
            made = _make(order, lambda done, of: _say(lines, Progress(done=done, of=of)))
        except NotMade as refused:
            _say(
                lines,
                Failed(failed=refused.reason, pages=refused.pages, left_out=refused.left_out),
            )
            return 1
        except OSError as trouble:
            if trouble.errno not in _NO_ROOM:
                raise
            _say(lines, Failed(failed=Refusal.NO_ROOM))
            return 1
        _say(lines, Finished(made=made))
        return 0


def _keep_small() -> None:
    """Let chats go first, and let no file of a stranger take all memory."""
    with contextlib.suppress(OSError):
        os.nice(_POLITE)
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


@contextlib.contextmanager
def _own_output() -> Iterator[TextIO]:
    """Keep the output for our lines: what a library prints goes where complaints go."""
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as lines:
        os.dup2(2, 1)
        yield lines


def _say(lines: TextIO, what: BaseModel) -> None:
    lines.write(json.dumps(what.model_dump(mode="json")) + "\n")
    lines.flush()


def _make(
    order: PmmOrder | PortfolioOrder | ArchiveOrder, on_progress: Callable[[int, int], None]
) -> tuple[Made, ...]:
    """Load only what the paper needs: memory is for the pictures."""
    with workbench(order.out) as bench:
        match order:
            case ArchiveOrder():
                from conversations.papers.archive import make_archive

                return make_archive(order, bench, on_progress)
            case PmmOrder():
                from conversations.papers.pmm import make_pmm

                return make_pmm(order, bench, on_progress)
            case PortfolioOrder():
                from conversations.papers.portfolio import make_portfolio

                return make_portfolio(order, bench, on_progress)


if __name__ == "__main__":
    sys.exit(main())
