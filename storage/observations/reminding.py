"""Reminders of an observation that is near: the day before and an hour before, to both.

Worked out from the rows at each look, so that nobody is reminded of a day that was moved. A look
may be late or taken twice; each occasion is told once.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.evidence.changing import OPEN_PLANS
from storage.models import (
    Booking,
    Marking,
    Member,
    Observation,
    OutboxMessage,
    Plan,
    Role,
    School,
    SchoolHours,
)
from storage.people import known_id
from storage.periods import is_closed
from storage.school_hours import ONE_DAY, Hours, hours_from

AN_HOUR = timedelta(hours=1)
LOOKS_AHEAD = timedelta(days=15)
"""Longer than any holidays between the last working day and a lesson."""


class Near(StrEnum):
    """How near a lesson is."""

    DAY = "day"
    HOUR = "hour"


@dataclass(frozen=True, slots=True)
class Call:
    """A reminder of one lesson for those who have not been told of it."""

    observation_id: int
    school_id: int
    plan_id: int
    sequence: int
    near: Near
    meets_at: datetime
    members: tuple[int, ...]

    @property
    def occasion(self) -> str:
        """What is told once: this lesson at this moment."""
        moment = f"{self.meets_at:%Y%m%dT%H%M}"
        return f"observation:{self.observation_id}:near:{moment}:{self.near}"


def near(hours: Hours, meets_at: datetime, now: datetime) -> Near | None:
    """Say which reminder of a lesson is due: none, that of the day before, that of the hour.

    The first comes in the school's hours of the last working day before; where that was missed,
    or the day was agreed later, in the next hours there are.
    """
    if not meets_at - LOOKS_AHEAD < now < meets_at:
        return None
    if now >= meets_at - AN_HOUR:
        return Near.HOUR
    lesson_day = hours.today(meets_at)
    eve = lesson_day - ONE_DAY
    while not hours.works_on(eve) and meets_at - hours.at(eve, 0) < LOOKS_AHEAD:
        eve -= ONE_DAY
    begun = now >= hours.at(eve, hours.opens_at) and hours.today(now) < lesson_day
    return Near.DAY if begun and hours.is_open(now) else None


async def find_due(session: AsyncSession, now: datetime) -> list[Call]:
    """Find the lessons of which somebody is to be reminded now. Only reads; two statements."""
    observer = aliased(Member)
    found = await session.exec(
        select(Observation, School, SchoolHours, observer.roles)
        .join(Plan, col(Plan.id) == col(Observation.plan_id))
        .join(Member, col(Member.id) == col(Observation.member_id))
        .join(School, col(School.id) == col(Observation.school_id))
        .join(SchoolHours, col(SchoolHours.school_id) == col(School.id), isouter=True)
        .join(observer, col(observer.id) == col(Observation.observer_id), isouter=True)
        .where(col(Observation.booking) == Booking.CONFIRMED)
        .where(col(Observation.meets_at) > now, col(Observation.meets_at) < now + LOOKS_AHEAD)
        .where(col(Observation.marking).in_((Marking.NONE, Marking.BEGUN)))
        .where(col(Plan.status).in_(OPEN_PLANS), ~is_closed())
        .where(col(Member.roles).bitwise_and(int(Role.TEACHER)) != 0)
        .order_by(col(Observation.meets_at), col(Observation.id))
    )
    calls = []
    for row, school, hours, observer_roles in found.all():
        at = row.meets_at
        which = near(hours_from(school.timezone, hours), at, now) if at is not None else None
        if which is not None and at is not None:
            members = [row.member_id, row.observer_id if observer_roles else None]
            calls.append(
                Call(
                    known_id(row.id), row.school_id, row.plan_id, row.sequence, which,
                    at, tuple(one for one in members if one is not None),
                )
            )  # fmt: skip
    return await _not_told(session, calls)


async def _not_told(session: AsyncSession, calls: list[Call]) -> list[Call]:
    """Leave out what has been told, so that nobody takes the right to write every minute."""
    if not calls:
        return []
    found = await session.exec(
        select(OutboxMessage.occasion, OutboxMessage.member_id).where(
            col(OutboxMessage.occasion).in_([one.occasion for one in calls])
        )
    )
    told = set(found.all())
    return [
        one for one in calls if any((one.occasion, member) not in told for member in one.members)
    ]


async def announce(session: AsyncSession, calls: Iterable[Call], now: datetime) -> None:
    """Put the reminders into the outbox; each goes to each once, and not after the lesson."""
    for one in calls:
        await outbox.announce(
            session,
            school_id=one.school_id,
            recipients=one.members,
            occasion=one.occasion,
            kind="observation_near",
            subject={"plan": one.plan_id, "sequence": one.sequence, "near": str(one.near)},
            now=now,
            priority=outbox.Priority.NOTICE if one.near is Near.HOUR else outbox.Priority.REMINDER,
            expires_at=one.meets_at if one.near is Near.HOUR else one.meets_at - AN_HOUR,
        )
