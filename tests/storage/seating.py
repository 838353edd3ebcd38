"""People who are in their schools already; how they get there is held by other tests."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Account, Member, Role, School
from storage.people import Actor, Membership, known_id


class Seat(NamedTuple):
    """Whom to put where."""

    school: School
    name: str
    roles: Role
    account_id: int


async def seated(session: AsyncSession, seats: Sequence[Seat], now: datetime) -> list[Actor]:
    """Put everybody into a school at once; give them as actors, in the same order."""
    accounts = [Account(id=one.account_id, created_at=now) for one in seats]
    session.add_all(accounts)
    await session.flush()
    members = [
        Member(
            school_id=known_id(one.school.id), account_id=one.account_id, name=one.name,
            roles=int(one.roles), joined_at=now, created_at=now,
        )
        for one in seats
    ]  # fmt: skip
    session.add_all(members)
    await session.flush()
    for account, member in zip(accounts, members, strict=True):
        account.member_id = known_id(member.id)
        session.add(account)
    await session.flush()
    return [
        Membership(member, one.school).actor(now)
        for member, one in zip(members, seats, strict=True)
    ]
