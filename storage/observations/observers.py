"""Who observes whom: those who decide name observers, for one teacher or for many."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, outbox
from storage.errors import NotAllowed, NotFound, ObservationNotNow
from storage.models import Member, Observation, Role
from storage.observations.calling_off import release
from storage.observations.changing import change, require_unfinished, tell
from storage.observations.preparing import open_cycle
from storage.observations.reading import FINISHED, FullCycle, cycle_of
from storage.people import Actor, known_id, member_of
from storage.rulebook import RuleBook

CANDIDATES = Role.TEACHER | Role.COACH | Role.PRINCIPAL

OBSERVER_NEWS = "observation_yours"
"""What tells observers: its items are plans, each with whether the observer had it before."""


async def candidates(session: AsyncSession, actor: Actor) -> list[Member]:
    """Give the joined members who can observe, by name."""
    actor.require_decider()
    found = await session.exec(
        select(Member)
        .where(Member.school_id == actor.school_id, col(Member.account_id).is_not(None))
        .where(col(Member.roles).bitwise_and(int(CANDIDATES)) != 0)
        .order_by(col(Member.name), col(Member.id))
    )
    return list(found.all())


async def candidate(session: AsyncSession, actor: Actor, member_id: int) -> Member:
    """Give one member who can observe. Raises `NotFound` for anybody else."""
    actor.require_decider()
    member = await member_of(session, actor.school_id, member_id)
    if member.account_id is None or not member.roles & CANDIDATES:
        raise NotFound
    return member


async def name_observer(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    observer_id: int | None,
    rulebook: RuleBook,
    now: datetime,
) -> FullCycle:
    """Let a member observe the teacher of a plan; None leaves it to those who decide.

    The teacher is told at once. The new observer and the one before are told once all who are
    named in a row have been: one message each. Begins the cycle if need be.
    Raises `ObservationNotNow` once the lesson has been observed.
    """
    actor.require_decider()
    cycle = await open_cycle(session, actor, plan_id, rulebook, now)
    if cycle.is_teacher(actor):
        raise NotAllowed
    require_unfinished(cycle)
    if observer_id is not None:
        observer = await candidate(session, actor, observer_id)
        if observer.id == cycle.row.member_id:
            raise NotAllowed
    before = cycle.row.observer_id
    if before == observer_id:
        return cycle
    named = await change(
        session, cycle, now, col(Observation.marking).not_in(FINISHED), observer_id=observer_id
    )
    if not named:
        raise ObservationNotNow(cycle.marking)
    audit.record(
        session, actor, "observation.observer", f"plan:{plan_id}", now,
        before=before, after=observer_id,
    )  # fmt: skip
    for one, observed in sorted(_concerned(before, observer_id)):
        if observed and await release(session, cycle, one, now):
            continue
        if one != actor.member_id:
            await outbox.announce_together(
                session, school_id=actor.school_id, recipient=one, kind=OBSERVER_NEWS,
                item=[plan_id, observed], now=now,
            )  # fmt: skip
    await tell(
        session, cycle, actor, "observation_named", f"named:{observer_id}:{now:%Y%m%dT%H%M%S}",
        now, only=[cycle.row.member_id], observer=observer_id,
    )  # fmt: skip
    found = await cycle_of(session, plan_id, rulebook)
    return found or cycle


def _concerned(before: int | None, after: int | None) -> list[tuple[int, bool]]:
    """Give the observer before and the one from now on, each with whether it was that one."""
    both = ((before, True), (after, False))
    return [(one, observed) for one, observed in both if one is not None]


async def toggle_observer(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    observer_id: int,
    rulebook: RuleBook,
    now: datetime,
) -> FullCycle:
    """Let a member observe the teacher of a plan, or no longer."""
    cycle = await open_cycle(session, actor, plan_id, rulebook, now)
    there = cycle.observer is not None and known_id(cycle.observer.id) == observer_id
    return await name_observer(
        session, actor, plan_id, None if there else observer_id, rulebook, now
    )
