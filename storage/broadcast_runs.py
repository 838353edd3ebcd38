"""A broadcast on its way: filling the outbox part by part, counting, ending; and the answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import func, insert, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audiences, outbox
from storage.broadcasts import Action, audience_of, family, move, not_delivered, scope_of
from storage.errors import BroadcastNotNow, NotFound
from storage.models import (
    ArchivedMessage,
    Broadcast,
    BroadcastAnswer,
    BroadcastMiss,
    BroadcastReply,
    BroadcastStatus,
    Member,
    OutboxMessage,
    OutboxState,
    OutOfReach,
    School,
)
from storage.outbox import Priority
from storage.people import Actor, known_id
from storage.rulebook import RuleBook

EXPIRES_AFTER = timedelta(hours=24)
"""What could not be delivered for so long is no longer news; it can be sent again."""

AT_ONCE_BY_EVIDENCE = 100
"""Looking through evidence takes longer, and other writers wait meanwhile."""

NAMES_AT_ONCE = 500


class Fate(StrEnum):
    """What became of a broadcast for somebody, or what that person has said to it."""

    BLOCKED = "blocked"
    NOT_JOINED = "not_joined"
    FAILED = "failed"
    DONE = "done"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a broadcast is, over all its schools, in people.

    `waiting` have not been tried yet, `withdrawn` never will be.
    """

    sent: int
    waiting: int
    withdrawn: int
    blocked: int
    not_joined: int
    failed: int
    done: int
    help: int

    @property
    def settled(self) -> int:
        """For how many it has been tried, with whatever success."""
        return self.total - self.waiting

    @property
    def total(self) -> int:
        """How many messages there are."""
        return self.sent + self.waiting + self.withdrawn + self.blocked + self.failed

    def of(self, fate: Fate) -> int:
        """How many people had this fate."""
        return int(getattr(self, fate.value))


# ------------------------------------------------------------------------------- running


async def unfinished(session: AsyncSession) -> Sequence[int]:
    """Give what is being sent, and what has ended without its sender knowing; oldest first."""
    found = await session.exec(
        select(col(Broadcast.id))
        .where(col(Broadcast.told_at).is_(None), col(Broadcast.started_at).is_not(None))
        .where(col(Broadcast.origin_id).is_(None))
        .order_by(col(Broadcast.id))
    )
    return [known_id(number) for number in found.all()]


async def write_part(
    session: AsyncSession,
    rulebook: RuleBook,
    broadcast_id: int,
    now: datetime,
    limit: int | None = None,
) -> bool:
    """Fill the outbox for the next of the audience; False when there is nothing left to fill.

    How far it has come is stored with the messages: after a crash it goes on from there, and two
    who try at once cannot both go on.
    """
    broadcast = await session.get(Broadcast, broadcast_id)
    if broadcast is None or not _is_being_written(broadcast):
        return False
    school = await session.get_one(School, broadcast.school_id)
    scope = scope_of(rulebook, school, broadcast.member_id, broadcast.started_at or now)
    audience = await audience_of(session, broadcast)
    if limit is None:
        limit = AT_ONCE_BY_EVIDENCE if audience.kind in audiences.BY_EVIDENCE else audiences.PART
    part = await audiences.part_of(session, scope, audience, broadcast.written_to, limit)
    moved = await session.exec(
        update(Broadcast)
        .where(col(Broadcast.id) == broadcast_id, col(Broadcast.written_at).is_(None))
        .where(col(Broadcast.status) == BroadcastStatus.SENDING)
        .where(col(Broadcast.written_to) == broadcast.written_to)
        .values(written_to=part.upto, written_at=None if part.more else now)
        .execution_options(synchronize_session=False)
    )
    if not moved.rowcount:
        return False
    missed = [
        {"broadcast_id": broadcast_id, "member_id": one.member_id, "why": one.why}
        for one in part.people
        if one.why is not None
    ]
    if missed:
        await session.exec(insert(BroadcastMiss), params=missed)
    await outbox.announce(
        session,
        school_id=broadcast.school_id,
        recipients=[one.member_id for one in part.people if one.why is None],
        occasion=f"broadcast:{broadcast_id}",
        kind="broadcast",
        subject={"broadcast": broadcast_id},
        now=now,
        priority=Priority.BROADCAST,
        expires_at=now + EXPIRES_AFTER,
        broadcast_id=broadcast_id,
    )
    return part.more


def _is_being_written(broadcast: Broadcast) -> bool:
    return broadcast.status == BroadcastStatus.SENDING and broadcast.written_at is None


async def is_over(session: AsyncSession, broadcast_id: int) -> bool:
    """Say whether nothing of a broadcast waits any more, in any school. Changes nothing."""
    broadcast = await session.get_one(Broadcast, broadcast_id)
    for one in await family(session, broadcast):
        if _is_being_written(one) or await _is_waiting(session, known_id(one.id)):
            return False
    return True


async def finish(session: AsyncSession, broadcast_id: int, now: datetime) -> bool:
    """End a broadcast once nothing of it waits any more, in any school; say whether it is over."""
    if not await is_over(session, broadcast_id):
        return False
    broadcast = await session.get_one(Broadcast, broadcast_id)
    for one in await family(session, broadcast):
        if one.status != BroadcastStatus.SENDING:
            continue
        try:
            await move(session, one, Action.FINISH, ended_at=now)
        except BroadcastNotNow:
            continue  # cancelled this very moment
    return True


async def _is_waiting(session: AsyncSession, broadcast_id: int) -> bool:
    counted = await outbox.tally(session, broadcast_id)
    return bool(counted.get(OutboxState.PENDING) or counted.get(OutboxState.SENDING))


async def keep_place(session: AsyncSession, broadcast_id: int, message_id: int) -> None:
    """Note which message in the sender's chat tells how far it is."""
    await session.exec(
        update(Broadcast)
        .where(col(Broadcast.id) == broadcast_id)
        .values(message_id=message_id)
        .execution_options(synchronize_session=False)
    )


async def note_told(session: AsyncSession, broadcast_id: int, now: datetime) -> None:
    """Note that the sender has seen how it ended."""
    await session.exec(
        update(Broadcast)
        .where((col(Broadcast.id) == broadcast_id) | (col(Broadcast.origin_id) == broadcast_id))
        .where(col(Broadcast.ended_at).is_not(None), col(Broadcast.told_at).is_(None))
        .values(told_at=now)
        .execution_options(synchronize_session=False)
    )


# ------------------------------------------------------------------------------- counting


async def standing(session: AsyncSession, broadcast: Broadcast) -> Standing:
    """Count what has become of a broadcast so far."""
    those = await family(session, broadcast)
    counted = dict.fromkeys(OutboxState, 0)
    failed_too = 0
    for one in those:
        tally = await outbox.tally(session, known_id(one.id))
        for state, number in tally.items():
            counted[state] += number
        if one.status == BroadcastStatus.DONE:
            failed_too += tally.get(OutboxState.CANCELLED, 0)
    missed = await _by(session, BroadcastMiss.why, BroadcastMiss, those)
    answers = await _by(session, BroadcastReply.answer, BroadcastReply, those)
    return Standing(
        sent=counted[OutboxState.SENT],
        waiting=counted[OutboxState.PENDING] + counted[OutboxState.SENDING],
        withdrawn=counted[OutboxState.CANCELLED] - failed_too,
        blocked=counted[OutboxState.BLOCKED] + missed.get(OutOfReach.BLOCKED, 0),
        not_joined=missed.get(OutOfReach.NOT_JOINED, 0),
        failed=counted[OutboxState.FAILED] + failed_too,
        done=answers.get(BroadcastAnswer.DONE, 0),
        help=answers.get(BroadcastAnswer.HELP, 0),
    )


async def _by(
    session: AsyncSession,
    column: str,
    table: type[BroadcastMiss] | type[BroadcastReply],
    those: Sequence[Broadcast],
) -> dict[str, int]:
    found = await session.exec(
        select(column, func.count(col(table.id)))
        .where(col(table.broadcast_id).in_([one.id for one in those]))
        .group_by(column)
    )
    return dict(found.all())


async def names(session: AsyncSession, broadcast: Broadcast, fate: Fate) -> list[str]:
    """Give the names of those with a fate, in the order of the alphabet.

    For whoever may see the broadcast: the caller has asked `storage.broadcasts.own`.
    """
    those = await family(session, broadcast)
    numbers = await _whom(session, those, fate)
    found: list[str] = []
    for at in range(0, len(numbers), NAMES_AT_ONCE):
        some = await session.exec(
            select(Member.name).where(col(Member.id).in_(numbers[at : at + NAMES_AT_ONCE]))
        )
        found += some.all()
    return sorted(found, key=str.casefold)


async def _whom(session: AsyncSession, those: Sequence[Broadcast], fate: Fate) -> list[int]:
    numbers = [known_id(one.id) for one in those]
    if fate is Fate.FAILED:
        return await not_delivered(session, those)
    if fate in (Fate.DONE, Fate.HELP):
        answered = await session.exec(
            select(BroadcastReply.member_id)
            .where(col(BroadcastReply.broadcast_id).in_(numbers))
            .where(BroadcastReply.answer == fate.value)
        )
        return list(answered.all())
    missed = await session.exec(
        select(BroadcastMiss.member_id)
        .where(col(BroadcastMiss.broadcast_id).in_(numbers))
        .where(BroadcastMiss.why == fate.value)
    )
    found = list(missed.all())
    if fate is Fate.BLOCKED:
        for number in numbers:
            found += await outbox.in_state(session, number, OutboxState.BLOCKED)
    return found


# ------------------------------------------------------------------------------- answers


async def received_by(
    session: AsyncSession, broadcast_id: int, member_ids: Iterable[int]
) -> int | None:
    """Say which of some members a broadcast was written to; None when to none of them."""
    # Old ones are in the archive; who answers late is heard all the same.
    for messages in (OutboxMessage, ArchivedMessage):
        found = await session.exec(
            select(messages.member_id)
            .where(messages.broadcast_id == broadcast_id)
            .where(col(messages.member_id).in_(list(member_ids)))
            .limit(1)
        )
        number = found.first()
        if number is not None:
            return number
    return None


async def answer(
    session: AsyncSession,
    actor: Actor,
    broadcast_id: int,
    what: BroadcastAnswer,
    now: datetime,
) -> Broadcast:
    """Keep what a receiver says; the last word counts. Raises `NotFound` for anybody else."""
    broadcast = await session.get(Broadcast, broadcast_id)
    if broadcast is None or broadcast.school_id != actor.school_id:
        raise NotFound
    if await received_by(session, broadcast_id, [actor.member_id]) is None:
        raise NotFound
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    upsert = (sqlite.insert if is_sqlite else postgresql.insert)(BroadcastReply).values(
        broadcast_id=broadcast_id, member_id=actor.member_id, answer=what, answered_at=now
    )
    await session.exec(
        upsert.on_conflict_do_update(
            index_elements=["broadcast_id", "member_id"],
            set_={"answer": what, "answered_at": now},
        )
    )
    return broadcast
