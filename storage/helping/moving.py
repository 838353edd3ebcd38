"""A request for help from beginning to end: who helps, who gives it back, whether it helped.

`TRANSITIONS` is the whole of what may follow what. Whatever changes a request is a conditional
update; its row count decides between two people who tap at once.
"""

from collections.abc import Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, cards
from storage.cards import MessagePlace
from storage.errors import HelpNotNow, HelpTaken, NotAllowed
from storage.helping.requests import FullRequest, active_of, full_request, read, require_helper
from storage.helping.telling import (
    call,
    helpers_for,
    pass_on_earlier_files,
    tell_helper,
    tell_owner,
)
from storage.models import HelpRequest, HelpStatus
from storage.people import Actor, deciders


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
    full = await full_request(session, request_id)
    await tell_owner(session, full, "help_claimed", now)
    await pass_on_earlier_files(session, full, actor.member_id, now)
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
    full = await full_request(session, full.id)
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
    full = await full_request(session, request_id)
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
        return await full_request(session, request_id)
    newer = await active_of(session, actor.member_id)
    if newer is not None:
        return newer
    await _move(
        session, full, HelpAction.REOPEN,
        helped=False, queued_at=now, alarmed_at=None, closed_at=None,
        claimed_by=None, claimed_at=None,
    )  # fmt: skip
    full = await full_request(session, request_id)
    helpers = await helpers_for(session, actor.school_id, actor.member_id, today)
    await call(session, full, helpers, now, what="again")
    return full


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
        raise _why_not(await full_request(session, full.id))
