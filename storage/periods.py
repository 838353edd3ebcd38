"""Periods open by the calendar and close by themselves; what is closed is read, not changed."""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.errors import PeriodClosed, RulesBroken
from storage.models import ClosedPeriod, Member, Plan, Role, School
from storage.people import known_id
from storage.rulebook import RuleBook
from storage.rulesets import UnknownCode
from storage.school_hours import Hours, hours_from, hours_of

STILL_NEWS = timedelta(days=14)
"""So long after its end the closing of a period is told."""

TOLD = Role.PRINCIPAL | Role.COACH


def is_closed() -> ColumnElement[bool]:
    """Give the condition that a plan's period is over for its school, for use in statements."""
    return exists().where(
        col(ClosedPeriod.school_id) == col(Plan.school_id),
        col(ClosedPeriod.period) == col(Plan.period),
    )


def plan_is_closed(plan_id: int | None) -> ColumnElement[bool]:
    """Give the same condition for one plan, for statements that are not about plans."""
    return exists().where(
        col(Plan.id) == plan_id,
        col(ClosedPeriod.school_id) == col(Plan.school_id),
        col(ClosedPeriod.period) == col(Plan.period),
    )


async def has_closed(session: AsyncSession, plan_id: int | None) -> bool:
    """Whether a plan belongs to a period that is over: then everything of it is only read."""
    found = await session.exec(select(col(Plan.id)).where(col(Plan.id) == plan_id, is_closed()))
    return found.first() is not None


async def require_open(session: AsyncSession, plan_id: int | None) -> None:
    """Raise `PeriodClosed` when the plan belongs to a period that is over."""
    found = await session.exec(select(Plan.period).where(col(Plan.id) == plan_id, is_closed()))
    period = found.first()
    if period is not None:
        raise PeriodClosed(period)


@dataclass(frozen=True, slots=True)
class Ended:
    """A period of a school that is over and has not been closed."""

    school: School
    hours: Hours
    period: str
    is_news: bool


async def close(session: AsyncSession, ended: Sequence[Ended], now: datetime) -> None:
    """Close periods that are over.

    The principal and the coaches are told in the school's hours, unless it is long ago.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = (sqlite.insert if is_sqlite else postgresql.insert)(ClosedPeriod)
    await session.exec(
        insert.on_conflict_do_nothing(index_elements=["school_id", "period"]),
        params=[
            {"school_id": known_id(one.school.id), "period": one.period, "closed_at": now}
            for one in ended
        ],
    )
    news = [one for one in ended if one.is_news]
    listeners = await _listeners(session) if news else {}
    for one in news:
        await _tell(session, one, listeners.get(known_id(one.school.id), []), now)


async def _tell(session: AsyncSession, ended: Ended, who: list[int], now: datetime) -> None:
    due_at = ended.hours.next_open(now)
    await outbox.announce(
        session,
        school_id=known_id(ended.school.id),
        recipients=who,
        occasion=f"closed:{ended.school.id}:{ended.period}",
        kind="period_closed",
        subject={"period": ended.period},
        now=now,
        priority=outbox.Priority.REMINDER,
        due_at=due_at,
        expires_at=due_at + STILL_NEWS,
    )


async def find_ended(session: AsyncSession, rulebook: RuleBook, now: datetime) -> list[Ended]:
    """Find what is over and not closed: periods with plans, and the last one of every school."""
    schools = {known_id(one.id): one for one in (await session.exec(select(School))).all()}
    closed = set((await session.exec(select(ClosedPeriod.school_id, ClosedPeriod.period))).all())
    planned = await session.exec(
        select(Plan.school_id, Plan.period, Plan.ruleset).where(~is_closed()).distinct()
    )
    wanted = {(school_id, period, ruleset) for school_id, period, ruleset in planned.all()}
    wanted |= _last_periods(schools.values(), rulebook, now)
    found: dict[tuple[int, str], Ended] = {}
    for school_id, period, ruleset in sorted(wanted):
        if (school_id, period) in closed | set(found):
            continue
        ended = await _look_at(session, rulebook, schools[school_id], period, ruleset, now)
        if ended is not None:
            found[school_id, period] = ended
    return list(found.values())


def _last_periods(
    schools: Iterable[School], rulebook: RuleBook, now: datetime
) -> set[tuple[int, str, str]]:
    """Give the period before the present one, for schools that were there then."""
    found = set()
    for school in schools:
        hours = hours_from(school.timezone, None)
        with suppress(RulesBroken):  # one school's broken file holds nobody else up
            last = rulebook.period_before(school, rulebook.period_at(school, hours.today(now)))
            if hours.today(school.created_at) <= last.end:
                ruleset = rulebook.of_school(school, last.start).id
                found.add((known_id(school.id), last.id, ruleset))
    return found


async def _look_at(
    session: AsyncSession,
    rulebook: RuleBook,
    school: School,
    period_id: str,
    ruleset: str,
    now: datetime,
) -> Ended | None:
    """Give a period of a school if it is over."""
    try:
        period = rulebook.named(school, ruleset).period(period_id)
    except (UnknownCode, RulesBroken):
        return None
    today = hours_from(school.timezone, None).today(now)
    if today <= period.end:
        return None
    hours = await hours_of(session, school)
    return Ended(school, hours, period_id, is_news=today - period.end <= STILL_NEWS)


async def _listeners(session: AsyncSession) -> dict[int, list[int]]:
    """Give the joined principals and coaches of all schools."""
    found = await session.exec(
        select(Member.school_id, Member.id)
        .where(col(Member.account_id).is_not(None))
        .where(col(Member.roles).bitwise_and(int(TOLD)) != 0)
    )
    by_school: dict[int, list[int]] = {}
    for school_id, member_id in found.all():
        by_school.setdefault(school_id, []).append(known_id(member_id))
    return by_school
