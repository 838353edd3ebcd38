"""All that one scan knows of some schools: people, plans, what they have been told already."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import or_
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.models import (
    Account,
    Deputy,
    Member,
    OutboxMessage,
    OutboxState,
    Plan,
    PlanStatus,
    Reminder,
    ReminderWish,
    Role,
)
from storage.ratings.reading import finally_rated
from storage.reminders.calls import Call
from storage.reminders.days import SchoolDay
from storage.reports.reading import handed_in

BATCH = 500  # rows named in one statement

OCCASION_LASTS = timedelta(days=30)
# Plain numbers and a table: members of an enumeration take their time, times a district.
TEACHER, PRINCIPAL, COACH = int(Role.TEACHER), int(Role.PRINCIPAL), int(Role.COACH)
STATUS = {str(one): one for one in PlanStatus}

WAIT = "wait"
STEP = "step"
DIGEST = "digest"
BEHIND = "behind"


class Person(NamedTuple):
    """A member: how to reach them, and what they have asked for about reminders."""

    id: int
    school_id: int
    roles: int
    account_id: int | None
    blocked_at: datetime | None
    not_before: date | None
    hour: int | None

    @property
    def is_reached(self) -> bool:
        """Whether the member has joined and has not blocked the bot."""
        return self.account_id is not None and self.blocked_at is None


class PlanState(NamedTuple):
    """Where a plan of this period stands."""

    id: int
    member_id: int
    school_id: int
    period: str
    ruleset: str
    status: str
    revision: int
    submitted_at: datetime | None


class Told(NamedTuple):
    """A member has been reminded of an occasion, last on `day`; `state` is what became of it."""

    member_id: int
    occasion: str
    day: date
    tries: int
    state: str | None

    @property
    def went(self) -> bool:
        """Whether it was not cancelled, as pointless or too late."""
        return self.state != OutboxState.CANCELLED


@dataclass(slots=True)
class Look:
    """All that one scan knows."""

    days: Mapping[int, SchoolDay]
    people: Sequence[Person]
    plans: dict[int, PlanState] = field(default_factory=dict)
    told: dict[tuple[int, str], Told] = field(default_factory=dict)
    deputies: set[int] = field(default_factory=set)
    reported: set[int] = field(default_factory=set)
    """Plans whose report has been handed in."""
    spoken_to: set[tuple[int, str]] = field(default_factory=set)

    def is_told(self, person: Person, occasion: str) -> bool:
        """Whether the person has heard this, and has not asked to hear it again by today."""
        before = self.told.get((person.id, occasion))
        if before is None or not before.went:
            return False
        today = self.days[person.school_id].today
        again = person.not_before is not None and before.day < person.not_before <= today
        return not again

    def call(
        self, person: Person, kind: str, subject: dict[str, Any], occasions: list[str]
    ) -> Call:
        """Make a reminder, one more try of each of its occasions."""
        day = self.days[person.school_id]
        before = [self.told.get((person.id, one)) for one in occasions]
        tries = [one.tries + 1 if one else 1 for one in before]
        return Call(
            person.id, person.school_id, kind, subject,
            tuple(zip(occasions, tries, strict=True)), day.today, day.closes_at,
        )  # fmt: skip

    def may_hear(
        self, person: Person, group: str, *, last_day: bool = False, morning: bool = False
    ) -> bool:
        """Whether it is the person's turn, and nothing of the group has been said today."""
        day = self.days[person.school_id]
        if (person.id, group) in self.spoken_to or not person.is_reached:
            return False
        if not last_day:
            put_off = person.not_before is not None and day.today < person.not_before
            if put_off or not day.works:
                return False
        return day.minute >= day.turn_of(person.id, person.hour, in_the_morning=morning)


async def take_look(session: AsyncSession, days: Mapping[int, SchoolDay], now: datetime) -> Look:
    """Read all that a scan of these schools needs, by school. Only reads."""
    people = await session.exec(
        select(  # type: ignore[call-overload,misc]
            Member.id, Member.school_id, Member.roles, Member.account_id,
            Account.blocked_at, ReminderWish.not_before, ReminderWish.hour,
        )
        .join(Account, col(Account.id) == col(Member.account_id), isouter=True)
        .join(ReminderWish, col(ReminderWish.member_id) == col(Member.id), isouter=True)
        .where(col(Member.school_id).in_(days), col(Member.roles) != 0)
    )  # fmt: skip
    look = Look(days, [Person._make(one) for one in people])
    periods = {one.period.id for one in days.values()}
    plans = await session.exec(
        select(  # type: ignore[call-overload]
            Plan.id, Plan.member_id, Plan.school_id, Plan.period, Plan.ruleset, Plan.status,
            Plan.revision, Plan.submitted_at,
        ).where(col(Plan.school_id).in_(days), col(Plan.period).in_(periods))
    )  # fmt: skip
    for plan in map(PlanState._make, plans):
        if days[plan.school_id].period.id == plan.period:
            look.plans[plan.member_id] = plan
    look.reported = await handed_in(session, days)
    await _read_told(session, look, now)
    look.deputies = await _deputies(session, days)
    return look


async def _read_told(session: AsyncSession, look: Look, now: datetime) -> None:
    """Read what has been said on the occasions of today, and whatever has been said today."""
    days = look.days.values()
    occasions = {due.occasion for day in days for due in day.dues}
    occasions |= {f"{BEHIND}:{day.week}" for day in days}
    occasions |= {day.rating_due for day in days if day.rating_due is not None}
    earliest = min(day.today for day in days)
    members = select(col(Member.id)).where(col(Member.school_id).in_(look.days))
    states = await _states(session, members)
    found = await session.exec(
        select(  # type: ignore[call-overload]
            Reminder.member_id, Reminder.occasion, Reminder.day, Reminder.tries, Reminder.message
        )
        .where(col(Reminder.member_id).in_(members))
        .where(col(Reminder.day) >= (now - OCCASION_LASTS).date())
        .where(
            or_(
                col(Reminder.occasion).in_(occasions),
                col(Reminder.occasion).startswith(f"{WAIT}:"),
                col(Reminder.occasion).startswith(f"{STEP}:"),
                col(Reminder.day) >= earliest,
            )
        )
    )
    school_of = {one.id: one.school_id for one in look.people}
    for member_id, occasion, day, tries, message in found:
        told = Told(member_id, occasion, day, tries, states.get((member_id, message)))
        look.told[told.member_id, told.occasion] = told
        school_id = school_of.get(told.member_id)
        if school_id is None or told.day != look.days[school_id].today:
            continue
        group = _group(told.occasion)
        # A list that turns out to be empty need not be tried again on the same day.
        if told.went or group == BEHIND:
            look.spoken_to.add((told.member_id, group))


async def _states(session: AsyncSession, members: Any) -> dict[tuple[int, str], str]:
    """Give what became of the reminders of some members; a week later nobody asks any more.

    Not joined to the reminders: with both tables new, PostgreSQL reads one for each row of the
    other.
    """
    found = await session.exec(
        select(OutboxMessage.member_id, OutboxMessage.occasion, OutboxMessage.state)
        .where(col(OutboxMessage.member_id).in_(members))
        .where(OutboxMessage.priority == int(outbox.Priority.REMINDER))
    )
    return {(member_id, occasion): state for member_id, occasion, state in found.all()}


def _group(occasion: str) -> str:
    """Name what a member hears at most one of a day: as a teacher, decider or coach."""
    head = occasion.partition(":")[0]
    return head if head in (DIGEST, BEHIND) else "task"


async def _deputies(session: AsyncSession, days: Mapping[int, SchoolDay]) -> set[int]:
    first = min(one.today for one in days.values())
    last = max(one.today for one in days.values())
    found = await session.exec(
        select(Deputy)
        .where(col(Deputy.starts_on) <= last, col(Deputy.ends_on) >= first)
        .where(col(Deputy.school_id).in_(days), col(Deputy.withdrawn_at).is_(None))
    )
    return {
        one.member_id
        for one in found.all()
        if one.starts_on <= days[one.school_id].today <= one.ends_on
    }


def batches(numbers: Sequence[int], size: int = BATCH) -> Iterator[Sequence[int]]:
    """Give numbers in parts that fit one statement."""
    for at in range(0, len(numbers), size):
        yield numbers[at : at + size]


async def rated_of(session: AsyncSession, plans: Sequence[int]) -> set[int]:
    """Say which of these plans have a rating that is final."""
    rated: set[int] = set()
    for some in batches(plans):
        rated |= await finally_rated(session, some)
    return rated
