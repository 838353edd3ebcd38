"""Deadlines: the rule set's, and those a school has moved."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select

from storage import deadlines
from storage.database import Database
from storage.errors import DayOutOfRange, NotAllowed, NotFound, ReasonMissing
from storage.models import AuditEntry, DeadlineMove, OutboxMessage, Role
from storage.people import Actor
from storage.rulesets import DeadlineKind, available_rulesets, load_ruleset
from storage.school_hours import Hours
from tests.storage.reminders.staging import PERIOD, PLAN_DAY, RULES, ZONE, Stage, a_stage, at

HOURS = Hours(ZONE)
NOW = at(date(2026, 7, 20), 9)


@pytest.fixture
async def stage(database: Database) -> Stage:
    stage = await a_stage(database)
    await stage.joins("Operator", Role.OPERATOR)
    await stage.joins("Rina", Role.TEACHER)
    await stage.joins("Kepala", Role.PRINCIPAL)
    await stage.joins("Tono", Role.TEACHER, joined=False)
    return stage


async def move(
    stage: Stage, actor: Actor, day: date, kind: str = "plan", reason: str = "Hujan",
    now: datetime = NOW,
) -> DeadlineMove | None:  # fmt: skip
    async with stage.database.transaction() as session:
        return await deadlines.move_deadline(
            session, actor, RULES, PERIOD, kind, day, reason=reason, hours=HOURS, now=now
        )


async def ends_on(stage: Stage, kind: str = "plan") -> date:
    async with stage.database.reading() as session:
        found = await deadlines.deadlines_of(session, stage.school.id or 0, RULES, PERIOD)
    return deadlines.of_kind(found, kind).ends_on


@pytest.mark.parametrize("name", available_rulesets())
def test_every_rule_set_dates_all_that_it_asks_for(name: str) -> None:
    rules = load_ruleset(name)
    for rule in rules.periods:
        period = rules.period_at(rule.start.first_in(2026))
        laid = deadlines.lay_out(rules, period, [])
        asked = [
            kind for kind in DeadlineKind
            if kind is not DeadlineKind.EVIDENCE or rules.upload.required
        ]  # fmt: skip
        assert [one.kind for one in laid] == asked
        assert all(period.start < one.ends_on <= period.end for one in laid)
        assert laid[0].ends_on == rules.planning_deadline(period)


@given(st.integers(-5, 40))
def test_the_step_is_the_last_of_the_days_that_have_come(left: int) -> None:
    (plan, *_rest) = deadlines.lay_out(RULES, PERIOD, [])
    step = plan.step(plan.ends_on - timedelta(left))
    if left < 0 or left > max(plan.rule.remind_days):
        assert step is None
    else:
        assert step is not None
        assert step >= left
        assert not [one for one in plan.rule.remind_days if left <= one < step]


async def test_a_move_is_kept_with_who_when_and_why_and_told(stage: Stage) -> None:
    operator = await stage.actor("Operator", NOW)
    day = date(2026, 8, 14)
    assert await move(stage, operator, day) is not None
    assert await ends_on(stage) == day
    assert await ends_on(stage, "rating") == date(2026, 12, 31)
    async with stage.database.reading() as session:
        moves = await deadlines.moves_in(session, operator.school_id, PERIOD.id)
        told = (await session.exec(select(OutboxMessage))).all()
        audit = (
            await session.exec(select(AuditEntry).where(col(AuditEntry.action) == "deadline.move"))
        ).one()
    assert [(one.moved_by, one.moved_at, one.reason) for one in moves] == [
        (operator.member_id, NOW, "Hujan")
    ]
    assert {one.member_id for one in told} == {stage.ids["Rina"], stage.ids["Kepala"]}
    assert audit.detail == {"before": "2026-07-31", "after": "2026-08-14"}
    # Back again, and the same day once more: one row more, then none.
    assert await move(stage, operator, PLAN_DAY, reason="Reda") is not None
    assert await move(stage, operator, PLAN_DAY, reason="Reda") is None
    assert await ends_on(stage) == PLAN_DAY


async def test_a_move_at_night_is_told_in_the_morning(stage: Stage) -> None:
    operator = await stage.actor("Operator", NOW)
    friday_night = at(date(2026, 7, 24), 22)
    await move(stage, operator, date(2026, 8, 14), now=friday_night)
    async with stage.database.reading() as session:
        told = (await session.exec(select(OutboxMessage))).all()
    assert {one.due_at for one in told} == {at(date(2026, 7, 27), 7)}


@pytest.mark.parametrize("day", [date(2026, 7, 19), date(2027, 1, 1), date(2026, 6, 30)], ids=str)
async def test_a_day_that_makes_no_sense_is_refused(stage: Stage, day: date) -> None:
    operator = await stage.actor("Operator", NOW)
    with pytest.raises(DayOutOfRange) as refused:
        await move(stage, operator, day)
    assert (refused.value.first, refused.value.last) == (date(2026, 7, 20), PERIOD.end)
    assert await ends_on(stage) == PLAN_DAY


async def test_only_operators_and_principals_with_a_reason_may(stage: Stage) -> None:
    day = date(2026, 8, 14)
    with pytest.raises(NotAllowed):
        await move(stage, await stage.actor("Rina", NOW), day)
    with pytest.raises(ReasonMissing):
        await move(stage, await stage.actor("Kepala", NOW), day, reason="  ")
    with pytest.raises(NotFound):
        await move(stage, await stage.actor("Kepala", NOW), day, kind="party")
    assert await ends_on(stage) == PLAN_DAY
