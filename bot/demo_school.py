"""The demo's school: its people, and how far each has come with the plan of the period."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.demo_plans import SCRIPTS, fill_in
from bot.simulator import Simulator
from storage import decisions, members, plans
from storage.models import Account, Member, Role, School
from storage.people import Actor, known_id
from storage.rulesets import RuleSet

NPSN = "10304567"
NAME = "SMPN 1 Surian"


class Progress(StrEnum):
    """How far somebody's plan is when the demo begins."""

    INVITED = "invited"
    NOT_STARTED = "not started"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    AGREED = "agreed"
    """Where the rules ask for no agreement, an approved plan holds as it is."""
    """Where the rules ask for no agreement, an approved plan holds as it is."""


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """One person of the demo. `account` is the Telegram id, `phone` the phone shown at first."""

    account: int
    name: str
    caption: str
    roles: Role
    salutation: str
    progress: Progress = Progress.NOT_STARTED
    phone: int | None = None


PRINCIPAL = DemoPerson(2001, "Yusrizal, M.Pd.", "Kepala sekolah", Role.PRINCIPAL, "bapak", phone=1)
COACH = DemoPerson(
    2002, "Desi Marlina, S.Pd.", "Guru penggerak", Role.COACH | Role.TEACHER, "ibu", phone=2
)
MARDIANA = DemoPerson(1011, "Mardiana, S.Pd.", "Guru BK", Role.TEACHER, "ibu", Progress.AGREED)
IRWAN = DemoPerson(
    1012, "Irwan Efendi, S.Pd.", "Guru Informatika", Role.TEACHER, "bapak", Progress.AGREED
)
PEOPLE: tuple[DemoPerson, ...] = (
    DemoPerson(
        1001, "Rina Wati, S.Pd.", "Guru IPA", Role.TEACHER, "ibu", Progress.INVITED, phone=0
    ),
    PRINCIPAL,
    COACH,
    DemoPerson(
        2003,
        "Hendri Saputra, S.Kom.",
        "Guru penggerak, operator",
        Role.COACH | Role.OPERATOR | Role.TEACHER,
        "bapak",
    ),
    DemoPerson(1002, "Afrizal, S.Pd.", "Guru Matematika", Role.TEACHER, "bapak"),
    DemoPerson(1003, "Gusmawarni, S.Pd.", "Guru Bahasa Indonesia", Role.TEACHER, "ibu"),
    DemoPerson(1004, "Syafri Naldi, S.Ag.", "Guru Agama", Role.TEACHER, "bapak", Progress.DRAFT),
    DemoPerson(1005, "Yulia Fitriani, S.Pd.", "Guru IPS", Role.TEACHER, "ibu", Progress.DRAFT),
    DemoPerson(1006, "Roni Firmansyah, S.Pd.", "Guru PJOK", Role.TEACHER, "bapak", Progress.DRAFT),
    DemoPerson(
        1007,
        "Elvi Sukaesih, S.Pd.",
        "Guru Bahasa Inggris",
        Role.TEACHER,
        "ibu",
        Progress.SUBMITTED,
    ),
    DemoPerson(1008, "Dasril, S.Pd.", "Guru PKn", Role.TEACHER, "bapak", Progress.SUBMITTED),
    DemoPerson(
        1009, "Nofriyanti, S.Sn.", "Guru Seni Budaya", Role.TEACHER, "ibu", Progress.RETURNED
    ),
    DemoPerson(
        1010, "Zulkarnaini, S.Pd.", "Guru Prakarya", Role.TEACHER, "bapak", Progress.APPROVED
    ),
    MARDIANA,
    IRWAN,
)


@dataclass(frozen=True, slots=True)
class Founded:
    """By account: the tokens of those who are only invited, and the others as who acts."""

    tokens: dict[int, str]
    actors: dict[int, Actor]


async def found(session: AsyncSession, rules: RuleSet, timezone: str, now: datetime) -> Founded:
    """Found the school with everybody in it, their plans as far as they have come."""
    school = await members.found_school(
        session, npsn=NPSN, name=NAME, timezone=timezone, ruleset=rules.id, now=now
    )
    today = now.astimezone(ZoneInfo(timezone)).date()
    tokens: dict[int, str] = {}
    actors: dict[int, Actor] = {}
    for person in PEOPLE:
        invited = await members.invite(
            session, school, name=person.name, roles=person.roles, now=now
        )
        token = invited.token or ""
        if person.progress is Progress.INVITED:
            tokens[person.account] = token
            continue
        member = await _join(session, person, token, now - timedelta(days=3))
        actors[person.account] = _actor(person, member, school)
    for person in PEOPLE:
        if person.account in SCRIPTS[rules.id].plans:
            actor, principal = actors[person.account], actors[PRINCIPAL.account]
            await _plan(session, rules, person, actor, principal, now, today)
    return Founded(tokens, actors)


async def _join(session: AsyncSession, person: DemoPerson, token: str, now: datetime) -> Member:
    account = Account(id=person.account, created_at=now)
    session.add(account)
    await session.flush()
    member = await members.join(session, account, token, now)
    member.salutation = person.salutation
    return member


def _actor(person: DemoPerson, member: Member, school: School) -> Actor:
    return Actor(
        member_id=known_id(member.id),
        school_id=known_id(school.id),
        name=person.name,
        roles=person.roles,
        decides=bool(person.roles & Role.PRINCIPAL),
    )


async def _plan(
    session: AsyncSession,
    rules: RuleSet,
    person: DemoPerson,
    actor: Actor,
    principal: Actor,
    now: datetime,
    today: date,
) -> None:
    """Fill, submit and decide on a plan, as far as the person has come."""
    yesterday = now - timedelta(days=1)
    full = await plans.open_plan(session, actor, rules, rules.period_at(today), yesterday)
    script = SCRIPTS[rules.id]
    await fill_in(session, rules, actor, full.id, script.plans[person.account], yesterday)
    if person.progress is Progress.DRAFT:
        return
    await plans.submit(session, actor, rules, full.id, 0, today=today, now=yesterday)
    if person.progress is Progress.RETURNED:
        await decisions.send_back(
            session, principal, full.id, 1, yesterday + timedelta(hours=3),
            reason=script.reason, marks=[script.mark],
        )  # fmt: skip
    elif person.progress in (Progress.APPROVED, Progress.AGREED):
        await decisions.approve(session, principal, full.id, 1, yesterday + timedelta(hours=3))
    if person.progress is Progress.AGREED and rules.agreement_required:
        at = yesterday + timedelta(hours=5)
        await plans.agree(session, actor, rules, full.id, 1, at)


def hand_out_phones(sim: Simulator) -> None:
    """Give everybody a phone; who has joined has spoken with the bot before."""
    for person in PEOPLE:
        first, _, _ = person.name.partition(",")
        phone = sim.person(first, id=person.account)
        if person.progress is not Progress.INVITED:
            phone.chat.known = True
