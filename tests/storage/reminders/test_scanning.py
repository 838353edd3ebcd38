"""Who is reminded of what, and when: one rule at a time."""

from datetime import date, timedelta

import pytest
from sqlmodel import select

from storage import deadlines
from storage.database import Database
from storage.models import Account, Plan, PlanStatus, Prompt, Rating, RatingStatus, Role
from storage.people import known_id
from storage.reminders import waiting, wishes
from storage.rulesets import DeadlineKind
from storage.school_hours import Hours
from tests.storage.reminders.staging import (
    EVIDENCE_DAY,
    PERIOD,
    PLAN_DAY,
    RULES,
    ZONE,
    Sent,
    Stage,
    a_stage,
    at,
)

HOURS = Hours(ZONE)


@pytest.fixture
async def stage(database: Database) -> Stage:
    return await a_stage(database)


async def test_a_teacher_without_a_plan_hears_on_each_of_the_days(stage: Stage) -> None:
    rina = await stage.joins("Rina", Role.TEACHER)
    day = date(2026, 7, 13)
    while day <= PLAN_DAY + timedelta(days=3):
        await stage.day(day, 6, 18)
        day += timedelta(days=1)
    # Fourteen, seven and three days before, the day before, and the day itself.
    assert [(one.member_id, one.local.date()) for one in stage.sent] == [
        (rina, date(2026, 7, 17)),
        (rina, date(2026, 7, 24)),
        (rina, date(2026, 7, 28)),
        (rina, date(2026, 7, 30)),
        (rina, date(2026, 7, 31)),
    ]
    assert len({one.local.time() for one in stage.sent}) == 1
    assert all(7 <= one.local.hour < 16 for one in stage.sent)


@pytest.mark.parametrize(
    "status", [PlanStatus.SUBMITTED, PlanStatus.AGREED], ids=lambda one: str(one)
)
async def test_who_is_done_hears_nothing_even_when_it_was_queued(
    stage: Stage, status: PlanStatus
) -> None:
    await stage.joins("Rina", Role.TEACHER)
    await stage.round(at(PLAN_DAY, 15), deliver=False)
    await stage.has_plan("Rina", status, at(PLAN_DAY, 15))
    assert await stage.deliver(at(PLAN_DAY, 15)) == []
    assert await stage.round(at(PLAN_DAY, 15, 15)) == []


async def test_a_draft_a_returned_and_an_approved_plan_are_reminded_of(stage: Stage) -> None:
    statuses = (PlanStatus.DRAFT, PlanStatus.RETURNED, PlanStatus.APPROVED)
    for status in statuses:
        await stage.joins(status, Role.TEACHER)
        await stage.has_plan(status, status, at(PLAN_DAY, 8))
    assert len(await stage.round(at(PLAN_DAY, 15))) == len(statuses)


async def test_after_three_days_off_people_hear_once_what_is_still_true(stage: Stage) -> None:
    await stage.joins("Rina", Role.TEACHER)
    await stage.joins("Budi", Role.TEACHER)
    await stage.day(date(2026, 7, 17), 6, 18)
    stage.sent.clear()
    await stage.has_plan("Budi", PlanStatus.AGREED, at(date(2026, 7, 20)))
    # Off on the 24th, when the reminder was due; the 27th is a Monday.
    gone = await stage.day(date(2026, 7, 27), 6, 18)
    assert [one.member_id for one in gone] == [stage.ids["Rina"]]
    assert gone[0].occasion == "remind:plan:2026-2:20260731:7:1"


async def test_what_came_too_late_on_one_day_comes_on_the_next(stage: Stage) -> None:
    await stage.joins("Rina", Role.TEACHER)
    await stage.round(at(date(2026, 7, 24), 15), deliver=False)
    assert await stage.deliver(at(date(2026, 7, 24), 23)) == []
    gone = await stage.day(date(2026, 7, 27), 6, 18)
    assert [one.occasion for one in gone] == ["remind:plan:2026-2:20260731:7:2"]


async def test_no_reminder_on_a_free_day_but_on_the_last_day(stage: Stage) -> None:
    await stage.joins("Rina", Role.TEACHER)
    saturday = date(2026, 8, 15)
    await stage.joins("Ibu Operator", Role.OPERATOR)
    operator = await stage.actor("Ibu Operator", at(date(2026, 7, 20)))
    async with stage.database.transaction() as session:
        await deadlines.move_deadline(
            session, operator, RULES, PERIOD, "plan", saturday,
            reason="Guru mengikuti pelatihan", hours=HOURS, now=at(date(2026, 7, 20)),
        )  # fmt: skip
    await stage.deliver(at(date(2026, 7, 20), 13))
    gone = [await stage.day(day, 6, 18) for day in (date(2026, 8, 8), date(2026, 8, 9))]
    assert gone == [[], []]
    assert len(await stage.day(saturday, 6, 18)) == 1


async def test_a_moved_deadline_makes_new_occasions(stage: Stage) -> None:
    await stage.joins("Rina", Role.TEACHER)
    await stage.joins("Ibu Operator", Role.OPERATOR)
    assert len(await stage.day(date(2026, 7, 24), 6, 18)) == 1
    operator = await stage.actor("Ibu Operator", at(date(2026, 7, 25)))
    async with stage.database.transaction() as session:
        await deadlines.move_deadline(
            session, operator, RULES, PERIOD, "plan", date(2026, 8, 7), reason="Listrik padam",
            hours=HOURS, now=at(date(2026, 7, 24), 15),
        )  # fmt: skip
    gone = await stage.day(date(2026, 7, 27), 6, 18)
    assert [one.kind for one in gone] == ["deadline_moved", "remind_task"]
    assert "20260807:14" in gone[1].occasion


async def test_missing_evidence_is_reminded_of_until_it_is_there(stage: Stage) -> None:
    for name in ("Rina", "Budi"):
        await stage.joins(name, Role.TEACHER)
        await stage.has_plan(name, PlanStatus.AGREED, at(PLAN_DAY))
    await stage.pieces("Budi", "sertifikat", 2, at(EVIDENCE_DAY, 8))
    gone = await stage.round(at(EVIDENCE_DAY, 15))
    assert [one.member_id for one in gone] == [stage.ids["Rina"]]
    assert gone[0].subject["deadline"] == DeadlineKind.EVIDENCE


async def test_a_running_dialogue_is_not_interrupted(stage: Stage) -> None:
    await stage.joins("Rina", Role.TEACHER)
    async with stage.database.transaction() as session:
        account = await session.get_one(Account, 1000 + stage.ids["Rina"])
        prompt = Prompt(
            account_id=account.id, state="x", subject="x", question="?",
            asked_at=at(PLAN_DAY, 14, 50),
        )  # fmt: skip
        session.add(prompt)
        await session.flush()
        account.prompt_id = known_id(prompt.id)
        session.add(account)
    assert await stage.round(at(PLAN_DAY, 15)) == []
    assert await stage.round(at(PLAN_DAY, 15, 15)) == []
    assert len(await stage.round(at(PLAN_DAY, 15, 30))) == 1
    assert await stage.round(at(PLAN_DAY, 15, 45)) == []


async def test_who_snoozes_hears_again_after_it_and_on_the_last_day(stage: Stage) -> None:
    await stage.joins("Rina", Role.TEACHER)
    friday = date(2026, 7, 24)
    assert len(await stage.round(at(friday, 15))) == 1
    rina = await stage.actor("Rina", at(friday, 15))
    async with stage.database.transaction() as session:
        until = await wishes.snooze(session, rina, 3, today=friday, now=at(friday, 15))
    assert until == date(2026, 7, 27)
    assert await stage.day(date(2026, 7, 26), 6, 18) == []
    assert len(await stage.day(until, 6, 18)) == 1
    async with stage.database.transaction() as session:
        thursday = date(2026, 7, 30)
        await wishes.snooze(session, rina, 3, today=thursday, now=at(thursday, 8))
    assert await stage.day(thursday, 9, 18) == []
    assert len(await stage.day(PLAN_DAY, 6, 18)) == 1


async def test_an_hour_that_was_chosen_is_kept_to(stage: Stage) -> None:
    await stage.joins("Rina", Role.TEACHER)
    rina = await stage.actor("Rina", at(date(2026, 7, 20)))
    async with stage.database.transaction() as session:
        await wishes.choose_hour(session, rina, HOURS, 13, at(date(2026, 7, 20)))
    (sent,) = await stage.day(date(2026, 7, 24), 6, 18)
    assert sent.local.hour == 13


async def test_the_principal_hears_in_the_morning_only_when_something_waits(
    stage: Stage,
) -> None:
    principal = await stage.joins("Kepala", Role.PRINCIPAL)
    await stage.joins("Rina", Role.TEACHER)
    monday = date(2026, 7, 6)
    assert await stage.day(monday, 6, 18) == []
    await stage.has_plan("Rina", PlanStatus.SUBMITTED, at(monday, 15))
    gone = await stage.day(monday + timedelta(days=1), 6, 18)
    assert [(one.member_id, one.kind) for one in gone] == [(principal, "remind_digest")]
    assert gone[0].local.hour in (7, 8)


async def test_a_teacher_whose_plan_waits_is_told_so_while_the_principal_is_nudged(
    stage: Stage,
) -> None:
    await stage.joins("Kepala", Role.PRINCIPAL)
    await stage.joins("Rina", Role.TEACHER)
    monday = date(2026, 7, 6)
    await stage.has_plan("Rina", PlanStatus.SUBMITTED, at(monday, 15))
    kinds = []
    for days in range(1, 8):
        gone = await stage.day(monday + timedelta(days=days), 6, 18)
        kinds.append(sorted(one.kind for one in gone))
    digest, waiting = "remind_digest", "remind_waiting"
    assert kinds == [[digest], [digest], [digest, waiting], [digest], [], [], [digest]]


async def test_the_coach_hears_once_a_week_who_is_behind(stage: Stage) -> None:
    coach = await stage.joins("Desi", Role.COACH)
    await stage.joins("Tono", Role.TEACHER, joined=False)
    gone = []
    for days in range(14):
        gone += await stage.day(date(2026, 7, 6) + timedelta(days=days), 6, 18)
    assert [(one.member_id, one.local.date()) for one in gone] == [
        (coach, date(2026, 7, 6)),
        (coach, date(2026, 7, 13)),
    ]


async def test_nobody_who_blocked_the_bot_is_called(stage: Stage) -> None:
    await stage.joins("Rina", Role.TEACHER)
    await stage.blocks("Rina", at(date(2026, 7, 20)))
    assert await stage.round(at(PLAN_DAY, 15)) == []


async def test_two_schedulers_at_once_remind_once(stage: Stage) -> None:
    await stage.joins("Rina", Role.TEACHER)
    await stage.round(at(PLAN_DAY, 15), deliver=False)
    await stage.round(at(PLAN_DAY, 15), deliver=False)
    assert len(await stage.deliver(at(PLAN_DAY, 15))) == 1


async def test_missing_ratings_are_told_of_on_each_of_the_days_until_there_are_none(
    stage: Stage,
) -> None:
    principal = await stage.joins("Bu Kepala", Role.PRINCIPAL)
    await stage.joins("Rina", Role.TEACHER)
    await stage.joins("Budi", Role.TEACHER)
    await stage.has_plan("Rina", PlanStatus.AGREED, at(date(2026, 7, 20)))
    await stage.has_plan("Budi", PlanStatus.DRAFT, at(date(2026, 7, 20)))

    async def told(first: date, last: date) -> list[date]:
        days, day = [], first
        while day <= last:
            gone = await stage.day(day, 6, 18)
            days += [one.local.date() for one in gone if one.member_id == principal]
            day += timedelta(days=1)
        return days

    # The deadline is 31 December, a Thursday; fourteen and seven days before are Thursdays too.
    assert await told(date(2026, 12, 14), date(2026, 12, 23)) == [date(2026, 12, 17)]
    await _rates(stage, "Rina")
    assert await told(date(2026, 12, 24), date(2026, 12, 31)) == []


async def test_ratings_are_told_of_once_beside_what_waits_anyway(stage: Stage) -> None:
    await stage.joins("Bu Kepala", Role.PRINCIPAL)
    await stage.joins("Rina", Role.TEACHER)
    await stage.joins("Budi", Role.TEACHER)
    await stage.has_plan("Rina", PlanStatus.AGREED, at(date(2026, 7, 20)))
    await stage.has_plan("Budi", PlanStatus.SUBMITTED, at(date(2026, 12, 16)))
    gone = [
        one
        for day in (date(2026, 12, 17), date(2026, 12, 18))
        for one in await stage.day(day, 6, 18)
        if one.kind == "remind_digest"
    ]
    assert [one.occasion for one in gone] == [
        "remind:digest:2026-12-17:1", "remind:digest:2026-12-18:1",
    ]  # fmt: skip


async def _rates(stage: Stage, name: str) -> None:
    """Let somebody's rating be final, however it came to that."""
    async with stage.database.transaction() as session:
        mine = Plan.member_id == stage.ids[name]
        plan = (await session.exec(select(Plan).where(mine))).one()
        session.add(
            Rating(
                plan_id=known_id(plan.id), status=RatingStatus.FINAL, revision=1, number=1,
                changed_by=stage.ids["Bu Kepala"], changed_at=at(date(2026, 12, 23)),
            )
        )  # fmt: skip


async def test_whoever_is_rated_is_reminded_of_neither_evidence_nor_report(stage: Stage) -> None:
    await stage.joins("Bu Kepala", Role.PRINCIPAL)
    await stage.joins("Desi", Role.COACH)
    for name in ("Rina", "Budi"):
        await stage.joins(name, Role.TEACHER)
        await stage.has_plan(name, PlanStatus.AGREED, at(PLAN_DAY))
    await _rates(stage, "Budi")

    def asked(sent: list[Sent]) -> list[int]:
        return [one.member_id for one in sent if one.kind == "remind_task"]

    async def behind() -> tuple[str, ...]:
        coach = await stage.actor("Desi", at(EVIDENCE_DAY))
        async with stage.database.reading() as session:
            found = await waiting.who_is_behind(
                session, coach, RULES, PERIOD, plan_is_near=True, evidence_is_near=True
            )
        return found.without_evidence

    assert asked(await stage.round(at(date(2026, 11, 16), 15))) == [stage.ids["Rina"]]
    assert await behind() == ("Rina",)
    # Rated after the reminder was written, before it went out.
    await stage.round(at(date(2026, 11, 23), 15), deliver=False)
    await _rates(stage, "Rina")
    assert asked(await stage.deliver(at(date(2026, 11, 23), 15))) == []
    assert await behind() == ()
    # Days before the evidence and the report are due.
    for day in (date(2026, 11, 27), EVIDENCE_DAY, date(2026, 12, 17), date(2026, 12, 24)):
        assert asked(await stage.round(at(day, 15))) == []


async def test_a_rating_that_is_opened_again_brings_the_reminders_back(stage: Stage) -> None:
    await stage.joins("Bu Kepala", Role.PRINCIPAL)
    rina = await stage.joins("Rina", Role.TEACHER)
    await stage.has_plan("Rina", PlanStatus.AGREED, at(PLAN_DAY))
    await _rates(stage, "Rina")
    gone = await stage.round(at(date(2026, 11, 27), 15))
    assert not [one for one in gone if one.kind == "remind_task"]
    async with stage.database.transaction() as session:
        rating = (await session.exec(select(Rating))).one()
        rating.status = RatingStatus.DRAFT
        session.add(rating)
    gone = await stage.round(at(EVIDENCE_DAY, 15))
    assert [one.member_id for one in gone if one.kind == "remind_task"] == [rina]
