"""Looking after requests for help that nobody takes, and after help that has gone silent."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, or_, update
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.errors import Refused
from storage.helping.moving import back_to_queue
from storage.helping.requests import HELPERS, FullRequest
from storage.helping.telling import tell_helper
from storage.models import (
    Account,
    AuditEntry,
    HelpRequest,
    HelpStatus,
    Member,
    Role,
    School,
    SchoolHours,
)
from storage.people import deciders, known_id, members_with
from storage.school_hours import Hours, hours_from

UNCLAIMED = timedelta(hours=1)
"""So many school hours a request waits before everybody who could help hears of it once more."""

SILENCE = timedelta(hours=1)
"""So many school hours a helper may owe a word. Coaches teach too: a lesson with its break."""


MOST_AT_ONCE = 20
"""So many requests are dealt with in one transaction: nobody else may wait long for it."""

SILENT = "silent"


@dataclass(frozen=True, slots=True)
class _Watched:
    """A request that is not closed, with all it takes to see whether something is due."""

    full: FullRequest
    hours: Hours
    owner_account: Account | None
    helper_account: Account | None

    def today(self, now: datetime) -> date:
        return self.hours.today(now)


async def look_after(session: AsyncSession, now: datetime) -> int:
    """Do what is due by now; say how many requests that concerned.

    One statement finds them, whatever the number of schools. Where that gives `MOST_AT_ONCE`,
    more may be due.
    """
    concerned = 0
    for one in await _watched(session, now):
        if concerned == MOST_AT_ONCE:
            break
        if one.full.status is HelpStatus.OPEN:
            concerned += await _alarm(session, one, now)
        else:
            concerned += await _watch(session, one, now)
    return concerned


async def _watched(session: AsyncSession, now: datetime) -> list[_Watched]:
    helper, theirs = aliased(Member), aliased(Account)
    request = HelpRequest
    found = await session.exec(
        select(request, Member, helper, School.timezone, SchoolHours, Account, theirs)  # type: ignore[call-overload]
        .join(School, col(School.id) == col(request.school_id))
        .join(SchoolHours, col(SchoolHours.school_id) == col(request.school_id), isouter=True)
        .join(Member, col(Member.id) == col(request.member_id))
        .join(Account, col(Account.id) == col(Member.account_id), isouter=True)
        .join(helper, col(helper.id) == col(request.claimed_by), isouter=True)
        .join(theirs, col(theirs.id) == col(helper.account_id), isouter=True)
        .where(
            or_(
                and_(
                    col(request.status) == HelpStatus.OPEN,
                    col(request.alarmed_at).is_(None),
                    col(request.queued_at) <= now - UNCLAIMED,
                ),
                and_(
                    col(request.status) == HelpStatus.CLAIMED,
                    or_(
                        col(request.owed_since) <= now - SILENCE,
                        _is_unreachable(theirs),
                        col(helper.roles).bitwise_and(int(HELPERS)) == 0,
                        and_(col(request.unreachable_at).is_(None), _is_unreachable(Account)),
                    ),
                ),
            )
        )
        .order_by(col(request.id))
    )
    return [
        _Watched(FullRequest(asked, owner, helps), hours_from(zone, hours), account, other)
        for asked, owner, helps, zone, hours, account, other in found.all()
    ]


def _is_unreachable(account: type[Account]) -> Any:
    return or_(col(account.id).is_(None), col(account.blocked_at).is_not(None))


async def _alarm(session: AsyncSession, one: _Watched, now: datetime) -> int:
    """Tell all coaches and whoever decides, once, that a request waits too long."""
    request = one.full.request
    if not one.hours.is_open(now):
        return 0
    if one.hours.open_between(request.queued_at, now) < UNCLAIMED:
        return 0
    alarmed = await session.exec(
        update(HelpRequest)
        .where(col(HelpRequest.id) == one.full.id, col(HelpRequest.status) == HelpStatus.OPEN)
        .where(col(HelpRequest.alarmed_at).is_(None))
        .values(alarmed_at=now)
        .execution_options(synchronize_session=False)
    )
    if not alarmed.rowcount:
        return 0
    coaches = await members_with(session, request.school_id, Role.COACH)
    everybody = [*coaches, *await deciders(session, request.school_id, one.today(now))]
    recipients = {known_id(each.id) for each in everybody if each.account_id is not None}
    await outbox.announce(
        session,
        school_id=request.school_id,
        recipients=sorted(recipients - {request.member_id}),
        occasion=f"help_unclaimed:{one.full.id}:{request.queued_at.isoformat()}",
        kind="help_unclaimed",
        subject={"help": one.full.id, "teacher": request.member_id},
        now=now,
    )
    return 1


async def _watch(session: AsyncSession, one: _Watched, now: datetime) -> int:
    """Give a request back to the queue when its helper is gone or has been silent too long."""
    full, why = one.full, await _why_lapsed(session, one, now)
    if why:
        try:
            async with session.begin_nested():
                _note_lapse(session, full, why, now)
                await tell_helper(session, full, "help_lapsed", now)
                await back_to_queue(
                    session, full, one.today(now), now, unless_answered=why == SILENT
                )
        except Refused:  # a word, or the end, was faster
            return 0
        return 1
    if full.request.unreachable_at is None and not _gets_messages(one.owner_account):
        full.request.unreachable_at = now
        session.add(full.request)
        await tell_helper(session, full, "help_unreachable", now)
        return 1
    return 0


def _note_lapse(session: AsyncSession, full: FullRequest, why: str, now: datetime) -> None:
    """Add to the trail that nobody but time has ended somebody's help."""
    session.add(
        AuditEntry(
            school_id=full.request.school_id,
            member_id=None,
            action="help.lapse",
            subject=f"help:{full.id}",
            detail={"helper": full.request.claimed_by, "why": why},
            at=now,
        )
    )


def _gets_messages(account: Account | None) -> bool:
    return account is not None and account.blocked_at is None


async def _why_lapsed(session: AsyncSession, one: _Watched, now: datetime) -> str:
    helper, request = one.full.helper, one.full.request
    if helper is None or not _gets_messages(one.helper_account):
        return "unreachable"
    if not Role(helper.roles) & HELPERS:
        decides = await deciders(session, request.school_id, one.today(now))
        if helper.id not in {each.id for each in decides}:
            return "no longer helps"
    owed = request.owed_since
    if owed is not None and one.hours.open_between(owed, now) >= SILENCE:
        return SILENT
    return ""
