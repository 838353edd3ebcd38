"""Whom a name and a NIP mean among the members of a school."""

from collections.abc import Iterable
from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Member, Role
from storage.rosters import fold_name


class Seats:
    """The members of a school, to find whom a name and a NIP mean."""

    def __init__(self, school_id: int, members: Iterable[Member]) -> None:
        self._school_id = school_id
        self._by_nip: dict[str, Member] = {}
        self._by_name: dict[str, list[Member]] = {}
        for member in members:
            self._note(member)

    def find(self, name: str, nip: str | None) -> Member | None:
        """Give who is meant: the NIP decides, then the name unless both have a NIP."""
        if nip and nip in self._by_nip:
            return self._by_nip[nip]
        same_name = self._by_name.get(_folded(name), [])
        return next((one for one in same_name if not (nip and one.nip)), None)

    def claim(
        self, name: str, nip: str | None, roles: Role, now: datetime, *, rename: bool = False
    ) -> Member:
        """Give who is meant, with the roles added; somebody new where there is nobody."""
        member = self.find(name, nip)
        if member is None:
            member = Member(school_id=self._school_id, name=name, nip=nip, roles=0, created_at=now)
        if rename and nip and member.nip == nip:
            member.name = name
        member.roles = int(Role(member.roles) | roles)
        member.nip = member.nip or nip
        self._note(member)
        return member

    def _note(self, member: Member) -> None:
        if member.nip:
            self._by_nip[member.nip] = member
        same_name = self._by_name.setdefault(_folded(member.name), [])
        if not any(one is member for one in same_name):
            same_name.append(member)


async def seats_of(session: AsyncSession, school_id: int) -> Seats:
    """Give the members of a school, without those whose data was erased."""
    found = await session.exec(
        select(Member)
        .where(Member.school_id == school_id, Member.roles != 0)
        .order_by(col(Member.id))
    )
    return Seats(school_id, found.all())


def _folded(name: str) -> str:
    return fold_name(name).casefold()
