"""Preparing an observation: beginning a cycle, choosing what will be looked at."""

from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.errors import (
    IndicatorMissing,
    IndicatorPlanned,
    NotAllowed,
    NotFound,
    ObservationNotNow,
    ObservationPaused,
)
from storage.evidence.changing import OPEN_PLANS
from storage.models import Marking, Member, Observation, Plan, Role
from storage.observations.changing import change
from storage.observations.reading import FullCycle, cycle_of, planning_steps, read
from storage.people import Actor
from storage.periods import require_open
from storage.rulebook import RuleBook


async def open_cycle(
    session: AsyncSession, actor: Actor, plan_id: int, rulebook: RuleBook, now: datetime
) -> FullCycle:
    """Give the cycle of a plan, beginning it when there is none: for its teacher or who decides.

    Raises `ObservationPaused` while the plan does not hold, `PeriodClosed` when it is over.
    """
    if await cycle_of(session, plan_id, rulebook) is None:
        await _begin(session, actor, plan_id, now)
    return await read(session, actor, plan_id, rulebook)


async def _begin(session: AsyncSession, actor: Actor, plan_id: int, now: datetime) -> None:
    plan = await session.get(Plan, plan_id)
    if plan is None or plan.school_id != actor.school_id:
        raise NotFound
    if plan.member_id != actor.member_id and not actor.decides:
        raise NotAllowed
    teacher = await session.get_one(Member, plan.member_id)
    if not teacher.roles & Role.TEACHER:
        raise NotFound
    await require_open(session, plan_id)
    if plan.status not in OPEN_PLANS:
        raise ObservationPaused(plan.status)
    row = Observation(
        school_id=plan.school_id, member_id=plan.member_id, plan_id=plan_id,
        created_at=now, changed_at=now,
    )  # fmt: skip
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        return  # another process has begun it at the same moment
    audit.record(session, actor, "observation.begin", f"plan:{plan_id}", now)
    await session.flush()


async def choose_indicator(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    code: str,
    rulebook: RuleBook,
    now: datetime,
) -> FullCycle:
    """Choose the practice indicator, where the plan has not: for the teacher, until marks begin.

    A behaviour of another indicator no longer counts. Raises UnknownCode.
    """
    cycle = await _own(session, actor, plan_id, rulebook)
    if planning_steps(cycle.rules):
        raise IndicatorPlanned
    cycle.rules.indicator(code)
    await _choose(session, actor, cycle, now, indicator=code)
    return cycle


async def choose_behaviour(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    code: str,
    rulebook: RuleBook,
    now: datetime,
) -> FullCycle:
    """Choose the behaviour to learn: for the teacher, until marks begin. Raises UnknownCode."""
    cycle = await _own(session, actor, plan_id, rulebook)
    if cycle.rubric is None:
        raise IndicatorMissing
    cycle.rubric.behaviour(code)
    await _choose(session, actor, cycle, now, behaviour=code)
    return cycle


async def _own(session: AsyncSession, actor: Actor, plan_id: int, rulebook: RuleBook) -> FullCycle:
    cycle = await read(session, actor, plan_id, rulebook)
    if not cycle.is_teacher(actor):
        raise NotAllowed
    return cycle


async def _choose(
    session: AsyncSession, actor: Actor, cycle: FullCycle, now: datetime, **chosen: str
) -> None:
    chosen_now = await change(
        session, cycle, now, col(Observation.marking) == Marking.NONE, chosen_at=now, **chosen
    )
    if not chosen_now:
        raise ObservationNotNow(cycle.marking)
    audit.record(session, actor, "observation.choose", f"plan:{cycle.plan_id}", now, **chosen)
