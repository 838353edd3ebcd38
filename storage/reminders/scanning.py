"""Who is to be reminded now: a handful of statements for each fifty schools.

A scan only reads; what it finds is announced in transactions of their own, so that nobody's tap
waits for a whole district. Everything is looked at again when a reminder is drawn, so a scan may
be late or run twice.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple

from sqlalchemy import delete, func, or_
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import confirmations, outbox
from storage.evidence.changing import OPEN_PLANS
from storage.models import (
    Account,
    Deputy,
    Evidence,
    EvidenceStatus,
    Member,
    OutboxMessage,
    OutboxState,
    Plan,
    PlanEntry,
    PlanStatus,
    Reminder,
    ReminderWish,
    Role,
)
from storage.observations.due import is_any_near, who_is_asked
from storage.people import known_id
from storage.periods import is_closed
from storage.plans import FullPlan
from storage.ratings.reading import finally_rated
from storage.reminders.days import Due, SchoolDay, open_days
from storage.reminders.tasks import ENDED_BY_RATING, Task, task_for, unproven
from storage.reminders.waiting import patience_of
from storage.reports.reading import handed_in, reports_waiting
from storage.rulebook import RuleBook

BATCH = 500  # rows named in one statement

SCHOOLS_AT_ONCE = 50
"""Between two such parts of a district whoever taps gets a turn."""

KEPT = timedelta(days=90)
"""No occasion lasts so long: what is older need not be remembered."""

OCCASION_LASTS = timedelta(days=30)
# Plain numbers and a table: members of an enumeration take their time, times a district.
TEACHER, PRINCIPAL, COACH = int(Role.TEACHER), int(Role.PRINCIPAL), int(Role.COACH)
BEGUN = {PlanStatus.SUBMITTED, *OPEN_PLANS}
STATUS = {str(one): one for one in PlanStatus}

WAIT = "wait"
STEP = "step"
DIGEST = "digest"
BEHIND = "behind"


@dataclass(frozen=True, slots=True)
class Call:
    """A reminder for one member, for all of `occasions`: each with the count of its tries."""

    member_id: int
    school_id: int
    kind: str
    subject: dict[str, Any]
    occasions: tuple[tuple[str, int], ...]
    day: date
    expires_at: datetime

    @property
    def message(self) -> str:
        """The occasion in the outbox: of the first one, once for each try."""
        occasion, tries = self.occasions[0]
        return f"remind:{occasion}:{tries}"


class _Person(NamedTuple):
    id: int
    school_id: int
    roles: int
    account_id: int | None
    blocked_at: datetime | None
    not_before: date | None
    hour: int | None

    @property
    def is_reached(self) -> bool:
        return self.account_id is not None and self.blocked_at is None


class _PlanState(NamedTuple):
    id: int
    member_id: int
    school_id: int
    period: str
    status: str
    revision: int
    submitted_at: datetime | None


class _Told(NamedTuple):
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
class _Look:
    """All that one scan knows."""

    days: Mapping[int, SchoolDay]
    people: Sequence[_Person]
    plans: dict[int, _PlanState] = field(default_factory=dict)
    told: dict[tuple[int, str], _Told] = field(default_factory=dict)
    deputies: set[int] = field(default_factory=set)
    reported: set[int] = field(default_factory=set)
    """Plans whose report has been handed in."""
    spoken_to: set[tuple[int, str]] = field(default_factory=set)

    def is_told(self, person: _Person, occasion: str) -> bool:
        """Whether the person has heard this, and has not asked to hear it again by today."""
        before = self.told.get((person.id, occasion))
        if before is None or not before.went:
            return False
        today = self.days[person.school_id].today
        again = person.not_before is not None and before.day < person.not_before <= today
        return not again

    def call(
        self, person: _Person, kind: str, subject: dict[str, Any], occasions: list[str]
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
        self, person: _Person, group: str, *, last_day: bool = False, morning: bool = False
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


async def scan(session: AsyncSession, rulebook: RuleBook, now: datetime) -> list[Call]:
    """Find who is to be reminded at this moment. Only reads."""
    days = await open_days(session, rulebook, now)
    calls: list[Call] = []
    for some in _batches(sorted(days), SCHOOLS_AT_ONCE):
        look = await _look(session, {one: days[one] for one in some}, now)
        calls += await _teachers(session, rulebook, look)
        calls += await _observations(session, rulebook, look, {one.member_id for one in calls})
        calls += await _deciders(session, look)
        calls += _coaches(look)
        await asyncio.sleep(0)
    return calls


async def announce(session: AsyncSession, calls: Iterable[Call], now: datetime) -> None:
    """Put reminders into the outbox, and remember that the members have been reminded."""
    calls = sorted(calls, key=_addressed)
    for _, group in groupby(calls, key=_addressed):
        alike = list(group)
        await outbox.announce(
            session,
            school_id=alike[0].school_id,
            recipients=[one.member_id for one in alike],
            occasion=alike[0].message,
            kind=alike[0].kind,
            subject=alike[0].subject,
            now=now,
            priority=outbox.Priority.REMINDER,
            expires_at=alike[0].expires_at,
        )
    await _remember(session, calls)


def _addressed(call: Call) -> tuple[int, str, str]:
    """What is alike in reminders that go out together. The message fixes the subject."""
    return (call.school_id, call.kind, call.message)


async def _remember(session: AsyncSession, calls: Iterable[Call]) -> None:
    rows = [
        {
            "member_id": call.member_id, "occasion": occasion, "day": call.day,
            "tries": tries, "message": call.message,
        }
        for call in calls
        for occasion, tries in call.occasions
    ]  # fmt: skip
    if not rows:
        return
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = (sqlite.insert if is_sqlite else postgresql.insert)(Reminder)
    new = statement.excluded
    await session.exec(
        statement.on_conflict_do_update(
            index_elements=["member_id", "occasion"],
            set_={"day": new.day, "tries": new.tries, "message": new.message},
        ),
        params=rows,
    )


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Forget what no occasion asks for any more."""
    await session.exec(delete(Reminder).where(col(Reminder.day) < (now - KEPT).date()))


# ------------------------------------------------------------------------------- reading


async def _look(session: AsyncSession, days: Mapping[int, SchoolDay], now: datetime) -> _Look:
    people = await session.exec(
        select(  # type: ignore[call-overload,misc]
            Member.id, Member.school_id, Member.roles, Member.account_id,
            Account.blocked_at, ReminderWish.not_before, ReminderWish.hour,
        )
        .join(Account, col(Account.id) == col(Member.account_id), isouter=True)
        .join(ReminderWish, col(ReminderWish.member_id) == col(Member.id), isouter=True)
        .where(col(Member.school_id).in_(days), col(Member.roles) != 0)
    )  # fmt: skip
    look = _Look(days, [_Person._make(one) for one in people])
    periods = {one.period.id for one in days.values()}
    plans = await session.exec(
        select(  # type: ignore[call-overload]
            Plan.id, Plan.member_id, Plan.school_id, Plan.period, Plan.status,
            Plan.revision, Plan.submitted_at,
        ).where(col(Plan.school_id).in_(days), col(Plan.period).in_(periods))
    )  # fmt: skip
    for plan in map(_PlanState._make, plans):
        if days[plan.school_id].period.id == plan.period:
            look.plans[plan.member_id] = plan
    look.reported = await handed_in(session, days)
    await _read_told(session, look, now)
    look.deputies = await _deputies(session, days)
    return look


async def _read_told(session: AsyncSession, look: _Look, now: datetime) -> None:
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
        told = _Told(member_id, occasion, day, tries, states.get((member_id, message)))
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


# ------------------------------------------------------------------------------- teachers


async def _teachers(session: AsyncSession, rulebook: RuleBook, look: _Look) -> list[Call]:
    calls: list[Call] = []
    unsure: list[tuple[Task, Call]] = []
    for person in look.people:
        if not person.roles & TEACHER:
            continue
        task = _task_call(look, person)
        call = task[1] if task else _waiting_call(look, person)
        if task is not None and task[0] in ENDED_BY_RATING:
            unsure.append(task)
        elif call is not None:
            calls.append(call)
    return calls + await _still_asked(session, rulebook, look, unsure)


async def _still_asked(
    session: AsyncSession, rulebook: RuleBook, look: _Look, unsure: Sequence[tuple[Task, Call]]
) -> list[Call]:
    """Leave out whose rating is final, and whose evidence is all there."""
    plan_of = {call.member_id: look.plans[call.member_id].id for _, call in unsure}
    rated = await _rated(session, list(plan_of.values()))
    asked = [(task, call) for task, call in unsure if plan_of[call.member_id] not in rated]
    unproved = [call.member_id for task, call in asked if task is Task.EVIDENCE]
    lacking = await _lacking(session, rulebook, look, unproved)
    return [call for task, call in asked if task is not Task.EVIDENCE or call.member_id in lacking]


async def _rated(session: AsyncSession, plans: Sequence[int]) -> set[int]:
    """Say which of these plans have a final rating."""
    rated: set[int] = set()
    for some in _batches(plans):
        rated |= await finally_rated(session, some)
    return rated


def _task_call(look: _Look, person: _Person) -> tuple[Task, Call] | None:
    day, plan = look.days[person.school_id], look.plans.get(person.id)
    status = STATUS[plan.status] if plan else None
    asked = [
        (due, task)
        for due in day.dues
        if (
            task := _task(day, due, status, reported=plan is not None and plan.id in look.reported)
        )
        and (day.works or due.deadline.ends_on == day.today)
    ]
    fresh = next((one for one in asked if not look.is_told(person, one[0].occasion)), None)
    if fresh is None:
        return None
    due, task = fresh
    if not look.may_hear(person, "task", last_day=due.deadline.ends_on == day.today):
        return None
    others = [one.occasion for one, _ in asked if one is not due]
    return task, look.call(person, "remind_task", due.subject, [due.occasion, *others])


def _task(day: SchoolDay, due: Due, status: PlanStatus | None, *, reported: bool) -> Task | None:
    return task_for(
        due.deadline.kind, status,
        agreement_required=day.rules.agreement_required, reported=reported,
    )  # fmt: skip


def _waiting_call(look: _Look, person: _Person) -> Call | None:
    """Tell a teacher that the plan is still waiting, each time it has waited the rule's days."""
    day, plan = look.days[person.school_id], look.plans.get(person.id)
    if plan is None or plan.status != PlanStatus.SUBMITTED or plan.submitted_at is None:
        return None
    patience = patience_of(day.deadlines)
    if patience is None:
        return None
    waited = day.hours.working_days_after(day.hours.today(plan.submitted_at), day.today)
    if waited < patience or not look.may_hear(person, "task"):
        return None
    since = f"{plan.submitted_at:%Y%m%d}"
    occasion = f"{WAIT}:{plan.period}:{plan.revision}:{since}:{waited // patience}"
    if look.is_told(person, occasion):
        return None
    subject = {"period": plan.period, "revision": plan.revision}
    return look.call(person, "remind_waiting", subject, [occasion])


async def _observations(
    session: AsyncSession, rulebook: RuleBook, look: _Look, spoken_to: Collection[int]
) -> list[Call]:
    """Call those whose observation has a step that is due and waits for them.

    Who is reminded of something else today (`spoken_to`) hears of it on another day.
    """
    near = {
        number
        for number, day in look.days.items()
        if day.works and is_any_near(day.rules, day.period, day.today)
    }
    plans = {
        plan.id: (plan.member_id, day.rules, day.period, day.today)
        for plan in look.plans.values()
        if plan.school_id in near and plan.status in OPEN_PLANS
        for day in (look.days[plan.school_id],)
    }
    people = {one.id: one for one in look.people if one.id not in spoken_to}
    calls: dict[int, Call] = {}
    for some in _batches(list(plans)):
        part = {number: plans[number] for number in some}
        for one in await who_is_asked(session, rulebook, part):
            person = people.get(one.member_id)
            occasion = one.due.occasion(one.period, one.side)
            if person is None or person.id in calls or look.is_told(person, occasion):
                continue
            if look.may_hear(person, "task"):
                subject = {
                    "period": one.period, "side": str(one.side), "step": one.due.step.id,
                    "due_on": one.due.step.due_on.isoformat(),
                }  # fmt: skip
                calls[person.id] = look.call(person, "remind_step", subject, [occasion])
    return list(calls.values())


async def _lacking(
    session: AsyncSession, rulebook: RuleBook, look: _Look, members: Sequence[int]
) -> set[int]:
    """Say which of these teachers lack evidence; three statements for some hundred of them."""
    lacking: set[int] = set()
    for some in _batches(members):
        ids = [look.plans[one].id for one in some]
        plans = await session.exec(select(Plan).where(col(Plan.id).in_(ids)))
        full = {known_id(one.id): FullPlan(one) for one in plans.all()}
        entries = await session.exec(select(PlanEntry).where(col(PlanEntry.plan_id).in_(ids)))
        for entry in entries.all():
            full[entry.plan_id].entries.append(entry)
        pieces: dict[int | None, list[Evidence]] = {}
        evidence = await session.exec(select(Evidence).where(col(Evidence.plan_id).in_(ids)))
        for piece in evidence.all():
            pieces.setdefault(piece.plan_id, []).append(piece)
        for number, one in full.items():
            rules = rulebook.of_plan(look.days[one.plan.school_id].school, one.plan)
            if unproven(rules, one, pieces.get(number, ())):
                lacking.add(one.plan.member_id)
    return lacking


def _batches(numbers: Sequence[int], size: int = BATCH) -> Iterator[Sequence[int]]:
    for at in range(0, len(numbers), size):
        yield numbers[at : at + size]


# ------------------------------------------------------------------------------- others


async def _deciders(session: AsyncSession, look: _Look) -> list[Call]:
    """Call those who decide, in the morning, where something waits for them."""
    awake = [
        one
        for one in look.people
        if (one.roles & PRINCIPAL or one.id in look.deputies)
        and look.may_hear(one, DIGEST, morning=True)
    ]
    if not awake:
        return []
    waiting = _plans_waiting(look)
    schools = {one.school_id for one in awake}
    evidence = await _evidence_waiting(session, schools)
    for school_id, member_id, count in evidence + await reports_waiting(session, schools):
        waiting.setdefault(school_id, {})
        waiting[school_id][member_id] = waiting[school_id].get(member_id, 0) + count
    for school_id, member_id in await _papers_waiting(session, look):
        waiting.setdefault(school_id, {})[member_id] = 1
    unrated = await _unrated(session, look, {one.school_id for one in awake})
    calls = []
    for one in awake:
        occasions = [f"{DIGEST}:{look.days[one.school_id].today}"]
        waits = any(owner != one.id for owner in waiting.get(one.school_id, {}))
        rating = look.days[one.school_id].rating_due
        rates = any(owner != one.id for owner in unrated.get(one.school_id, ()))
        if rating is not None and rates and (waits or not look.is_told(one, rating)):
            occasions.append(rating)
        if waits or len(occasions) > 1:
            calls.append(look.call(one, "remind_digest", {}, occasions))
    return calls


async def _unrated(session: AsyncSession, look: _Look, schools: set[int]) -> dict[int, set[int]]:
    """Give, by school, whose plan holds and has no final rating, where ratings are due."""
    due = {one for one in schools if look.days[one].rating_due is not None}
    plans = {
        one.id: one
        for one in look.plans.values()
        if one.school_id in due and one.status in OPEN_PLANS
    }
    unrated: dict[int, set[int]] = {}
    for plan_id in plans.keys() - await _rated(session, sorted(plans)):
        unrated.setdefault(plans[plan_id].school_id, set()).add(plans[plan_id].member_id)
    return unrated


def _plans_waiting(look: _Look) -> dict[int, dict[int, int]]:
    """Count, by school and teacher, what waits for a decision."""
    waiting: dict[int, dict[int, int]] = {}
    for plan in look.plans.values():
        if plan.status == PlanStatus.SUBMITTED:
            waiting.setdefault(plan.school_id, {})[plan.member_id] = 1
    return waiting


async def _papers_waiting(session: AsyncSession, look: _Look) -> list[tuple[int, int]]:
    """Give whose documents lack a confirmation that everybody's need, where the day is near."""
    least: dict[int, int] = {}
    for plan in look.plans.values():
        day = look.days[plan.school_id]
        if day.papers_are_near and STATUS[plan.status] in OPEN_PLANS:
            documents = day.rules.accountability_documents
            least[plan.id] = sum(not one.only_with for one in documents)
    lacking: set[int] = set()
    for some in _batches(sorted(least)):
        lacking |= await confirmations.lacking_some(session, {one: least[one] for one in some})
    return [(plan.school_id, plan.member_id) for plan in look.plans.values() if plan.id in lacking]


async def _evidence_waiting(
    session: AsyncSession, schools: set[int]
) -> list[tuple[int, int, int]]:
    rows: list[tuple[int, int, int]] = []
    for some in _batches(sorted(schools)):
        found = await session.exec(
            select(Evidence.school_id, Evidence.member_id, func.count(col(Evidence.id)))
            .join(Plan, col(Plan.id) == col(Evidence.plan_id))
            .where(col(Evidence.school_id).in_(some))
            .where(Evidence.status == EvidenceStatus.RECEIVED)
            .where(col(Plan.status).in_(OPEN_PLANS), ~is_closed())
            .group_by(col(Evidence.school_id), col(Evidence.member_id))
        )
        rows += found.all()
    return rows


def _coaches(look: _Look) -> Iterator[Call]:
    """Call the coaches once a week where somebody is behind or cannot be reached."""
    behind: dict[int, bool] = {}
    for person in look.people:
        if person.roles & TEACHER and not behind.get(person.school_id):
            behind[person.school_id] = _needs_a_coach(look, person)
    for person in look.people:
        if not person.roles & COACH or not behind.get(person.school_id):
            continue
        occasion = f"{BEHIND}:{look.days[person.school_id].week}"
        if not look.is_told(person, occasion) and look.may_hear(person, BEHIND):
            yield look.call(person, "remind_behind", {}, [occasion])


def _needs_a_coach(look: _Look, teacher: _Person) -> bool:
    """Whether a coach may have to do with a teacher; the list itself looks more closely."""
    day, plan = look.days[teacher.school_id], look.plans.get(teacher.id)
    if not teacher.is_reached or day.evidence_is_near:
        return True
    begun = plan is not None and plan.status in BEGUN
    return day.plan_is_near and not begun
