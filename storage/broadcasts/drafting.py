"""Putting a broadcast together: for whom, the words, a file; anew, or from an earlier one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.broadcasts import audiences
from storage.broadcasts.audiences import AudienceKind
from storage.broadcasts.reaching import also_operates, not_delivered
from storage.broadcasts.reading import draft_of, family, own
from storage.errors import BroadcastNotNow, NobodyInReach, NotAllowed, NotFound, TooLong
from storage.models import Broadcast, BroadcastStatus, Member
from storage.people import Actor, member_of

LONGEST_TEXT = 4096
"""Characters that are kept; how many fit once names are filled in is for whoever draws it."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A photo or a document at Telegram: its name there, and the album it came with."""

    file_id: str
    kind: str
    album: str = ""


async def begin(
    session: AsyncSession, actor: Actor, kind: AudienceKind, now: datetime
) -> Broadcast:
    """Write to an audience: in the draft that there is, whose words are kept, or in a new one."""
    draft = await draft_of(session, actor)
    if draft is None:
        draft = _new_draft(actor, now)
        draft.audience = kind
    elif draft.audience != kind:
        draft.audience, draft.again_of = kind, None
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
    if member is None or seat is None or not also_operates(member, seat):
        raise NotAllowed
    draft.seats = _toggled(draft.seats, seat_id)
    return await _kept(session, draft, now)


def _toggled(numbers: Sequence[int], number: int) -> list[int]:
    return sorted(set(numbers) ^ {number})


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


# ------------------------------------------------------------------------------- anew


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
