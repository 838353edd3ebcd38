"""How a person wants to be reminded."""

from datetime import date, datetime, timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import OutOfRange
from storage.models import ReminderWish
from storage.people import Actor
from storage.school_hours import Hours

SNOOZES = (1, 3)
"""Days for which reminders can be put off."""


async def wish_of(session: AsyncSession, actor: Actor, now: datetime) -> ReminderWish:
    """Give what the person has wished; an empty wish, not stored, if nothing."""
    wish = await session.get(ReminderWish, actor.member_id)
    return wish or ReminderWish(member_id=actor.member_id, changed_at=now)


async def snooze(
    session: AsyncSession, actor: Actor, days: int, *, today: date, now: datetime
) -> date:
    """Be reminded again only in so many days; say on which. Raises `OutOfRange`.

    The last day of a deadline comes through all the same.
    """
    if days not in SNOOZES:
        raise OutOfRange(SNOOZES[0], SNOOZES[-1])
    wish = await wish_of(session, actor, now)
    wish.not_before, wish.changed_at = today + timedelta(days), now
    session.add(wish)
    await session.flush()
    return wish.not_before


async def choose_hour(
    session: AsyncSession, actor: Actor, hours: Hours, hour: int | None, now: datetime
) -> None:
    """Be reminded from this hour on; None: whenever it suits. Raises `OutOfRange`."""
    if hour is not None and not hours.opens_at <= hour < hours.closes_at:
        raise OutOfRange(hours.opens_at, hours.closes_at - 1)
    wish = await wish_of(session, actor, now)
    wish.hour, wish.changed_at = hour, now
    session.add(wish)
    await session.flush()
