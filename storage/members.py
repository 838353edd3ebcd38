"""A school's members: founding a school, inviting people, letting them in, naming a deputy."""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, outbox
from storage.errors import (
    AlreadyInSchool,
    DuplicateSchool,
    InvitationExpired,
    InvitationRevoked,
    InvitationUnknown,
    InvitationUsed,
    NotAllowed,
    NotFound,
    OutOfRange,
)
from storage.models import Account, AuditEntry, Deputy, Invitation, Member, Role, School
from storage.people import Actor, known_id, member_of
from storage.rosters import RosterRow

INVITATION_LASTS = timedelta(days=30)
LONGEST_DEPUTATION = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Invited:
    """A member and the token of a fresh invitation; no token for one who has joined already."""

    member: Member
    token: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What an invitation offers. `moves` says that the member uses another account so far."""

    invitation_id: int
    member: Member
    school: School
    moves: bool


async def found_school(
    session: AsyncSession, *, npsn: str, name: str, timezone: str, ruleset: str, now: datetime
) -> School:
    """Create a school. Raises `DuplicateSchool` when the NPSN is taken."""
    if await find_school(session, npsn) is not None:
        raise DuplicateSchool
    school = School(npsn=npsn, name=name, timezone=timezone, ruleset=ruleset, created_at=now)
    session.add(school)
    await session.flush()
    return school


async def find_school(session: AsyncSession, npsn: str) -> School | None:
    """Give the school with this NPSN."""
    return (await session.exec(select(School).where(School.npsn == npsn))).first()


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
    member = await _known_member(session, known_id(school.id), name, nip)
    if member is None:
        member = Member(
            school_id=known_id(school.id), name=name, nip=nip, roles=int(roles), created_at=now
        )
    member.roles = int(Role(member.roles) | roles)
    member.nip = member.nip or nip
    session.add(member)
    await session.flush()
    token = await _fresh_token(session, member, now)
    _note(session, school, by, "member.invite", member, now)
    return Invited(member, token)


async def import_roster(
    session: AsyncSession,
    school: School,
    rows: Iterable[RosterRow],
    *,
    now: datetime,
    by: Actor | None = None,
) -> list[Invited]:
    """Bring in a whole roster, in one transaction. Who has joined already keeps their seat."""
    invited = []
    for row in rows:
        roles = Role(0)
        for role in row.roles:
            roles |= Role[role.upper()]
        one = await invite(
            session, school, name=row.name, nip=row.nip, roles=roles, now=now, by=by
        )
        invited.append(Invited(one.member, None) if one.member.account_id is not None else one)
    return invited


async def renew_invitation(
    session: AsyncSession, actor: Actor, member_id: int, now: datetime
) -> Invited:
    """Give a member a new link; the older ones stop working."""
    actor.require(Role.OPERATOR)
    member = await member_of(session, actor.school_id, member_id)
    token = await _fresh_token(session, member, now)
    audit.record(session, actor, "member.invite", f"member:{member_id}", now)
    return Invited(member, token)


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
        .where(Invitation.token_hash == _hash(token))
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
    taken = await session.execute(
        update(Invitation)
        .where(col(Invitation.id) == offer.invitation_id, col(Invitation.used_at).is_(None))
        .values(used_at=now)
    )
    if not taken.rowcount:  # type: ignore[attr-defined]
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


async def roll(session: AsyncSession, actor: Actor) -> list[tuple[Member, Account | None]]:
    """Give every member of the actor's school with the account, by name. For operators."""
    actor.require(Role.OPERATOR)
    found = await session.exec(
        select(Member, Account)
        .join(Account, col(Account.id) == col(Member.account_id), isouter=True)
        .where(Member.school_id == actor.school_id)
        .order_by(col(Member.name), col(Member.id))
    )
    return [(member, account) for member, account in found.all()]


async def name_deputy(
    session: AsyncSession,
    actor: Actor,
    *,
    member_id: int,
    starts_on: date,
    ends_on: date,
    now: datetime,
) -> Deputy:
    """Name an acting principal for some days, both included; the person is told.

    Only a principal may. Raises `OutOfRange` for days in the wrong order or more than a year.
    """
    actor.require(Role.PRINCIPAL)
    member = await member_of(session, actor.school_id, member_id)
    if member.id == actor.member_id:
        raise NotAllowed
    last = starts_on + LONGEST_DEPUTATION
    if not starts_on <= ends_on <= last:
        raise OutOfRange(starts_on, last)
    deputy = Deputy(
        school_id=actor.school_id,
        member_id=member_id,
        starts_on=starts_on,
        ends_on=ends_on,
        named_by=actor.member_id,
        named_at=now,
    )
    session.add(deputy)
    await session.flush()
    audit.record(
        session, actor, "deputy.name", f"member:{member_id}", now,
        starts_on=starts_on.isoformat(), ends_on=ends_on.isoformat(),
    )  # fmt: skip
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[member_id],
        occasion=f"deputy:{deputy.id}",
        kind="deputy_named",
        subject={"deputy": deputy.id},
        now=now,
    )
    return deputy


async def withdraw_deputy(
    session: AsyncSession, actor: Actor, deputy_id: int, now: datetime
) -> None:
    """End a deputation before its last day."""
    actor.require(Role.PRINCIPAL)
    deputy = await session.get(Deputy, deputy_id)
    if deputy is None or deputy.school_id != actor.school_id:
        raise NotFound
    deputy.withdrawn_at = deputy.withdrawn_at or now
    session.add(deputy)
    audit.record(session, actor, "deputy.withdraw", f"member:{deputy.member_id}", now)


async def current_deputies(
    session: AsyncSession, school_id: int, today: date
) -> list[tuple[Deputy, Member]]:
    """Give the deputations that hold today or later, soonest first."""
    found = await session.exec(
        select(Deputy, Member)
        .join(Member, col(Member.id) == col(Deputy.member_id))
        .where(Deputy.school_id == school_id, Deputy.ends_on >= today)
        .where(col(Deputy.withdrawn_at).is_(None))
        .order_by(col(Deputy.starts_on), col(Deputy.id))
    )
    return list(found.all())


async def _known_member(
    session: AsyncSession, school_id: int, name: str, nip: str | None
) -> Member | None:
    found = await session.exec(
        select(Member)
        .where(Member.school_id == school_id)
        .where((Member.nip == nip) | (Member.name == name) if nip else Member.name == name)
        .order_by(col(Member.id))
    )
    candidates: Sequence[Member] = found.all()
    by_nip = [one for one in candidates if nip and one.nip == nip]
    by_name = [one for one in candidates if not (nip and one.nip)]
    return next(iter([*by_nip, *by_name]), None)


async def _fresh_token(session: AsyncSession, member: Member, now: datetime) -> str:
    await session.execute(
        update(Invitation)
        .where(col(Invitation.member_id) == member.id, col(Invitation.used_at).is_(None))
        .where(col(Invitation.revoked_at).is_(None))
        .values(revoked_at=now)
    )
    token = secrets.token_urlsafe(16)
    session.add(
        Invitation(
            school_id=member.school_id,
            member_id=known_id(member.id),
            token_hash=_hash(token),
            created_at=now,
            expires_at=now + INVITATION_LASTS,
        )
    )
    return token


async def _require_no_other_seat(
    session: AsyncSession, member: Member, account_id: int
) -> None:
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


def _hash(token: str) -> str:
    # Tokens carry 128 random bits: a plain hash cannot be guessed back.
    return hashlib.sha256(token.encode()).hexdigest()


def _note(
    session: AsyncSession,
    school: School,
    by: Actor | None,
    action: str,
    member: Member,
    now: datetime,
) -> None:
    session.add(
        AuditEntry(
            school_id=known_id(school.id),
            member_id=by.member_id if by else None,
            action=action,
            subject=f"member:{member.id}",
            at=now,
        )
    )
