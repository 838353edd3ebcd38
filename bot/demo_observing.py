"""A lesson of the demo that is to be observed: teacher and principal have agreed on a day."""

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.demo_school import IRWAN, PRINCIPAL
from storage import plans
from storage.errors import NotFound
from storage.observations import preparing, scheduling
from storage.people import Actor
from storage.rulebook import RuleBook
from storage.rulesets import RuleSet
from storage.school_hours import Hours

LESSON_AT = time(9)
DAYS_AHEAD = 3


async def agree_on_a_day(
    session: AsyncSession,
    rules: RuleSet,
    actors: Mapping[int, Actor],
    zone: ZoneInfo,
    now: datetime,
) -> None:
    """Have the teacher choose what is looked at and propose a school day, the principal agree."""
    teacher, principal, rulebook = actors[IRWAN.account], actors[PRINCIPAL.account], RuleBook()
    day = now.astimezone(zone).date() + timedelta(days=DAYS_AHEAD)
    while not Hours(zone).works_on(day):
        day += timedelta(days=1)
    full = await plans.find_plan(session, teacher.member_id, rules.period_at(day).id)
    if full is None:
        raise NotFound
    plan_id = full.id
    cycle = await preparing.open_cycle(session, teacher, plan_id, rulebook, now)
    indicator = cycle.rubric or rules.indicators[0]
    if cycle.rubric is None:
        await preparing.choose_indicator(session, teacher, plan_id, indicator.code, rulebook, now)
    await preparing.choose_behaviour(
        session, teacher, plan_id, indicator.focus[0].code, rulebook, now
    )
    meets_at = datetime.combine(day, LESSON_AT, zone)
    cycle = await scheduling.propose(session, teacher, plan_id, 0, meets_at, rulebook, now)
    await scheduling.confirm(session, principal, plan_id, cycle.row.sequence, rulebook, now)
