"""Looking at the members of a school, as its operators do."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import NotFound
from storage.members.matching import seats_of
from storage.models import Account, Invitation, Member, Plan, Role
from storage.people import Actor, member_of


@dataclass(frozen=True, slots=True)
class MemberCard:
    """One member as an operator sees one.

    `invited_until` is the end of the invitation that still lets in, if there is one; `plans`
    counts the plans that would go if the member's data were erased.
    """

    member: Member
    account: Account | None
    invited_until: datetime | None
    plans: int


async def roll(session: AsyncSession, actor: Actor) -> list[tuple[Member, Account | None]]:
    """Give every member of the actor's school with the account, by name. For operators."""
    actor.require(Role.OPERATOR)
    found = await session.exec(
        select(Member, Account)
        .join(Account, col(Account.id) == col(Member.account_id), isouter=True)
        .where(Member.school_id == actor.school_id, Member.roles != 0)
        .order_by(func.lower(Member.name), col(Member.id))
    )
    return [(member, account) for member, account in found.all()]


async def present_member(session: AsyncSession, actor: Actor, member_id: int) -> Member:
    """Give one member of the actor's school, for operators.

    Raises `NotFound` for another school's, and for one whose data was erased.
    """
    actor.require(Role.OPERATOR)
    member = await member_of(session, actor.school_id, member_id)
    if not member.roles:
        raise NotFound
    return member


async def member_card(
    session: AsyncSession, actor: Actor, member_id: int, now: datetime
) -> MemberCard:
    """Give what an operator may know of one member. Raises as `present_member` does."""
    member = await present_member(session, actor, member_id)
    account = await session.get(Account, member.account_id) if member.account_id else None
    until = await session.exec(
        select(func.max(Invitation.expires_at))
        .where(Invitation.member_id == member_id, Invitation.expires_at > now)
        .where(col(Invitation.used_at).is_(None), col(Invitation.revoked_at).is_(None))
    )
    plans = await session.exec(select(func.count()).where(Plan.member_id == member_id))
    return MemberCard(member, account, until.one(), plans.one())


async def find_member(
    session: AsyncSession, actor: Actor, name: str, nip: str | None = None
) -> Member | None:
    """Give the member that an invitation with this name would go to, if there is one."""
    actor.require(Role.OPERATOR)
    return (await seats_of(session, actor.school_id)).find(name, nip)
