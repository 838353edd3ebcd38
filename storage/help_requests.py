"""A request for help from beginning to end: who is stuck, who helps, and whether it helped.

`TRANSITIONS` is the whole of what may follow what. Whatever changes a request is a conditional
update; its row count decides between two people who tap at once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, cards, outbox
from storage.cards import MessagePlace
from storage.errors import HelpNotNow, HelpTaken, NotAllowed, NotFound
from storage.models import (
    AuditEntry,
    HelpMessage,
    HelpRequest,
    HelpStatus,
    Member,
    Role,
    SaidAs,
)
from storage.people import Actor, deciders, known_id, members_with

MOST_PLACES = 8
LONGEST_PLACE = 40
HELPERS = Role.COACH | Role.PRINCIPAL


class HelpAction(StrEnum):
    """What moves a request from one status to another."""

    CLAIM = "claim"
    RELEASE = "release"
    """The helper gives it up, or has gone silent."""
    CLOSE = "close"
    REOPEN = "reopen"


TRANSITIONS: dict[tuple[HelpStatus, HelpAction], HelpStatus] = {
    (HelpStatus.OPEN, HelpAction.CLAIM): HelpStatus.CLAIMED,
    (HelpStatus.CLAIMED, HelpAction.RELEASE): HelpStatus.OPEN,
    (HelpStatus.OPEN, HelpAction.CLOSE): HelpStatus.CLOSED,
    (HelpStatus.CLAIMED, HelpAction.CLOSE): HelpStatus.CLOSED,
    (HelpStatus.CLOSED, HelpAction.REOPEN): HelpStatus.OPEN,
}


@dataclass(frozen=True, slots=True)
class FullRequest:
    """A request with the member who is stuck and whoever helps, or helped last."""

    request: HelpRequest
    owner: Member
    helper: Member | None

    @property
    def id(self) -> int:
        """The request's id."""
        return known_id(self.request.id)

    @property
    def status(self) -> HelpStatus:
        """Where the request stands."""
        return HelpStatus(self.request.status)

    def is_helped_by(self, member_id: int) -> bool:
        """Whether this member helps now."""
        return self.status is HelpStatus.CLAIMED and self.request.claimed_by == member_id


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that somebody has now, and who can help, told or not yet joined."""

    full: FullRequest
    helpers: list[Member]


# ------------------------------------------------------------------------------- asking


async def ask(
    session: AsyncSession, actor: Actor, where: str, *, today: date, now: datetime
) -> Asked:
    """Ask for help at `where`. Who has asked already adds the place to what is open."""
    where = where[:LONGEST_PLACE]
    helpers = await helpers_for(session, actor.school_id, actor.member_id, today)
    full = await active_of(session, actor.member_id)
    if full is None:
        full = await _begin(session, actor, where, now)
    elif where not in full.request.places and len(full.request.places) < MOST_PLACES:
        await _add_place(session, full, where, now)
    else:
        return Asked(full, helpers)
    audit.record(session, actor, "help.call", f"help:{full.id}", now, where=where)
    if full.status is HelpStatus.OPEN:
        await call(session, full, helpers, now, what=where)
    else:
        await tell_helper(session, full, "help_also", now, where=where)
    return Asked(full, helpers)


async def _begin(session: AsyncSession, actor: Actor, where: str, now: datetime) -> FullRequest:
    request = HelpRequest(
        school_id=actor.school_id,
        member_id=actor.member_id,
        places=[where],
        asked_at=now,
        queued_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(request)
    except IntegrityError:
        # Another process has opened it at the same moment.
        full = await active_of(session, actor.member_id)
        if full is None:
            raise
        return full
    return await _full(session, known_id(request.id))


async def _add_place(session: AsyncSession, full: FullRequest, where: str, now: datetime) -> None:
    # A new list: a changed one in place would go unnoticed.
    full.request.places = [*full.request.places, where]
    if full.status is HelpStatus.CLAIMED and full.request.owed_since is None:
        full.request.owed_since = now
    session.add(full.request)
    await session.flush()


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


# ------------------------------------------------------------------------------- helping


async def claim(
    session: AsyncSession,
    actor: Actor,
    request_id: int,
    now: datetime,
    tapped: MessagePlace | None = None,
) -> FullRequest:
    """Help somebody. Raises `HelpTaken` with who was first."""
    full = await read(session, actor, request_id)
    require_helper(actor, full)
    if full.is_helped_by(actor.member_id):
        return full
    await _move(
        session, full, HelpAction.CLAIM,
        claimed_by=actor.member_id, claimed_at=now, owed_since=now, unreachable_at=None,
        draft_message_id=None, draft_seen_at=None,
    )  # fmt: skip
    audit.record(session, actor, "help.claim", f"help:{request_id}", now)
    await cards.retire(session, cards.Subject(help_id=request_id), now, tapped)
    full = await _full(session, request_id)
    await tell_owner(session, full, "help_claimed", now)
    await _pass_on_earlier_files(session, full, actor.member_id, now)
    return full


async def release(
    session: AsyncSession, actor: Actor, request_id: int, today: date, now: datetime
) -> FullRequest:
    """Give a request back to the queue: its helper cannot go on."""
    full = await read(session, actor, request_id)
    if not full.is_helped_by(actor.member_id):
        raise _why_not(full)
    audit.record(session, actor, "help.release", f"help:{request_id}", now)
    return await back_to_queue(session, full, today, now)


async def back_to_queue(
    session: AsyncSession,
    full: FullRequest,
    today: date,
    now: datetime,
    *,
    unless_answered: bool = False,
) -> FullRequest:
    """Let a request wait again; its owner and all others who can help are told.

    With `unless_answered` only if the helper has not said a word since the request was read.
    """
    before = full.request.claimed_by
    still = (col(HelpRequest.owed_since).is_not_distinct_from(full.request.owed_since),)
    await _move(
        session, full, HelpAction.RELEASE, still if unless_answered else (),
        queued_at=now, alarmed_at=None, claimed_by=None, claimed_at=None, owed_since=None,
    )  # fmt: skip
    full = await _full(session, full.id)
    await tell_owner(session, full, "help_back_in_queue", now)
    school_id, owner_id = full.request.school_id, full.request.member_id
    helpers = await helpers_for(session, school_id, owner_id, today)
    helpers = [one for one in helpers if one.id != before]
    if not helpers:
        decide = await deciders(session, school_id, today)
        helpers = [one for one in decide if one.id not in (before, owner_id)]
    await call(session, full, helpers, now, what="again")
    return full


async def close(
    session: AsyncSession,
    actor: Actor,
    request_id: int,
    now: datetime,
    tapped: MessagePlace | None = None,
) -> FullRequest:
    """End a request: for whoever helps, and for whoever asked. The other one is told."""
    full = await read(session, actor, request_id)
    is_owner = full.request.member_id == actor.member_id
    if not is_owner and not full.is_helped_by(actor.member_id):
        raise _why_not(full)
    await _move(session, full, HelpAction.CLOSE, closed_at=now, owed_since=None, helped=None)
    audit.record(session, actor, "help.close", f"help:{request_id}", now)
    await cards.retire(session, cards.Subject(help_id=request_id), now, tapped)
    full = await _full(session, request_id)
    if is_owner:
        await tell_helper(session, full, "help_ended", now)
    else:
        await tell_owner(session, full, "help_ended", now)
    return full


async def answer(
    session: AsyncSession,
    actor: Actor,
    request_id: int,
    *,
    helped: bool,
    today: date,
    now: datetime,
) -> FullRequest:
    """Say whether the help has helped. If not, the request waits in the queue again."""
    full = await read(session, actor, request_id)
    if full.request.member_id != actor.member_id:
        raise NotAllowed
    audit.record(session, actor, "help.answer", f"help:{request_id}", now, helped=helped)
    if helped or full.status is not HelpStatus.CLOSED:
        await session.exec(
            update(HelpRequest)
            .where(col(HelpRequest.id) == request_id)
            .where(col(HelpRequest.status) == HelpStatus.CLOSED)
            .values(helped=helped)
            .execution_options(synchronize_session=False)
        )
        return await _full(session, request_id)
    newer = await active_of(session, actor.member_id)
    if newer is not None:
        return newer
    await _move(
        session, full, HelpAction.REOPEN,
        helped=False, queued_at=now, alarmed_at=None, closed_at=None,
        claimed_by=None, claimed_at=None,
    )  # fmt: skip
    full = await _full(session, request_id)
    helpers = await helpers_for(session, actor.school_id, actor.member_id, today)
    await call(session, full, helpers, now, what="again")
    return full


def require_helper(actor: Actor, full: FullRequest) -> None:
    """Raise `NotAllowed` unless the actor may help: a coach or principal, and not oneself."""
    if full.request.member_id == actor.member_id:
        raise NotAllowed
    if not actor.decides:
        actor.require(HELPERS)


def _why_not(full: FullRequest) -> HelpTaken | HelpNotNow:
    if full.status is HelpStatus.CLAIMED and full.helper and full.request.claimed_at:
        return HelpTaken(full.helper.name, full.request.claimed_at)
    return HelpNotNow(full.status)


async def _move(
    session: AsyncSession,
    full: FullRequest,
    action: HelpAction,
    only_if: Sequence[Any] = (),
    **values: Any,
) -> None:
    """Take one transition, or raise why not. The row count of one update decides the winner."""
    after = TRANSITIONS.get((full.status, action))
    if after is None:
        raise _why_not(full)
    moved = await session.exec(
        update(HelpRequest)
        .where(col(HelpRequest.id) == full.id, col(HelpRequest.status) == full.status)
        .where(col(HelpRequest.claimed_by).is_not_distinct_from(full.request.claimed_by))
        .where(*only_if)
        .values(status=after, **values)
        .execution_options(synchronize_session=False)
    )
    if not moved.rowcount:
        raise _why_not(await _full(session, full.id))


# ------------------------------------------------------------------------------- telling


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


async def _pass_on_earlier_files(
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


def note_lapse(session: AsyncSession, full: FullRequest, why: str, now: datetime) -> None:
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


# ------------------------------------------------------------------------------- reading


async def read(session: AsyncSession, actor: Actor, request_id: int) -> FullRequest:
    """Give a request of the actor's school to whoever asked and to those who can help."""
    full = await _found(session, request_id)
    if full is None or full.request.school_id != actor.school_id:
        raise NotFound
    if full.request.member_id != actor.member_id and not actor.decides:
        actor.require(HELPERS)
    return full


async def active_of(session: AsyncSession, member_id: int) -> FullRequest | None:
    """Give the request of a member that is not closed."""
    found = await session.exec(
        select(col(HelpRequest.id))
        .where(HelpRequest.member_id == member_id, col(HelpRequest.closed_at).is_(None))
        .limit(1)
    )
    number = found.first()
    return await _full(session, number) if number is not None else None


async def helped_by(session: AsyncSession, member_id: int) -> list[FullRequest]:
    """Give the requests that a member helps with now."""
    found = await session.exec(
        select(col(HelpRequest.id))
        .where(HelpRequest.claimed_by == member_id, HelpRequest.status == HelpStatus.CLAIMED)
        .order_by(col(HelpRequest.id))
    )
    return [await _full(session, known_id(number)) for number in found.all()]


async def queue(session: AsyncSession, actor: Actor) -> list[FullRequest]:
    """Give the school's open requests and those the actor helps with, oldest first."""
    if not actor.decides:
        actor.require(HELPERS)
    helper = aliased(Member)
    found = await session.exec(
        select(HelpRequest, Member, helper)
        .join(Member, col(Member.id) == col(HelpRequest.member_id))
        .join(helper, col(helper.id) == col(HelpRequest.claimed_by), isouter=True)
        .where(HelpRequest.school_id == actor.school_id)
        .where(col(HelpRequest.closed_at).is_(None))
        .where(HelpRequest.member_id != actor.member_id)
        .where(
            (col(HelpRequest.status) == HelpStatus.OPEN)
            | (col(HelpRequest.claimed_by) == actor.member_id)
        )
        .order_by(col(HelpRequest.asked_at), col(HelpRequest.id))
    )
    return [FullRequest(*row) for row in found.all()]


async def count_open(session: AsyncSession, actor: Actor) -> int:
    """Say how many requests of the school wait for somebody, without the actor's own."""
    found = await session.exec(
        select(func.count(col(HelpRequest.id))).where(
            HelpRequest.school_id == actor.school_id,
            HelpRequest.status == HelpStatus.OPEN,
            HelpRequest.member_id != actor.member_id,
        )
    )
    return int(found.one())


async def _full(session: AsyncSession, request_id: int) -> FullRequest:
    full = await _found(session, request_id)
    if full is None:
        raise NotFound
    return full


async def _found(session: AsyncSession, request_id: int) -> FullRequest | None:
    request = await session.get(HelpRequest, request_id, populate_existing=True)
    if request is None:
        return None
    owner = await session.get(Member, request.member_id)
    helper = await session.get(Member, request.claimed_by) if request.claimed_by else None
    if owner is None:
        return None
    return FullRequest(request, owner, helper)
