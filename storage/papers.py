"""Papers that take a while: ordered by a person, made one after the other, sent when done.

An order is a row, so that a restart takes it up again.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.errors import NotFound
from storage.models import PaperOrder, PaperStatus
from storage.people import Actor, known_id

SCHOOL = "school"
"""The kind of order that is about a whole school: made apart, so that no other waits for it."""

MOST_ATTEMPTS = 3
"""An order that has failed so often, or has taken its maker down with it, is given up."""

GIVEN_UP_AFTER = timedelta(hours=12)
"""Nobody waits for a paper longer than that; it can be ordered again."""


async def order(
    session: AsyncSession, actor: Actor, kind: str, subject: dict[str, Any], now: datetime
) -> tuple[PaperOrder, bool]:
    """Order a paper; the same one while it is still being made is not made twice.

    Gives the order, and whether it is a new one.
    """
    found = await session.exec(
        select(PaperOrder)
        .where(PaperOrder.member_id == actor.member_id, PaperOrder.kind == kind)
        .where(col(PaperOrder.ended_at).is_(None))
    )
    for earlier in found.all():
        if earlier.subject == subject:
            return earlier, False
    new = PaperOrder(
        school_id=actor.school_id,
        member_id=actor.member_id,
        kind=kind,
        subject=subject,
        asked_at=now,
    )
    session.add(new)
    await session.flush()
    session.info[outbox.ANNOUNCED] = True
    return new, True


async def own_order(session: AsyncSession, actor: Actor, order_id: int) -> PaperOrder:
    """Give an order to whoever made it."""
    found = await session.get(PaperOrder, order_id)
    if found is None or found.member_id != actor.member_id:
        raise NotFound
    return found


async def take_next(session: AsyncSession, *, of_schools: bool = False) -> PaperOrder | None:
    """Take the oldest order that waits, of a whole school or of anything else.

    A sole maker takes one of each at a time.
    """
    found = await session.exec(
        select(PaperOrder)
        .where(PaperOrder.status == PaperStatus.WAITING, col(PaperOrder.ended_at).is_(None))
        .where((col(PaperOrder.kind) == SCHOOL) == of_schools)
        .order_by(col(PaperOrder.asked_at), col(PaperOrder.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    taken = found.first()
    if taken is not None:
        taken.status = PaperStatus.MAKING
        taken.attempts += 1
        session.add(taken)
    return taken


async def take_up_again(session: AsyncSession, now: datetime) -> Sequence[int]:
    """After a start: what was being made waits again, what is too old is given up.

    Gives the orders that are given up, by id, so that people can be told.
    """
    await session.exec(
        update(PaperOrder)
        .where(col(PaperOrder.ended_at).is_(None), col(PaperOrder.status) == PaperStatus.MAKING)
        .values(status=PaperStatus.WAITING)
    )
    stale = (col(PaperOrder.attempts) >= MOST_ATTEMPTS) | (
        col(PaperOrder.asked_at) < now - GIVEN_UP_AFTER
    )
    given_up = await session.exec(
        update(PaperOrder)
        .where(col(PaperOrder.ended_at).is_(None), stale)
        .values(status=PaperStatus.FAILED, ended_at=now, outcome="given up")
        .returning(col(PaperOrder.id))
    )
    return [order_id for (order_id,) in given_up.all()]


async def end(
    session: AsyncSession, order_id: int, status: PaperStatus, now: datetime, outcome: str = ""
) -> bool:
    """Close an order; False when it was closed before, as by whoever cancelled it."""
    ended = await session.exec(
        update(PaperOrder)
        .where(col(PaperOrder.id) == order_id, col(PaperOrder.ended_at).is_(None))
        .values(status=status, ended_at=now, outcome=outcome[:200])
        .execution_options(synchronize_session=False)
    )
    return bool(ended.rowcount)


async def wait_again(session: AsyncSession, order_id: int) -> None:
    """Put an order back into the queue, as when Telegram was out of reach."""
    await session.exec(
        update(PaperOrder)
        .where(col(PaperOrder.id) == order_id, col(PaperOrder.ended_at).is_(None))
        .values(status=PaperStatus.WAITING)
        .execution_options(synchronize_session=False)
    )


async def note_sent(session: AsyncSession, order_id: int, parts: int) -> None:
    """Remember how many parts of a paper have been sent: after a stop it goes on from there."""
    await session.exec(
        update(PaperOrder)
        .where(col(PaperOrder.id) == order_id)
        .values(parts_sent=parts)
        .execution_options(synchronize_session=False)
    )


async def open_orders(session: AsyncSession) -> set[int]:
    """Give the ids of the orders that have not ended."""
    found = await session.exec(select(PaperOrder.id).where(col(PaperOrder.ended_at).is_(None)))
    return set(map(known_id, found.all()))
