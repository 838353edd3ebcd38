"""A broadcast on its way: filling the outbox part by part, until nothing of it waits any more."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import insert, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.broadcasts import audiences
from storage.broadcasts.moving import Action, move
from storage.broadcasts.reaching import audience_of, scope_of
from storage.broadcasts.reading import family
from storage.errors import BroadcastNotNow
from storage.models import Broadcast, BroadcastMiss, BroadcastStatus, OutboxState, School
from storage.outbox import Priority
from storage.people import known_id
from storage.rulebook import RuleBook

EXPIRES_AFTER = timedelta(hours=24)
"""What could not be delivered for so long is no longer news; it can be sent again."""

AT_ONCE_BY_EVIDENCE = 100
"""Looking through evidence takes longer, and other writers wait meanwhile."""


async def unfinished(session: AsyncSession) -> Sequence[int]:
    """Give what is being sent, and what has ended without its sender knowing; oldest first."""
    found = await session.exec(
        select(col(Broadcast.id))
        .where(col(Broadcast.told_at).is_(None), col(Broadcast.started_at).is_not(None))
        .where(col(Broadcast.origin_id).is_(None))
        .order_by(col(Broadcast.id))
    )
    return [known_id(number) for number in found.all()]


async def write_part(
    session: AsyncSession,
    rulebook: RuleBook,
    broadcast_id: int,
    now: datetime,
    limit: int | None = None,
) -> bool:
    """Fill the outbox for the next of the audience; False when there is nothing left to fill.

    How far it has come is stored with the messages: after a crash it goes on from there, and two
    who try at once cannot both go on.
    """
    broadcast = await session.get(Broadcast, broadcast_id)
    if broadcast is None or not _is_being_written(broadcast):
        return False
    school = await session.get_one(School, broadcast.school_id)
    scope = scope_of(rulebook, school, broadcast.member_id, broadcast.started_at or now)
    audience = await audience_of(session, broadcast)
    if limit is None:
        limit = AT_ONCE_BY_EVIDENCE if audience.kind in audiences.BY_EVIDENCE else audiences.PART
    part = await audiences.part_of(session, scope, audience, broadcast.written_to, limit)
    moved = await session.exec(
        update(Broadcast)
        .where(col(Broadcast.id) == broadcast_id, col(Broadcast.written_at).is_(None))
        .where(col(Broadcast.status) == BroadcastStatus.SENDING)
        .where(col(Broadcast.written_to) == broadcast.written_to)
        .values(written_to=part.upto, written_at=None if part.more else now)
        .execution_options(synchronize_session=False)
    )
    if not moved.rowcount:
        return False
    missed = [
        {"broadcast_id": broadcast_id, "member_id": one.member_id, "why": one.why}
        for one in part.people
        if one.why is not None
    ]
    if missed:
        await session.exec(insert(BroadcastMiss), params=missed)
    await outbox.announce(
        session,
        school_id=broadcast.school_id,
        recipients=[one.member_id for one in part.people if one.why is None],
        occasion=f"broadcast:{broadcast_id}",
        kind="broadcast",
        subject={"broadcast": broadcast_id},
        now=now,
        priority=Priority.BROADCAST,
        expires_at=now + EXPIRES_AFTER,
        broadcast_id=broadcast_id,
    )
    return part.more


def _is_being_written(broadcast: Broadcast) -> bool:
    return broadcast.status == BroadcastStatus.SENDING and broadcast.written_at is None


async def is_over(session: AsyncSession, broadcast_id: int) -> bool:
    """Say whether nothing of a broadcast waits any more, in any school. Changes nothing."""
    broadcast = await session.get_one(Broadcast, broadcast_id)
    for one in await family(session, broadcast):
        if _is_being_written(one) or await _is_waiting(session, known_id(one.id)):
            return False
    return True


async def finish(session: AsyncSession, broadcast_id: int, now: datetime) -> bool:
    """End a broadcast once nothing of it waits any more, in any school; say whether it is over."""
    if not await is_over(session, broadcast_id):
        return False
    broadcast = await session.get_one(Broadcast, broadcast_id)
    for one in await family(session, broadcast):
        if one.status != BroadcastStatus.SENDING:
            continue
        try:
            await move(session, one, Action.FINISH, ended_at=now)
        except BroadcastNotNow:
            continue  # cancelled this very moment
    return True


async def _is_waiting(session: AsyncSession, broadcast_id: int) -> bool:
    counted = await outbox.tally(session, broadcast_id)
    return bool(counted.get(OutboxState.PENDING) or counted.get(OutboxState.SENDING))


async def keep_place(session: AsyncSession, broadcast_id: int, message_id: int) -> None:
    """Note which message in the sender's chat tells how far it is."""
    await session.exec(
        update(Broadcast)
        .where(col(Broadcast.id) == broadcast_id)
        .values(message_id=message_id)
        .execution_options(synchronize_session=False)
    )


async def note_told(session: AsyncSession, broadcast_id: int, now: datetime) -> None:
    """Note that the sender has seen how it ended."""
    await session.exec(
        update(Broadcast)
        .where((col(Broadcast.id) == broadcast_id) | (col(Broadcast.origin_id) == broadcast_id))
        .where(col(Broadcast.ended_at).is_not(None), col(Broadcast.told_at).is_(None))
        .values(told_at=now)
        .execution_options(synchronize_session=False)
    )
