"""The last word to people who were erased."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Farewell, School
from storage.people import known_id

GIVEN_UP_AFTER = timedelta(days=1)
"""A chat that cannot be reached for so long is forgotten without a word."""


@dataclass(frozen=True, slots=True)
class Due:
    """What is still to be said: to which chat, in which language, of which school."""

    id: int
    chat_id: int
    language: str
    school: str
    is_too_late: bool


async def due(session: AsyncSession, now: datetime) -> list[Due]:
    """Give what is still to be said, oldest first."""
    found = await session.exec(
        select(Farewell, School.name)
        .join(School, col(School.id) == col(Farewell.school_id))
        .order_by(col(Farewell.id))
    )
    return [
        Due(
            known_id(one.id), one.chat_id, one.language, school,
            is_too_late=one.asked_at < now - GIVEN_UP_AFTER,
        )
        for one, school in found.all()
    ]  # fmt: skip


async def forget(session: AsyncSession, farewell_id: int) -> None:
    """Forget the chat: the word was said, or never will be."""
    await session.exec(delete(Farewell).where(col(Farewell.id) == farewell_id))
