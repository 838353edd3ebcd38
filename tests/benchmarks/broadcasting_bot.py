"""Kawan Kinerja with one more kind of message, the plainest there can be.

`python -m tests.benchmarks.broadcasting_bot`: what a broadcast says costs nothing here.
"""

import sys
from typing import Any

from bot.__main__ import main
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.screens import Screen

KIND = "bench_broadcast"


@notice(KIND)
async def draw(_person: Person, subject: dict[str, Any]) -> Notice:
    """Say what is to be said."""
    return Notice(Screen(subject["text"]))


if __name__ == "__main__":
    sys.argv[1:] = ["run"]
    main()
