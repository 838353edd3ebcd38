"""Coming in by an invitation: what it offers, and taking it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.errors import (
    AlreadyInSchool,
    InvitationExpired,
    InvitationRevoked,
    InvitationUnknown,
    InvitationUsed,
)
from storage.members.inviting import hash_of
from storage.models import Account, Invitation, Member, Role, School
from storage.people import Actor, known_id


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation offers. `moves` says that the member uses another account so far."""

    invitation_id: int
    member: Member
    school: School
    moves: bool


async def look_up_invitation(
    session: AsyncSession, token: str, account_id: int, now: datetime
) -> Offer:
    """Say what a token offers to this account, without using it.

    Raises `InvitationUnknown`, `InvitationUsed`, `InvitationExpired`, `InvitationRevoked`, or
    `AlreadyInSchool` when the account is somebody else in that school.
    """
    found = await session.exec(
        select(Invitation, Member, School)
        .join(Member, col(Member.id) == col(Invitation.member_id))
        .join(School, col(School.id) == col(Invitation.school_id))
        .where(Invitation.token_hash == hash_of(token))
    )
    row = found.first()
    if row is None:
        raise InvitationUnknown
    invitation, member, school = row
    if invitation.used_at is not None:
        raise InvitationUsed(by_this_account=member.account_id == account_id)
    if invitation.revoked_at is not None:
        raise InvitationRevoked
    if invitation.expires_at <= now:
        raise InvitationExpired(invitation.expires_at)
    await _require_no_other_seat(session, member, account_id)
    moves = member.account_id is not None and member.account_id != account_id
    return Offer(known_id(invitation.id), member, school, moves)


async def join(session: AsyncSession, account: Account, token: str, now: datetime) -> Member:
    """Let the account in as the invited member. Raises as `look_up_invitation` does."""
    offer = await look_up_invitation(session, token, account.id, now)
    taken = await session.exec(
        update(Invitation)
        .where(col(Invitation.id) == offer.invitation_id, col(Invitation.used_at).is_(None))
        .values(used_at=now)
    )
    if not taken.rowcount:
        raise InvitationUsed(by_this_account=False)
    member = offer.member
    member.account_id = account.id
    member.joined_at = now
    account.member_id = known_id(member.id)
    account.blocked_at = None
    session.add_all([member, account])
    actor = Actor(known_id(member.id), member.school_id, member.name, Role(member.roles))
    audit.record(
        session, actor, "member.join", f"member:{member.id}", now, another_phone=offer.moves
    )
    return member


async def _require_no_other_seat(session: AsyncSession, member: Member, account_id: int) -> None:
    found = await session.exec(
        select(Member).where(
            Member.school_id == member.school_id,
            Member.account_id == account_id,
            Member.id != member.id,
        )
    )
    other = found.first()
    if other is not None:
        raise AlreadyInSchool(other.name)
