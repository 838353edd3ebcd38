"""A school with people whose plans are as far as a test needs, and a sender of reminders."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from storage import members, outbox
from storage.database import Database
from storage.models import (
    Account,
    Evidence,
    EvidenceStatus,
    Member,
    OutboxState,
    Plan,
    PlanEntry,
    PlanStatus,
    Role,
    School,
)
from storage.people import Actor, Membership, known_id, note_blocked
from storage.reminders.rounds import make_round
from storage.reminders.tasks import is_in_dialogue, task_reminded_of
from storage.rulebook import RuleBook
from storage.rulesets import load_ruleset

RULES = load_ruleset("pmm-2024")
RULEBOOK = RuleBook()
ZONE = ZoneInfo("Asia/Jakarta")
PERIOD = RULES.period("2026-2")
PLAN_DAY = date(2026, 7, 31)
"""A Friday: the end of planning."""

EVIDENCE_DAY = date(2026, 11, 30)
"""A Monday: the end of execution."""

LOOK_EVERY = timedelta(minutes=45)


def at(day: date, hour: int = 12, minute: int = 0) -> datetime:
    """Give a moment on a Jakarta clock."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Sent:
    """A reminder that has gone out."""

    at: datetime
    member_id: int
    kind: str
    occasion: str
    subject: dict[str, Any] = field(hash=False)

    @property
    def local(self) -> datetime:
        """The moment on the school's clock."""
        return self.at.astimezone(ZONE)


@dataclass
class Stage:
    """The database, what has been sent, and everybody by name."""

    database: Database
    school: School
    ids: dict[str, int] = field(default_factory=dict)
    sent: list[Sent] = field(default_factory=list)

    async def joins(self, name: str, roles: Role, *, joined: bool = True) -> int:
        """Bring somebody into the school."""
        async with self.database.transaction() as session:
            one = await members.invite(session, self.school, name=name, roles=roles, now=EARLY)
            number = known_id(one.member.id)
            if joined:
                account = Account(id=1000 + number, created_at=EARLY)
                session.add(account)
                await session.flush()
                await members.join(session, account, one.token or "", EARLY)
        self.ids[name] = number
        return number

    async def actor(self, name: str, now: datetime) -> Actor:
        """Give somebody as who acts."""
        async with self.database.reading() as session:
            member = await session.get_one(Member, self.ids[name])
            return Membership(member, self.school).actor(now)

    async def has_plan(self, name: str, status: PlanStatus | None, now: datetime) -> None:
        """Let somebody's plan be so far, however it came there."""
        async with self.database.transaction() as session:
            mine = Plan.member_id == self.ids[name]
            plan = (await session.exec(select(Plan).where(mine))).first()
            if status is None:
                if plan is not None:
                    for entry in await session.exec(
                        select(PlanEntry).where(PlanEntry.plan_id == plan.id)
                    ):
                        await session.delete(entry)
                    await session.flush()
                    await session.delete(plan)
                return
            if plan is None:
                plan = Plan(
                    school_id=known_id(self.school.id), member_id=self.ids[name],
                    period=PERIOD.id, ruleset=RULES.id, ruleset_version=RULES.version,
                    created_at=now, changed_at=now,
                )  # fmt: skip
                session.add(plan)
                await session.flush()
                session.add(
                    PlanEntry(
                        plan_id=known_id(plan.id), step=RULES.steps[0].id, code="RHK-01",
                        quantity=2, points=8, points_floor=8, evidence=["sertifikat"],
                    )
                )  # fmt: skip
            if status is PlanStatus.SUBMITTED and plan.status != status:
                plan.revision += 1
                plan.submitted_at = now
            plan.status, plan.changed_at = status, now
            session.add(plan)

    async def blocks(self, name: str, now: datetime) -> None:
        """Let somebody block the bot."""
        async with self.database.transaction() as session:
            await note_blocked(session, 1000 + self.ids[name], now)

    async def round(self, now: datetime, *, deliver: bool = True) -> list[Sent]:
        """Look once and send what is due; give what went out."""
        await make_round(self.database, RULEBOOK, now)
        return await self.deliver(now) if deliver else []

    async def deliver(self, now: datetime) -> list[Sent]:
        """Send what is due, as the sender does: drawn from what is true now."""
        gone = []
        while True:
            async with self.database.transaction() as session:
                batch = await outbox.lease(session, now)
                for one in batch:
                    state = await self._outcome(session, one, now)
                    await outbox.settle(session, one.id, state, now)
                    if state is OutboxState.SENT:
                        gone.append(Sent(now, one.member_id, one.kind, one.occasion, one.subject))
            if not batch:
                self.sent += gone
                return gone

    async def _outcome(self, session: Any, one: outbox.Delivery, now: datetime) -> OutboxState:
        if one.expires_at is not None and one.expires_at <= now:
            return OutboxState.CANCELLED
        account = await session.get(Account, one.account_id) if one.account_id else None
        if account is None or await is_in_dialogue(session, account, now):
            return OutboxState.CANCELLED
        if one.kind == "remind_task":
            school = await session.get_one(School, one.school_id)
            seat = Membership(await session.get_one(Member, one.member_id), school)
            task = await task_reminded_of(
                session, seat.actor(now), RULEBOOK, school, one.subject, seat.today(now)
            )
            if task is None:
                return OutboxState.CANCELLED
        return OutboxState.SENT

    async def day(self, day: date, first: int = 0, last: int = 24) -> list[Sent]:
        """Let the hours of a day pass, looking now and then."""
        now, gone = at(day, first), []
        while now < at(day, 0) + timedelta(hours=last):
            gone += await self.round(now)
            now += LOOK_EVERY
        return gone

    async def pieces(self, name: str, kind: str, count: int, now: datetime) -> None:
        """File evidence for somebody's planned item."""
        async with self.database.transaction() as session:
            plan = (
                await session.exec(select(Plan).where(col(Plan.member_id) == self.ids[name]))
            ).one()
            for _ in range(count):
                session.add(
                    Evidence(
                        school_id=known_id(self.school.id), member_id=self.ids[name],
                        plan_id=plan.id, step=RULES.steps[0].id, code="RHK-01", kind=kind,
                        status=EvidenceStatus.RECEIVED, received_at=now, changed_at=now,
                    )
                )  # fmt: skip


EARLY = at(date(2026, 7, 1), 8)


async def a_stage(database: Database) -> Stage:
    """Found a school on the first day of the period."""
    async with database.transaction() as session:
        school = await members.found_school(
            session, npsn="1", name="SMPN 1", timezone="Asia/Jakarta", ruleset="pmm-2024",
            now=EARLY,
        )  # fmt: skip
    return Stage(database, school)
