"""Inviting one person: a link that lets in once, for some weeks."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.errors import NotAllowed
from storage.members.matching import seats_of
from storage.members.reading import present_member
from storage.models import AuditEntry, Invitation, Member, Role, School
from storage.people import Actor, known_id

INVITATION_LASTS = timedelta(days=30)
BATCH = 500  # rows named in one statement


@dataclass(frozen=True, slots=True)
class Invited:
    """A member and the token of a fresh invitation; no token for one who has joined already."""

    member: Member
    token: str | None


async def invite(
    session: AsyncSession,
    school: School,
    *,
    name: str,
    roles: Role,
    now: datetime,
    nip: str | None = None,
    by: Actor | None = None,
) -> Invited:
    """Invite one person, by the console (`by` empty) or by an operator in chat.

    Who is a member already (same NIP, or same name where neither has one that differs) gets the
    roles added and a new link; older links of the same person stop working.
    """
    if by is not None:
        by.require(Role.OPERATOR)
        if by.school_id != school.id:
            raise NotAllowed
    member = (await seats_of(session, known_id(school.id))).claim(name, nip, roles, now)
    session.add(member)
    await session.flush()
    token = (await fresh_tokens(session, [member], now))[0]
    note_invited(session, school, by, member, now)
    return Invited(member, token)


async def renew_invitation(
    session: AsyncSession, actor: Actor, member_id: int, now: datetime
) -> Invited:
    """Give a member a new link; the older ones stop working."""
    actor.require(Role.OPERATOR)
    member = await present_member(session, actor, member_id)
    token = (await fresh_tokens(session, [member], now))[0]
    audit.record(session, actor, "member.invite", f"member:{member_id}", now)
    return Invited(member, token)


async def fresh_tokens(
    session: AsyncSession, members: Sequence[Member], now: datetime
) -> list[str]:
    """Make one new token for each member; the older ones stop working."""
    ids = [known_id(member.id) for member in members]
    for at in range(0, len(ids), BATCH):
        await session.exec(
            update(Invitation)
            .where(col(Invitation.member_id).in_(ids[at : at + BATCH]))
            .where(col(Invitation.used_at).is_(None), col(Invitation.revoked_at).is_(None))
            .values(revoked_at=now)
        )
    tokens = [secrets.token_urlsafe(16) for _ in members]
    session.add_all(
        Invitation(
            school_id=member.school_id,
            member_id=known_id(member.id),
            token_hash=hash_of(token),
            created_at=now,
            expires_at=now + INVITATION_LASTS,
        )
        for member, token in zip(members, tokens, strict=True)
    )
    await session.flush()
    return tokens


def hash_of(token: str) -> str:
    """Give the hash under which a token is stored."""
    # Tokens carry 128 random bits: a plain hash cannot be guessed back.
    return hashlib.sha256(token.encode()).hexdigest()


def note_invited(
    session: AsyncSession, school: School, by: Actor | None, member: Member, now: datetime
) -> None:
    """Add to the trail that somebody was invited, by the console where `by` is empty."""
    session.add(
        AuditEntry(
            school_id=known_id(school.id),
            member_id=by.member_id if by else None,
            action="member.invite",
            subject=f"member:{member.id}",
            at=now,
        )
    )
