"""Who is who: accounts, memberships, and the actor that every operation asks for."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import NotAllowed, NotFound
from storage.models import Account, Deputy, Member, Role, School


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: one member of one school, with what that member may do on this day.

    `decides` holds for a principal, and for a deputy on the days of the deputation.
    """

    member_id: int
    school_id: int
    name: str
    roles: Role
    decides: bool = False

    def require(self, role: Role) -> None:
        """Raise `NotAllowed` unless the actor holds one of the roles."""
        if not self.roles & role:
            raise NotAllowed

    def require_decider(self) -> None:
        """Raise `NotAllowed` unless the actor may decide on plans today."""
        if not self.decides:
            raise NotAllowed


@dataclass(frozen=True, slots=True)
class Membership:
    """A member together with the school."""

    member: Member
    school: School

    @property
    def zone(self) -> ZoneInfo:
        """The school's time zone."""
        return ZoneInfo(self.school.timezone)

    @property
    def roles(self) -> Role:
        """What the member may do, apart from deputising."""
        return Role(self.member.roles)


async def find_account(
    session: AsyncSession, account_id: int
) -> tuple[Account | None, list[Membership]]:
    """Give the account and its memberships, in the order of joining; one statement."""
    rows = await session.exec(
        select(Account, Member, School)
        .join(Member, col(Member.account_id) == col(Account.id), isouter=True)
        .join(School, col(School.id) == col(Member.school_id), isouter=True)
        .where(Account.id == account_id)
        .order_by(col(Member.joined_at))
    )
    account: Account | None = None
    memberships: list[Membership] = []
    for account, member, school in rows.all():  # noqa: B007 - the last one is the one
        if member is not None:
            memberships.append(Membership(member, school))
    return account, memberships


async def add_account(
    session: AsyncSession, account_id: int, language: str, now: datetime
) -> Account:
    """Remember a Telegram user from now on."""
    account = Account(id=account_id, language=language, created_at=now)
    session.add(account)
    await session.flush()
    return account


async def actor_for(session: AsyncSession, membership: Membership, today: date) -> Actor:
    """Make the actor, looking up whether the member deputises today."""
    member = membership.member
    roles = membership.roles
    decides = bool(roles & Role.PRINCIPAL) or await _is_deputy(session, member, today)
    return Actor(known_id(member.id), member.school_id, member.name, roles, decides)


async def _is_deputy(session: AsyncSession, member: Member, today: date) -> bool:
    found = await session.exec(
        select(Deputy.id).where(Deputy.member_id == member.id, *deputising_on(today)).limit(1)
    )
    return found.first() is not None


def deputising_on(today: date) -> tuple[bool, ...]:
    """Give the conditions under which a deputation holds on this day."""
    return (
        Deputy.starts_on <= today,
        Deputy.ends_on >= today,
        col(Deputy.withdrawn_at).is_(None),  # type: ignore[return-value]
    )


async def deciders(session: AsyncSession, school_id: int, today: date) -> list[Member]:
    """Give the joined members who decide on plans today: principals first, then deputies."""
    principals = await session.exec(
        select(Member)
        .where(Member.school_id == school_id, col(Member.account_id).is_not(None))
        .where(col(Member.roles).bitwise_and(int(Role.PRINCIPAL)) != 0)
        .order_by(col(Member.id))
    )
    deputies = await session.exec(
        select(Member)
        .join(Deputy, col(Deputy.member_id) == col(Member.id))
        .where(Member.school_id == school_id, col(Member.account_id).is_not(None))
        .where(*deputising_on(today))
        .order_by(col(Member.id))
    )
    by_id = {member.id: member for member in [*principals.all(), *deputies.all()]}
    return list(by_id.values())


async def members_with(session: AsyncSession, school_id: int, role: Role) -> list[Member]:
    """Give the school's members who hold a role, by name, joined or not."""
    found = await session.exec(
        select(Member)
        .where(Member.school_id == school_id)
        .where(col(Member.roles).bitwise_and(int(role)) != 0)
        .order_by(col(Member.name), col(Member.id))
    )
    return list(found.all())


async def member_of(session: AsyncSession, school_id: int, member_id: int) -> Member:
    """Give one member of the school. Raises `NotFound` for anybody else's."""
    member = await session.get(Member, member_id)
    if member is None or member.school_id != school_id:
        raise NotFound
    return member


async def choose_school(session: AsyncSession, account: Account, member_id: int) -> None:
    """Make another of the account's memberships the current one."""
    member = await session.get(Member, member_id)
    if member is None or member.account_id != account.id:
        raise NotAllowed
    account.member_id = member_id
    session.add(account)


async def choose_language(session: AsyncSession, account: Account, language: str) -> None:
    """Speak another language with this person from now on."""
    account.language = language
    session.add(account)


async def choose_salutation(
    session: AsyncSession, actor: Actor, salutation: str
) -> None:
    """Keep how the person wants to be addressed: `bapak` or `ibu`."""
    member = await member_of(session, actor.school_id, actor.member_id)
    member.salutation = salutation
    session.add(member)


async def note_blocked(session: AsyncSession, account_id: int, now: datetime | None) -> None:
    """Note that the person has blocked the bot (a moment), or speaks to it again (None)."""
    account = await session.get(Account, account_id)
    if account is not None and (account.blocked_at is None) != (now is None):
        account.blocked_at = now
        session.add(account)


def known_id(value: int | None) -> int:
    """Give the id of a row that has been stored."""
    if value is None:
        raise ValueError("the row has not been stored yet")
    return value
