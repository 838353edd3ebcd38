"""Saying which planned activity evidence proves; using its files for another one too."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.errors import EvidenceChanged, NotAllowed, NotFound, PlanNotOpen, SameFileHere
from storage.evidence.changing import OPEN_PLANS, change, tell_checkers
from storage.evidence.needs import Provable, kinds_for, missing, provable
from storage.evidence.reading import HISTORY, Piece, evidence_of_plan, own_piece, with_pages
from storage.evidence.receiving import new_piece, require_room
from storage.models import Evidence, EvidencePage, EvidenceStatus
from storage.people import Actor
from storage.plans import FullPlan
from storage.rulesets import RuleSet


async def file_under(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    full: FullPlan,
    evidence_id: int,
    entry_id: int,
    now: datetime,
    *,
    kind: str = "",
) -> Piece:
    """Say which planned entry a piece proves; or, later, that it proves another one.

    `kind` is a guess, taken where the entry knows it. Raises `PlanNotOpen` unless the plan is
    approved, and `SameFileHere` when the entry has this file already.
    """
    piece = await own_piece(session, actor, evidence_id)
    if full.plan.member_id != actor.member_id:
        raise NotAllowed
    one = entry_of(rules, full, entry_id)
    await require_new_here(session, full.id, one.key, piece)
    chosen = await _kind_of(session, rules, full, one, piece, kind)
    await change(
        session, piece, now,
        status=EvidenceStatus.RECEIVED, plan_id=full.id, step=one.entry.step,
        code=one.entry.code, kind=chosen, covers=min(piece.evidence.covers, one.entry.quantity),
    )  # fmt: skip
    audit.record(
        session, actor, "evidence.send", f"evidence:{piece.id}", now, entry=one.entry.code
    )
    await tell_checkers(session, actor, now)
    return piece


async def _kind_of(
    session: AsyncSession,
    rules: RuleSet,
    full: FullPlan,
    one: Provable,
    piece: Piece,
    guess: str,
) -> str:
    """Say what kind a piece is, where that is clear: guessed, said before, or all that lacks."""
    allowed = kinds_for(rules, one.step, one.entry)
    for known in (guess, piece.evidence.kind):
        if known in allowed:
            return known
    sent = [each for each in await evidence_of_plan(session, full.id) if each.id != piece.id]
    gaps = missing(one.needs, [each for each in sent if (each.step, each.code) == one.key])
    lacking = [kind for need in gaps or one.needs for kind in need.kinds]
    if len(lacking) == 1:
        return lacking[0]
    return allowed[0] if len(allowed) == 1 else ""


def entry_of(rules: RuleSet, full: FullPlan, entry_id: int) -> Provable:
    """Give an entry of an approved plan. Raises `PlanNotOpen`, `NotFound`."""
    if full.status not in OPEN_PLANS:
        raise PlanNotOpen(full.status)
    found = next((one for one in provable(rules, full) if one.entry.id == entry_id), None)
    if found is None:
        raise NotFound
    return found


def provable_of(rules: RuleSet, full: FullPlan, piece: Piece) -> Provable | None:
    """Give the planned entry that a piece proves; None when the plan no longer has it.

    None as well for a piece that is filed under another plan, such as the one before.
    """
    if piece.evidence.plan_id != full.id:
        return None
    key = (piece.evidence.step, piece.evidence.code)
    return next((one for one in provable(rules, full) if one.key == key), None)


async def use_again(session: AsyncSession, actor: Actor, evidence_id: int, now: datetime) -> Piece:
    """Use the files of a piece for another activity too: a new piece, to be filed."""
    piece = await own_piece(session, actor, evidence_id)
    if piece.is_history or piece.status is EvidenceStatus.UNSORTED:
        raise EvidenceChanged
    await require_room(session, actor)
    return await copy_of(session, actor, piece, now)


async def copy_of(session: AsyncSession, actor: Actor, piece: Piece, now: datetime) -> Piece:
    """Make a new unsorted piece of the same files."""
    copy = Piece(new_piece(actor, now, link=piece.evidence.link))
    copy.evidence.dated_on = piece.evidence.dated_on
    session.add(copy.evidence)
    await session.flush()
    for page in piece.pages:
        fields = page.model_dump(exclude={"id", "evidence_id"})
        again = EvidencePage(**fields, evidence_id=copy.id)
        session.add(again)
        copy.pages.append(again)
    await session.flush()
    return copy


async def require_new_here(
    session: AsyncSession,
    plan_id: int,
    key: tuple[str, str],
    piece: Piece,
    *,
    leaving: int | None = None,
) -> None:
    """Raise `SameFileHere` when another piece of the entry is made of the same files.

    `leaving` is a piece that is about to leave the entry.
    """
    step, code = key
    originals = {page.original_sha256 for page in piece.pages}
    found: Sequence[Evidence] = (
        await session.exec(
            select(Evidence)
            .where(Evidence.plan_id == plan_id, Evidence.step == step, Evidence.code == code)
            .where(col(Evidence.id).not_in([piece.id, leaving or piece.id]))
            .where(col(Evidence.status).not_in(HISTORY))
        )
    ).all()
    for other in await with_pages(session, found):
        same_files = originals and originals == {page.original_sha256 for page in other.pages}
        same_link = piece.evidence.link and piece.evidence.link == other.evidence.link
        if same_files or same_link:
            raise SameFileHere(other.id)
