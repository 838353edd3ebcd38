"""Naming an acting principal for some days, and ending that early."""

from datetime import date, datetime, timedelta

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, outbox
from storage.errors import NotAllowed, NotFound, OutOfRange
from storage.models import Deputy, Member, Role
from storage.people import Actor, member_of

LONGEST_DEPUTATION = timedelta(days=366)


async def name_deputy(
    session: AsyncSession,
    actor: Actor,
    *,
    member_id: int,
    starts_on: date,
    ends_on: date,
    now: datetime,
) -> Deputy:
    """Name an acting principal for some days, both included; the person is told.

    Only a principal may. Raises `OutOfRange` for days in the wrong order or more than a year.
    """
    actor.require(Role.PRINCIPAL)
    member = await member_of(session, actor.school_id, member_id)
    if member.id == actor.member_id:
        raise NotAllowed
    last = starts_on + LONGEST_DEPUTATION
    if not starts_on <= ends_on <= last:
        raise OutOfRange(starts_on, last)
    deputy = Deputy(
        school_id=actor.school_id,
        member_id=member_id,
        starts_on=starts_on,
        ends_on=ends_on,
        named_by=actor.member_id,
        named_at=now,
    )
    session.add(deputy)
    await session.flush()
    audit.record(
        session, actor, "deputy.name", f"member:{member_id}", now,
        starts_on=starts_on.isoformat(), ends_on=ends_on.isoformat(),
    )  # fmt: skip
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[member_id],
        occasion=f"deputy:{deputy.id}",
        kind="deputy_named",
        subject={"deputy": deputy.id},
        now=now,
    )
    return deputy


async def withdraw_deputy(
    session: AsyncSession, actor: Actor, deputy_id: int, now: datetime
) -> None:
    """End a deputation before its last day."""
    actor.require(Role.PRINCIPAL)
    deputy = await session.get(Deputy, deputy_id)
    if deputy is None or deputy.school_id != actor.school_id:
        raise NotFound
    deputy.withdrawn_at = deputy.withdrawn_at or now
    session.add(deputy)
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[deputy.member_id],
        occasion=f"deputy:{deputy.id}:withdrawn",
        kind="deputy_withdrawn",
        subject={"deputy": deputy.id},
        now=now,
    )
    audit.record(session, actor, "deputy.withdraw", f"member:{deputy.member_id}", now)


async def current_deputies(
    session: AsyncSession, school_id: int, today: date
) -> list[tuple[Deputy, Member]]:
    """Give the deputations that hold today or later, soonest first."""
    found = await session.exec(
        select(Deputy, Member)
        .join(Member, col(Member.id) == col(Deputy.member_id))
        .where(Deputy.school_id == school_id, Deputy.ends_on >= today)
        .where(col(Deputy.withdrawn_at).is_(None))
        .order_by(col(Deputy.starts_on), col(Deputy.id))
    )
    return list(found.all())
