"""Who is to be reminded now: a handful of statements for each fifty schools.

A scan only reads; what it finds is announced in transactions of their own, so that nobody's tap
waits for a whole district. Everything is looked at again when a reminder is drawn, so a scan may
be late or run twice.
"""

import asyncio
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.reminders.calls import Call
from storage.reminders.coaches import call_coaches
from storage.reminders.days import open_days
from storage.reminders.deciders import call_deciders
from storage.reminders.looks import batches, take_look
from storage.reminders.observing import call_observations
from storage.reminders.teachers import call_teachers
from storage.rulebook import RuleBook

SCHOOLS_AT_ONCE = 50
"""Between two such parts of a district whoever taps gets a turn."""


async def scan(session: AsyncSession, rulebook: RuleBook, now: datetime) -> list[Call]:
    """Find who is to be reminded at this moment. Only reads."""
    days = await open_days(session, rulebook, now)
    calls: list[Call] = []
    for some in batches(sorted(days), SCHOOLS_AT_ONCE):
        look = await take_look(session, {one: days[one] for one in some}, now)
        calls += await call_teachers(session, rulebook, look)
        calls += await call_observations(session, rulebook, look, {one.member_id for one in calls})
        calls += await call_deciders(session, look)
        calls += call_coaches(look)
        await asyncio.sleep(0)
    return calls
