"""What a principal (or a deputy) does with evidence, and what coaches may say about it.

One revision of a piece, one decision: the row count of one update decides who was first.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, cards, outbox
from storage.cards import MessagePlace
from storage.errors import EvidenceChanged, NotAllowed, NotAllSeen, PlanReopened
from storage.evidence.changing import OPEN_PLANS, raise_why_not
from storage.evidence.reading import Piece, read_piece, with_pages
from storage.models import (
    Evidence,
    EvidenceComment,
    EvidenceLook,
    EvidenceStatus,
    Member,
    Plan,
)
from storage.people import Actor, known_id
from storage.periods import is_closed, plan_is_closed, require_open
from storage.plans import kept_words

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """A teacher with pieces that wait to be checked, since when, and when the last one came."""

    member_id: int
    name: str
    count: int
    since: datetime
    latest: datetime


async def waiting_teachers(session: AsyncSession, actor: Actor) -> list[Waiting]:
    """Give the teachers whose evidence waits for the actor, the one who waits longest first."""
    actor.require_decider()
    oldest = func.min(col(Evidence.changed_at))
    found = await session.exec(
        select(
            Evidence.member_id, Member.name, func.count(col(Evidence.id)), oldest,
            func.max(col(Evidence.changed_at)),
        )  # type: ignore[call-overload]
        .join(Member, col(Member.id) == col(Evidence.member_id))
        .join(Plan, col(Plan.id) == col(Evidence.plan_id))
        .where(*_waits_for(actor))
        .group_by(col(Evidence.member_id), col(Member.name))
        .order_by(oldest, col(Evidence.member_id))
    )  # fmt: skip
    return [Waiting(*row) for row in found.all()]


async def count_waiting(session: AsyncSession, actor: Actor) -> int:
    """Say how many pieces wait for the actor."""
    found = await session.exec(
        select(func.count(col(Evidence.id)))
        .join(Plan, col(Plan.id) == col(Evidence.plan_id))
        .where(*_waits_for(actor))
    )
    return int(found.one())


async def waiting_pieces(session: AsyncSession, actor: Actor, member_id: int) -> list[Piece]:
    """Give one teacher's pieces that wait for the actor, entry by entry, oldest first."""
    actor.require_decider()
    found = await session.exec(
        select(Evidence)
        .join(Plan, col(Plan.id) == col(Evidence.plan_id))
        .where(*_waits_for(actor), Evidence.member_id == member_id)
    )
    # Not by the database: each has an order of letters of its own, and places are compared here.
    return await with_pages(session, sorted(found.all(), key=_place))


def _place(one: Evidence) -> tuple[str, str, int]:
    return (one.step, one.code, known_id(one.id))


def _waits_for(actor: Actor) -> tuple[Any, ...]:
    return (
        Evidence.school_id == actor.school_id,
        Evidence.status == EvidenceStatus.RECEIVED,
        Evidence.member_id != actor.member_id,
        col(Plan.status).in_(OPEN_PLANS),
        ~is_closed(),
    )


async def piece_to_check(session: AsyncSession, actor: Actor, evidence_id: int) -> Piece:
    """Give a piece to somebody who may decide on it. Raises `NotAllowed` for one's own."""
    actor.require_decider()
    piece = await read_piece(session, actor, evidence_id)
    if piece.evidence.member_id == actor.member_id:
        raise NotAllowed
    return piece


async def note_look(session: AsyncSession, actor: Actor, piece: Piece) -> None:
    """Remember that the actor has had this revision of a piece on the screen."""
    dialect = session.get_bind().dialect.name
    insert: Any = sqlite.insert if dialect == "sqlite" else postgresql.insert
    look = insert(EvidenceLook).values(
        evidence_id=piece.id, member_id=actor.member_id, revision=piece.evidence.revision
    )
    await session.exec(
        look.on_conflict_do_update(
            index_elements=["evidence_id", "member_id"],
            set_={"revision": look.excluded.revision},
        )
    )


async def revision_seen(session: AsyncSession, actor: Actor, piece: Piece) -> int:
    """Say which revision of a piece the actor has had on the screen last; 0 for none."""
    found = await session.exec(
        select(EvidenceLook.revision).where(
            EvidenceLook.evidence_id == piece.id, EvidenceLook.member_id == actor.member_id
        )
    )
    return found.first() or 0


async def unseen(session: AsyncSession, actor: Actor, pieces: Sequence[Piece]) -> list[Piece]:
    """Give those of the pieces that the actor has not seen as they are now."""
    found = await session.exec(
        select(EvidenceLook.evidence_id, EvidenceLook.revision)
        .where(EvidenceLook.member_id == actor.member_id)
        .where(col(EvidenceLook.evidence_id).in_([piece.id for piece in pieces]))
    )
    seen = dict(found.all())
    return [one for one in pieces if seen.get(one.id) != one.evidence.revision]


# ------------------------------------------------------------------------------- deciding


async def accept(
    session: AsyncSession,
    actor: Actor,
    evidence_id: int,
    revision: int,
    now: datetime,
    tapped: MessagePlace | None = None,
) -> Piece:
    """Accept the revision that was shown: from now on its points count as achieved.

    Raises `AlreadyDecided` with who was first, `EvidenceChanged` when it is another revision now,
    `PlanReopened` while the plan is being changed.
    """
    piece = await piece_to_check(session, actor, evidence_id)
    await _decide(session, actor, piece, revision, EvidenceStatus.ACCEPTED, "", now, tapped)
    await _tell_accepted(session, actor, piece.evidence.member_id, now)
    return piece


async def send_back(
    session: AsyncSession,
    actor: Actor,
    evidence_id: int,
    revision: int,
    now: datetime,
    *,
    reason: str,
    tapped: MessagePlace | None = None,
) -> Piece:
    """Give the revision that was shown back to the teacher, with the reason."""
    reason = kept_words(reason, LONGEST_REASON)
    piece = await piece_to_check(session, actor, evidence_id)
    await _decide(session, actor, piece, revision, EvidenceStatus.RETURNED, reason, now, tapped)
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[piece.evidence.member_id],
        occasion=f"evidence:{piece.id}:returned:{piece.evidence.revision}",
        kind="evidence_returned",
        subject={"evidence": piece.id, "revision": piece.evidence.revision},
        now=now,
    )
    return piece


async def accept_all(
    session: AsyncSession, actor: Actor, member_id: int, now: datetime
) -> list[Piece]:
    """Accept all of a teacher's waiting pieces. Raises `NotAllSeen` while one was never shown."""
    pieces = await waiting_pieces(session, actor, member_id)
    missed = await unseen(session, actor, pieces)
    if missed:
        raise NotAllSeen(len(missed))
    for piece in pieces:
        revision = piece.evidence.revision
        await _decide(session, actor, piece, revision, EvidenceStatus.ACCEPTED, "", now, None)
    if pieces:
        await _tell_accepted(session, actor, member_id, now)
    return pieces


async def _decide(
    session: AsyncSession,
    actor: Actor,
    piece: Piece,
    shown: int,
    verdict: EvidenceStatus,
    reason: str,
    now: datetime,
    tapped: MessagePlace | None,
) -> None:
    evidence = piece.evidence
    if evidence.status == EvidenceStatus.RECEIVED and evidence.revision != shown:
        raise EvidenceChanged
    await _require_open_plan(session, evidence)
    decided = await session.exec(
        update(Evidence)
        .where(col(Evidence.id) == evidence.id, col(Evidence.revision) == shown)
        .where(col(Evidence.status) == EvidenceStatus.RECEIVED)
        .where(~plan_is_closed(evidence.plan_id))
        .values(status=verdict, decided_by=actor.member_id, decided_at=now, reason=reason)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(evidence)
    if not decided.rowcount:
        await require_open(session, evidence.plan_id)
        await raise_why_not(session, piece)
    audit.record(
        session, actor, f"evidence.{verdict}", f"evidence:{piece.id}", now, revision=shown
    )
    await cards.retire(session, cards.Subject(evidence_id=piece.id), now, tapped)


async def _require_open_plan(session: AsyncSession, evidence: Evidence) -> None:
    plan = await session.get(Plan, evidence.plan_id) if evidence.plan_id is not None else None
    if plan is None or plan.status not in OPEN_PLANS:
        raise PlanReopened


async def _tell_accepted(
    session: AsyncSession, actor: Actor, member_id: int, now: datetime
) -> None:
    await outbox.announce_gathered(
        session,
        school_id=actor.school_id,
        recipients=[member_id],
        topic=f"evidence_accepted:{member_id}",
        kind="evidence_accepted",
        subject={"since": now.isoformat()},
        now=now,
    )


async def accepted_since(session: AsyncSession, actor: Actor, since: datetime) -> int:
    """Say how many of the actor's own pieces have been accepted from a moment on."""
    found = await session.exec(
        select(func.count(col(Evidence.id)))
        .where(Evidence.member_id == actor.member_id)
        .where(Evidence.status == EvidenceStatus.ACCEPTED)
        .where(col(Evidence.decided_at) >= since)
    )
    return int(found.one())


# ------------------------------------------------------------------------------- saying


async def comment(
    session: AsyncSession, actor: Actor, evidence_id: int, text: str, now: datetime
) -> Piece:
    """Say something about a piece, without deciding; its teacher is told."""
    piece = await read_piece(session, actor, evidence_id)
    if piece.evidence.member_id == actor.member_id:
        raise NotAllowed
    said = EvidenceComment(
        evidence_id=piece.id,
        member_id=actor.member_id,
        text=kept_words(text, LONGEST_REASON),
        written_at=now,
    )
    session.add(said)
    await session.flush()
    audit.record(session, actor, "evidence.comment", f"evidence:{piece.id}", now)
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[piece.evidence.member_id],
        occasion=f"evidence:{piece.id}:comment:{said.id}",
        kind="evidence_comment",
        subject={"evidence": piece.id, "comment": said.id},
        now=now,
    )
    return piece
