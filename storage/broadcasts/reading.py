"""Looking at broadcasts: who may write them, one's own ones, and those of the same family."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import NotAllowed, NotFound
from storage.models import Broadcast, BroadcastStatus, Role
from storage.people import Actor

SENDERS = Role.COACH | Role.PRINCIPAL | Role.OPERATOR
RECENT = 8


def may_send(actor: Actor) -> bool:
    """Say whether somebody may write to many."""
    return actor.decides or bool(actor.roles & SENDERS)


def require_sender(actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor may write to many."""
    if not may_send(actor):
        raise NotAllowed


async def own(session: AsyncSession, actor: Actor, broadcast_id: int) -> Broadcast:
    """Give a broadcast to whoever wrote it, and to nobody else."""
    require_sender(actor)
    found = await session.get(Broadcast, broadcast_id)
    if found is None or found.member_id != actor.member_id:
        raise NotFound
    return found


async def draft_of(session: AsyncSession, actor: Actor) -> Broadcast | None:
    """Give what the actor has begun and neither sent nor put away, if there is something."""
    require_sender(actor)
    found = await session.exec(
        select(Broadcast)
        .where(Broadcast.member_id == actor.member_id)
        .where(Broadcast.status == BroadcastStatus.DRAFT)
        .order_by(col(Broadcast.changed_at).desc(), col(Broadcast.id).desc())
        .limit(1)
    )
    return found.first()


async def recent(session: AsyncSession, actor: Actor) -> Sequence[Broadcast]:
    """Give the actor's latest broadcasts, newest first; drafts only if there is something in."""
    require_sender(actor)
    found = await session.exec(
        select(Broadcast)
        .where(Broadcast.member_id == actor.member_id, col(Broadcast.origin_id).is_(None))
        .where(
            col(Broadcast.started_at).is_not(None)
            | (col(Broadcast.status) == BroadcastStatus.SCHEDULED)
            | (col(Broadcast.status) == BroadcastStatus.DRAFT)
            & ((col(Broadcast.text) != "") | (col(Broadcast.file_id) != ""))
        )
        .order_by(col(Broadcast.id).desc())
        .limit(RECENT)
    )
    return found.all()


def is_empty(broadcast: Broadcast) -> bool:
    """Say whether there is neither a word nor a file to send."""
    return not (broadcast.text or broadcast.file_id)


async def family(session: AsyncSession, broadcast: Broadcast) -> list[Broadcast]:
    """Give a broadcast with the same one to the other schools, the first one first."""
    found = await session.exec(
        select(Broadcast).where(Broadcast.origin_id == broadcast.id).order_by(col(Broadcast.id))
    )
    return [broadcast, *found.all()]
