"""One round over all schools: close what is over, then remind whoever's turn it is."""

from datetime import datetime

from storage import periods
from storage.database import Database
from storage.reminders import scanning
from storage.reminders.calls import announce
from storage.rulebook import RuleBook

AT_ONCE = 1000
"""Reminders in one transaction: between two of them, whoever taps gets a turn."""


async def make_round(database: Database, rulebook: RuleBook, now: datetime) -> int:
    """Look once; say how many reminders and closings that gave. May run any number of times."""
    async with database.reading() as session:
        ended = await periods.find_ended(session, rulebook, now)
    if ended:
        async with database.transaction() as session:
            await periods.close(session, ended, now)
    async with database.reading() as session:
        calls = await scanning.scan(session, rulebook, now)
    for at in range(0, len(calls), AT_ONCE):
        async with database.transaction() as session:
            await announce(session, calls[at : at + AT_ONCE], now)
    return len(ended) + len(calls)
