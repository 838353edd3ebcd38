"""Putting a piece of evidence in the place of another, taking one away, bringing it back.

What is replaced or taken away stays, as history.
"""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.errors import EvidenceChanged
from storage.evidence.changing import change, tell_checkers
from storage.evidence.filing import copy_of, require_new_here
from storage.evidence.reading import HISTORY, Piece, own_piece, with_pages
from storage.evidence.receiving import require_room
from storage.models import Evidence, EvidenceStatus
from storage.people import Actor


async def replace(
    session: AsyncSession,
    actor: Actor,
    evidence_id: int,
    by_id: int,
    now: datetime,
    *,
    keep_day: bool = True,
) -> Piece:
    """Put a piece that has just been sent in the place of an earlier one, which becomes history.

    What is said about the earlier one is taken over; its day unless `keep_day` is False.
    Raises `AlreadyDecided` when the earlier one was accepted meanwhile: both are kept then.
    Raises `SameFileHere` when the entry has this file already, in a third piece.
    """
    piece = await own_piece(session, actor, evidence_id)
    new = await own_piece(session, actor, by_id)
    # Held from here on: once the earlier one has given up its place, nothing must be in the way.
    await session.flush()
    await session.refresh(new.evidence, with_for_update=True)
    if new.status is not EvidenceStatus.UNSORTED or new.id == piece.id:
        raise EvidenceChanged
    old = piece.evidence
    filed = old.plan_id is not None
    if old.plan_id is not None:
        await require_new_here(session, old.plan_id, (old.step, old.code), new, leaving=piece.id)
    await change(session, piece, now, status=EvidenceStatus.REPLACED)
    if keep_day:
        new.evidence.dated_on = new.evidence.dated_on or old.dated_on
    await change(
        session, new, now,
        status=EvidenceStatus.RECEIVED if filed else EvidenceStatus.UNSORTED,
        plan_id=old.plan_id, step=old.step, code=old.code, kind=old.kind, covers=old.covers,
        note=new.evidence.note or old.note, replaces_id=piece.id, dated_on=new.evidence.dated_on,
    )  # fmt: skip
    audit.record(session, actor, "evidence.replace", f"evidence:{piece.id}", now, by=new.id)
    if filed:
        await tell_checkers(session, actor, now)
    return new


async def take_away(session: AsyncSession, actor: Actor, evidence_id: int, now: datetime) -> Piece:
    """Take a piece away that has not been accepted. It stays in the history."""
    piece = await own_piece(session, actor, evidence_id)
    await change(session, piece, now, status=EvidenceStatus.REMOVED)
    audit.record(session, actor, "evidence.remove", f"evidence:{piece.id}", now)
    return piece


async def bring_back(
    session: AsyncSession, actor: Actor, evidence_id: int, now: datetime
) -> Piece:
    """Undo that a piece was taken away: a new piece like it, in its place; asked twice, one.

    Raises `SameFileHere` when the entry has got these files anew meanwhile, and `TooMany` for one
    that was not filed where too much is unsorted already.
    """
    piece = await own_piece(session, actor, evidence_id)
    if piece.status is not EvidenceStatus.REMOVED:
        raise EvidenceChanged
    found = await session.exec(
        select(Evidence)
        .where(Evidence.replaces_id == piece.id, Evidence.member_id == actor.member_id)
        .where(col(Evidence.status).not_in(HISTORY))
    )
    for again in await with_pages(session, found.all()):
        return again
    old = piece.evidence
    if old.plan_id is not None:
        await require_new_here(session, old.plan_id, (old.step, old.code), piece)
    else:
        await require_room(session, actor)
    copy = await copy_of(session, actor, piece, now)
    filed = old.plan_id is not None
    await change(
        session, copy, now,
        status=EvidenceStatus.RECEIVED if filed else EvidenceStatus.UNSORTED,
        plan_id=old.plan_id, step=old.step, code=old.code, kind=old.kind, covers=old.covers,
        note=old.note, replaces_id=piece.id,
    )  # fmt: skip
    audit.record(session, actor, "evidence.bring_back", f"evidence:{piece.id}", now, by=copy.id)
    if filed:
        await tell_checkers(session, actor, now)
    return copy
