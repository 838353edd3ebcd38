"""What a teacher says about a piece of evidence: its kind, its day, a note, how much it proves."""

from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import NotFound, OutOfRange
from storage.evidence.changing import change_filed
from storage.evidence.filing import provable_of
from storage.evidence.needs import kinds_for
from storage.evidence.reading import Piece, own_piece
from storage.people import Actor
from storage.plans import FullPlan, kept_words
from storage.rulesets import RuleSet

LONGEST_NOTE = 300


async def say_kind(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    full: FullPlan,
    evidence_id: int,
    kind: str,
    now: datetime,
) -> Piece:
    """Say what kind of document a piece is, one of those that its entry takes."""
    piece = await own_piece(session, actor, evidence_id)
    one = provable_of(rules, full, piece)
    if one is None or kind not in kinds_for(rules, one.step, one.entry):
        raise NotFound
    await change_filed(session, actor, piece, now, kind=kind)
    return piece


async def say_date(
    session: AsyncSession, actor: Actor, evidence_id: int, dated_on: date, now: datetime
) -> Piece:
    """Say which day stands on the document."""
    piece = await own_piece(session, actor, evidence_id)
    await change_filed(session, actor, piece, now, dated_on=dated_on)
    return piece


async def say_note(
    session: AsyncSession, actor: Actor, evidence_id: int, text: str, now: datetime
) -> Piece:
    """Add a note for whoever checks the piece, in place of an earlier one."""
    piece = await own_piece(session, actor, evidence_id)
    await change_filed(session, actor, piece, now, note=kept_words(text, LONGEST_NOTE))
    return piece


async def say_covers(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    full: FullPlan,
    evidence_id: int,
    covers: int,
    now: datetime,
) -> Piece:
    """Say how many units of its entry a piece proves, such as three certificates in one PDF."""
    piece = await own_piece(session, actor, evidence_id)
    one = provable_of(rules, full, piece)
    if one is None:
        raise NotFound
    if not 1 <= covers <= one.entry.quantity:
        raise OutOfRange(1, one.entry.quantity)
    await change_filed(session, actor, piece, now, covers=covers)
    return piece
