"""Looking after requests for help that nobody takes, and after help that has gone silent."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import help_hours, outbox
from storage.errors import Refused
from storage.help_requests import (
    HELPERS,
    FullRequest,
    back_to_queue,
    note_lapse,
    tell_helper,
)
from storage.help_talks import is_reachable
from storage.models import HelpRequest, HelpStatus, Member, Role, School
from storage.people import deciders, known_id, members_with, today_at

UNCLAIMED = timedelta(hours=1)
"""So many school hours a request waits before everybody who could help hears of it once more."""

SILENCE = timedelta(hours=1)
"""So many school hours a helper may owe a word. Coaches teach too: a lesson with its break."""


async def look_after(session: AsyncSession, now: datetime) -> int:
    """Do what is due by now; say how many requests that concerned."""
    found = await session.exec(
        select(HelpRequest, School, Member)
        .join(School, col(School.id) == col(HelpRequest.school_id))
        .join(Member, col(Member.id) == col(HelpRequest.member_id))
        .where(
            (col(HelpRequest.status) == HelpStatus.CLAIMED)
            | (
                (col(HelpRequest.status) == HelpStatus.OPEN)
                & col(HelpRequest.alarmed_at).is_(None)
            )
        )
        .order_by(col(HelpRequest.id))
    )
    concerned = 0
    for request, school, owner in found.all():
        helper = await session.get(Member, request.claimed_by) if request.claimed_by else None
        full = FullRequest(request, owner, helper)
        if full.status is HelpStatus.OPEN:
            concerned += await _alarm(session, full, school, now)
        else:
            concerned += await _watch(session, full, school, now)
    return concerned


async def _alarm(session: AsyncSession, full: FullRequest, school: School, now: datetime) -> int:
    """Tell all coaches and whoever decides, once, that a request waits too long."""
    zone = ZoneInfo(school.timezone)
    request = full.request
    if request.alarmed_at is not None or not help_hours.is_open(now, zone):
        return 0
    if help_hours.between(request.queued_at, now, zone) < UNCLAIMED:
        return 0
    alarmed = await session.exec(
        update(HelpRequest)
        .where(col(HelpRequest.id) == full.id, col(HelpRequest.status) == HelpStatus.OPEN)
        .where(col(HelpRequest.alarmed_at).is_(None))
        .values(alarmed_at=now)
        .execution_options(synchronize_session=False)
    )
    if not alarmed.rowcount:
        return 0
    today = today_at(school, now)
    coaches = await members_with(session, request.school_id, Role.COACH)
    everybody = [*coaches, *await deciders(session, request.school_id, today)]
    recipients = {known_id(one.id) for one in everybody if one.account_id is not None}
    await outbox.announce(
        session,
        school_id=request.school_id,
        recipients=sorted(recipients - {request.member_id}),
        occasion=f"help_unclaimed:{full.id}:{request.queued_at.isoformat()}",
        kind="help_unclaimed",
        subject={"help": full.id, "teacher": request.member_id},
        now=now,
    )
    return 1


async def _watch(session: AsyncSession, full: FullRequest, school: School, now: datetime) -> int:
    """Give a request back to the queue when its helper is gone or has been silent too long."""
    why = await _why_lapsed(session, full, school, now)
    if why:
        try:
            async with session.begin_nested():
                note_lapse(session, full, why, now)
                await tell_helper(session, full, "help_lapsed", now)
                await back_to_queue(session, full, today_at(school, now), now)
        except Refused:  # its end was faster
            return 0
        return 1
    if full.request.unreachable_at is None and not await is_reachable(session, full.owner):
        full.request.unreachable_at = now
        session.add(full.request)
        await tell_helper(session, full, "help_unreachable", now)
        return 1
    return 0


async def _why_lapsed(
    session: AsyncSession, full: FullRequest, school: School, now: datetime
) -> str:
    helper = full.helper
    if helper is None or not await is_reachable(session, helper):
        return "unreachable"
    if not Role(helper.roles) & HELPERS:
        decides = await deciders(session, full.request.school_id, today_at(school, now))
        if helper.id not in {one.id for one in decides}:
            return "no longer helps"
    owed, zone = full.request.owed_since, ZoneInfo(school.timezone)
    if owed is not None and help_hours.between(owed, now, zone) >= SILENCE:
        return "silent"
    return ""
