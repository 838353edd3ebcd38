"""A broadcast is scheduled, withdrawn, started, cancelled: by its sender, or when its hour comes.

`TRANSITIONS` is the whole of what may follow what.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, outbox
from storage.broadcasts.audiences import Counts
from storage.broadcasts.reaching import other_seats, reach
from storage.broadcasts.reading import family, is_empty, may_send, own
from storage.errors import (
    BroadcastChanged,
    BroadcastEmpty,
    BroadcastNotNow,
    NobodyInReach,
    TimeIsPast,
)
from storage.models import Broadcast, BroadcastStatus, Member, School
from storage.people import Actor, Membership, find_account, known_id
from storage.rulebook import RuleBook

STARTS_WITHIN = timedelta(hours=6)
"""A broadcast whose hour passed so long ago, while the bot was off, may no longer be meant."""


class Action(StrEnum):
    """What moves a broadcast from one status to another."""

    SCHEDULE = "schedule"
    WITHDRAW = "withdraw"
    START = "start"
    CANCEL = "cancel"
    FINISH = "finish"


TRANSITIONS: dict[tuple[BroadcastStatus, Action], BroadcastStatus] = {
    (BroadcastStatus.DRAFT, Action.SCHEDULE): BroadcastStatus.SCHEDULED,
    (BroadcastStatus.SCHEDULED, Action.SCHEDULE): BroadcastStatus.SCHEDULED,
    (BroadcastStatus.SCHEDULED, Action.WITHDRAW): BroadcastStatus.DRAFT,
    (BroadcastStatus.DRAFT, Action.START): BroadcastStatus.SENDING,
    (BroadcastStatus.SCHEDULED, Action.START): BroadcastStatus.SENDING,
    (BroadcastStatus.DRAFT, Action.CANCEL): BroadcastStatus.CANCELLED,
    (BroadcastStatus.SCHEDULED, Action.CANCEL): BroadcastStatus.CANCELLED,
    (BroadcastStatus.SENDING, Action.CANCEL): BroadcastStatus.CANCELLED,
    (BroadcastStatus.SENDING, Action.FINISH): BroadcastStatus.DONE,
}


async def schedule(
    session: AsyncSession,
    actor: Actor,
    broadcast_id: int,
    due_at: datetime,
    now: datetime,
) -> Broadcast:
    """Have a broadcast start at a moment, or at another one than before."""
    broadcast = await own(session, actor, broadcast_id)
    if due_at <= now:
        raise TimeIsPast
    if is_empty(broadcast):
        raise BroadcastEmpty
    await move(session, broadcast, Action.SCHEDULE, due_at=due_at)
    _note(session, actor, broadcast, Action.SCHEDULE, now, due_at=due_at.isoformat())
    return broadcast


async def withdraw(
    session: AsyncSession, actor: Actor, broadcast_id: int, now: datetime
) -> Broadcast:
    """Make a scheduled broadcast a draft again, so that it can be changed."""
    broadcast = await own(session, actor, broadcast_id)
    await move(session, broadcast, Action.WITHDRAW, due_at=None, changed_at=now)
    _note(session, actor, broadcast, Action.WITHDRAW, now)
    return broadcast


async def start(
    session: AsyncSession,
    actor: Actor,
    rulebook: RuleBook,
    broadcast_id: int,
    revision: int,
    now: datetime,
) -> Counts:
    """Begin to send the revision that was shown, in all chosen schools; say to how many.

    From here on the outbox is filled part by part: see `storage.broadcasts.running`.
    """
    broadcast = await own(session, actor, broadcast_id)
    if broadcast.status == BroadcastStatus.DRAFT and broadcast.revision != revision:
        raise BroadcastChanged
    return await _start(session, actor, rulebook, broadcast, now)


async def _start(
    session: AsyncSession,
    actor: Actor,
    rulebook: RuleBook,
    broadcast: Broadcast,
    now: datetime,
) -> Counts:
    if (BroadcastStatus(broadcast.status), Action.START) not in TRANSITIONS:
        raise BroadcastNotNow(broadcast.status)
    if is_empty(broadcast):
        raise BroadcastEmpty
    counts = await reach(session, rulebook, broadcast, now)
    if not counts.reachable:
        raise NobodyInReach
    await move(session, broadcast, Action.START, started_at=now)
    for seat in await other_seats(session, broadcast):
        member = await session.get_one(Member, seat)
        session.add(
            Broadcast(
                school_id=member.school_id,
                member_id=seat,
                origin_id=broadcast.id,
                again_of=broadcast.again_of,
                status=BroadcastStatus.SENDING,
                audience=broadcast.audience,
                text=broadcast.text,
                file_id=broadcast.file_id,
                file_kind=broadcast.file_kind,
                created_at=now,
                changed_at=now,
                started_at=now,
            )
        )
    _note(
        session, actor, broadcast, Action.START, now,
        audience=broadcast.audience, people=counts.reachable,
    )  # fmt: skip
    session.info[outbox.ANNOUNCED] = True
    await session.flush()
    return counts


async def due(session: AsyncSession, now: datetime) -> Sequence[int]:
    """Give the scheduled broadcasts whose hour has come, by id."""
    found = await session.exec(
        select(col(Broadcast.id))
        .where(col(Broadcast.told_at).is_(None))
        .where(Broadcast.status == BroadcastStatus.SCHEDULED, col(Broadcast.due_at) <= now)
        .order_by(col(Broadcast.due_at), col(Broadcast.id))
    )
    return [known_id(number) for number in found.all()]


async def start_due(
    session: AsyncSession, rulebook: RuleBook, broadcast_id: int, now: datetime
) -> bool:
    """Start a scheduled broadcast whose hour has come; False where it could not be.

    Then it is a draft again or, where the sender may no longer write to many, cancelled; and the
    sender is told why.
    """
    broadcast = await session.get(Broadcast, broadcast_id)
    if broadcast is None or broadcast.due_at is None or broadcast.due_at > now:
        return False
    actor = await _sender_of(session, broadcast, now)
    try:
        if now - broadcast.due_at > STARTS_WITHIN:
            await _give_back(session, actor, broadcast, "late", now)
            return False
        if not may_send(actor):
            await move(session, broadcast, Action.CANCEL, ended_at=now, told_at=now)
            _note(session, actor, broadcast, Action.CANCEL, now)
            await _tell_not_started(session, broadcast, "role", now)
            return False
        await _start(session, actor, rulebook, broadcast, now)
    except NobodyInReach:
        await _give_back(session, actor, broadcast, "nobody", now)
        return False
    except BroadcastNotNow:
        return False  # somebody was faster
    return True


async def _sender_of(session: AsyncSession, broadcast: Broadcast, now: datetime) -> Actor:
    """Give who wrote a broadcast, with what that member may do now."""
    member = await session.get_one(Member, broadcast.member_id)
    school = await session.get_one(School, member.school_id)
    _, seats = await find_account(session, member.account_id or 0, now)
    mine = [one for one in seats if one.member.id == member.id]
    return next(iter(mine), Membership(member, school)).actor(now)


async def _give_back(
    session: AsyncSession, actor: Actor, broadcast: Broadcast, why: str, now: datetime
) -> None:
    await _tell_not_started(session, broadcast, why, now)
    await move(session, broadcast, Action.WITHDRAW, due_at=None, changed_at=now)
    _note(session, actor, broadcast, Action.WITHDRAW, now, why=why)


async def _tell_not_started(
    session: AsyncSession, broadcast: Broadcast, why: str, now: datetime
) -> None:
    due_at = (broadcast.due_at or now).isoformat()
    await outbox.announce(
        session,
        school_id=broadcast.school_id,
        recipients=[broadcast.member_id],
        occasion=f"broadcast:{broadcast.id}:not_started:{due_at}",
        kind="broadcast_not_started",
        subject={"broadcast": broadcast.id, "why": why, "due_at": due_at},
        now=now,
    )


async def cancel(
    session: AsyncSession, actor: Actor, broadcast_id: int, now: datetime
) -> Broadcast:
    """Put a draft away, or stop what is scheduled or on its way; what has arrived stays."""
    broadcast = await own(session, actor, broadcast_id)
    never_began = broadcast.started_at is None
    for one in await family(session, broadcast):
        if one is not broadcast and one.status != BroadcastStatus.SENDING:
            continue
        await move(session, one, Action.CANCEL, ended_at=now, told_at=now if never_began else None)
        await outbox.cancel_broadcast(session, known_id(one.id), now)
    _note(session, actor, broadcast, Action.CANCEL, now)
    session.info[outbox.ANNOUNCED] = True
    return broadcast


async def move(session: AsyncSession, broadcast: Broadcast, action: Action, **values: Any) -> None:
    """Take one transition, or raise `BroadcastNotNow`: the row count of one update decides."""
    before = BroadcastStatus(broadcast.status)
    after = TRANSITIONS.get((before, action))
    if after is None:
        raise BroadcastNotNow(before)
    moved = await session.exec(
        update(Broadcast)
        .where(col(Broadcast.id) == broadcast.id, col(Broadcast.status) == before)
        .where(col(Broadcast.revision) == broadcast.revision)
        .values(status=after, **values)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(broadcast)
    if not moved.rowcount:
        raise BroadcastNotNow(broadcast.status)


def _note(
    session: AsyncSession,
    actor: Actor,
    broadcast: Broadcast,
    action: Action,
    now: datetime,
    **detail: Any,
) -> None:
    audit.record(session, actor, f"broadcast.{action}", f"broadcast:{broadcast.id}", now, **detail)
