"""What happens to a plan at the same moment."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from storage import decisions, plans
from storage.database import Database
from storage.errors import (
    AlreadyDecided,
    NotNow,
)
from storage.models import (
    Decision,
    OutboxMessage,
    Plan,
    PlanRevision,
    PlanStatus,
)
from storage.people import Actor
from storage.plans import FullPlan
from storage.suggestions import Pick
from tests.storage.plans.staging import (
    MONDAY,
    PERIOD,
    RULES,
    TODAY,
    Cast,
    Work,
    race,
)


async def submitted(database: Database, owner: Actor) -> int:
    async with database.transaction() as session:
        full = await plans.open_plan(session, owner, RULES, PERIOD, MONDAY)
        await plans.take_picks(session, owner, RULES, full.id, [Pick("RHK-01", 8)], MONDAY)
        await plans.have_no_duty(session, owner, RULES, full.id, MONDAY)
        await plans.take_standard_guides(session, owner, RULES, full.id, MONDAY)
        await plans.submit(session, owner, RULES, full.id, 0, today=TODAY, now=MONDAY)
        return full.id


def _approves(who: Actor, plan: int, revision: int = 1) -> Work:
    return lambda session: decisions.approve(session, who, plan, revision, MONDAY)


def _sends_back(who: Actor, plan: int) -> Work:
    return lambda session: decisions.send_back(session, who, plan, 1, MONDAY, reason="Kurang")


def _takes_back(who: Actor, plan: int, revision: int) -> Work:
    return lambda session: plans.take_back(session, who, plan, revision, MONDAY)


def _submits(who: Actor, plan: int, revision: int, at: datetime = MONDAY) -> Work:
    return lambda session: plans.submit(session, who, RULES, plan, revision, today=TODAY, now=at)


def _chooses(who: Actor, plan: int, code: str, at: datetime) -> Work:
    return lambda session: plans.set_quantity(session, who, RULES, plan, code, 1, at)


ROUNDS = 6


@pytest.mark.parametrize("principal_approves", [True, False])
async def test_two_deciders_at_once_make_one_decision(
    database: Database, other: Database, cast: Cast, principal_approves: bool
) -> None:
    plan = await submitted(database, cast.rina)
    yes, no = (_approves, _sends_back) if principal_approves else (_sends_back, _approves)
    results = await race(
        (database, yes(cast.principal, plan)),
        (other, no(cast.deputy, plan)),
        (database, no(cast.deputy, plan)),
        (other, yes(cast.principal, plan)),
    )
    winners = [one for one in results if isinstance(one, FullPlan)]
    losers = [one for one in results if isinstance(one, AlreadyDecided)]
    assert (len(winners), len(losers)) == (1, 3)
    async with database.reading() as session:
        (decision,) = (await session.exec(select(Decision))).all()
        assert {one.by_member for one in losers} == {decision.member_id}
        assert winners[0].plan.status == decision.verdict
        told = await session.exec(
            select(OutboxMessage).where(OutboxMessage.member_id == cast.rina.member_id)
        )
        assert [one.kind for one in told.all()] == [f"plan_{decision.verdict}"]


async def test_approving_against_taking_back(
    database: Database, other: Database, cast: Cast
) -> None:
    plan = await submitted(database, cast.rina)
    for number in range(1, ROUNDS + 1):
        approved, taken = await race(
            (other, _approves(cast.principal, plan, number)),
            (database, _takes_back(cast.rina, plan, number)),
        )
        assert isinstance(approved, FullPlan) != isinstance(taken, FullPlan)
        async with database.transaction() as session:
            decided = (
                await session.exec(
                    select(Decision).where(Decision.plan_id == plan, Decision.revision == number)
                )
            ).all()
            assert len(decided) == isinstance(approved, FullPlan)
            if decided:
                assert isinstance(taken, NotNow)
                await decisions.reopen(
                    session, cast.principal, plan, number, MONDAY, reason="Sekali lagi"
                )
            await plans.submit(session, cast.rina, RULES, plan, number, today=TODAY, now=MONDAY)


async def test_a_double_tap_acts_once(database: Database, other: Database, cast: Cast) -> None:
    plan = await submitted(database, cast.rina)

    async def twice(work: Work) -> list[str]:
        results = await race((database, work), (other, work))
        return sorted(type(one).__name__ for one in results)

    assert await twice(_approves(cast.principal, plan)) == ["AlreadyDecided", "FullPlan"]
    agree: Work = lambda session: plans.agree(  # noqa: E731
        session, cast.rina, RULES, plan, 1, MONDAY
    )
    assert await twice(agree) == ["FullPlan", "NotNow"]
    reopen: Work = lambda session: decisions.reopen(  # noqa: E731
        session, cast.principal, plan, 1, MONDAY, reason="Perlu"
    )
    assert await twice(reopen) == ["FullPlan", "NotNow"]
    assert await twice(_submits(cast.rina, plan, 1)) == ["NotNow", "Submitted"]


async def test_opening_a_plan_twice_at_once_opens_one(
    database: Database, other: Database, cast: Cast
) -> None:
    results = await race(
        *(
            (where, lambda s: plans.open_plan(s, cast.rina, RULES, PERIOD, MONDAY))
            for where in (database, other, database, other)
        )
    )
    assert len({one.id for one in results if isinstance(one, FullPlan)}) == 1
    async with database.reading() as session:
        assert len((await session.exec(select(Plan))).all()) == 1


async def test_choosing_in_two_processes_keeps_the_sum_true(
    database: Database, other: Database, cast: Cast
) -> None:
    """Two processes behind one webhook may work for the same chat."""
    async with database.transaction() as session:
        full = await plans.open_plan(session, cast.rina, RULES, PERIOD, MONDAY)
    codes = [item.code for item in RULES.items]
    for number in range(ROUNDS):
        one, two = codes[2 * number : 2 * number + 2]
        at = MONDAY + timedelta(seconds=number + 1)
        await race(
            (database, _chooses(cast.rina, full.id, one, at)),
            (other, _chooses(cast.rina, full.id, two, at + timedelta(milliseconds=1))),
        )
        await _sums_hold(database)


async def test_submitting_while_choosing_submits_what_is_stored(
    database: Database, other: Database, cast: Cast
) -> None:
    plan = await submitted(database, cast.rina)
    for number in range(1, ROUNDS + 1):
        at = MONDAY + timedelta(seconds=2 * number)
        async with database.transaction() as session:
            await plans.take_back(session, cast.rina, plan, number, at)
        code = f"RHK-{number + 1:02}"
        await race(
            (database, _submits(cast.rina, plan, number, at + timedelta(milliseconds=2))),
            (other, _chooses(cast.rina, plan, code, at + timedelta(milliseconds=1))),
        )
        await _sums_hold(database)
        async with database.transaction() as session:
            row = await session.get(Plan, plan)
            assert row is not None
            if row.status != PlanStatus.SUBMITTED:
                later = at + timedelta(seconds=1)
                await plans.submit(session, cast.rina, RULES, plan, number, today=TODAY, now=later)


async def _sums_hold(database: Database) -> None:
    async with database.reading() as session:
        for plan in (await session.exec(select(Plan))).all():
            full = await plans.find_plan(session, plan.member_id, plan.period)
            assert full is not None
            assert plan.points == sum(one.points * one.quantity for one in full.entries)
            if plan.status == PlanStatus.SUBMITTED:
                found = await session.exec(
                    select(PlanRevision).where(
                        PlanRevision.plan_id == plan.id, PlanRevision.number == plan.revision
                    )
                )
                revision = found.one()
                assert revision.content == full.content()
                assert revision.points == plan.points
