"""Changing a class observation: what may follow what, and who hears of it.

Whatever changes a cycle is one conditional update; its row count decides between two people.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import exists, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.errors import ObservationNotNow, ObservationPaused
from storage.evidence.changing import OPEN_PLANS
from storage.models import Booking, Marking, Observation, Plan
from storage.observations.reading import FullCycle
from storage.people import Actor, deciders, known_id, today_at
from storage.periods import plan_is_closed, require_open


class Action(StrEnum):
    """What moves an observation on."""

    PROPOSE = "propose"
    CONFIRM = "confirm"
    CALL_OFF = "call_off"
    MARK = "mark"
    FINISH = "finish"
    SIGN_OFF = "sign_off"


TRANSITIONS: dict[tuple[Booking | Marking, Action], Booking | Marking] = {
    (Booking.OPEN, Action.PROPOSE): Booking.PROPOSED,
    (Booking.PROPOSED, Action.PROPOSE): Booking.PROPOSED,
    (Booking.CONFIRMED, Action.PROPOSE): Booking.PROPOSED,
    (Booking.PROPOSED, Action.CONFIRM): Booking.CONFIRMED,
    (Booking.PROPOSED, Action.CALL_OFF): Booking.OPEN,
    (Booking.CONFIRMED, Action.CALL_OFF): Booking.OPEN,
    (Marking.NONE, Action.MARK): Marking.BEGUN,
    (Marking.BEGUN, Action.MARK): Marking.BEGUN,
    (Marking.FINISHED, Action.MARK): Marking.FINISHED,
    (Marking.BEGUN, Action.FINISH): Marking.FINISHED,
    (Marking.FINISHED, Action.SIGN_OFF): Marking.SIGNED,
}
"""Of the booking and of the marks. Until those are finished a day can be moved or called off."""


def sources(action: Action) -> list[str]:
    """Give the states from which an action is possible."""
    return [str(before) for before, what in TRANSITIONS if what is action]


async def change(
    session: AsyncSession, cycle: FullCycle, now: datetime, *conditions: Any, **values: Any
) -> bool:
    """Change a cycle while its plan holds; False where a condition no longer does.

    Raises `PeriodClosed`, and `ObservationPaused` while the plan is being changed.
    """
    await session.flush()
    holds = exists().where(col(Plan.id) == cycle.plan_id, col(Plan.status).in_(OPEN_PLANS))
    changed = await session.exec(
        update(Observation)
        .where(col(Observation.id) == cycle.row.id, *conditions)
        .where(holds, ~plan_is_closed(cycle.plan_id))
        .values(changed_at=now, **values)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(cycle.row)
    if changed.rowcount:
        return True
    await require_open(session, cycle.plan_id)
    await session.refresh(cycle.plan)
    if cycle.plan.status not in OPEN_PLANS:
        raise ObservationPaused(cycle.plan.status)
    return False


def require_unfinished(cycle: FullCycle) -> None:
    """Raise `ObservationNotNow` once the lesson has been observed."""
    if cycle.marking in (Marking.FINISHED, Marking.SIGNED):
        raise ObservationNotNow(cycle.marking)


async def observers_of(session: AsyncSession, cycle: FullCycle, now: datetime) -> list[int]:
    """Give the members who observe: who was named, or else those who decide today."""
    if cycle.observer is not None:
        return [known_id(cycle.observer.id)]
    today = today_at(cycle.school, now)
    found = await deciders(session, cycle.row.school_id, today)
    return [known_id(one.id) for one in found if one.id != cycle.row.member_id]


async def tell(
    session: AsyncSession,
    cycle: FullCycle,
    actor: Actor,
    kind: str,
    occasion: str,
    now: datetime,
    *,
    only: list[int] | None = None,
    **facts: Any,
) -> None:
    """Tell the teacher and who observes, or `only` some; never the actor."""
    who = only
    if who is None:
        who = [cycle.row.member_id, *await observers_of(session, cycle, now)]
    await outbox.announce(
        session,
        school_id=cycle.row.school_id,
        recipients=[one for one in who if one != actor.member_id],
        occasion=f"observation:{cycle.row.id}:{occasion}",
        kind=kind,
        subject={"plan": cycle.plan_id, **facts},
        now=now,
    )
