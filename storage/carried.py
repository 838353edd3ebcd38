"""What people have brought along from another school: to be read by them alone, and dropped."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.errors import NotFound
from storage.evidence import reading
from storage.evidence.reading import Piece
from storage.models import CarriedPiece, CarriedPlan, Evidence, EvidencePage
from storage.people import Actor, known_id


@dataclass(frozen=True, slots=True)
class FullCarried:
    """A plan that was brought along, with the pieces of each of its entries."""

    plan: CarriedPlan
    pieces: Sequence[tuple[CarriedPiece, Piece]]


async def plans_of(session: AsyncSession, actor: Actor) -> list[CarriedPlan]:
    """Give the plans that the actor has brought along, the newest period first."""
    found = await session.exec(
        select(CarriedPlan)
        .where(CarriedPlan.member_id == actor.member_id)
        .order_by(col(CarriedPlan.id).desc())
    )
    return list(found.all())


async def read_plan(session: AsyncSession, actor: Actor, carried_id: int) -> FullCarried:
    """Give one of them to whoever brought it along, and to nobody else."""
    plan = await session.get(CarriedPlan, carried_id)
    if plan is None or plan.member_id != actor.member_id:
        raise NotFound
    found = await session.exec(
        select(CarriedPiece, Evidence)
        .join(Evidence, col(Evidence.id) == col(CarriedPiece.evidence_id))
        .where(CarriedPiece.carried_id == carried_id)
        .order_by(col(CarriedPiece.entry), col(CarriedPiece.id))
    )
    rows = found.all()
    pieces = await reading.with_pages(session, [evidence for _, evidence in rows])
    return FullCarried(plan, [(row[0], piece) for row, piece in zip(rows, pieces, strict=True)])


async def read_piece(
    session: AsyncSession, actor: Actor, evidence_id: int
) -> tuple[CarriedPlan, CarriedPiece, Piece]:
    """Give one piece of what the actor has brought along, with the plan it belongs to."""
    piece = await reading.own_piece(session, actor, evidence_id)
    found = await session.exec(
        select(CarriedPiece, CarriedPlan)
        .join(CarriedPlan, col(CarriedPlan.id) == col(CarriedPiece.carried_id))
        .where(CarriedPiece.evidence_id == evidence_id)
    )
    row = found.first()
    if row is None:
        raise NotFound
    return row[1], row[0], piece


async def drop(session: AsyncSession, actor: Actor, now: datetime) -> int:
    """Remove all that the actor has brought along; say how many plans that was.

    Its files, which no row names any more, are swept away within hours.
    """
    plans = [known_id(one.id) for one in await plans_of(session, actor)]
    if not plans:
        return 0
    which = col(CarriedPiece.carried_id).in_(plans)
    numbers = (await session.exec(select(col(CarriedPiece.evidence_id)).where(which))).all()
    await session.exec(delete(CarriedPiece).where(which))
    await session.exec(delete(EvidencePage).where(col(EvidencePage.evidence_id).in_(numbers)))
    await session.exec(delete(Evidence).where(col(Evidence.id).in_(numbers)))
    await session.exec(delete(CarriedPlan).where(col(CarriedPlan.id).in_(plans)))
    audit.record(
        session, actor, "transfer.drop", f"member:{actor.member_id}", now, plans=len(plans)
    )
    return len(plans)
