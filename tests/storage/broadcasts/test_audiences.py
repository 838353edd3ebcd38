"""Whom a broadcast is for: what holds for each audience in any school, and nobody of another."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.broadcasts import audiences
from storage.broadcasts.audiences import Audience, AudienceKind, Scope
from storage.database import Database
from storage.models import (
    Account,
    AuditEntry,
    Decision,
    Evidence,
    Member,
    OutOfReach,
    Plan,
    PlanEntry,
    Rating,
    RatingStatus,
    Role,
    School,
)
from storage.people import known_id
from storage.rulebook import RuleBook
from storage.rulesets import load_ruleset

NOW = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)
TODAY = date(2026, 7, 6)
RULES = load_ruleset("pmm-2024")
PERIOD = RULES.period_at(TODAY).id
STEP = next(step.id for step in RULES.steps if step.kind == "items")
SENDER = "the sender"


@dataclass(frozen=True)
class Someone:
    """Somebody in a school, as far as an audience asks."""

    roles: int
    contact: str
    status: str
    points: int
    touched: bool
    sent: int
    rated: bool
    asked: bool
    period: str

    @property
    def plans(self) -> bool:
        return self.status != "none" and self.period == PERIOD


PEOPLE = st.builds(
    Someone,
    roles=st.sampled_from([0, 1, 1, 1, 2, 4, 5, 8, 15]),
    contact=st.sampled_from(["joined", "joined", "blocked", "not joined"]),
    status=st.sampled_from(["none", "draft", "submitted", "returned", "approved", "agreed"]),
    points=st.sampled_from([0, 31, 32, 48]),
    touched=st.booleans(),
    sent=st.integers(0, 2),
    rated=st.booleans(),
    asked=st.booleans(),
    period=st.sampled_from([PERIOD, PERIOD, PERIOD, "2026-1"]),
)


def belongs(one: Someone, kind: AudienceKind) -> bool:
    """Say in the plainest words whom an audience is."""
    if not one.roles:
        return False
    if kind in audiences.ROLES:
        return bool(one.roles & audiences.ROLES[kind])
    if kind in audiences.OF_EVERYBODY:
        return True
    lacks = one.plans and one.status in ("approved", "agreed") and one.sent < 2 and not one.rated
    below = one.status in ("draft", "submitted", "returned") and one.points < 32
    holds = {
        AudienceKind.NOT_STARTED: not one.plans,
        AudienceKind.BELOW_TARGET: one.plans and below,
        AudienceKind.RETURNED: one.plans and one.status == "returned" and not one.touched,
        AudienceKind.EVIDENCE: lacks,
        AudienceKind.NO_HELP: not one.asked,
        AudienceKind.BEHIND: not one.plans or one.status != "agreed" or lacks,
    }
    return bool(one.roles & Role.TEACHER) and holds[kind]


async def _school(session: AsyncSession, npsn: str) -> School:
    school = School(
        npsn=npsn, name=npsn, timezone="Asia/Jakarta", ruleset=RULES.id, created_at=NOW
    )
    session.add(school)
    await session.flush()
    return school


async def _member(
    session: AsyncSession, school: School, name: str, roles: int, contact: str = "joined"
) -> Member:
    member = Member(school_id=known_id(school.id), name=name, roles=roles, created_at=NOW)
    session.add(member)
    await session.flush()
    if contact != "not joined":
        account = Account(id=known_id(member.id) + 10_000, created_at=NOW)
        account.blocked_at = NOW if contact == "blocked" else None
        session.add(account)
        await session.flush()
        member.account_id = account.id
        session.add(member)
        await session.flush()
    return member


async def _settle(session: AsyncSession, school: School, one: Someone, name: str) -> int:
    """Put somebody into a school."""
    school_id = known_id(school.id)
    member = await _member(session, school, name, one.roles, one.contact)
    number = known_id(member.id)
    if one.asked:
        session.add(
            AuditEntry(
                school_id=school_id, member_id=number, action=audiences.HELP_ACTION,
                subject="", at=NOW,
            )
        )  # fmt: skip
        await session.flush()
    if one.status == "none":
        return number
    plan = Plan(
        school_id=school_id, member_id=number, period=one.period, ruleset=RULES.id,
        ruleset_version=1, status=one.status, revision=1, points=one.points,
        points_floor=one.points, created_at=NOW,
        changed_at=NOW + timedelta(minutes=one.touched),
    )  # fmt: skip
    session.add(plan)
    await session.flush()
    plan_id = known_id(plan.id)
    session.add(PlanEntry(plan_id=plan_id, step=STEP, code="RHK-01", quantity=2))
    if one.status == "returned":
        session.add(
            Decision(
                plan_id=plan_id, revision=1, verdict="returned", member_id=number, decided_at=NOW
            )
        )
    if one.rated:
        session.add(
            Rating(
                plan_id=plan_id, status=RatingStatus.FINAL, revision=1, number=1,
                changed_by=number, changed_at=NOW,
            )
        )  # fmt: skip
    for _ in range(one.sent):
        session.add(
            Evidence(
                school_id=school_id, member_id=number, plan_id=plan_id, step=STEP, code="RHK-01",
                status="received", received_at=NOW, changed_at=NOW,
            )
        )  # fmt: skip
    await session.flush()
    return number


@pytest.mark.parametrize("kind", [one for one in AudienceKind if one not in audiences.BY_NUMBER])
@settings(
    max_examples=12, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(ours=st.lists(PEOPLE, max_size=9), theirs=st.lists(PEOPLE, max_size=4))
async def test_an_audience_is_who_it_says_in_any_school(
    database: Database, kind: AudienceKind, ours: list[Someone], theirs: list[Someone]
) -> None:
    async with database.writing() as session:
        school, other = await _school(session, "1"), await _school(session, "2")
        sender = known_id((await _member(session, school, SENDER, 15)).id)
        meant = {}
        for number, one in enumerate(ours):
            if belongs(one, kind):
                meant[await _settle(session, school, one, f"ours {number}")] = one.contact
            else:
                await _settle(session, school, one, f"ours {number}")
        for number, one in enumerate(theirs):
            await _settle(session, other, one, f"theirs {number}")
        scope = Scope(school, RuleBook(), TODAY, sender)
        found: dict[int, OutOfReach | None] = {}
        part = audiences.Part([], 0, more=True)
        while part.more:  # two at a time, as thousands are read
            part = await audiences.part_of(session, scope, Audience(kind), part.upto, 2)
            found |= {one.member_id: one.why for one in part.people}
        counts = await audiences.count(session, scope, Audience(kind))
        await session.rollback()
    reasons = {
        "joined": None, "blocked": OutOfReach.BLOCKED, "not joined": OutOfReach.NOT_JOINED,
    }  # fmt: skip
    assert found == {number: reasons[contact] for number, contact in meant.items()}
    contacts = list(meant.values())
    assert counts == (
        contacts.count("joined"), contacts.count("not joined"), contacts.count("blocked"),
    )  # fmt: skip


@settings(
    max_examples=20, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(
    ours=st.lists(PEOPLE, min_size=1, max_size=6),
    theirs=st.lists(PEOPLE, min_size=1, max_size=3),
    data=st.data(),
)
async def test_named_people_are_of_the_senders_school_alone(
    database: Database, ours: list[Someone], theirs: list[Someone], data: st.DataObject
) -> None:
    async with database.writing() as session:
        school, other = await _school(session, "1"), await _school(session, "2")
        sender = known_id((await _member(session, school, SENDER, 15)).id)
        mine = [await _settle(session, school, one, "ours") for one in ours]
        others = [await _settle(session, other, one, "theirs") for one in theirs]
        named = data.draw(st.lists(st.sampled_from([*mine, *others, sender, 10**9])))
        scope = Scope(school, RuleBook(), TODAY, sender)
        audience = Audience(AudienceKind.PEOPLE, tuple(named))
        found = [one.member_id async for one in audiences.everybody_in(session, scope, audience)]
        counts = await audiences.count(session, scope, audience)
        await session.rollback()
    erased = {number for number, one in zip(mine, ours, strict=True) if not one.roles}
    assert found == sorted(set(named) & set(mine) - erased)
    assert counts.all == len(found)
