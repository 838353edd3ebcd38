"""Who is who: accounts, memberships, and the actor that every operation asks for."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam
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


def today_at(school: School, now: datetime) -> date:
    """Give the day it is at a school."""
    return now.astimezone(ZoneInfo(school.timezone)).date()


@dataclass(frozen=True, slots=True)
class Membership:
    """A member, the school, and the days (first, last) on which the member deputises."""

    member: Member
    school: School
    deputations: tuple[tuple[date, date], ...] = ()

    @property
    def zone(self) -> ZoneInfo:
        """The school's time zone."""
        return ZoneInfo(self.school.timezone)

    def today(self, now: datetime) -> date:
        """Give the day it is at the school."""
        return today_at(self.school, now)

    def actor(self, now: datetime) -> Actor:
        """Make the actor of this membership, with what the member may do on this day."""
        today, roles = self.today(now), Role(self.member.roles)
        deputises = any(first <= today <= last for first, last in self.deputations)
        return Actor(
            member_id=known_id(self.member.id),
            school_id=self.member.school_id,
            name=self.member.name,
            roles=roles,
            decides=deputises or bool(roles & Role.PRINCIPAL),
        )


# Put together once: this runs for every update, and putting it together costs more than it does.
_ACCOUNT = (
    select(Account, Member, School, Deputy.starts_on, Deputy.ends_on)  # type: ignore[call-overload]
    .join(Member, col(Member.account_id) == col(Account.id), isouter=True)
    .join(School, col(School.id) == col(Member.school_id), isouter=True)
    .join(
        Deputy,
        (col(Deputy.member_id) == col(Member.id))
        & (col(Deputy.starts_on) <= bindparam("latest"))
        & (col(Deputy.ends_on) >= bindparam("earliest"))
        & col(Deputy.withdrawn_at).is_(None),
        isouter=True,
    )
    .where(col(Account.id) == bindparam("account"))
    .order_by(col(Member.joined_at), col(Member.id))
)


async def find_account(
    session: AsyncSession, account_id: int, now: datetime
) -> tuple[Account | None, list[Membership]]:
    """Give the account and its memberships, in the order of joining; one statement."""
    # A day either way: which day it is depends on the zone of the school found.
    day = timedelta(days=1)
    rows = await session.exec(
        _ACCOUNT,
        params={"account": account_id, "earliest": now.date() - day, "latest": now.date() + day},
    )
    account: Account | None = None
    found: dict[int, Membership] = {}
    for account, member, school, starts_on, ends_on in rows.all():  # noqa: B007 - kept for the end
        if member is None:
            continue
        before = found.get(member.id, Membership(member, school))
        days = ((starts_on, ends_on),) if starts_on is not None else ()
        found[member.id] = Membership(member, school, before.deputations + days)
    return account, list(found.values())


def new_account(account_id: int, now: datetime) -> Account:
    """Make the account of a Telegram user. It is stored only once there is a reason to."""
    return Account(id=account_id, language="id", created_at=now)


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


async def choose_salutation(session: AsyncSession, actor: Actor, salutation: str) -> None:
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
