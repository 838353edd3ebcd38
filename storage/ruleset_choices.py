"""A school's choice of a rule set: it takes hold where a period ends under both, never before.

What has begun is never touched again, so that every day of a school belongs to one period of one
rule set for good.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, outbox
from storage.errors import NotAllowed, NotFound, RulesBegun, RulesChanged
from storage.models import Member, Plan, RulesetChoice, School
from storage.people import Actor, known_id
from storage.rulebook import RuleBook, Span, spans_of
from storage.rulesets import Period, RuleSet
from storage.rulesets.days import ONE_DAY
from storage.school_hours import MAY_CHANGE, Hours


@dataclass(frozen=True, slots=True)
class Offer:
    """A rule set that a school may change to, with the first period under it."""

    rules: RuleSet
    first: Period


@dataclass(frozen=True, slots=True)
class Made:
    """A choice, and who made it."""

    choice: RulesetChoice
    by: Member


def pending(school: School, today: date) -> Span | None:
    """Give the rule set that is chosen and has not begun, if any; there is at most one."""
    last = spans_of(school)[-1]
    return last if last.first is not None and last.first > today else None


def offers(rulebook: RuleBook, school: School, today: date) -> list[Offer]:
    """Give what a school may change to, each with its first period."""
    running = rulebook.of_school(school, today)
    return [
        Offer(rules, first_period(rulebook, school, rules, today))
        for rules in rulebook.usable(school)
        if rules.id != running.id
    ]


def offer_of(rulebook: RuleBook, school: School, ruleset: str, today: date) -> Offer:
    """Give one of the offers. Raises `NotFound` for any other rule set."""
    found = next((one for one in offers(rulebook, school, today) if one.rules.id == ruleset), None)
    if found is None:
        raise NotFound
    return found


def first_period(rulebook: RuleBook, school: School, rules: RuleSet, today: date) -> Period:
    """Give the first period that a school would have under a rule set chosen today.

    It starts where a period of the running rule set ends, not before the rule set is valid, and
    no period after it has the id of an earlier one. Whatever is pending does not count.
    """
    running = rulebook.of_school(school, today)
    before = running.period_at(today)
    while True:
        day = before.end + ONE_DAY
        first = rules.period_at(day)
        if first.start == day and day >= rules.valid_from:
            taken = set(_ids_before(rulebook, school, day, today))
            if taken.isdisjoint(_ids_from(rules, first)):
                return first
        before = running.next_period(before)


def _ids_before(rulebook: RuleBook, school: School, until: date, today: date) -> Iterator[str]:
    """Give the ids of a school's periods of the same year before a day."""
    day = date(until.year, 1, 1)
    while day < until:
        period = rulebook.of_school(school, min(day, today)).period_at(day)
        yield period.id
        day = period.end + ONE_DAY


def _ids_from(rules: RuleSet, first: Period) -> Iterator[str]:
    """Give the ids of a period and of those that follow in its year."""
    period = first
    while period.year == first.year:
        yield period.id
        period = rules.next_period(period)


async def choose(
    session: AsyncSession,
    actor: Actor,
    rulebook: RuleBook,
    school: School,
    ruleset: str,
    revision: int,
    *,
    hours: Hours,
    now: datetime,
) -> RulesetChoice | None:
    """Choose the rule set after the running one, in place of one that has not begun.

    For operators and principals; everybody at the school is told. None when it is chosen already.
    Raises `RulesChanged` unless `revision` is the school's, `NotFound` for what is no offer.
    """
    today = hours.today(now)
    _require(actor, school, revision)
    offer = offer_of(rulebook, school, ruleset, today)
    before = pending(school, today)
    if before is not None and (before.ruleset, before.first) == (ruleset, offer.first.start):
        return None
    await _keep(session, school, following(school, today, offer.first.start, ruleset))
    await _withdraw(session, actor, today, now)
    choice = RulesetChoice(
        school_id=actor.school_id, ruleset=ruleset, starts_on=offer.first.start,
        chosen_by=actor.member_id, chosen_at=now,
    )  # fmt: skip
    session.add(choice)
    await session.flush()
    audit.record(
        session, actor, "school.ruleset", f"school:{actor.school_id}", now,
        before=rulebook.of_school(school, today).id, after=ruleset,
        starts_on=offer.first.start.isoformat(),
    )  # fmt: skip
    await _tell(session, actor, choice, "ruleset_chosen", hours, now)
    return choice


async def take_back(
    session: AsyncSession,
    actor: Actor,
    school: School,
    revision: int,
    *,
    hours: Hours,
    now: datetime,
) -> RulesetChoice:
    """Go on with the running rule set after all. Whoever has heard of the other is told.

    Raises `RulesBegun` once it holds, `RulesChanged`, `NotFound` when nothing was chosen.
    """
    today = hours.today(now)
    _require(actor, school, revision)
    if pending(school, today) is None:
        since = spans_of(school)[-1].first
        raise NotFound if since is None else RulesBegun(since)
    await _keep(session, school, begun(school, today))
    choice = await _withdraw(session, actor, today, now)
    if choice is None:
        raise NotFound
    audit.record(
        session, actor, "school.ruleset_back", f"school:{actor.school_id}", now,
        ruleset=choice.ruleset, starts_on=choice.starts_on.isoformat(),
    )  # fmt: skip
    if now >= _told_at(choice, hours):
        await _tell(session, actor, choice, "ruleset_kept", hours, now)
    return choice


def _require(actor: Actor, school: School, revision: int) -> None:
    actor.require(MAY_CHANGE)
    if school.id != actor.school_id:
        raise NotAllowed
    if school.rules_revision != revision:
        raise RulesChanged


def following(school: School, today: date, starts_on: date, ruleset: str) -> list[list[str]]:
    """Give what holds after a school's first rule set, with a new one from a later day on."""
    return [*begun(school, today), [starts_on.isoformat(), ruleset]]


def begun(school: School, today: date) -> list[list[str]]:
    """Give what has followed a school's first rule set by now."""
    return [one for one in school.later_rulesets if date.fromisoformat(one[0]) <= today]


async def _keep(session: AsyncSession, school: School, later: Sequence[Sequence[str]]) -> None:
    """Rewrite what follows, unless somebody was faster: the row count decides."""
    kept = await session.exec(
        update(School)
        .where(col(School.id) == school.id, col(School.rules_revision) == school.rules_revision)
        .values(later_rulesets=later, rules_revision=school.rules_revision + 1)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(school)
    if not kept.rowcount:
        raise RulesChanged


async def _withdraw(
    session: AsyncSession, actor: Actor, today: date, now: datetime
) -> RulesetChoice | None:
    found = await session.exec(
        select(RulesetChoice)
        .where(RulesetChoice.school_id == actor.school_id)
        .where(col(RulesetChoice.withdrawn_at).is_(None), RulesetChoice.starts_on > today)
    )
    choice = found.first()
    if choice is not None:
        choice.withdrawn_by, choice.withdrawn_at = actor.member_id, now
        session.add(choice)
        await session.flush()
    return choice


def _told_at(choice: RulesetChoice, hours: Hours) -> datetime:
    # A slip of the finger is taken back within minutes: nobody need hear of it.
    return hours.next_open(choice.chosen_at + outbox.GATHERING)


async def _tell(
    session: AsyncSession,
    actor: Actor,
    choice: RulesetChoice,
    kind: str,
    hours: Hours,
    now: datetime,
) -> None:
    found = await session.exec(
        select(Member.id)
        .where(Member.school_id == actor.school_id, Member.id != actor.member_id)
        .where(col(Member.account_id).is_not(None), col(Member.roles) != 0)
    )
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[known_id(one) for one in found.all()],
        occasion=f"{kind}:{choice.id}",
        kind=kind,
        subject={"choice": known_id(choice.id)},
        now=now,
        due_at=hours.next_open(now + outbox.GATHERING),
        expires_at=hours.at(choice.starts_on, 24),
    )


async def made(session: AsyncSession, actor: Actor, choice_id: int) -> Made:
    """Give a choice of the actor's school. Raises `NotFound`."""
    choice = await session.get(RulesetChoice, choice_id)
    if choice is None or choice.school_id != actor.school_id:
        raise NotFound
    return Made(choice, await session.get_one(Member, choice.chosen_by))


async def standing(session: AsyncSession, actor: Actor) -> list[Made]:
    """Give the choices that hold, or will, in the order of their days. Raises `NotAllowed`."""
    actor.require(MAY_CHANGE)
    found = await session.exec(
        select(RulesetChoice, Member)
        .join(Member, col(Member.id) == col(RulesetChoice.chosen_by))
        .where(RulesetChoice.school_id == actor.school_id)
        .where(col(RulesetChoice.withdrawn_at).is_(None))
        .order_by(col(RulesetChoice.starts_on))
    )
    return [Made(choice, by) for choice, by in found.all()]


async def in_use(session: AsyncSession) -> list[tuple[School, str]]:
    """Give every rule set that a school has had, has or will have, or that a plan remembers."""
    schools = {one.id: one for one in (await session.exec(select(School))).all()}
    used = {(number, span.ruleset) for number, one in schools.items() for span in spans_of(one)}
    planned = await session.exec(select(Plan.school_id, Plan.ruleset).distinct())
    used |= set(planned.all())
    return [
        (schools[number], ruleset)
        for number, ruleset in sorted(used, key=lambda one: (one[0] or 0, one[1]))
    ]


def out_of_step(rulebook: RuleBook, school: School) -> list[date]:
    """Give the changes that no longer lie between two periods, for a rule set was corrected."""
    return [
        span.first
        for span in spans_of(school)[1:]
        if span.first is not None
        and (
            rulebook.period_at(school, span.first).start != span.first
            or rulebook.period_at(school, span.first - ONE_DAY).end != span.first - ONE_DAY
        )
    ]
