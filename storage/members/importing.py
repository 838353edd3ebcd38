"""Bringing in a whole roster: looked at, kept until it is confirmed, then everybody or nobody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import NotFound
from storage.members.inviting import Invited, fresh_tokens, note_invited
from storage.members.matching import seats_of
from storage.models import Role, RosterDraft, School
from storage.people import Actor, known_id
from storage.rosters import RosterRow

ROSTER_WAITS = timedelta(days=1)
"""How long a roster that was read waits for its confirmation; it holds names and NIPs."""


@dataclass(frozen=True, slots=True)
class RosterPreview:
    """What a roster would bring: people `new` to the school, `known` ones, those who `joined`.

    Whoever has joined is counted among the known too.
    """

    new: int
    known: int
    joined: int


async def import_roster(
    session: AsyncSession,
    school: School,
    rows: Iterable[RosterRow],
    *,
    now: datetime,
    by: Actor | None = None,
) -> list[Invited]:
    """Bring in a whole roster, in one transaction. Who has joined already keeps their seat.

    A member whose NIP is in the roster is called from now on what the roster says.
    """
    if by is not None:
        by.require(Role.OPERATOR)
    seats = await seats_of(session, known_id(school.id))
    members = [seats.claim(row.name, row.nip, _roles_of(row), now, rename=True) for row in rows]
    session.add_all(members)
    await session.flush()
    waiting = [one for one in members if one.account_id is None]
    tokens = dict(zip(map(id, waiting), await fresh_tokens(session, waiting, now), strict=True))
    for member in members:
        note_invited(session, school, by, member, now)
    return [Invited(member, tokens.get(id(member))) for member in members]


async def preview_roster(
    session: AsyncSession, actor: Actor, rows: Iterable[RosterRow]
) -> RosterPreview:
    """Say what a roster would bring, without bringing it. For operators."""
    actor.require(Role.OPERATOR)
    seats = await seats_of(session, actor.school_id)
    found = [seats.find(row.name, row.nip) for row in rows]
    known = [one for one in found if one is not None]
    return RosterPreview(
        new=len(found) - len(known),
        known=len(known),
        joined=sum(one.account_id is not None for one in known),
    )


async def keep_roster(
    session: AsyncSession, actor: Actor, rows: Iterable[RosterRow], now: datetime
) -> int:
    """Keep a roster that was read until the operator confirms it; give its number.

    The operator's former one goes, and so does what others have left lying in the school.
    """
    actor.require(Role.OPERATOR)
    await session.exec(
        delete(RosterDraft)
        .where(col(RosterDraft.school_id) == actor.school_id)
        .where(
            (col(RosterDraft.member_id) == actor.member_id)
            | (col(RosterDraft.created_at) < now - ROSTER_WAITS)
        )
    )
    draft = RosterDraft(
        school_id=actor.school_id,
        member_id=actor.member_id,
        rows=[
            {"line": row.line, "name": row.name, "nip": row.nip, "roles": sorted(row.roles)}
            for row in rows
        ],
        created_at=now,
    )
    session.add(draft)
    await session.flush()
    return known_id(draft.id)


async def commit_roster(
    session: AsyncSession, actor: Actor, school: School, draft_id: int, now: datetime
) -> list[Invited]:
    """Bring in a roster that was kept: everybody or nobody. Raises `NotFound` when it is gone."""
    rows = await kept_roster(session, actor, draft_id)
    await drop_roster(session, actor, draft_id)
    return await import_roster(session, school, rows, now=now, by=actor)


async def drop_roster(session: AsyncSession, actor: Actor, draft_id: int) -> None:
    """Forget a roster that was kept. Raises `NotFound` when it is gone already."""
    await session.delete(await _own_draft(session, actor, draft_id))


async def kept_roster(session: AsyncSession, actor: Actor, draft_id: int) -> list[RosterRow]:
    """Give a roster that was kept. Raises `NotFound` when it is gone."""
    draft = await _own_draft(session, actor, draft_id)
    return [
        RosterRow(row["line"], row["name"], row["nip"], frozenset(row["roles"]))
        for row in draft.rows
    ]


def _roles_of(row: RosterRow) -> Role:
    roles = Role(0)
    for role in row.roles:
        roles |= Role[role.upper()]
    return roles


async def _own_draft(session: AsyncSession, actor: Actor, draft_id: int) -> RosterDraft:
    actor.require(Role.OPERATOR)
    draft = await session.get(RosterDraft, draft_id)
    if draft is None or draft.school_id != actor.school_id or draft.member_id != actor.member_id:
        raise NotFound
    return draft
