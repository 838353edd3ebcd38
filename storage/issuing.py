"""Papers with a code by which anybody can ask whether they are genuine.

Whoever asks for a paper gets a new one, with the day of today and a code of its own. An archive
takes what was issued last as long as nothing in it has changed, so that it can be made as often as
one likes.
"""

import secrets
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, papers
from storage.decisions import DECIDED
from storage.errors import NotNow
from storage.models import IssuedPaper, Member, PaperOrder, Plan
from storage.people import Actor, known_id
from storage.plans import FullPlan, read_plan

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and letters that are not mistaken for each other: no I, L, O and U."""

LENGTH = 12
"""60 bits: whoever tries a million codes a second for a year finds none of a million papers."""

GROUP = 4
_READ_AS = str.maketrans("OILU", "011V")


class PaperKind(StrEnum):
    """What a paper with a code is."""

    SKP = "skp"
    RECAP = "recap"


@dataclass(frozen=True, slots=True)
class Issue:
    """A paper that is about to be made: its code, what it is and what is printed on it.

    `member_id` is whom it is about; None for the whole school. `made_by` is None for the console.
    `made_at` is the moment that is printed, `content` the hash of all else that is.
    """

    code: str
    kind: PaperKind
    school_id: int
    member_id: int | None
    period: str
    made_by: int | None
    made_at: datetime
    final: bool = False
    facts: dict[str, Any] = field(default_factory=dict)
    content: str = ""


@dataclass(frozen=True, slots=True)
class Printed:
    """A paper that is finished: the hash of its file, and how many pages it has."""

    issue: Issue
    sha256: str
    pages: int


Latest = Mapping[tuple[str, int | None], IssuedPaper]
"""The newest papers of a period by kind and whom they are about."""


def new_code() -> str:
    """Draw a code that nobody can guess."""
    return "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))


def grouped(code: str) -> str:
    """Give a code as it stands on paper: `7K3M-9QXA-2BCD`."""
    return "-".join(code[at : at + GROUP] for at in range(0, len(code), GROUP))


def read_code(text: str) -> str | None:
    """Read a code as people type it: small letters, spaces, O for 0. None where it is none."""
    folded = unicodedata.normalize("NFKC", text).upper()
    code = "".join(sign for sign in folded if sign.isalnum()).translate(_READ_AS)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


async def plan_for_paper(session: AsyncSession, actor: Actor, plan_id: int) -> FullPlan:
    """Give a plan whose SKP the actor may have: the own one, or any for who decides.

    An SKP tells the rating, which coaches do not get. Raises `NotNow` before the approval.
    """
    full = await read_plan(session, actor, plan_id)
    if full.plan.member_id != actor.member_id:
        actor.require_decider()
    if full.status not in DECIDED:
        raise NotNow(full.status)
    return full


async def earlier_plan(session: AsyncSession, member_id: int, period_id: str) -> Plan | None:
    """Give a member's newest approved plan of another period: its SKP is still asked for."""
    found = await session.exec(
        select(Plan)
        .where(Plan.member_id == member_id, Plan.period != period_id)
        .where(col(Plan.status).in_(DECIDED))
        .order_by(col(Plan.created_at).desc(), col(Plan.id).desc())
        .limit(1)
    )
    return found.first()


async def is_planned(session: AsyncSession, school_id: int, period_id: str) -> bool:
    """Whether anybody in a school has begun a plan for a period."""
    found = await session.exec(
        select(Plan.id).where(Plan.school_id == school_id, Plan.period == period_id).limit(1)
    )
    return found.first() is not None


async def latest_issued(session: AsyncSession, school_id: int, period_id: str) -> Latest:
    """Give the newest papers of a school's period; one statement."""
    newest = (
        select(func.max(col(IssuedPaper.id)))
        .where(IssuedPaper.school_id == school_id, IssuedPaper.period == period_id)
        .group_by(col(IssuedPaper.kind), col(IssuedPaper.member_id))
    )
    found = await session.exec(select(IssuedPaper).where(col(IssuedPaper.id).in_(newest)))
    return {(one.kind, one.member_id): one for one in found.all()}


async def keep_issued(session: AsyncSession, papers: Collection[Printed]) -> None:
    """Keep what the codes of finished papers stand for, before the papers go out.

    Of whoever has been erased while a paper was being made, nothing is kept.
    """
    about = {one.issue.member_id for one in papers} - {None}
    planned = col(Member.id).in_(select(Plan.member_id).where(col(Plan.member_id).in_(about)))
    present = await session.exec(
        select(Member.id).where(col(Member.id).in_(about), (col(Member.roles) != 0) | planned)
    )
    known = {None, *present.all()}
    for one in papers:
        issue = one.issue
        if issue.member_id not in known:
            continue
        session.add(
            IssuedPaper(
                code=issue.code, school_id=issue.school_id, member_id=issue.member_id,
                kind=issue.kind, period=issue.period, sha256=one.sha256, pages=one.pages,
                final=issue.final, facts=issue.facts, content=issue.content,
                made_by=issue.made_by, made_at=issue.made_at,
            )
        )  # fmt: skip
    await session.flush()


async def newer_than(session: AsyncSession, paper: IssuedPaper) -> IssuedPaper | None:
    """Give the newest paper of the same kind about the same, if a later one was made."""
    found = await session.exec(
        select(IssuedPaper)
        .where(
            IssuedPaper.school_id == paper.school_id,
            IssuedPaper.kind == paper.kind,
            IssuedPaper.period == paper.period,
            IssuedPaper.member_id == paper.member_id
            if paper.member_id is not None
            else col(IssuedPaper.member_id).is_(None),
            col(IssuedPaper.id) > known_id(paper.id),
        )
        .order_by(col(IssuedPaper.id).desc())
        .limit(1)
    )
    return found.first()


async def order_skp(
    session: AsyncSession, actor: Actor, plan_id: int, now: datetime
) -> tuple[PaperOrder, bool]:
    """Order the SKP of a plan; see `papers.order`. For the teacher and for who decides."""
    full = await plan_for_paper(session, actor, plan_id)
    order, is_new = await papers.order(session, actor, PaperKind.SKP, {"plan": full.id}, now)
    if is_new:
        audit.record(session, actor, "paper.skp", f"plan:{full.id}", now)
    return order, is_new


async def order_recap(
    session: AsyncSession, actor: Actor, period_id: str, now: datetime
) -> tuple[PaperOrder, bool]:
    """Order the recap of a period. For who decides."""
    actor.require_decider()
    subject = {"period": period_id}
    order, is_new = await papers.order(session, actor, PaperKind.RECAP, subject, now)
    if is_new:
        audit.record(session, actor, "paper.recap", f"period:{period_id}", now)
    return order, is_new
