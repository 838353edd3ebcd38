"""Cards that ask for a decision: where they are, and making them true again for everybody."""

from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.models import Card

MessagePlace = tuple[int, int]
"""Chat id and message id of a message."""


async def remember(
    session: AsyncSession,
    *,
    school_id: int,
    member_id: int,
    place: MessagePlace,
    plan_id: int,
    view: str,
    now: datetime,
) -> None:
    """Note that the message at `place` now asks about this plan."""
    chat_id, message_id = place
    found = await session.exec(
        select(Card).where(Card.chat_id == chat_id, Card.message_id == message_id)
    )
    card = found.first() or Card(
        school_id=school_id,
        member_id=member_id,
        chat_id=chat_id,
        message_id=message_id,
        plan_id=plan_id,
        view=view,
        shown_at=now,
    )
    card.plan_id = plan_id
    card.view = view
    card.closed_at = None
    session.add(card)


async def latest_open(session: AsyncSession, member_id: int) -> Card | None:
    """Give the newest card on which this member can still decide."""
    found = await session.exec(
        select(Card)
        .where(Card.member_id == member_id, col(Card.closed_at).is_(None))
        .order_by(col(Card.id).desc())
        .limit(1)
    )
    return found.first()


async def close(session: AsyncSession, place: MessagePlace, now: datetime) -> None:
    """Note that the message at `place` no longer asks for a decision."""
    chat_id, message_id = place
    await session.execute(
        update(Card)
        .where(col(Card.chat_id) == chat_id, col(Card.message_id) == message_id)
        .values(closed_at=now)
    )


async def retire(
    session: AsyncSession, plan_id: int, now: datetime, tapped: MessagePlace | None = None
) -> None:
    """Close every card about a plan; all but the tapped one are edited by delivery.

    The tapped card is edited by the dialogue that was tapped.
    """
    found = await session.exec(
        select(Card).where(Card.plan_id == plan_id, col(Card.closed_at).is_(None))
    )
    for card in found.all():
        card.closed_at = now
        session.add(card)
        if (card.chat_id, card.message_id) != tapped:
            await outbox.announce(
                session,
                school_id=card.school_id,
                recipients=[card.member_id],
                occasion=f"card:{card.id}:closed:{now.isoformat()}",
                kind="card_closed",
                subject={"card": card.id, "plan": plan_id},
                now=now,
            )
