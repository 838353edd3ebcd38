"""Looking at evidence: who may see which piece, and all there is about it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import NotAllowed, NotFound
from storage.models import (
    Evidence,
    EvidenceComment,
    EvidencePage,
    EvidenceStatus,
    Member,
    Role,
)
from storage.people import Actor, known_id

HISTORY = (EvidenceStatus.REPLACED, EvidenceStatus.REMOVED, EvidenceStatus.CARRIED)

NO_EVIDENCE = (*HISTORY, EvidenceStatus.ATTACHED)
"""Pieces that are not evidence of an activity (any more)."""


@dataclass(slots=True)
class Piece:
    """A piece of evidence with its pages, in the order in which they were sent."""

    evidence: Evidence
    pages: list[EvidencePage] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The piece's id."""
        return known_id(self.evidence.id)

    @property
    def status(self) -> EvidenceStatus:
        """Where the piece stands."""
        return EvidenceStatus(self.evidence.status)

    @property
    def is_history(self) -> bool:
        """Whether it has been replaced or taken away."""
        return self.status in HISTORY


@dataclass(frozen=True, slots=True)
class FormPlace:
    """A question (`field`) of a form of a plan, as the pieces that are attached to it name it."""

    plan_id: int
    form: str
    field: str

    @property
    def pieces(self) -> tuple[Any, ...]:
        """The conditions under which a piece is attached to the question."""
        return (*attached_to_form(self.plan_id, self.form), Evidence.code == self.field)


def attached_to_form(plan_id: int, form: str) -> tuple[Any, ...]:
    """Give the conditions under which a piece is attached to a form of a plan."""
    return (
        Evidence.plan_id == plan_id,
        Evidence.step == form,
        Evidence.status == EvidenceStatus.ATTACHED,
    )


async def own_piece(session: AsyncSession, actor: Actor, evidence_id: int) -> Piece:
    """Give a piece to whoever sent it, and to nobody else."""
    piece = await _piece_of_school(session, actor, evidence_id)
    if piece.evidence.member_id != actor.member_id:
        raise NotAllowed
    return piece


async def read_piece(session: AsyncSession, actor: Actor, evidence_id: int) -> Piece:
    """Give a piece to its owner, to who decides, or to a coach of the school.

    What has not been filed under an activity yet, or is history, is its owner's alone.
    """
    piece = await _piece_of_school(session, actor, evidence_id)
    if piece.evidence.member_id == actor.member_id:
        return piece
    if not actor.decides:
        actor.require(Role.COACH | Role.PRINCIPAL)
    if piece.status is EvidenceStatus.UNSORTED or piece.is_history:
        raise NotFound
    return piece


async def _piece_of_school(session: AsyncSession, actor: Actor, evidence_id: int) -> Piece:
    evidence = await session.get(Evidence, evidence_id)
    if evidence is None or evidence.school_id != actor.school_id:
        raise NotFound
    if evidence.status == EvidenceStatus.ATTACHED:
        raise NotFound  # it belongs to a form, which says who may see it
    (piece,) = await with_pages(session, [evidence])
    return piece


async def pieces_of_plan(session: AsyncSession, plan_id: int) -> list[Piece]:
    """Give the pieces that count for a plan, oldest first; history is left out."""
    return await with_pages(session, await evidence_of_plan(session, plan_id))


async def evidence_of_plan(session: AsyncSession, plan_id: int) -> Sequence[Evidence]:
    """Give the same without the pages; enough to count."""
    return await _live(session, Evidence.plan_id == plan_id)


async def unsorted_of(session: AsyncSession, actor: Actor) -> list[Piece]:
    """Give what the actor has sent and not filed under an activity yet."""
    found = await _live(
        session,
        Evidence.member_id == actor.member_id,
        Evidence.status == EvidenceStatus.UNSORTED,
    )
    return await with_pages(session, found)


async def pieces_of_member(session: AsyncSession, actor: Actor, plan_id: int) -> list[Piece]:
    """Give the filed pieces of a plan of the school, for who may look at them."""
    if not actor.decides:
        actor.require(Role.COACH | Role.PRINCIPAL)
    found = await _live(
        session, Evidence.plan_id == plan_id, Evidence.school_id == actor.school_id
    )
    return await with_pages(session, found)


async def with_pages(session: AsyncSession, evidence: Iterable[Evidence]) -> list[Piece]:
    """Add the pages; one statement."""
    pieces = {known_id(one.id): Piece(one) for one in evidence}
    if pieces:
        found = await session.exec(
            select(EvidencePage)
            .where(col(EvidencePage.evidence_id).in_(pieces))
            .order_by(col(EvidencePage.evidence_id), col(EvidencePage.position))
        )
        for page in found.all():
            pieces[page.evidence_id].pages.append(page)
    return list(pieces.values())


async def _live(session: AsyncSession, *which: Any) -> Sequence[Evidence]:
    found = await session.exec(
        select(Evidence)
        .where(*which, col(Evidence.status).not_in(NO_EVIDENCE))
        .order_by(col(Evidence.received_at), col(Evidence.id))
    )
    return found.all()


async def replaced_by(session: AsyncSession, piece: Piece) -> list[Evidence]:
    """Give what this piece replaces, newest first."""
    earlier: list[Evidence] = []
    before = piece.evidence.replaces_id
    while before is not None:
        evidence = await session.get(Evidence, before)
        if evidence is None:
            break
        earlier.append(evidence)
        before = evidence.replaces_id
    return earlier


async def comments_on(
    session: AsyncSession, evidence_id: int
) -> Sequence[tuple[EvidenceComment, Member]]:
    """Give what was said about a piece, with who said it, oldest first."""
    found = await session.exec(
        select(EvidenceComment, Member)
        .join(Member, col(Member.id) == col(EvidenceComment.member_id))
        .where(EvidenceComment.evidence_id == evidence_id)
        .order_by(col(EvidenceComment.id))
    )
    return found.all()


async def decider_of(session: AsyncSession, piece: Piece) -> Member | None:
    """Give who decided on a piece, if anybody has."""
    if piece.evidence.decided_by is None:
        return None
    return await session.get(Member, piece.evidence.decided_by)


async def deciders_of(session: AsyncSession, pieces: Iterable[Piece]) -> dict[int, str]:
    """Give the names of whoever decided on some pieces, by member; one statement."""
    who = {piece.evidence.decided_by for piece in pieces} - {None}
    if not who:
        return {}
    found = await session.exec(select(Member.id, Member.name).where(col(Member.id).in_(who)))
    return {known_id(member_id): name for member_id, name in found.all()}


async def sender_of(session: AsyncSession, piece: Piece) -> Member:
    """Give the teacher whose piece it is."""
    member = await session.get(Member, piece.evidence.member_id)
    if member is None:
        raise NotFound
    return member


async def note_telegram_id(session: AsyncSession, page_id: int, telegram_id: str) -> None:
    """Keep a file's new name at Telegram, after it had to be uploaded again."""
    page = await session.get(EvidencePage, page_id)
    if page is not None:
        page.telegram_id = telegram_id
        session.add(page)
