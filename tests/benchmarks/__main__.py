"""`make bench`: what the bot costs, beside what it may cost.

Exits with 0 whatever the figures are: a busy machine is no fault of the program.
"""

import argparse
import asyncio
import tempfile
from pathlib import Path

from tests.benchmarks import (
    broadcasting,
    evidence,
    exporting,
    isolation,
    outbox,
    overview,
    papers,
    pictures,
    reminders,
    starting,
    taps,
    year,
)
from tests.benchmarks.databases import databases
from tests.benchmarks.figures import Figure, table, write

RESULT = Path("build/bench.json")
PARTS = (
    "taps",
    "isolation",
    "start",
    "rekap",
    "evidence",
    "papers",
    "export",
    "pictures",
    "reminders",
    "broadcast",
    "outbox",
    "year",
)


async def _measure(parts: list[str], rounds: int, seconds: float, *, full: bool) -> list[Figure]:
    figures: list[Figure] = []
    with tempfile.TemporaryDirectory(prefix="kawan-bench-") as name:
        folder = Path(name)
        async with databases(folder) as servers:
            if "taps" in parts:
                figures += await taps.measure(servers, folder, rounds, seconds)
            if "isolation" in parts:
                figures += await isolation.measure(servers, folder)
            if "start" in parts:
                figures += await starting.measure(servers, folder)
            if "rekap" in parts:
                figures += await overview.measure(servers, folder)
            if "evidence" in parts:
                figures += await evidence.measure(servers, folder)
            if "papers" in parts:
                figures += await papers.measure(servers, folder)
            if "export" in parts:
                figures += await exporting.measure(servers, folder, full=full)
            if "pictures" in parts:
                figures += await pictures.measure(servers, folder)
            if "reminders" in parts:
                figures += await reminders.measure(servers, folder)
            if "broadcast" in parts:
                figures += await broadcasting.measure(servers, folder, full=full)
            if "outbox" in parts:
                figures += await outbox.measure(servers, folder, full=full)
            if "year" in parts:
                figures += await year.measure(servers, folder, full=full)
    return figures


def main() -> None:
    """Measure, print the table and write the JSON."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)}; all by default")
    parser.add_argument("--rounds", type=int, default=8, help="rounds of taps for each contender")
    parser.add_argument("--seconds", type=float, default=1.0, help="how long a round lasts")
    parser.add_argument(
        "--full",
        action="store_true",
        help="a whole district for broadcast and outbox, a school of 100 for export and year: "
        "takes more than an hour",
    )
    given = parser.parse_args()
    parts = given.parts or list(PARTS)
    figures = asyncio.run(_measure(parts, given.rounds, given.seconds, full=given.full))
    print(table(figures))
    write(figures, RESULT)
    missed = sum(one.mark == "✗" for one in figures)
    print(f"\n{missed} of {sum(one.goal is not None for one in figures)} goals missed; {RESULT}")


if __name__ == "__main__":
    main()
