"""What stands on a school's papers: its letterhead, its logo, and who signs."""

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.errors import BadNip, NotFound, ReasonMissing, TooLong, TooMany
from storage.models import Letterhead, Member, Role, School
from storage.people import Actor, known_id
from storage.school_hours import MAY_CHANGE

LONGEST = {
    "office": 300, "address": 300, "place": 60,
    "head_title": 60, "head_name": 120, "head_nip": 18,
}  # fmt: skip
"""The parts that can be written, and how many characters of each are kept."""

IN_LINES = frozenset({"office", "address"})
MOST_LINES = 4
NIP_DIGITS = 18
NOTHING = frozenset({"-", "–", "—"})
"""Writing one of these empties a part."""


@dataclass(frozen=True, slots=True)
class Head:
    """Who signs for the school. `title` is empty for the usual one."""

    title: str
    name: str
    nip: str


async def letterhead_of(session: AsyncSession, school_id: int) -> Letterhead | None:
    """Give a school's letterhead, if it has one."""
    return await session.get(Letterhead, school_id)


async def head_of(session: AsyncSession, school: School, letterhead: Letterhead | None) -> Head:
    """Say who signs: as the letterhead says, what is empty there from the school's principal."""
    found = await session.exec(
        select(Member)
        .where(Member.school_id == known_id(school.id))
        .where(col(Member.roles).bitwise_and(int(Role.PRINCIPAL)) != 0)
        .order_by(col(Member.account_id).is_(None), col(Member.id))
        .limit(1)
    )
    principal = found.first()
    name = letterhead.head_name if letterhead else ""
    nip = letterhead.head_nip if letterhead else ""
    if principal is not None and not name:
        # Somebody else's number must not stand below the principal's name.
        name, nip = principal.name, nip or principal.nip or ""
    return Head(letterhead.head_title if letterhead else "", name, nip)


async def write_part(
    session: AsyncSession, actor: Actor, part: str, text: str, now: datetime
) -> None:
    """Keep a part of the letterhead; "-" empties it. For operators and principals.

    Raises `ReasonMissing` for nothing, `TooLong`, `TooMany` lines, `BadNip`.
    """
    actor.require(MAY_CHANGE)
    if part not in LONGEST:
        raise NotFound
    words = _clean(part, text)
    row = await _row(session, actor.school_id, now)
    setattr(row, part, words)
    row.changed_at = now
    session.add(row)
    # Which part, but not what: the trail is kept for ever, and a name is somebody's.
    audit.record(session, actor, "school.letterhead", f"school:{actor.school_id}", now, part=part)
    await session.flush()


def _clean(part: str, text: str) -> str:
    if text.strip() in NOTHING:
        return ""
    if part == "head_nip":
        digits = re.sub(r"[\s.\-]", "", text)
        if len(digits) != NIP_DIGITS or not (digits.isascii() and digits.isdigit()):
            raise BadNip(NIP_DIGITS)
        return digits
    lines = [line for one in text.splitlines() if (line := " ".join(one.split()))]
    if not lines:
        raise ReasonMissing
    if part in IN_LINES and len(lines) > MOST_LINES:
        raise TooMany(MOST_LINES)
    words = ("\n" if part in IN_LINES else " ").join(lines)
    if len(words) > LONGEST[part]:
        raise TooLong(LONGEST[part], len(words))
    return words


async def keep_logo(
    session: AsyncSession, actor: Actor, logo: bytes | None, now: datetime
) -> None:
    """Keep the school's logo, a small PNG, or take it away. For operators and principals."""
    actor.require(MAY_CHANGE)
    row = await _row(session, actor.school_id, now)
    row.logo, row.changed_at = logo, now
    session.add(row)
    audit.record(
        session, actor, "school.logo", f"school:{actor.school_id}", now, bytes=len(logo or b"")
    )
    await session.flush()


async def _row(session: AsyncSession, school_id: int, now: datetime) -> Letterhead:
    row = await session.get(Letterhead, school_id)
    if row is not None:
        return row
    row = Letterhead(school_id=school_id, changed_at=now)
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Somebody else has begun it at the same moment.
        return await session.get_one(Letterhead, school_id)
    return row
