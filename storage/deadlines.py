"""Until when something has to be done: the rule set says it, and a school may move it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, outbox
from storage.errors import DayOutOfRange, NotFound
from storage.models import DeadlineMove, Member, Role
from storage.people import Actor, known_id
from storage.plans import kept_words
from storage.rulesets import DeadlineKind, DeadlineRule, Period, RuleSet
from storage.school_hours import MAY_CHANGE, Hours

CONCERNED = Role.TEACHER | Role.PRINCIPAL | Role.COACH


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day for something, in one school and period.

    `ruled` is the day the rule set gives. `move` is the newest change by the school, if any.
    """

    rule: DeadlineRule
    ends_on: date
    ruled: date
    earliest: date
    move: DeadlineMove | None = None

    @property
    def kind(self) -> DeadlineKind:
        """What has to be done."""
        return self.rule.id

    @property
    def is_moved(self) -> bool:
        """Whether the day is another one than the rule set's."""
        return self.ends_on != self.ruled

    def step(self, today: date) -> int | None:
        """Say which of the rule's days before the deadline was the last to come.

        None while it is far off, and once it is over.
        """
        left = (self.ends_on - today).days
        if left < 0:
            return None
        return min((days for days in self.rule.remind_days if days >= left), default=None)


def lay_out(rules: RuleSet, period: Period, moves: Iterable[DeadlineMove]) -> tuple[Deadline, ...]:
    """Give the deadlines of a period, with a school's moves of it from oldest to newest."""
    newest = {one.kind: one for one in moves if one.period == period.id}
    if not newest:
        return _as_ruled(rules, period)
    return tuple(_deadline(rules, rule, period, newest.get(rule.id)) for rule in rules.deadlines)


@lru_cache(maxsize=256)
def _as_ruled(rules: RuleSet, period: Period) -> tuple[Deadline, ...]:
    """Give the deadlines that most schools have; a district asks for them at every look."""
    return tuple(_deadline(rules, rule, period, None) for rule in rules.deadlines)


def _deadline(
    rules: RuleSet, rule: DeadlineRule, period: Period, move: DeadlineMove | None
) -> Deadline:
    window = rules.deadline_window(rule, period)
    day = window.end
    if move is not None and window.start <= move.ends_on <= period.end:
        day = move.ends_on
    return Deadline(rule, day, window.end, window.start, move)


async def moves_in(session: AsyncSession, school_id: int, period_id: str) -> list[DeadlineMove]:
    """Give what a school has moved in a period, oldest first."""
    found = await session.exec(
        select(DeadlineMove)
        .where(DeadlineMove.school_id == school_id, DeadlineMove.period == period_id)
        .order_by(col(DeadlineMove.id))
    )
    return list(found.all())


async def deadlines_of(
    session: AsyncSession, school_id: int, rules: RuleSet, period: Period
) -> tuple[Deadline, ...]:
    """Give the deadlines of a school's period, in the order of the rule set."""
    return lay_out(rules, period, await moves_in(session, school_id, period.id))


def of_kind(deadlines: Sequence[Deadline], kind: str) -> Deadline:
    """Pick one deadline. Raises `NotFound` where the rule set has none of the kind."""
    found = next((one for one in deadlines if one.kind == kind), None)
    if found is None:
        raise NotFound
    return found


@dataclass(frozen=True, slots=True)
class Told:
    """A move with who made it, and whether it still is the newest of its kind."""

    move: DeadlineMove
    by: Member
    holds: bool


async def move_told(session: AsyncSession, actor: Actor, move_id: int) -> Told:
    """Give a move of the actor's school. Raises `NotFound`."""
    move = await session.get(DeadlineMove, move_id)
    if move is None or move.school_id != actor.school_id:
        raise NotFound
    by = await session.get_one(Member, move.moved_by)
    same = [
        one for one in await moves_in(session, actor.school_id, move.period)
        if one.kind == move.kind
    ]  # fmt: skip
    return Told(move, by, same[-1].id == move.id)


def bounds(deadline: Deadline, period: Period, today: date) -> tuple[date, date]:
    """Give the first and the last day to which a deadline can be moved today."""
    return max(today, deadline.earliest), period.end


async def move_deadline(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    period: Period,
    kind: str,
    ends_on: date,
    *,
    reason: str,
    hours: Hours,
    now: datetime,
) -> DeadlineMove | None:
    """Move a deadline, or move it back; the people concerned are told in the school's hours.

    For operators and principals. None when the day is that already. Raises `DayOutOfRange` for a
    day that is over, before the phase or after the period, `ReasonMissing`, `TooLong`.
    """
    actor.require(MAY_CHANGE)
    deadline = of_kind(await deadlines_of(session, actor.school_id, rules, period), kind)
    first, last = bounds(deadline, period, hours.today(now))
    if not first <= ends_on <= last:
        raise DayOutOfRange(first, last)
    if ends_on == deadline.ends_on:
        return None
    move = DeadlineMove(
        school_id=actor.school_id, period=period.id, kind=deadline.kind, ends_on=ends_on,
        reason=kept_words(reason), moved_by=actor.member_id, moved_at=now,
    )  # fmt: skip
    session.add(move)
    await session.flush()
    audit.record(
        session, actor, "deadline.move", f"{period.id}:{kind}", now,
        before=deadline.ends_on.isoformat(), after=ends_on.isoformat(),
    )  # fmt: skip
    # A slip of the finger is moved back within minutes: nobody need hear of it.
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=await _concerned(session, actor),
        occasion=f"deadline:{move.id}",
        kind="deadline_moved",
        subject={"move": known_id(move.id), "before": deadline.ends_on.isoformat()},
        now=now,
        due_at=hours.next_open(now + outbox.GATHERING),
        expires_at=hours.at(ends_on, 24),
    )
    return move


async def _concerned(session: AsyncSession, actor: Actor) -> list[int]:
    found = await session.exec(
        select(Member.id)
        .where(Member.school_id == actor.school_id, Member.id != actor.member_id)
        .where(col(Member.account_id).is_not(None))
        .where(col(Member.roles).bitwise_and(int(CONCERNED)) != 0)
    )
    return [known_id(one) for one in found.all()]
