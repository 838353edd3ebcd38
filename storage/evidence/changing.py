"""Changing a piece of evidence: until it has been accepted, and unless somebody was faster."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import cards, outbox
from storage.errors import AlreadyDecided, EvidenceChanged, PlanNotOpen
from storage.evidence.reading import Piece
from storage.models import Evidence, EvidenceStatus, Member, PlanStatus, School
from storage.people import Actor, deciders, known_id, today_at
from storage.periods import plan_is_closed, require_open
from storage.plans import FullPlan, own_plan

OPEN_PLANS = frozenset({PlanStatus.APPROVED, PlanStatus.AGREED})
"""While a plan is one of these, evidence can be filed under it."""

CHANGEABLE = frozenset({EvidenceStatus.UNSORTED, EvidenceStatus.RECEIVED, EvidenceStatus.RETURNED})

NOT_DECIDED = CHANGEABLE | {EvidenceStatus.ATTACHED}
"""What is attached changes as well, but only by what its form allows."""


async def change_filed(
    session: AsyncSession, actor: Actor, piece: Piece, now: datetime, **values: Any
) -> None:
    """Change what is said about a piece; one that was returned is handed in again by it."""
    if piece.status is not EvidenceStatus.RETURNED:
        await change(session, piece, now, **values)
        return
    await change(session, piece, now, status=EvidenceStatus.RECEIVED, **values)
    await tell_checkers(session, actor, now)


async def change(session: AsyncSession, piece: Piece, now: datetime, **values: Any) -> None:
    """Change a piece as it was read, unless somebody was faster: the row count decides."""
    await session.flush()
    evidence = piece.evidence
    plan_id = values.get("plan_id", evidence.plan_id)
    changed = await session.exec(
        update(Evidence)
        .where(col(Evidence.id) == evidence.id, col(Evidence.revision) == evidence.revision)
        .where(col(Evidence.status) == evidence.status)
        .where(col(Evidence.status).in_(NOT_DECIDED), ~plan_is_closed(plan_id))
        .values(changed_at=now, revision=evidence.revision + 1, **values)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(evidence)
    if not changed.rowcount:
        await require_open(session, plan_id)
        await raise_why_not(session, piece)
    await cards.retire(session, cards.Subject(evidence_id=piece.id), now)


async def raise_why_not(session: AsyncSession, piece: Piece) -> None:
    """Say why a piece cannot be changed or decided on: raises, always."""
    evidence = piece.evidence
    decided = evidence.decided_by is not None and evidence.decided_at is not None
    if decided and piece.status in (EvidenceStatus.ACCEPTED, EvidenceStatus.RETURNED):
        by = await session.get(Member, evidence.decided_by)
        if by is not None and evidence.decided_at is not None:
            raise AlreadyDecided(piece.status, by.name, known_id(by.id), evidence.decided_at)
    raise EvidenceChanged


async def own_open_plan(session: AsyncSession, actor: Actor, plan_id: int) -> FullPlan:
    """Give one's own plan while evidence can be filed under it. Raises `PlanNotOpen`."""
    full = await own_plan(session, actor, plan_id)
    if full.status not in OPEN_PLANS:
        raise PlanNotOpen(full.status)
    return full


async def tell_checkers(session: AsyncSession, actor: Actor, now: datetime) -> None:
    """Tell those who decide that there is evidence to check; in bursts, not piece by piece."""
    school = await session.get_one(School, actor.school_id)
    who = await deciders(session, actor.school_id, today_at(school, now))
    await outbox.announce_gathered(
        session,
        school_id=actor.school_id,
        recipients=[known_id(one.id) for one in who if one.id != actor.member_id],
        topic=f"evidence:{actor.school_id}",
        kind="evidence_waiting",
        subject={},
        now=now,
    )
