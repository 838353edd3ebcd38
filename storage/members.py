"""A school's members: founding a school, inviting people, letting them in, naming a deputy.

A member without any role is one whose data was erased (`storage.erasure`): nobody finds, invites
or counts such a member again.
"""

import hashlib
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, update
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
    LastOperator,
    NotAllowed,
    NotFound,
    OutOfRange,
)
from storage.models import (
    Account,
    AuditEntry,
    Deputy,
    Invitation,
    Member,
    Plan,
    Role,
    RosterDraft,
    School,
)
from storage.observations.calling_off import end_lessons
from storage.people import Actor, known_id, member_of
from storage.rosters import RosterRow, fold_name

INVITATION_LASTS = timedelta(days=30)
ROSTER_WAITS = timedelta(days=1)
"""How long a roster that was read waits for its confirmation; it holds names and NIPs."""
LONGEST_DEPUTATION = timedelta(days=366)
ALL_ROLES = Role.TEACHER | Role.PRINCIPAL | Role.COACH | Role.OPERATOR
BATCH = 500  # rows named in one statement


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


@dataclass(frozen=True, slots=True)
class RosterPreview:
    """What a roster would bring: people `new` to the school, `known` ones, those who `joined`.

    Whoever has joined is counted among the known too.
    """

    new: int
    known: int
    joined: int


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
    member = (await _seats(session, known_id(school.id))).claim(name, nip, roles, now)
    session.add(member)
    await session.flush()
    token = (await _fresh_tokens(session, [member], now))[0]
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
    """Bring in a whole roster, in one transaction. Who has joined already keeps their seat.

    A member whose NIP is in the roster is called from now on what the roster says.
    """
    if by is not None:
        by.require(Role.OPERATOR)
    seats = await _seats(session, known_id(school.id))
    members = [seats.claim(row.name, row.nip, _roles_of(row), now, rename=True) for row in rows]
    session.add_all(members)
    await session.flush()
    waiting = [one for one in members if one.account_id is None]
    tokens = dict(zip(map(id, waiting), await _fresh_tokens(session, waiting, now), strict=True))
    for member in members:
        _note(session, school, by, "member.invite", member, now)
    return [Invited(member, tokens.get(id(member))) for member in members]


async def preview_roster(
    session: AsyncSession, actor: Actor, rows: Iterable[RosterRow]
) -> RosterPreview:
    """Say what a roster would bring, without bringing it. For operators."""
    actor.require(Role.OPERATOR)
    seats = await _seats(session, actor.school_id)
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


async def renew_invitation(
    session: AsyncSession, actor: Actor, member_id: int, now: datetime
) -> Invited:
    """Give a member a new link; the older ones stop working."""
    actor.require(Role.OPERATOR)
    member = await present_member(session, actor, member_id)
    token = (await _fresh_tokens(session, [member], now))[0]
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
    return (await _seats(session, actor.school_id)).find(name, nip)


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
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[deputy.member_id],
        occasion=f"deputy:{deputy.id}:withdrawn",
        kind="deputy_withdrawn",
        subject={"deputy": deputy.id},
        now=now,
    )
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


class _Seats:
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


async def _seats(session: AsyncSession, school_id: int) -> _Seats:
    found = await session.exec(
        select(Member)
        .where(Member.school_id == school_id, Member.roles != 0)
        .order_by(col(Member.id))
    )
    return _Seats(school_id, found.all())


def _folded(name: str) -> str:
    return fold_name(name).casefold()


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


async def _fresh_tokens(
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
            token_hash=_hash(token),
            created_at=now,
            expires_at=now + INVITATION_LASTS,
        )
        for member, token in zip(members, tokens, strict=True)
    )
    await session.flush()
    return tokens


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
