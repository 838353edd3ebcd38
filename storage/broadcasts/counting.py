"""What has become of a broadcast: how many it has reached, whom not, and what they have said."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.broadcasts.reaching import not_delivered
from storage.broadcasts.reading import family
from storage.models import (
    Broadcast,
    BroadcastAnswer,
    BroadcastMiss,
    BroadcastReply,
    BroadcastStatus,
    Member,
    OutboxState,
    OutOfReach,
)
from storage.people import known_id

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

    For whoever may see the broadcast: the caller has asked `storage.broadcasts.reading.own`.
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
