"""The changes that a teacher makes to what a piece says."""

from collections.abc import Awaitable, Callable

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.evidence import describing
from storage.evidence.reading import Piece
from storage.people import Actor
from storage.plans import FullPlan
from tests.storage.evidence.staging import (
    DAY,
    NOW,
    RULES,
    moves,
)

Change = Callable[[AsyncSession, Actor, FullPlan, int], Awaitable[Piece]]


def _dates(session: AsyncSession, who: Actor, _plan: FullPlan, piece: int) -> Awaitable[Piece]:
    return describing.say_date(session, who, piece, DAY, NOW)


def _notes(session: AsyncSession, who: Actor, _plan: FullPlan, piece: int) -> Awaitable[Piece]:
    return describing.say_note(session, who, piece, "asli menyusul", NOW)


CHANGES: dict[str, Change] = {
    "kind": lambda session, who, plan, piece: describing.say_kind(
        session, who, RULES, plan, piece, "dokumen_relevan", NOW
    ),
    "covers": lambda session, who, plan, piece: describing.say_covers(
        session, who, RULES, plan, piece, 2, NOW
    ),
    "date": _dates,
    "note": _notes,
    "move": lambda session, who, plan, piece: moves(session, who, plan, piece, "RHK-07"),
}
