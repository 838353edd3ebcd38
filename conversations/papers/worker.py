"""The process that makes one paper: an order on its input, its progress on its output.

`python -m conversations.papers.worker` reads an order as JSON, writes a line of JSON for each
step, and ends with the papers or the reason why there are none. Exits with 0 or 1.
"""

import errno
import json
import sys
from collections.abc import Callable
from typing import Final, TextIO

from pydantic import BaseModel

from conversations.papers.official_orders import OfficialOrder
from conversations.papers.orders import (
    ORDERS,
    AnyOrder,
    ArchiveOrder,
    BundleOrder,
    Failed,
    Finished,
    Made,
    NotMade,
    PmmOrder,
    PortfolioOrder,
    Progress,
    Refusal,
    SchoolOrder,
    SheetOrder,
)
from conversations.papers.unfinished import workbench
from storage.workers import keep_small, own_output

_NO_ROOM: Final = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


def main() -> int:
    """Make the ordered paper; return the exit code."""
    with own_output() as lines:
        keep_small()
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


def _say(lines: TextIO, what: BaseModel) -> None:
    lines.write(json.dumps(what.model_dump(mode="json")) + "\n")
    lines.flush()


def _make(order: AnyOrder, on_progress: Callable[[int, int], None]) -> tuple[Made, ...]:
    """Load only what the paper needs: memory is for the pictures."""
    with workbench(order.out) as bench:
        match order:
            case ArchiveOrder():
                from conversations.papers.archive import make_archive

                return make_archive(order, bench, on_progress)
            case BundleOrder():
                from conversations.papers.bundle import make_bundle

                return make_bundle(order, bench, on_progress)
            case SheetOrder():
                from conversations.papers.sheet_file import make_sheet

                return make_sheet(order, bench, on_progress)
            case PmmOrder():
                from conversations.papers.pmm import make_pmm

                return make_pmm(order, bench, on_progress)
            case PortfolioOrder():
                from conversations.papers.portfolio import make_portfolio

                return make_portfolio(order, bench, on_progress)
            case SchoolOrder():
                from conversations.papers.school import make_school

                return make_school(order, bench, on_progress)
            case OfficialOrder():
                from conversations.papers.official import make_official

                return make_official(order, bench, on_progress)


if __name__ == "__main__":
    sys.exit(main())
