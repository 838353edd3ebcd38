"""What a coach, a principal or an operator writes to many: draft, schedule, start, cancel.

`TRANSITIONS` is the whole of what may follow what. What happens once a broadcast has been started
is in `storage.broadcast_runs`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audiences, audit, outbox
from storage.audiences import Addressee, Audience, AudienceKind, Counts, Scope
from storage.errors import (
    BroadcastChanged,
    BroadcastEmpty,
    BroadcastNotNow,
    NobodyInReach,
    NotAllowed,
    NotFound,
    TimeIsPast,
    TooLong,
)
from storage.models import Broadcast, BroadcastStatus, Member, OutboxState, Role, School
from storage.people import Actor, Membership, find_account, known_id, member_of, today_at
from storage.rulebook import RuleBook

SENDERS = Role.COACH | Role.PRINCIPAL | Role.OPERATOR
LONGEST_TEXT = 4096
"""Characters that are kept; how many fit once names are filled in is for whoever draws it."""

STARTS_WITHIN = timedelta(hours=6)
"""A broadcast whose hour passed so long ago, while the bot was off, may no longer be meant."""

RECENT = 8


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


@dataclass(frozen=True, slots=True)
class Attachment:
    """A photo or a document at Telegram: its name there, and the album it came with."""

    file_id: str
    kind: str
    album: str = ""


def may_send(actor: Actor) -> bool:
    """Say whether somebody may write to many."""
    return actor.decides or bool(actor.roles & SENDERS)


def require_sender(actor: Actor) -> None:
    """Raise `NotAllowed` unless the actor may write to many."""
    if not may_send(actor):
        raise NotAllowed


# ------------------------------------------------------------------------------- looking


async def own(session: AsyncSession, actor: Actor, broadcast_id: int) -> Broadcast:
    """Give a broadcast to whoever wrote it, and to nobody else."""
    require_sender(actor)
    found = await session.get(Broadcast, broadcast_id)
    if found is None or found.member_id != actor.member_id:
        raise NotFound
    return found


async def draft_of(session: AsyncSession, actor: Actor) -> Broadcast | None:
    """Give what the actor has begun and neither sent nor put away, if there is something."""
    require_sender(actor)
    found = await session.exec(
        select(Broadcast)
        .where(Broadcast.member_id == actor.member_id)
        .where(Broadcast.status == BroadcastStatus.DRAFT)
        .order_by(col(Broadcast.changed_at).desc(), col(Broadcast.id).desc())
        .limit(1)
    )
    return found.first()


async def recent(session: AsyncSession, actor: Actor) -> Sequence[Broadcast]:
    """Give the actor's latest broadcasts, newest first; drafts only if there is something in."""
    require_sender(actor)
    found = await session.exec(
        select(Broadcast)
        .where(Broadcast.member_id == actor.member_id, col(Broadcast.origin_id).is_(None))
        .where(
            col(Broadcast.started_at).is_not(None)
            | (col(Broadcast.status) == BroadcastStatus.SCHEDULED)
            | (col(Broadcast.status) == BroadcastStatus.DRAFT)
            & ((col(Broadcast.text) != "") | (col(Broadcast.file_id) != ""))
        )
        .order_by(col(Broadcast.id).desc())
        .limit(RECENT)
    )
    return found.all()


def is_empty(broadcast: Broadcast) -> bool:
    """Say whether there is neither a word nor a file to send."""
    return not (broadcast.text or broadcast.file_id)


async def family(session: AsyncSession, broadcast: Broadcast) -> list[Broadcast]:
    """Give a broadcast with the same one to the other schools, the first one first."""
    found = await session.exec(
        select(Broadcast).where(Broadcast.origin_id == broadcast.id).order_by(col(Broadcast.id))
    )
    return [broadcast, *found.all()]


async def audience_of(session: AsyncSession, broadcast: Broadcast) -> Audience:
    """Give whom a broadcast is for."""
    kind = AudienceKind(broadcast.audience)
    people = list(broadcast.people)
    if kind is AudienceKind.FAILED and broadcast.again_of is not None:
        earlier = await session.get_one(Broadcast, broadcast.again_of)
        people = await not_delivered(session, await family(session, earlier))
    return Audience(kind, tuple(people))


async def not_delivered(session: AsyncSession, those: Sequence[Broadcast]) -> list[int]:
    """Give the members (by id) who were written to in vain, without those who block the bot.

    What was withdrawn by the sender has not failed.
    """
    found: list[int] = []
    for one in those:
        found += await outbox.in_state(session, known_id(one.id), OutboxState.FAILED)
        if one.status == BroadcastStatus.DONE:
            found += await outbox.in_state(session, known_id(one.id), OutboxState.CANCELLED)
    return found


def scope_of(rulebook: RuleBook, school: School, sender_id: int, now: datetime) -> Scope:
    """Give where the audience of a sender in a school is looked for."""
    return Scope(school, rulebook, today_at(school, now), sender_id)


async def reach(
    session: AsyncSession, rulebook: RuleBook, broadcast: Broadcast, now: datetime
) -> Counts:
    """Count whom a broadcast would reach if it were sent now, in all its schools."""
    total = Counts()
    audience = await audience_of(session, broadcast)
    for scope in await _scopes(session, rulebook, broadcast, now):
        total = total.plus(await audiences.count(session, scope, audience))
    return total


async def _scopes(
    session: AsyncSession, rulebook: RuleBook, broadcast: Broadcast, now: datetime
) -> list[Scope]:
    """Give where the audience is looked for: in the sender's school, and in the chosen others."""
    found = []
    for seat in [broadcast.member_id, *await _other_seats(session, broadcast)]:
        member = await session.get_one(Member, seat)
        school = await session.get_one(School, member.school_id)
        found.append(scope_of(rulebook, school, seat, now))
    return found


async def sample(
    session: AsyncSession, rulebook: RuleBook, broadcast: Broadcast, now: datetime
) -> Member | None:
    """Give somebody who would receive a broadcast; if nobody can, somebody who is meant."""
    audience, fallback = await audience_of(session, broadcast), None
    for scope in await _scopes(session, rulebook, broadcast, now):
        async for one in audiences.everybody_in(session, scope, audience):
            if one.why is None:
                return await session.get(Member, one.member_id)
            fallback = fallback or one.member_id
    return await session.get(Member, fallback) if fallback else None


async def out_of_reach(
    session: AsyncSession, rulebook: RuleBook, broadcast: Broadcast, now: datetime
) -> list[Addressee]:
    """Give those who are meant and cannot be written to, by name."""
    audience = await audience_of(session, broadcast)
    found: list[Addressee] = []
    for scope in await _scopes(session, rulebook, broadcast, now):
        everybody = audiences.everybody_in(session, scope, audience)
        found += [one async for one in everybody if one.why is not None]
    return sorted(found, key=lambda one: one.name.casefold())


# ------------------------------------------------------------------------------- drafting


async def begin(
    session: AsyncSession, actor: Actor, kind: AudienceKind, now: datetime
) -> Broadcast:
    """Write to an audience: in the draft that there is, whose words are kept, or in a new one."""
    draft = await draft_of(session, actor)
    if draft is None:
        draft = _new_draft(actor, now)
        draft.audience = kind
    elif draft.audience != kind:
        draft.audience = kind
        draft.people = []
        _touch(draft, now)
    if kind in audiences.BY_NUMBER:
        draft.seats = []
    session.add(draft)
    await session.flush()
    return draft


def _new_draft(actor: Actor, now: datetime) -> Broadcast:
    return Broadcast(
        school_id=actor.school_id,
        member_id=actor.member_id,
        audience=AudienceKind.ALL,
        created_at=now,
        changed_at=now,
    )


async def write(
    session: AsyncSession, actor: Actor, broadcast_id: int, text: str, now: datetime
) -> Broadcast:
    """Keep the words of a draft. Raises `TooLong`, and cuts nothing."""
    draft = await _own_draft(session, actor, broadcast_id)
    if len(text) > LONGEST_TEXT:
        raise TooLong(LONGEST_TEXT, len(text))
    draft.text = text
    return await _kept(session, draft, now)


async def attach(
    session: AsyncSession, actor: Actor, broadcast_id: int, file: Attachment, now: datetime
) -> Broadcast:
    """Keep the one file of a draft, in the place of any other."""
    draft = await _own_draft(session, actor, broadcast_id)
    draft.file_id, draft.file_kind, draft.album = file.file_id, file.kind, file.album
    return await _kept(session, draft, now)


async def detach(
    session: AsyncSession, actor: Actor, broadcast_id: int, now: datetime
) -> Broadcast:
    """Send without a file."""
    return await attach(session, actor, broadcast_id, Attachment("", ""), now)


async def toggle_person(
    session: AsyncSession, actor: Actor, broadcast_id: int, member_id: int, now: datetime
) -> Broadcast:
    """Name a member of the school as receiver, or no longer. Raises `NotFound` for others."""
    draft = await _own_draft(session, actor, broadcast_id)
    member = await member_of(session, actor.school_id, member_id)
    if not member.roles or member_id == actor.member_id:
        raise NotFound
    draft.people = _toggled(draft.people, member_id)
    return await _kept(session, draft, now)


async def toggle_school(
    session: AsyncSession, actor: Actor, broadcast_id: int, seat_id: int, now: datetime
) -> Broadcast:
    """Write to another school too, or no longer: the sender is an operator there as well.

    `seat_id` is the sender's member in that school. Raises `NotAllowed` for any other.
    """
    draft = await _own_draft(session, actor, broadcast_id)
    member = await session.get(Member, actor.member_id)
    seat = await session.get(Member, seat_id)
    if member is None or seat is None or not _also_operates(member, seat):
        raise NotAllowed
    draft.seats = _toggled(draft.seats, seat_id)
    return await _kept(session, draft, now)


def _toggled(numbers: Sequence[int], number: int) -> list[int]:
    return sorted(set(numbers) ^ {number})


def _also_operates(member: Member, seat: Member) -> bool:
    return (
        seat.id != member.id
        and seat.account_id is not None
        and seat.account_id == member.account_id
        and bool(Role(seat.roles) & Role(member.roles) & Role.OPERATOR)
    )


async def _other_seats(session: AsyncSession, broadcast: Broadcast) -> list[int]:
    """Give the sender's seats in the other chosen schools that still are the sender's."""
    if not broadcast.seats:
        return []
    member = await session.get_one(Member, broadcast.member_id)
    found = await session.exec(
        select(Member).where(col(Member.id).in_(broadcast.seats)).order_by(col(Member.id))
    )
    return [known_id(seat.id) for seat in found.all() if _also_operates(member, seat)]


async def _own_draft(session: AsyncSession, actor: Actor, broadcast_id: int) -> Broadcast:
    draft = await own(session, actor, broadcast_id)
    if draft.status != BroadcastStatus.DRAFT:
        raise BroadcastNotNow(draft.status)
    return draft


async def _kept(session: AsyncSession, draft: Broadcast, now: datetime) -> Broadcast:
    _touch(draft, now)
    session.add(draft)
    await session.flush()
    return draft


def _touch(draft: Broadcast, now: datetime) -> None:
    draft.revision += 1
    draft.changed_at = now


# ------------------------------------------------------------------------------- deciding


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

    From here on the outbox is filled part by part: see `storage.broadcast_runs`.
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
    for seat in await _other_seats(session, broadcast):
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

    Then it is a draft again, and the sender is told why. Nothing happens to one whose sender may
    no longer write to many: it is cancelled.
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
    due_at = broadcast.due_at or now
    await move(session, broadcast, Action.WITHDRAW, due_at=None, changed_at=now)
    _note(session, actor, broadcast, Action.WITHDRAW, now, why=why)
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[actor.member_id],
        occasion=f"broadcast:{broadcast.id}:back:{due_at.isoformat()}",
        kind="broadcast_not_started",
        subject={"broadcast": broadcast.id, "why": why, "due_at": due_at.isoformat()},
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


async def restore(
    session: AsyncSession, actor: Actor, broadcast_id: int, now: datetime
) -> Broadcast:
    """Make a new draft of what was put away before it began to be sent."""
    before = await own(session, actor, broadcast_id)
    if before.status != BroadcastStatus.CANCELLED or before.started_at is not None:
        raise BroadcastNotNow(before.status)
    draft = _copy_of(before, actor, now)
    draft.people, draft.seats = list(before.people), list(before.seats)
    session.add(draft)
    await session.flush()
    return draft


async def send_again(
    session: AsyncSession, actor: Actor, broadcast_id: int, now: datetime
) -> Broadcast:
    """Make a new draft of a broadcast that is over, for those whom it failed to reach."""
    before = await own(session, actor, broadcast_id)
    if before.ended_at is None or before.started_at is None or before.origin_id is not None:
        raise BroadcastNotNow(before.status)
    if not await not_delivered(session, await family(session, before)):
        raise NobodyInReach
    draft = _copy_of(before, actor, now)
    draft.audience, draft.again_of = AudienceKind.FAILED, before.id
    draft.seats = list(before.seats)
    session.add(draft)
    await session.flush()
    audit.record(session, actor, "broadcast.again", f"broadcast:{draft.id}", now, of=broadcast_id)
    return draft


def _copy_of(before: Broadcast, actor: Actor, now: datetime) -> Broadcast:
    draft = _new_draft(actor, now)
    draft.audience, draft.again_of = before.audience, before.again_of
    draft.text = before.text
    draft.file_id, draft.file_kind = before.file_id, before.file_kind
    return draft


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
