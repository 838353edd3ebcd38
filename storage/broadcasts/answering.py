"""Those who received a broadcast answer it: done, or in need of help."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import NotFound
from storage.models import (
    ArchivedMessage,
    Broadcast,
    BroadcastAnswer,
    BroadcastReply,
    OutboxMessage,
)
from storage.people import Actor


async def received_by(
    session: AsyncSession, broadcast_id: int, member_ids: Iterable[int]
) -> int | None:
    """Say which of some members a broadcast was written to; None when to none of them."""
    # Old ones are in the archive; who answers late is heard all the same.
    for messages in (OutboxMessage, ArchivedMessage):
        found = await session.exec(
            select(messages.member_id)
            .where(messages.broadcast_id == broadcast_id)
            .where(col(messages.member_id).in_(list(member_ids)))
            .limit(1)
        )
        number = found.first()
        if number is not None:
            return number
    return None


async def answer(
    session: AsyncSession,
    actor: Actor,
    broadcast_id: int,
    what: BroadcastAnswer,
    now: datetime,
) -> Broadcast:
    """Keep what a receiver says; the last word counts. Raises `NotFound` for anybody else."""
    broadcast = await session.get(Broadcast, broadcast_id)
    if broadcast is None or broadcast.school_id != actor.school_id:
        raise NotFound
    if await received_by(session, broadcast_id, [actor.member_id]) is None:
        raise NotFound
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    upsert = (sqlite.insert if is_sqlite else postgresql.insert)(BroadcastReply).values(
        broadcast_id=broadcast_id, member_id=actor.member_id, answer=what, answered_at=now
    )
    await session.exec(
        upsert.on_conflict_do_update(
            index_elements=["broadcast_id", "member_id"],
            set_={"answer": what, "answered_at": now},
        )
    )
    return broadcast
