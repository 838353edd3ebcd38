"""What a member may do in a school, and that somebody is left who invites."""

from datetime import datetime

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.errors import LastOperator, OutOfRange
from storage.members.reading import present_member
from storage.models import Member, Role
from storage.observations.calling_off import end_lessons
from storage.people import Actor

ALL_ROLES = Role.TEACHER | Role.PRINCIPAL | Role.COACH | Role.OPERATOR


async def change_roles(
    session: AsyncSession, actor: Actor, member_id: int, roles: Role, now: datetime
) -> Member:
    """Give a member exactly these roles.

    Raises `OutOfRange` without any role, and `LastOperator` when nobody would be left to invite.
    """
    member = await present_member(session, actor, member_id)
    if not 0 < roles <= ALL_ROLES:
        raise OutOfRange(1, int(ALL_ROLES))
    if Role(member.roles) & Role.OPERATOR and not roles & Role.OPERATOR:
        await require_other_operator(session, member)
    before, member.roles = member.roles, int(roles)
    session.add(member)
    if Role(before) & Role.TEACHER and not roles & Role.TEACHER:
        await end_lessons(session, actor, member_id, now, tell_teacher=True)
    audit.record(
        session, actor, "member.roles", f"member:{member_id}", now, before=before, after=int(roles)
    )
    return member


async def require_other_operator(session: AsyncSession, member: Member) -> None:
    """Raise `LastOperator` when no other operator of the member's school has joined."""
    others = await session.exec(
        select(col(Member.id))
        .where(Member.school_id == member.school_id, Member.id != member.id)
        .where(col(Member.account_id).is_not(None))
        .where(col(Member.roles).bitwise_and(int(Role.OPERATOR)) != 0)
        .limit(1)
    )
    if others.first() is None:
        raise LastOperator
