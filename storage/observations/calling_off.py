"""An agreed lesson that will not be: called off, its teacher has left, or another observes it.

Whoever may have it in a calendar is told, so that it goes out of there as well.
"""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, outbox
from storage.errors import OtherMomentNow
from storage.models import Booking, Marking, Observation, ObservationMove, School
from storage.observations.changing import Action, change, observers_of, sources
from storage.observations.reading import FullCycle
from storage.observations.scheduling import to_schedule
from storage.people import Actor, deciders, known_id, today_at
from storage.plans import kept_words
from storage.rulebook import RuleBook


class Why(StrEnum):
    """Why a lesson will not be, for the one who is told."""

    CALLED_OFF = "called_off"
    LEFT = "left"
    """Its teacher teaches at the school no more."""
    RELEASED = "released"
    """Another observes it: for whoever would have observed it so far."""


async def call_off(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    sequence: int,
    rulebook: RuleBook,
    now: datetime,
    *,
    reason: str,
) -> FullCycle:
    """Call off the moment that was shown; the other side hears why. Another may be proposed then.

    Raises `OtherMomentNow` where there is another moment by now, or none, and `ReasonMissing`.
    """
    reason = kept_words(reason)
    cycle = await to_schedule(session, actor, plan_id, rulebook)
    before, was_confirmed = cycle.row.meets_at, cycle.agreed_at is not None
    if before is None or cycle.row.sequence != sequence:
        raise OtherMomentNow
    in_calendars = await is_in_calendars(session, cycle.row)
    called_off = await change(
        session, cycle, now,
        col(Observation.sequence) == sequence,
        col(Observation.booking).in_(sources(Action.CALL_OFF)),
        booking=Booking.OPEN, meets_at=None, proposed_by=None, confirmed_at=None,
        sequence=sequence + 1,
    )  # fmt: skip
    if not called_off:
        raise OtherMomentNow
    session.add(_move(cycle.row, actor, before, now, was_confirmed=was_confirmed, reason=reason))
    audit.record(
        session, actor, "observation.call_off", f"plan:{plan_id}", now, before=before.isoformat()
    )
    who = [cycle.row.member_id, *await observers_of(session, cycle, now)]
    others = [one for one in who if one != actor.member_id]
    await _tell(session, cycle.row, others, Why.CALLED_OFF, before, now, in_calendars=in_calendars)
    return cycle


async def is_in_calendars(session: AsyncSession, row: Observation) -> bool:
    """Whether a file for calendars has gone out: a moment is, or was, agreed on."""
    if row.booking == Booking.CONFIRMED:
        return True
    found = await session.exec(
        select(col(ObservationMove.id))
        .where(ObservationMove.observation_id == row.id, col(ObservationMove.was_confirmed))
        .limit(1)
    )
    return found.first() is not None


async def end_lessons(
    session: AsyncSession, actor: Actor, member_id: int, now: datetime, *, tell_teacher: bool
) -> None:
    """Call off the lessons ahead of somebody who teaches at the actor's school no more.

    Whoever would have observed is told and, with `tell_teacher`, the person.
    """
    found = await session.exec(
        select(Observation)
        .where(Observation.member_id == member_id, Observation.school_id == actor.school_id)
        .where(col(Observation.meets_at) > now)
        .where(col(Observation.booking).in_(sources(Action.CALL_OFF)))
        .where(col(Observation.marking).in_((Marking.NONE, Marking.BEGUN)))
    )
    for row in found.all():
        in_calendars = await is_in_calendars(session, row)
        before, was_confirmed = row.meets_at, row.booking == Booking.CONFIRMED
        called_off = await session.exec(
            update(Observation)
            .where(col(Observation.id) == row.id, col(Observation.sequence) == row.sequence)
            .values(
                booking=Booking.OPEN, meets_at=None, proposed_by=None, confirmed_at=None,
                sequence=row.sequence + 1, changed_at=now,
            )
            .execution_options(synchronize_session=False)
        )  # fmt: skip
        await session.refresh(row)
        if not called_off.rowcount or before is None:
            continue
        session.add(_move(row, actor, before, now, was_confirmed=was_confirmed))
        who = [member_id] if tell_teacher else []
        who += await _observers(session, row, now)
        await _tell(session, row, who, Why.LEFT, before, now, in_calendars=in_calendars)
    await session.flush()


async def _observers(session: AsyncSession, row: Observation, now: datetime) -> list[int]:
    if row.observer_id is not None:
        return [row.observer_id]
    school = await session.get_one(School, row.school_id)
    found = await deciders(session, row.school_id, today_at(school, now))
    return [known_id(one.id) for one in found if one.id != row.member_id]


async def release(
    session: AsyncSession, cycle: FullCycle, observer_id: int, now: datetime
) -> bool:
    """Tell who observed so far that a lesson ahead is another's; False where none is agreed on."""
    meets_at = cycle.agreed_at
    if meets_at is None or meets_at <= now:
        return False
    await _tell(session, cycle.row, [observer_id], Why.RELEASED, meets_at, now, in_calendars=True)
    return True


def _move(
    row: Observation,
    actor: Actor,
    before: datetime,
    now: datetime,
    *,
    was_confirmed: bool,
    reason: str = "",
) -> ObservationMove:
    return ObservationMove(
        observation_id=known_id(row.id), sequence=row.sequence, member_id=actor.member_id,
        before=before, was_confirmed=was_confirmed, after=None, reason=reason, moved_at=now,
    )  # fmt: skip


async def _tell(
    session: AsyncSession,
    row: Observation,
    who: Sequence[int],
    why: Why,
    meets_at: datetime,
    now: datetime,
    *,
    in_calendars: bool,
) -> None:
    """Tell with all that a calendar needs: when it is drawn, the lesson may have been erased."""
    stamp = f":{now:%Y%m%dT%H%M%S}" if why is Why.RELEASED else ""
    await outbox.announce(
        session,
        school_id=row.school_id,
        recipients=who,
        occasion=f"observation:{row.id}:off:{row.sequence}:{why}{stamp}",
        kind="observation_off",
        subject={
            "lesson": row.plan_id, "sequence": row.sequence, "why": str(why),
            "meets_at": meets_at.isoformat(), "in_calendars": in_calendars,
        },
        now=now,
    )  # fmt: skip
