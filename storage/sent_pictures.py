"""Telegram's own names for pictures it has been sent, so that nobody uploads one twice.

A name is kept under the digest of what the picture shows: when a fact changes, so does the digest,
and an old picture is never shown for new facts. Days are facts too, so a row is of use for a day.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import SentPicture

KEPT_FOR = timedelta(days=2)
MOST_KEPT = 20_000


async def name_of(session: AsyncSession, digest: str) -> str:
    """Give Telegram's name for a picture; empty when it has not been sent."""
    found = await session.exec(select(SentPicture.telegram_id).where(SentPicture.digest == digest))
    return found.first() or ""


async def keep(
    session: AsyncSession, school_id: int, digest: str, telegram_id: str, now: datetime
) -> None:
    """Keep Telegram's newest name for a picture."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = (sqlite.insert if is_sqlite else postgresql.insert)(SentPicture).values(
        school_id=school_id, digest=digest, telegram_id=telegram_id, sent_at=now
    )
    await session.exec(
        insert.on_conflict_do_update(
            index_elements=["digest"], set_={"telegram_id": telegram_id, "sent_at": now}
        )
    )


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Forget names that nobody will ask for again, and the oldest of too many."""
    newest = (
        select(col(SentPicture.sent_at))
        .order_by(col(SentPicture.sent_at).desc())
        .offset(MOST_KEPT)
        .limit(1)
    )
    too_many = (await session.exec(newest)).first()
    before = max(filter(None, [now - KEPT_FOR, too_many]))
    await session.exec(delete(SentPicture).where(col(SentPicture.sent_at) <= before))
