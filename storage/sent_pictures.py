"""Telegram's own names for pictures it has been sent, so that nobody uploads one twice.

A name is kept under the digest of what the picture shows: when a fact changes, so does the digest,
and an old picture is never shown for new facts. Days are facts too, so a row is of use for a day.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import SentPicture

KEPT_FOR = timedelta(days=2)
MOST_KEPT = 20_000


@dataclass(frozen=True, slots=True)
class Name:
    """Telegram's name for a picture of a school."""

    school_id: int
    digest: str
    telegram_id: str


async def name_of(session: AsyncSession, digest: str) -> str:
    """Give Telegram's name for a picture; empty when it has not been sent."""
    found = await session.exec(select(SentPicture.telegram_id).where(SentPicture.digest == digest))
    return found.first() or ""


async def keep(session: AsyncSession, names: Sequence[Name], now: datetime) -> None:
    """Keep Telegram's newest names for pictures."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = (sqlite.insert if is_sqlite else postgresql.insert)(SentPicture)
    fresh = {"telegram_id": insert.excluded.telegram_id, "sent_at": insert.excluded.sent_at}
    await session.exec(
        insert.on_conflict_do_update(index_elements=["digest"], set_=fresh),
        # In one order: two processes that keep the same pictures do not wait for each other.
        params=[{**asdict(one), "sent_at": now} for one in sorted(names, key=_digest)],
    )


def _digest(name: Name) -> str:
    return name.digest


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
