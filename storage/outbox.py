"""What has to reach somebody else: written with the change that causes it, delivered later."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Any

import sqlalchemy
from sqlalchemy import Integer, bindparam, case, func, literal, literal_column, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.columns import Document, Id, UtcDateTime
from storage.models import (
    ArchivedMessage,
    Member,
    MessageRecord,
    OutboxMessage,
    OutboxState,
    table_of,
)
from storage.receipts import Receipt

LEASE = timedelta(seconds=60)
"""How long a sender has a message to itself. Then another that does not know it may take it up."""

ARCHIVE_STEP = 500
"""So many messages are moved to the archive at once: a step must not keep people waiting."""

# Written out, not bound: only so do both databases see that a partial index answers.
PENDING = text("outbox.state = 'pending'")
SENDING = text("outbox.state = 'sending'")
SETTLED = text("outbox.settled_at IS NOT NULL")

# Nobody looks at objects of the session afterwards, so they need not follow.
_IN_SQL_ALONE = {"synchronize_session": False}

GATHERING = timedelta(minutes=2)
"""So long a notice waits for more of the same to tell of together."""

PAUSE = timedelta(minutes=1)
"""So long after the last of things that are done in a row they are told of, all together."""

ANNOUNCED = "announced"
"""Set in a session's info when it has added work for others: whoever commits it may wake them."""


class Priority(IntEnum):
    """What goes first when much is waiting."""

    NOTICE = 0
    REMINDER = 10
    BROADCAST = 20


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message ready to go; `account_id` is whom to send it to, None who has not joined."""

    account_id: int | None
    id: int
    school_id: int
    member_id: int
    occasion: str
    kind: str
    subject: dict[str, Any]
    priority: int
    due_at: datetime
    expires_at: datetime | None
    attempts: int

    @property
    def rank(self) -> tuple[int, datetime, int]:
        """Its place among all others: what has a lower one goes first."""
        return self.priority, self.due_at, self.id


@dataclass(frozen=True, slots=True)
class Queue:
    """What waits of one kind; `oldest` is when the first of it became due, if any is."""

    kind: str
    length: int
    oldest: datetime | None


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
            "at_school": school_id,
            "for_member": member_id,
            "on_occasion": occasion,
            "of_kind": kind,
            "about": subject,
            "of_broadcast": broadcast_id,
            "as_urgent_as": int(priority),
            "at": now,
            "due": due_at or now,
            "until": expires_at,
        }
        for member_id in recipients
    ]
    if not rows:
        return
    session.info[ANNOUNCED] = True
    insert = _ON_SQLITE if _is_sqlite(session) else _ON_POSTGRESQL
    await (await session.connection()).execute(insert, rows)


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


async def announce_together(
    session: AsyncSession, *, school_id: int, recipient: int, kind: str, item: Any, now: datetime
) -> None:
    """Tell a member of one of several things that are done in a row: one message for them all.

    It is due a `PAUSE` after the last of them. `all` in its subject holds the items, as plain data
    and in their order; each is in one message only.
    """
    # Of two at the same moment the second waits here, and joins what the first has begun.
    await session.exec(
        select(Member.id).where(Member.id == recipient).with_for_update(key_share=True)
    )
    found = await session.exec(
        select(OutboxMessage)
        .where(OutboxMessage.member_id == recipient, OutboxMessage.kind == kind, PENDING)
        .order_by(col(OutboxMessage.id).desc())
        .limit(1)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    waiting = found.first()
    if waiting is None:
        await announce(
            session,
            school_id=school_id,
            recipients=[recipient],
            occasion=f"{kind}:{recipient}:{now.isoformat()}",
            kind=kind,
            subject={"all": [item]},
            now=now,
            due_at=now + PAUSE,
        )
        return
    waiting.subject = {"all": [*waiting.subject["all"], item]}
    waiting.due_at = now + PAUSE
    session.add(waiting)
    await session.flush()
    session.info[ANNOUNCED] = True


async def lease(
    session: AsyncSession,
    now: datetime,
    limit: int = 50,
    *,
    in_hand: Mapping[Priority, int] | None = None,
    leave_out: Collection[int] = (),
) -> list[Delivery]:
    """Take due messages for this sender, most urgent and oldest first.

    A sender holds at most `limit` of a priority and all more urgent ones together: `in_hand`
    counts, by priority, what it holds already. It gets nothing for the members in `leave_out`.
    What is taken is this sender's for one `LEASE`; see `take_back`.
    """
    rooms, held = {}, 0
    for priority in Priority:
        held += (in_hand or {}).get(priority, 0)
        rooms[f"room_{priority.name}"] = max(0, limit - held)
    connection = await session.connection()
    found = await connection.execute(_WAITING, {"now": now, "left_out": list(leave_out), **rooms})
    accounts: dict[int, int | None] = {}
    for number, priority, account_id in found:
        if len(accounts) < rooms[f"room_{Priority(priority).name}"]:
            accounts[number] = account_id
    if not accounts:
        return []
    # Another sender may have been quicker: what comes back is ours.
    taken = await connection.execute(_TAKE, {"numbers": list(accounts), "until": now + LEASE})
    batch = [Delivery(accounts[row[0]], *row) for row in taken]
    return sorted(batch, key=lambda one: one.rank)


async def take_back(
    session: AsyncSession, over_at: datetime | None = None, *, leave_out: Collection[int] = ()
) -> int:
    """Let what a sender took and never settled wait again; say how many messages that was.

    With `over_at` only what is leased until then at most; without, everything: for a sender that
    knows that it is the only one. Never the messages (by id) in `leave_out`.
    """
    lost = update(OutboxMessage).where(SENDING)
    if over_at is not None:
        lost = lost.where(col(OutboxMessage.leased_until) <= over_at)
    if leave_out:
        lost = lost.where(col(OutboxMessage.id).not_in(leave_out))
    waits = lost.values(state=OutboxState.PENDING, leased_until=None)
    taken = await session.exec(waits.execution_options(**_IN_SQL_ALONE))
    return taken.rowcount


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
    await (await session.connection()).execute(
        _SETTLE,
        {
            "number": outbox_id,
            "as_state": state.value,
            "now": now,
            "why": outcome[:200],
            "became": message_id,
        },
    )


async def accept(session: AsyncSession, receipts: Iterable[Receipt], now: datetime) -> int:
    """Close what has arrived though its sender died before it could say so; say how many."""
    closed = 0
    for one in receipts:
        arrived = (
            update(OutboxMessage)
            .where(SENDING, col(OutboxMessage.id) == one.outbox_id)
            .where(col(OutboxMessage.member_id) == one.member_id)
            .where(col(OutboxMessage.occasion) == one.occasion)
            .values(
                state=OutboxState.SENT,
                settled_at=now,
                leased_until=None,
                message_id=one.message_id,
            )
        )
        found = await session.exec(arrived.execution_options(**_IN_SQL_ALONE))
        closed += found.rowcount
    return closed


async def release(session: AsyncSession, outbox_id: int, *, failed: bool = False) -> None:
    """Give back a message that was taken, in its old place; `failed` counts a try in vain."""
    await session.exec(
        update(OutboxMessage)
        .where(col(OutboxMessage.id) == outbox_id, SENDING)
        .values(
            state=OutboxState.PENDING,
            leased_until=None,
            attempts=col(OutboxMessage.attempts) + int(failed),
        )
        .execution_options(**_IN_SQL_ALONE)
    )


async def tally(session: AsyncSession, broadcast_id: int) -> dict[OutboxState, int]:
    """Count a broadcast's messages by state; states without any are left out."""
    counts: Counter[OutboxState] = Counter()
    for messages in (OutboxMessage, ArchivedMessage):
        found = await session.exec(
            select(messages.state, func.count(col(messages.id)))
            .where(messages.broadcast_id == broadcast_id)
            .group_by(col(messages.state))
        )
        counts.update({OutboxState(state): count for state, count in found.all()})
    return dict(counts)


async def in_state(session: AsyncSession, broadcast_id: int, state: OutboxState) -> list[int]:
    """Give the members (by id) whose message of a broadcast is in a state."""
    members: list[int] = []
    for messages in (OutboxMessage, ArchivedMessage):
        found = await session.exec(
            select(messages.member_id).where(
                messages.broadcast_id == broadcast_id, messages.state == state
            )
        )
        members += found.all()
    return sorted(members)


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


async def sent_as(session: AsyncSession, member_id: int, message_id: int) -> MessageRecord | None:
    """Find what became a message in a member's chat, such as one that is being replied to."""
    for messages in (OutboxMessage, ArchivedMessage):
        found = await session.exec(
            select(messages)
            .where(messages.member_id == member_id, messages.message_id == message_id)
            .order_by(col(messages.id).desc())
            .limit(1)
        )
        newest: MessageRecord | None = found.first()
        if newest is not None:
            return newest
    return None


async def may_become(session: AsyncSession, account_id: int, message_id: int) -> bool:
    """Whether a message in an account's chat may be one whose sender has not noted it yet.

    People can answer before the database knows what they answer.
    """
    mine = select(col(Member.id)).where(Member.account_id == account_id)
    on_their_way = await session.exec(
        select(col(OutboxMessage.id))
        .where(SENDING, col(OutboxMessage.member_id).in_(mine))
        .limit(1)
    )
    if on_their_way.first() is None:
        return False
    known = await session.exec(
        select(col(OutboxMessage.id))
        .where(col(OutboxMessage.member_id).in_(mine), OutboxMessage.message_id == message_id)
        .limit(1)
    )
    return known.first() is None


async def became(session: AsyncSession, member_id: int, occasion: str) -> int | None:
    """Say which message in a member's chat told of an occasion, if one did."""
    for messages in (OutboxMessage, ArchivedMessage):
        found = await session.exec(
            select(messages.message_id).where(
                messages.member_id == member_id, messages.occasion == occasion
            )
        )
        message_id = found.first()
        if message_id is not None:
            return message_id
    return None


async def next_due(session: AsyncSession) -> datetime | None:
    """Say when the next message that nobody has taken is due; None when nothing waits."""
    found = await (await session.connection()).execute(_FIRSTS)
    return min((due for due in found.one() if due is not None), default=None)


async def queues(session: AsyncSession, now: datetime) -> list[Queue]:
    """Count what waits or is on its way, by kind; what is closed costs nothing."""
    lengths: Counter[str] = Counter()
    oldest: dict[str, datetime | None] = {}
    connection = await session.connection()
    for statement in _QUEUES:
        for kind, length, first in await connection.execute(statement, {"now": now}):
            lengths[kind] += length
            oldest[kind] = min(filter(None, (oldest.get(kind), first)), default=None)
    return [Queue(kind, length, oldest[kind]) for kind, length in lengths.items()]


async def archive(session: AsyncSession, before: datetime, limit: int = ARCHIVE_STEP) -> int:
    """Move up to `limit` messages closed before a moment to the archive; say how many it was."""
    found = await session.exec(
        select(col(OutboxMessage.id))
        .where(SETTLED, col(OutboxMessage.settled_at) < before)
        .order_by(col(OutboxMessage.settled_at))
        .limit(limit)
    )
    ids = list(found.all())
    if not ids:
        return 0
    old, kept = table_of(OutboxMessage), table_of(ArchivedMessage)
    moved = sqlalchemy.select(*(old.c[name] for name in kept.c.keys())).where(old.c.id.in_(ids))  # noqa: SIM118
    connection = await session.connection()
    await connection.execute(kept.insert().from_select(kept.c.keys(), moved))
    await connection.execute(old.delete().where(old.c.id.in_(ids)))
    return len(ids)


def _is_sqlite(session: AsyncSession) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def _announcing(insert: Any) -> Any:
    """Put together, once, what writes one message unless its occasion was told before."""
    table, archived = table_of(OutboxMessage), table_of(ArchivedMessage)
    given = {
        "school_id": bindparam("at_school", type_=Id),
        "member_id": bindparam("for_member", type_=Id),
        "occasion": bindparam("on_occasion", type_=table.c.occasion.type),
        "kind": bindparam("of_kind", type_=table.c.kind.type),
        "subject": bindparam("about", type_=Document),
        "broadcast_id": bindparam("of_broadcast", type_=Id),
        "priority": bindparam("as_urgent_as", type_=table.c.priority.type),
        "state": literal(OutboxState.PENDING.value, table.c.state.type),
        "created_at": bindparam("at", type_=UtcDateTime()),
        "due_at": bindparam("due", type_=UtcDateTime()),
        "expires_at": bindparam("until", type_=UtcDateTime()),
        "attempts": literal(0, table.c.attempts.type),
        "outcome": literal("", table.c.outcome.type),
    }
    told = (
        sqlalchemy.select(archived.c.id)
        .where(archived.c.occasion == given["occasion"])
        .where(archived.c.member_id == given["member_id"])
        .exists()
    )
    return (
        insert(table)
        .from_select(list(given), sqlalchemy.select(*given.values()).where(~told))
        .on_conflict_do_nothing(index_elements=["occasion", "member_id"])
    )


def _looking() -> Any:
    """Put together what finds the messages to take: a short walk along one index for each."""
    table, member = table_of(OutboxMessage), table_of(Member)
    left_out = bindparam("left_out", expanding=True, type_=Id)
    walks = [
        sqlalchemy.select(table.c.id, table.c.priority, table.c.member_id)
        .where(PENDING, table.c.priority == literal_column(str(int(priority))))
        .where(table.c.due_at <= bindparam("now", type_=UtcDateTime()))
        .where(table.c.member_id.not_in(left_out))
        .order_by(table.c.due_at, table.c.id)
        .limit(bindparam(f"room_{priority.name}", type_=Integer))
        .subquery()
        for priority in Priority
    ]
    first = sqlalchemy.union_all(*(sqlalchemy.select(walk) for walk in walks)).subquery()
    return (
        sqlalchemy.select(first.c.id, first.c.priority, member.c.account_id)
        .join(member, member.c.id == first.c.member_id)
        .order_by(first.c.priority)
    )


def _taking() -> Any:
    table = table_of(OutboxMessage)
    known = [field.name for field in fields(Delivery) if field.name in table.c]
    return (
        sqlalchemy.update(table)
        .where(PENDING, table.c.id.in_(bindparam("numbers", expanding=True, type_=Id)))
        .values(state=OutboxState.SENDING.value, leased_until=bindparam("until"))
        .returning(*(table.c[name] for name in known))
    )


def _settling() -> Any:
    table = table_of(OutboxMessage)
    return (
        sqlalchemy.update(table)
        .where(table.c.id == bindparam("number"), table.c.settled_at.is_(None))
        .values(
            state=bindparam("as_state"),
            settled_at=bindparam("now"),
            leased_until=None,
            outcome=bindparam("why"),
            message_id=bindparam("became"),
        )
    )


def _seeking_firsts() -> Any:
    table = table_of(OutboxMessage)
    return sqlalchemy.select(
        *(
            sqlalchemy.select(func.min(table.c.due_at))
            .where(PENDING, table.c.priority == literal_column(str(int(priority))))
            .scalar_subquery()
            for priority in Priority
        )
    )


def _counting(state: Any) -> Any:
    """Put together what counts the messages in a state by kind: from its partial index alone."""
    table = table_of(OutboxMessage)
    due = case((table.c.due_at <= bindparam("now", type_=UtcDateTime()), table.c.due_at))
    return (
        sqlalchemy.select(table.c.kind, func.count(), func.min(due))
        .select_from(table)
        .where(state)
        .group_by(table.c.kind)
    )


# Put together once: the sender says them all the time, and that costs more than they do.
_WAITING = _looking()
_TAKE = _taking()
_SETTLE = _settling()
_FIRSTS = _seeking_firsts()
_QUEUES = tuple(map(_counting, (PENDING, SENDING)))
_ON_SQLITE = _announcing(sqlite.insert)
_ON_POSTGRESQL = _announcing(postgresql.insert)
