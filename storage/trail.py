"""Reading the trail of who did what: pages of it, newest first, and much of it for a file.

The trail holds numbers; names are put in as they are now, so an erased person has none.
"""

from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.models import (
    AuditEntry,
    CarriedPlan,
    ErasureRequest,
    Evidence,
    HelpProposal,
    HelpRequest,
    Member,
    PaperOrder,
    Plan,
    PortfolioTransfer,
    Role,
)
from storage.people import Actor

MAY_READ = Role.OPERATOR | Role.PRINCIPAL
A_PAGE = 8
MOST_EXPORTED = 10_000
"""So many lines at most go into a file, the newest."""

BATCH = 500

LOOK_AGAIN = timedelta(hours=12)
"""Turning pages for a while is one look."""

OWNERS: dict[str, Any] = {
    "plan": (Plan, Plan.member_id),
    "evidence": (Evidence, Evidence.member_id),
    "help": (HelpRequest, HelpRequest.member_id),
    "erasure": (ErasureRequest, ErasureRequest.member_id),
    "transfer": (PortfolioTransfer, PortfolioTransfer.member_id),
    "carried": (CarriedPlan, CarriedPlan.member_id),
    "paper": (PaperOrder, PaperOrder.member_id),
}
"""Whose a subject is, by the word before its number; `member` and `proposal` are found apart."""


@dataclass(frozen=True, slots=True)
class Line:
    """One entry with names: `by` who did it, `whom` whose thing it was.

    None where nobody did it (the console, or time), where it is nobody's, or it was erased.
    """

    entry: AuditEntry
    by: str | None
    whom: str | None


@dataclass(frozen=True, slots=True)
class Which:
    """Which lines: of one member (0 for all), of one kind of action (empty for all)."""

    member_id: int = 0
    topic: str = ""


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some lines, newest first. `newer` and `older` say where the neighbouring pages begin."""

    lines: tuple[Line, ...]
    newer: int | None
    older: int | None


async def read_page(session: AsyncSession, actor: Actor, which: Which, at: int = 0) -> TrailPage:
    """Give a page: the newest, or what is older than entry `at`, or newer than entry `-at`.

    For operators and principals. Raises `NotAllowed`.
    """
    actor.require(MAY_READ)
    entries = list((await session.exec(page_query(actor.school_id, which, at))).all())
    there_is_more = len(entries) > A_PAGE
    entries = entries[:A_PAGE]
    if at < 0:
        entries.reverse()
    has_newer = there_is_more if at < 0 else at > 0
    has_older = at < 0 or there_is_more
    return TrailPage(
        lines=await with_names(session, actor.school_id, entries),
        newer=-(entries[0].id or 0) if entries and has_newer else None,
        older=entries[-1].id if entries and has_older else None,
    )


def page_query(school_id: int, which: Which, at: int = 0, most: int = A_PAGE + 1) -> Any:
    """Put together what finds a page: a walk along an index, from where the last one ended."""
    query = select(AuditEntry).where(AuditEntry.school_id == school_id)
    if which.member_id:
        query = query.where(AuditEntry.member_id == which.member_id)
    if which.topic:
        query = query.where(col(AuditEntry.action).like(f"{which.topic}.%"))
    number = col(AuditEntry.id)
    if at < 0:
        return query.where(number > -at).order_by(number).limit(most)
    if at > 0:
        query = query.where(number < at)
    return query.order_by(number.desc()).limit(most)


async def note_look(session: AsyncSession, actor: Actor, now: datetime) -> None:
    """Write down that somebody reads the trail; once for a sitting."""
    actor.require(MAY_READ)
    newest = await session.exec(
        page_query(actor.school_id, Which(actor.member_id, "audit"), most=1)
    )
    last = newest.first()
    if last is None or last.action != "audit.look" or last.at < now - LOOK_AGAIN:
        audit.record(session, actor, "audit.look", f"school:{actor.school_id}", now)


def note_export(
    session: AsyncSession, actor: Actor, which: Which, form: str, now: datetime
) -> None:
    """Write down that somebody has taken lines as a file."""
    actor.require(MAY_READ)
    audit.record(
        session, actor, "audit.export", f"school:{actor.school_id}", now,
        form=form, member=which.member_id, topic=which.topic,
    )  # fmt: skip


async def newest(
    session: AsyncSession, actor: Actor, which: Which, most: int = MOST_EXPORTED
) -> AsyncIterator[tuple[Line, ...]]:
    """Give the newest lines for a file, some at a time: others go on meanwhile."""
    actor.require(MAY_READ)
    at = 0
    while most > 0:
        found = await session.exec(page_query(actor.school_id, which, at, min(BATCH, most)))
        entries: Sequence[AuditEntry] = found.all()
        if not entries:
            return
        yield await with_names(session, actor.school_id, entries)
        at, most = entries[-1].id or 0, most - len(entries)
        session.expunge_all()


async def with_names(
    session: AsyncSession, school_id: int, entries: Iterable[AuditEntry]
) -> tuple[Line, ...]:
    """Put names to entries; a statement for each kind of subject among them."""
    entries = tuple(entries)
    owners = await owners_of(session, {one.subject for one in entries})
    names = await _names(
        session, school_id,
        {one.member_id for one in entries if one.member_id} | set(owners.values()),
    )  # fmt: skip
    return tuple(
        Line(
            entry=one,
            by=names.get(one.member_id) if one.member_id else None,
            whom=names.get(owners.get(one.subject, 0)),
        )
        for one in entries
    )


async def owners_of(session: AsyncSession, subjects: Iterable[str]) -> dict[str, int]:
    """Say whose each subject is, by member; those of nobody, or erased, are left out."""
    by_kind: dict[str, set[int]] = {}
    for subject in subjects:
        kind, _, number = subject.partition(":")
        if number.isdecimal():
            by_kind.setdefault(kind, set()).add(int(number))
    found = {f"member:{number}": number for number in by_kind.get("member", ())}
    for kind, numbers in by_kind.items():
        for at in range(0, len(numbers), BATCH):
            some = sorted(numbers)[at : at + BATCH]
            rows = await _owned(session, kind, some)
            found |= {f"{kind}:{number}": member_id for number, member_id in rows}
    return found


async def _owned(
    session: AsyncSession, kind: str, numbers: list[int]
) -> Sequence[tuple[int, int]]:
    if kind == "proposal":
        query: Any = (
            select(HelpProposal.id, Plan.member_id)
            .join(Plan, col(Plan.id) == col(HelpProposal.plan_id))
            .where(col(HelpProposal.id).in_(numbers))
        )
    elif kind in OWNERS:
        table, owner = OWNERS[kind]
        query = select(table.id, owner).where(table.id.in_(numbers))
    else:
        return ()
    return (await session.exec(query)).all()  # type: ignore[no-any-return]


async def _names(session: AsyncSession, school_id: int, members: set[int]) -> dict[int, str]:
    names: dict[int, str] = {}
    numbers = sorted(members)
    for at in range(0, len(numbers), BATCH):
        found = await session.exec(
            select(Member.id, Member.name).where(
                col(Member.id).in_(numbers[at : at + BATCH]), Member.school_id == school_id
            )
        )
        names |= {number: name for number, name in found.all() if number is not None}
    return names


async def people(session: AsyncSession, actor: Actor) -> list[Member]:
    """Give the members of the school to choose from, by name."""
    actor.require(MAY_READ)
    found = await session.exec(
        select(Member)
        .where(Member.school_id == actor.school_id, Member.roles != 0)
        .order_by(col(Member.name), col(Member.id))
    )
    return list(found.all())
