"""A day at each school: which deadlines are near, and when in the day each person is spoken to."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.deadlines import Deadline, lay_out
from storage.errors import RulesBroken
from storage.models import DeadlineMove, School, SchoolHours
from storage.people import known_id
from storage.reminders.tasks import REMINDED_OF
from storage.reminders.waiting import is_near
from storage.rulebook import RuleBook
from storage.rulesets import DeadlineKind, Period, RuleSet
from storage.school_hours import Hours, hours_from

MORNING_MIN = 60
LAST_MIN = 60
"""Minutes at the end of a day in which nobody's turn begins: what was put off fits in there."""

QUARTERS_MIN = 45


@dataclass(frozen=True, slots=True)
class Due:
    """One of the days before a deadline has come; `occasion` names it for all schools alike.

    `subject` is what a reminder of it carries.
    """

    deadline: Deadline
    step: int
    occasion: str
    subject: dict[str, Any] = field(hash=False)


@dataclass(frozen=True, slots=True)
class SchoolDay:
    """A school on the day it is there. `minute` is that of its own clock, from midnight."""

    school_id: int
    school: School
    hours: Hours
    rules: RuleSet
    period: Period
    today: date
    minute: int
    deadlines: tuple[Deadline, ...]
    dues: tuple[Due, ...]
    works: bool
    closes_at: datetime
    plan_is_near: bool
    evidence_is_near: bool
    papers_are_near: bool
    rating_due: str | None = None
    """The occasion on which ratings that are missing are told of."""

    @property
    def is_last_day(self) -> bool:
        """Whether something that people are reminded of ends today."""
        return any(one.step == 0 and one.deadline.ends_on == self.today for one in self.dues)

    @property
    def week(self) -> str:
        """The week it is, such as `2026-W28`."""
        year, week, _ = self.today.isocalendar()
        return f"{year}-W{week:02}"

    def turn_of(self, member_id: int, hour: int | None, *, in_the_morning: bool = False) -> int:
        """Give the minute of the day from which a member may be spoken to.

        A district is spread over its hours, everybody at the same minute each day; who has
        chosen an hour is spread within it.
        """
        spread = member_id * 2654435761 % 2**32 // 7
        first, last = self.hours.opens_at * 60, self.hours.closes_at * 60 - LAST_MIN
        if hour is not None:
            return min(max(hour * 60, first), last) + spread % QUARTERS_MIN
        return first + spread % (MORNING_MIN if in_the_morning else last - first)


async def open_days(
    session: AsyncSession, rulebook: RuleBook, now: datetime
) -> dict[int, SchoolDay]:
    """Give the schools at which people may be spoken to now, by id; two statements."""
    found = await session.exec(
        select(School, SchoolHours).join(
            SchoolHours, col(SchoolHours.school_id) == col(School.id), isouter=True
        )
    )
    rows = found.all()
    ruled = {}
    for school, _ in rows:
        today = hours_from(school.timezone, None).today(now)
        with suppress(RulesBroken):  # one school's broken file holds nobody else up
            rules = rulebook.of_school(school, today)
            ruled[school.id] = (rules, rules.period_at(today))
    moves = await _moves(session, {period.id for _, period in ruled.values()})
    days = {}
    for school, row in rows:
        if school.id not in ruled:
            continue
        day = _day(
            school, hours_from(school.timezone, row), *ruled[school.id],
            moves.get(known_id(school.id), []), now,
        )  # fmt: skip
        if day.hours.is_open(now, also_on=day.today if day.is_last_day else None):
            days[day.school_id] = day
    return days


async def _moves(session: AsyncSession, periods: set[str]) -> dict[int, list[DeadlineMove]]:
    found = await session.exec(
        select(DeadlineMove)
        .where(col(DeadlineMove.period).in_(periods))
        .order_by(col(DeadlineMove.id))
    )
    by_school: dict[int, list[DeadlineMove]] = {}
    for move in found.all():
        by_school.setdefault(move.school_id, []).append(move)
    return by_school


def _day(
    school: School,
    hours: Hours,
    rules: RuleSet,
    period: Period,
    moves: list[DeadlineMove],
    now: datetime,
) -> SchoolDay:
    local = now.astimezone(hours.zone)
    today = local.date()
    deadlines = lay_out(rules, period, moves)
    return SchoolDay(
        school_id=known_id(school.id), school=school, hours=hours, rules=rules,
        period=period, today=today,
        minute=local.hour * 60 + local.minute, deadlines=deadlines,
        dues=dues_of(rules, period, deadlines, today), works=hours.works_on(today),
        closes_at=hours.at(today, hours.closes_at),
        plan_is_near=is_near(deadlines, DeadlineKind.PLAN, today),
        evidence_is_near=is_near(deadlines, DeadlineKind.EVIDENCE, today),
        rating_due=rating_due(period, deadlines, today),
        papers_are_near=bool(rules.accountability_documents)
        and is_near(deadlines, DeadlineKind.EXECUTION, today),
    )  # fmt: skip


def rating_due(period: Period, deadlines: tuple[Deadline, ...], today: date) -> str | None:
    """Name the last of the days before the deadline of ratings that has come, if one has.

    It is told in the morning's digest, and so named as a part of that.
    """
    for one in deadlines:
        step = one.step(today)
        if one.kind is DeadlineKind.RATING and step is not None:
            return f"digest:rating:{period.id}:{one.ends_on:%Y%m%d}:{step}"
    return None


def dues_of(
    rules: RuleSet, period: Period, deadlines: tuple[Deadline, ...], today: date
) -> tuple[Due, ...]:
    """Give the days before deadlines that have come, the nearest deadline first.

    Evidence that need not be uploaded is never due.
    """
    found = []
    asked = [
        kind for kind in REMINDED_OF if kind is not DeadlineKind.EVIDENCE or rules.upload.required
    ]
    for one in sorted(deadlines, key=lambda each: each.ends_on):
        step = one.step(today)
        if one.kind in asked and step is not None:
            occasion = f"{one.kind}:{period.id}:{one.ends_on:%Y%m%d}:{step}"
            subject = {
                "period": period.id, "deadline": str(one.kind),
                "ends_on": one.ends_on.isoformat(),
            }  # fmt: skip
            found.append(Due(one, step, occasion, subject))
    return tuple(found)
