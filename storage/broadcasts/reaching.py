"""Whom a broadcast reaches, counted and looked at as it is now, in all its schools."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.broadcasts import audiences
from storage.broadcasts.audiences import Addressee, Audience, AudienceKind, Counts, Scope
from storage.broadcasts.reading import family
from storage.models import Broadcast, BroadcastStatus, Member, OutboxState, Role, School
from storage.people import known_id, today_at
from storage.rulebook import RuleBook


async def audience_of(session: AsyncSession, broadcast: Broadcast) -> Audience:
    """Give whom a broadcast is for."""
    kind = AudienceKind(broadcast.audience)
    people = list(broadcast.people)
    if kind is AudienceKind.FAILED and broadcast.again_of is not None:
        earlier = await session.get_one(Broadcast, broadcast.again_of)
        people = await not_delivered(session, await family(session, earlier))
    return Audience(kind, tuple(people))


async def not_delivered(session: AsyncSession, those: Sequence[Broadcast]) -> list[int]:
    """Give the members (by id) who were written to in vain, without those who block the bot.

    What was withdrawn by the sender has not failed.
    """
    found: list[int] = []
    for one in those:
        found += await outbox.in_state(session, known_id(one.id), OutboxState.FAILED)
        if one.status == BroadcastStatus.DONE:
            found += await outbox.in_state(session, known_id(one.id), OutboxState.CANCELLED)
    return found


def scope_of(rulebook: RuleBook, school: School, sender_id: int, now: datetime) -> Scope:
    """Give where the audience of a sender in a school is looked for."""
    return Scope(school, rulebook, today_at(school, now), sender_id)


async def reach(
    session: AsyncSession, rulebook: RuleBook, broadcast: Broadcast, now: datetime
) -> Counts:
    """Count whom a broadcast would reach if it were sent now, in all its schools."""
    total = Counts()
    audience = await audience_of(session, broadcast)
    for scope in await _scopes(session, rulebook, broadcast, now):
        total = total.plus(await audiences.count(session, scope, audience))
    return total


async def _scopes(
    session: AsyncSession, rulebook: RuleBook, broadcast: Broadcast, now: datetime
) -> list[Scope]:
    """Give where the audience is looked for: in the sender's school, and in the chosen others."""
    found = []
    for seat in [broadcast.member_id, *await other_seats(session, broadcast)]:
        member = await session.get_one(Member, seat)
        school = await session.get_one(School, member.school_id)
        found.append(scope_of(rulebook, school, seat, now))
    return found


def also_operates(member: Member, seat: Member) -> bool:
    """Say whether a seat is the same operator's in another school."""
    return (
        seat.id != member.id
        and seat.account_id is not None
        and seat.account_id == member.account_id
        and bool(Role(seat.roles) & Role(member.roles) & Role.OPERATOR)
    )


async def other_seats(session: AsyncSession, broadcast: Broadcast) -> list[int]:
    """Give the sender's seats in the other chosen schools that still are the sender's."""
    if not broadcast.seats:
        return []
    member = await session.get_one(Member, broadcast.member_id)
    found = await session.exec(
        select(Member).where(col(Member.id).in_(broadcast.seats)).order_by(col(Member.id))
    )
    return [known_id(seat.id) for seat in found.all() if also_operates(member, seat)]


async def sample(
    session: AsyncSession, rulebook: RuleBook, broadcast: Broadcast, now: datetime
) -> Member | None:
    """Give somebody who would receive a broadcast; if nobody can, somebody who is meant."""
    audience, fallback = await audience_of(session, broadcast), None
    for scope in await _scopes(session, rulebook, broadcast, now):
        async for one in audiences.everybody_in(session, scope, audience):
            if one.why is None:
                return await session.get(Member, one.member_id)
            fallback = fallback or one.member_id
    return await session.get(Member, fallback) if fallback else None


async def out_of_reach(
    session: AsyncSession, rulebook: RuleBook, broadcast: Broadcast, now: datetime
) -> list[Addressee]:
    """Give those who are meant and cannot be written to, by name."""
    audience = await audience_of(session, broadcast)
    found: list[Addressee] = []
    for scope in await _scopes(session, rulebook, broadcast, now):
        everybody = audiences.everybody_in(session, scope, audience)
        found += [one async for one in everybody if one.why is not None]
    return sorted(found, key=lambda one: one.name.casefold())
