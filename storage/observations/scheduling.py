"""When an observation takes place: proposed by one side, confirmed by the other, moved freely."""

from datetime import datetime, timedelta

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.errors import (
    DayOutOfRange,
    OtherMomentNow,
    OthersTurn,
    TimeIsPast,
)
from storage.models import Booking, Observation, ObservationMove
from storage.observations.changing import Action, change, require_unfinished, sources, tell
from storage.observations.reading import FullCycle, read
from storage.people import Actor, known_id, today_at
from storage.plans import kept_words
from storage.rulebook import RuleBook


async def to_schedule(
    session: AsyncSession, actor: Actor, plan_id: int, rulebook: RuleBook
) -> FullCycle:
    """Give a cycle to somebody who may propose a day: the teacher, who observes, who decides."""
    cycle = await read(session, actor, plan_id, rulebook)
    require_unfinished(cycle)
    return cycle


async def propose(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    sequence: int,
    meets_at: datetime,
    rulebook: RuleBook,
    now: datetime,
    *,
    reason: str = "",
) -> FullCycle:
    """Propose a moment in place of the one that was shown; the other side is told.

    The moment that the other side has proposed is confirmed by it. To move a confirmed one a
    reason is needed. Raises `TimeIsPast`, `DayOutOfRange`, `OtherMomentNow`, `ReasonMissing`.
    """
    cycle = await to_schedule(session, actor, plan_id, rulebook)
    _require_day(cycle, meets_at, now)
    row, before, was_confirmed = cycle.row, cycle.row.meets_at, cycle.agreed_at is not None
    if row.sequence != sequence:
        raise OtherMomentNow
    if before == meets_at:
        if cycle.booking is Booking.PROPOSED and _other_side_proposed(cycle, actor):
            return await confirm(session, actor, plan_id, sequence, rulebook, now)
        return cycle
    reason = kept_words(reason) if was_confirmed or reason.strip() else ""
    moved = await change(
        session, cycle, now,
        col(Observation.sequence) == sequence,
        col(Observation.booking).in_(sources(Action.PROPOSE)),
        booking=Booking.PROPOSED, meets_at=meets_at, proposed_by=actor.member_id,
        confirmed_at=None, sequence=sequence + 1,
    )  # fmt: skip
    if not moved:
        raise OtherMomentNow
    session.add(
        ObservationMove(
            observation_id=known_id(row.id), sequence=sequence + 1, member_id=actor.member_id,
            before=before, was_confirmed=was_confirmed, after=meets_at, reason=reason,
            moved_at=now,
        )
    )  # fmt: skip
    audit.record(
        session, actor, "observation.propose", f"plan:{plan_id}", now,
        before=before.isoformat() if before else "", after=meets_at.isoformat(),
    )  # fmt: skip
    await tell(
        session, cycle, actor, "observation_proposed", f"proposed:{sequence + 1}", now,
        sequence=sequence + 1,
    )  # fmt: skip
    return cycle


async def confirm(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    sequence: int,
    rulebook: RuleBook,
    now: datetime,
) -> FullCycle:
    """Agree to the moment that was shown: whoever did not propose it. Both get it confirmed.

    Where nobody was named, the one of the two who is not the teacher observes from now on.
    """
    cycle = await to_schedule(session, actor, plan_id, rulebook)
    row = cycle.row
    if row.sequence != sequence or row.meets_at is None:
        raise OtherMomentNow
    if cycle.booking is Booking.CONFIRMED:
        return cycle
    if not _other_side_proposed(cycle, actor):
        raise OthersTurn
    if row.meets_at <= now:
        raise TimeIsPast
    observer = row.proposed_by if cycle.is_teacher(actor) else actor.member_id
    confirmed = await change(
        session, cycle, now,
        col(Observation.sequence) == sequence,
        col(Observation.booking).in_(sources(Action.CONFIRM)),
        booking=Booking.CONFIRMED, confirmed_at=now,
        observer_id=known_id(cycle.observer.id) if cycle.observer is not None else observer,
    )  # fmt: skip
    if not confirmed:
        raise OtherMomentNow
    cycle = await read(session, actor, plan_id, rulebook)
    audit.record(
        session, actor, "observation.confirm", f"plan:{plan_id}", now,
        meets_at=row.meets_at.isoformat(),
    )  # fmt: skip
    await tell(
        session, cycle, actor, "observation_confirmed", f"confirmed:{sequence}", now,
        sequence=sequence,
    )  # fmt: skip
    return cycle


def _other_side_proposed(cycle: FullCycle, actor: Actor) -> bool:
    """Whether the actor is on the other side than whoever proposed."""
    by_teacher = cycle.row.proposed_by == cycle.row.member_id
    return by_teacher != cycle.is_teacher(actor)


def _require_day(cycle: FullCycle, meets_at: datetime, now: datetime) -> None:
    if meets_at <= now:
        raise TimeIsPast
    today, period = today_at(cycle.school, now), cycle.period
    first, last = max(today, period.start), period.end
    if not first <= today_at(cycle.school, meets_at) <= last:
        raise DayOutOfRange(first, last)


def ends_at(cycle: FullCycle, meets_at: datetime) -> datetime:
    """Give the moment at which the lesson is over."""
    return meets_at + timedelta(minutes=cycle.rules.observation_rules.minutes)
