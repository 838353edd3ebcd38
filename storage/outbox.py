"""What has to reach somebody else: written with the change that causes it, delivered later."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Account, Member, OutboxMessage, OutboxState, School

LEASE = timedelta(seconds=60)
"""How long a sender has a message to itself. After a crash another may take it up then."""

GATHERING = timedelta(minutes=2)
"""So long a notice waits for more of the same to tell of together."""

ANNOUNCED = "announced"
"""Set in a session's info when it has added work for others: whoever commits it may wake them."""


class Priority(IntEnum):
    """What goes first when much is waiting."""

    NOTICE = 0
    REMINDER = 10
    BROADCAST = 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message ready to go, with all it takes to address it."""

    message: OutboxMessage
    member: Member
    school: School
    account: Account | None


async def announce(
    session: AsyncSession,
    *,
    school_id: int,
    recipients: Iterable[int],
    occasion: str,
    kind: str,
    subject: dict[str, Any],
    now: datetime,
    priority: Priority = Priority.NOTICE,
    due_at: datetime | None = None,
    expires_at: datetime | None = None,
    broadcast_id: int | None = None,
) -> None:
    """Tell members (by id) that something happened. The same occasion is told once to each.

    It goes out at `due_at`, or at once; never after `expires_at`.
    """
    rows = [
        {
            "school_id": school_id,
            "member_id": member_id,
            "occasion": occasion,
            "kind": kind,
            "subject": subject,
            "broadcast_id": broadcast_id,
            "priority": int(priority),
            "state": OutboxState.PENDING,
            "created_at": now,
            "due_at": due_at or now,
            "expires_at": expires_at,
            "attempts": 0,
            "outcome": "",
        }
        for member_id in recipients
    ]
    if not rows:
        return
    session.info[ANNOUNCED] = True
    insert = sqlite.insert if _is_sqlite(session) else postgresql.insert
    await session.exec(
        insert(OutboxMessage).on_conflict_do_nothing(index_elements=["occasion", "member_id"]),
        params=rows,
    )


async def announce_gathered(
    session: AsyncSession,
    *,
    school_id: int,
    recipients: Sequence[int],
    topic: str,
    kind: str,
    subject: dict[str, Any],
    now: datetime,
) -> None:
    """Tell of something that comes in bursts: soon, and at most once more after the hour.

    The first notice is drawn from all that is true then. The second has `after` in its subject,
    the moment of the first: it is for what has happened since, and draws nothing if nothing has.
    """
    soon = now + GATHERING
    hour = now.replace(minute=0, second=0, microsecond=0)
    for part, due_at, more in (
        ("first", soon, {}),
        ("rest", max(hour + timedelta(hours=1), soon), {"after": soon.isoformat()}),
    ):
        await announce(
            session,
            school_id=school_id,
            recipients=recipients,
            occasion=f"{topic}:{hour:%Y%m%dT%H}:{part}",
            kind=kind,
            subject=subject | more,
            now=now,
            due_at=due_at,
        )


async def lease(session: AsyncSession, now: datetime, limit: int = 50) -> list[Delivery]:
    """Take up to `limit` due messages for this sender, most urgent and oldest first.

    A message is taken by moving its due time one lease ahead, so a sender that dies gives it back
    without anybody's help.
    """
    waiting = (
        select(col(OutboxMessage.id))
        .where(col(OutboxMessage.settled_at).is_(None), OutboxMessage.due_at <= now)
        .order_by(col(OutboxMessage.priority), col(OutboxMessage.id))
        .limit(limit)
    )
    if not _is_sqlite(session):
        waiting = waiting.with_for_update(skip_locked=True)
    taken = list((await session.exec(waiting)).all())
    if not taken:
        return []
    await session.exec(
        update(OutboxMessage)
        .where(col(OutboxMessage.id).in_(taken))
        .values(
            state=OutboxState.SENDING,
            due_at=now + LEASE,
            attempts=col(OutboxMessage.attempts) + 1,
        )
    )
    return await _addressed(session, taken)


async def _addressed(session: AsyncSession, ids: Sequence[int | None]) -> list[Delivery]:
    rows = await session.exec(
        select(OutboxMessage, Member, School, Account)
        .join(Member, col(Member.id) == col(OutboxMessage.member_id))
        .join(School, col(School.id) == col(OutboxMessage.school_id))
        .join(Account, col(Account.id) == col(Member.account_id), isouter=True)
        .where(col(OutboxMessage.id).in_(ids))
        .order_by(col(OutboxMessage.priority), col(OutboxMessage.id))
    )
    return [Delivery(*row) for row in rows.all()]


async def settle(
    session: AsyncSession,
    outbox_id: int,
    state: OutboxState,
    now: datetime,
    outcome: str = "",
    *,
    message_id: int | None = None,
) -> None:
    """Close a message: it was sent, as `message_id`, or never will be; `outcome` says why."""
    await session.exec(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == outbox_id)
        .values(state=state, settled_at=now, outcome=outcome[:200], message_id=message_id)
    )


async def postpone(session: AsyncSession, message_id: int, until: datetime) -> None:
    """Try a message again, but not before this moment."""
    await session.exec(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == message_id)
        .values(state=OutboxState.PENDING, due_at=until)
    )


async def tally(session: AsyncSession, broadcast_id: int) -> dict[OutboxState, int]:
    """Count a broadcast's messages by state; states without any are left out."""
    found = await session.exec(
        select(OutboxMessage.state, func.count(col(OutboxMessage.id)))
        .where(OutboxMessage.broadcast_id == broadcast_id)
        .group_by(col(OutboxMessage.state))
    )
    return {OutboxState(state): count for state, count in found.all()}


async def in_state(session: AsyncSession, broadcast_id: int, state: OutboxState) -> list[int]:
    """Give the members (by id) whose message of a broadcast is in a state."""
    found = await session.exec(
        select(OutboxMessage.member_id)
        .where(OutboxMessage.broadcast_id == broadcast_id, OutboxMessage.state == state)
        .order_by(col(OutboxMessage.member_id))
    )
    return list(found.all())


async def cancel_broadcast(session: AsyncSession, broadcast_id: int, now: datetime) -> int:
    """Withdraw what is still waiting of a broadcast; say how many messages that was.

    What a sender has in hand at this moment still arrives.
    """
    cancelled = await session.exec(
        update(OutboxMessage)
        .where(col(OutboxMessage.broadcast_id) == broadcast_id)
        .where(col(OutboxMessage.state) == OutboxState.PENDING)
        .values(state=OutboxState.CANCELLED, settled_at=now, outcome="withdrawn")
    )
    return cancelled.rowcount


async def sent_as(session: AsyncSession, member_id: int, message_id: int) -> OutboxMessage | None:
    """Find what became a message in a member's chat, such as one that is being replied to."""
    found = await session.exec(
        select(OutboxMessage)
        .where(OutboxMessage.member_id == member_id, OutboxMessage.message_id == message_id)
        .order_by(col(OutboxMessage.id).desc())
        .limit(1)
    )
    return found.first()


async def next_due(session: AsyncSession) -> datetime | None:
    """Say when the next message is due; None when nothing waits."""
    found = await session.exec(
        select(OutboxMessage.due_at)
        .where(col(OutboxMessage.settled_at).is_(None))
        .order_by(col(OutboxMessage.due_at))
        .limit(1)
    )
    return found.first()


async def count_waiting(session: AsyncSession) -> int:
    """Count the messages that have not been closed."""
    found = await session.exec(
        select(func.count(col(OutboxMessage.id))).where(col(OutboxMessage.settled_at).is_(None))
    )
    return found.one()


def _is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"
