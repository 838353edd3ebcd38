"""Telling people about a request for help: those who can help, whoever helps, whoever asked."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.helping.requests import FullRequest
from storage.models import HelpMessage, Member, Role, SaidAs
from storage.people import deciders, known_id, members_with


async def helpers_for(
    session: AsyncSession, school_id: int, member_id: int, today: date
) -> list[Member]:
    """Give who can help a member: the other coaches; without any, whoever decides on plans."""
    coaches = await members_with(session, school_id, Role.COACH)
    found = [one for one in coaches if one.id != member_id]
    if not found:
        found = [one for one in await deciders(session, school_id, today) if one.id != member_id]
    if not found:
        principals = await members_with(session, school_id, Role.PRINCIPAL)
        found = [one for one in principals if one.id != member_id]
    return found


async def call(
    session: AsyncSession, full: FullRequest, helpers: Sequence[Member], now: datetime, what: str
) -> None:
    """Put the card of an open request before those who can help."""
    request = full.request
    await outbox.announce(
        session,
        school_id=request.school_id,
        recipients=[known_id(one.id) for one in helpers if one.account_id is not None],
        occasion=f"help:{full.id}:{request.queued_at.isoformat()}:{what}",
        kind="help_wanted",
        subject={"help": full.id, "teacher": request.member_id},
        now=now,
    )


async def tell_owner(
    session: AsyncSession, full: FullRequest, kind: str, now: datetime, **more: Any
) -> None:
    """Tell whoever asked that something has happened to the request."""
    await _tell(session, full, full.request.member_id, kind, now, **more)


async def tell_helper(
    session: AsyncSession, full: FullRequest, kind: str, now: datetime, **more: Any
) -> None:
    """Tell whoever helps that something has happened to the request."""
    if full.request.claimed_by is not None:
        await _tell(session, full, full.request.claimed_by, kind, now, **more)


async def _tell(
    session: AsyncSession, full: FullRequest, to: int, kind: str, now: datetime, **more: Any
) -> None:
    mark = ":".join(str(one) for one in (full.request.claimed_by, *more.values()))
    await outbox.announce(
        session,
        school_id=full.request.school_id,
        recipients=[to],
        occasion=f"{kind}:{full.id}:{now.isoformat()}:{mark}"[:120],
        kind=kind,
        subject={"help": full.id, "teacher": full.request.member_id, **more},
        now=now,
    )


async def pass_on(
    session: AsyncSession, full: FullRequest, message: HelpMessage, to: int, now: datetime
) -> None:
    """Bring something that was said to the other one."""
    await outbox.announce(
        session,
        school_id=full.request.school_id,
        recipients=[to],
        occasion=f"help_said:{message.id}",
        kind="help_said",
        subject={"help": full.id, "message": message.id, "teacher": full.request.member_id},
        now=now,
    )


async def pass_on_earlier_files(
    session: AsyncSession, full: FullRequest, to: int, now: datetime
) -> None:
    """Bring whoever begins to help the files that were sent before; the words are on the card."""
    found = await session.exec(
        select(HelpMessage)
        .where(HelpMessage.request_id == full.id, HelpMessage.said_as != SaidAs.TEXT)
        .order_by(col(HelpMessage.id))
    )
    for message in found.all():
        if message.member_id != to:
            await pass_on(session, full, message, to, now)
