"""Observations brought as far as a test needs them."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.observations import marking, preparing, scheduling
from storage.observations.reading import FullCycle
from storage.people import Actor
from storage.rulebook import RuleBook
from tests.storage.evidence.staging import NOW

BOOK = RuleBook()
JAKARTA = ZoneInfo("Asia/Jakarta")
LESSON = datetime(2026, 9, 14, 9, 0, tzinfo=JAKARTA)
"""A Monday morning."""
LATER = LESSON + timedelta(days=2)


async def begun(session: AsyncSession, teacher: Actor, plan_id: int) -> FullCycle:
    """Begin a cycle and choose what will be looked at."""
    await preparing.open_cycle(session, teacher, plan_id, BOOK, NOW)
    await preparing.choose_indicator(session, teacher, plan_id, "IND-2", BOOK, NOW)
    return await preparing.choose_behaviour(session, teacher, plan_id, "IND-2b", BOOK, NOW)


async def agreed(
    session: AsyncSession, teacher: Actor, observer: Actor, plan_id: int, at: datetime = LESSON
) -> FullCycle:
    """Begin a cycle whose day is confirmed by who observes."""
    cycle = await begun(session, teacher, plan_id)
    number = cycle.row.sequence
    await scheduling.propose(session, teacher, plan_id, number, at, BOOK, NOW)
    return await scheduling.confirm(session, observer, plan_id, number + 1, BOOK, NOW)


async def observed(
    session: AsyncSession, observer: Actor, plan_id: int, now: datetime = LESSON
) -> FullCycle:
    """Mark all statements and finish."""
    await marking.mark_line(session, observer, plan_id, [3, 2, 1, 3], BOOK, now)
    return await marking.finish(session, observer, plan_id, BOOK, now)
