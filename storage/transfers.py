"""Taking a portfolio along to another school.

What a school keeps about people stays inside the school. So the person, and nobody else, makes a
one-time code in the old school; in the new one the same Telegram user types it and agrees, and
then the person's own plans and accepted or waiting evidence are copied: as history, to be read.
Nothing that others wrote comes along, and the old school keeps what it has.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.errors import (
    TransferExpired,
    TransferSameSchool,
    TransferUnknown,
    TransferUsed,
)
from storage.evidence import reading
from storage.evidence.reading import Piece
from storage.files import FileStore
from storage.models import (
    CarriedPiece,
    CarriedPlan,
    Evidence,
    EvidencePage,
    EvidenceStatus,
    Member,
    Plan,
    PortfolioTransfer,
    Role,
    School,
)
from storage.people import Actor, known_id
from storage.plans import FullPlan, own_plan, plans_of

CODE_LASTS = timedelta(days=30)
CODE_LENGTH = 10
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without what is mistaken for something else when it is copied by hand."""

COMES_ALONG = (EvidenceStatus.ACCEPTED, EvidenceStatus.RECEIVED, EvidenceStatus.RETURNED)


@dataclass(frozen=True, slots=True)
class Described:
    """A plan in words: its period, its rules, its entries, and the kinds of its evidence.

    `entries` stand by `step/code`, in order; each is `step`, `title`, `quantity` and `points`.
    """

    period: str
    rules: str
    entries: Mapping[str, dict[str, Any]]
    kinds: Mapping[str, str]


Describe = Callable[[School, FullPlan], Described]


@dataclass(frozen=True, slots=True)
class Offer:
    """What a code offers: the portfolio of `member` in `school`."""

    transfer: PortfolioTransfer
    member: Member
    school: School
    plans: int
    pieces: int

    @property
    def id(self) -> int:
        """The number of the transfer."""
        return known_id(self.transfer.id)


# ------------------------------------------------------------------------------- offering


async def offer(session: AsyncSession, actor: Actor, account_id: int, now: datetime) -> str:
    """Make a code for one's own portfolio; an earlier one that was not used no longer works."""
    await _revoke(session, actor, now)
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    made = PortfolioTransfer(
        school_id=actor.school_id,
        member_id=actor.member_id,
        account_id=account_id,
        code_hash=_hash(code),
        made_at=now,
        expires_at=now + CODE_LASTS,
    )
    session.add(made)
    await session.flush()
    audit.record(session, actor, "transfer.offer", f"transfer:{made.id}", now)
    return f"{code[: CODE_LENGTH // 2]}-{code[CODE_LENGTH // 2 :]}"


async def withdraw(session: AsyncSession, actor: Actor, now: datetime) -> bool:
    """Let the code no longer work; False where there was none."""
    revoked = await _revoke(session, actor, now)
    if revoked:
        audit.record(session, actor, "transfer.withdraw", f"member:{actor.member_id}", now)
    return bool(revoked)


async def _revoke(session: AsyncSession, actor: Actor, now: datetime) -> int:
    revoked = await session.exec(
        update(PortfolioTransfer)
        .where(col(PortfolioTransfer.member_id) == actor.member_id)
        .where(col(PortfolioTransfer.taken_at).is_(None))
        .where(col(PortfolioTransfer.revoked_at).is_(None))
        .values(revoked_at=now)
    )
    return revoked.rowcount


async def offered(session: AsyncSession, actor: Actor, now: datetime) -> PortfolioTransfer | None:
    """Give the actor's code that still works, if there is one; its letters are not kept."""
    found = await session.exec(
        select(PortfolioTransfer)
        .where(PortfolioTransfer.member_id == actor.member_id)
        .where(PortfolioTransfer.expires_at > now)
        .where(col(PortfolioTransfer.taken_at).is_(None))
        .where(col(PortfolioTransfer.revoked_at).is_(None))
    )
    return found.first()


async def has_portfolio(session: AsyncSession, actor: Actor) -> bool:
    """Say whether there is anything to take along."""
    found = await session.exec(select(Plan.id).where(Plan.member_id == actor.member_id).limit(1))
    return found.first() is not None


# ------------------------------------------------------------------------------- taking in


async def look_up(
    session: AsyncSession, actor: Actor, account_id: int, code: str, now: datetime
) -> Offer:
    """Say what a code offers to this account, without using it.

    Raises `TransferUnknown` (also for somebody else's code), `TransferUsed`, `TransferExpired`
    and `TransferSameSchool`.
    """
    found = await session.exec(
        select(PortfolioTransfer).where(PortfolioTransfer.code_hash == _hash(code))
    )
    return await _offer(session, actor, account_id, found.first(), now)


async def find(
    session: AsyncSession, actor: Actor, account_id: int, transfer_id: int, now: datetime
) -> Offer:
    """Give the same for a transfer whose code was typed before. Raises as `look_up` does."""
    transfer = await session.get(PortfolioTransfer, transfer_id)
    return await _offer(session, actor, account_id, transfer, now)


async def _offer(
    session: AsyncSession,
    actor: Actor,
    account_id: int,
    transfer: PortfolioTransfer | None,
    now: datetime,
) -> Offer:
    if transfer is None or transfer.account_id != account_id:
        raise TransferUnknown
    member = await session.get_one(Member, transfer.member_id)
    school = await session.get_one(School, transfer.school_id)
    if member.account_id != account_id:
        raise TransferUnknown
    if transfer.school_id == actor.school_id:
        raise TransferSameSchool
    if transfer.taken_at is not None or transfer.revoked_at is not None:
        raise TransferUsed
    if transfer.expires_at <= now:
        raise TransferExpired(transfer.expires_at)
    plans = await session.exec(select(func.count()).where(Plan.member_id == member.id))
    pieces = await session.exec(
        select(func.count())
        .where(Evidence.member_id == member.id, col(Evidence.status).in_(COMES_ALONG))
        .where(col(Evidence.plan_id).is_not(None))
    )
    return Offer(transfer, member, school, plans.one(), pieces.one())


async def take(
    session: AsyncSession,
    actor: Actor,
    account_id: int,
    transfer_id: int,
    files: FileStore,
    describe: Describe,
    now: datetime,
) -> int:
    """Copy the portfolio into the actor's school, once; give the number of plans.

    Raises as `look_up` does. Files that the old school has lost are left out.
    """
    found = await find(session, actor, account_id, transfer_id, now)
    taken = await session.exec(
        update(PortfolioTransfer)
        .where(col(PortfolioTransfer.id) == found.id)
        .where(col(PortfolioTransfer.taken_at).is_(None))
        .where(col(PortfolioTransfer.revoked_at).is_(None))
        .values(taken_at=now)
    )
    if not taken.rowcount:
        raise TransferUsed
    owner = Actor(
        known_id(found.member.id), known_id(found.school.id), found.member.name,
        Role(found.member.roles),
    )  # fmt: skip
    plans = [await own_plan(session, owner, one) for one in await plans_of(session, owner)]
    for full in plans:
        await _copy_plan(session, actor, found.school, full, files, describe, now)
    detail = {"plans": len(plans), "pieces": found.pieces}
    audit.record(session, owner, "transfer.leave", f"transfer:{found.id}", now, **detail)
    audit.record(session, actor, "transfer.take", f"member:{actor.member_id}", now, **detail)
    return len(plans)


async def _copy_plan(
    session: AsyncSession,
    actor: Actor,
    school: School,
    full: FullPlan,
    files: FileStore,
    describe: Describe,
    now: datetime,
) -> None:
    told = describe(school, full)
    carried = CarriedPlan(
        school_id=actor.school_id,
        member_id=actor.member_id,
        from_school=school.name,
        from_npsn=school.npsn,
        period=told.period[:40],
        rules=told.rules[:120],
        status=full.status,
        points=full.plan.points_floor,
        content=list(told.entries.values()),
        taken_at=now,
    )
    session.add(carried)
    await session.flush()
    places = {key: at for at, key in enumerate(told.entries)}
    pieces = [
        one for one in await reading.pieces_of_plan(session, full.id) if one.status in COMES_ALONG
    ]
    there = await asyncio.to_thread(
        files.bring_over,
        known_id(school.id),
        actor.school_id,
        {page.sha256: page.size for one in pieces for page in one.pages},
    )
    for one in pieces:
        key = f"{one.evidence.step}/{one.evidence.code}"
        copy = await _copy_piece(session, actor, one, there)
        session.add(
            CarriedPiece(
                carried_id=known_id(carried.id),
                evidence_id=copy,
                entry=places.get(key, -1),
                kind=told.kinds.get(one.evidence.kind, "")[:120],
                state=one.evidence.status,
            )
        )
    await session.flush()


async def _copy_piece(session: AsyncSession, actor: Actor, piece: Piece, there: set[str]) -> int:
    """Copy a piece and its pages: what the teacher sent, not what others said about it."""
    old = piece.evidence
    copy = Evidence(
        school_id=actor.school_id,
        member_id=actor.member_id,
        dated_on=old.dated_on,
        note=old.note,
        link=old.link,
        covers=old.covers,
        status=EvidenceStatus.CARRIED,
        received_at=old.received_at,
        changed_at=old.changed_at,
    )
    session.add(copy)
    await session.flush()
    for page in piece.pages:
        if page.sha256 not in there:
            continue
        fields = page.model_dump(exclude={"id", "evidence_id", "school_id", "alike", "look"})
        session.add(
            EvidencePage(**fields, evidence_id=known_id(copy.id), school_id=actor.school_id)
        )
    return known_id(copy.id)


def _hash(code: str) -> str:
    """Hash a code as it was meant: without spaces and dashes, in capitals."""
    plain = "".join(sign for sign in code.upper() if sign.isalnum())
    return hashlib.sha256(plain.encode("utf-8", "replace")).hexdigest()
