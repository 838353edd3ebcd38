"""A period closes by itself: what belongs to it is read, and not changed by anybody."""

from datetime import date, datetime

import pytest
from sqlmodel import col, select

from storage import decisions, periods, plans
from storage.database import Database
from storage.errors import PeriodClosed
from storage.evidence import checking
from storage.models import (
    ClosedPeriod,
    Evidence,
    EvidenceStatus,
    OutboxMessage,
    Plan,
    PlanStatus,
    Role,
)
from storage.people import known_id
from storage.reminders import scanning, waiting
from tests.storage.reminders.staging import PERIOD, RULEBOOK, RULES, Stage, a_stage, at

LAST_NIGHT = at(date(2026, 12, 31), 23, 59)
NEW_YEAR = at(date(2027, 1, 1), 0)
MONDAY = at(date(2027, 1, 4), 7)


@pytest.fixture
async def stage(database: Database) -> Stage:
    stage = await a_stage(database)
    await stage.joins("Kepala", Role.PRINCIPAL)
    for name, status in (
        ("Rina", PlanStatus.DRAFT), ("Budi", PlanStatus.SUBMITTED), ("Siti", PlanStatus.AGREED),
        ("Dewi", None),
    ):  # fmt: skip
        await stage.joins(name, Role.TEACHER)
        await stage.has_plan(name, status, at(date(2026, 12, 1)))
    await stage.pieces("Siti", "sertifikat", 1, at(date(2026, 12, 2)))
    return stage


async def close(stage: Stage, now: datetime) -> int:
    async with stage.database.transaction() as session:
        ended = await periods.find_ended(session, RULEBOOK, now)
        if ended:
            await periods.close(session, ended, now)
    return len(ended)


async def plan_of(stage: Stage, name: str) -> int:
    async with stage.database.reading() as session:
        found = await session.exec(select(Plan.id).where(col(Plan.member_id) == stage.ids[name]))
        return known_id(found.one())


async def test_it_closes_once_when_the_day_is_over_at_the_school(stage: Stage) -> None:
    assert await close(stage, LAST_NIGHT) == 0
    assert await close(stage, NEW_YEAR) == 1
    assert await close(stage, NEW_YEAR) == 0
    async with stage.database.reading() as session:
        closed = (await session.exec(select(ClosedPeriod))).one()
        told = (await session.exec(select(OutboxMessage))).one()
    assert (closed.period, closed.closed_at) == (PERIOD.id, NEW_YEAR)
    # New Year is a Friday and a holiday.
    assert (told.kind, told.member_id, told.due_at) == (
        "period_closed", stage.ids["Kepala"], MONDAY,
    )  # fmt: skip


async def test_after_a_long_pause_it_closes_without_news(stage: Stage) -> None:
    assert await close(stage, at(date(2027, 3, 1))) == 1
    async with stage.database.reading() as session:
        assert (await session.exec(select(OutboxMessage))).all() == []


async def test_nothing_of_it_can_be_changed_any_more(stage: Stage) -> None:
    await close(stage, NEW_YEAR)
    rina, budi = await stage.actor("Rina", MONDAY), await stage.actor("Budi", MONDAY)
    principal = await stage.actor("Kepala", MONDAY)
    draft, submitted = await plan_of(stage, "Rina"), await plan_of(stage, "Budi")
    agreed = await plan_of(stage, "Siti")
    async with stage.database.reading() as session:
        piece = (await session.exec(select(Evidence))).one()
    number = known_id(piece.id)
    works = [
        lambda s: plans.set_quantity(s, rina, RULES, draft, "RHK-01", 3, MONDAY),
        lambda s: plans.have_no_duty(s, rina, RULES, draft, MONDAY),
        lambda s: plans.take_back(s, budi, submitted, 1, MONDAY),
        lambda s: decisions.approve(s, principal, submitted, 1, MONDAY),
        lambda s: decisions.send_back(s, principal, submitted, 1, MONDAY, reason="x"),
        lambda s: decisions.reopen(s, principal, agreed, 0, MONDAY, reason="x"),
        lambda s: checking.accept(s, principal, number, piece.revision, MONDAY),
    ]
    for work in works:
        with pytest.raises(PeriodClosed):
            async with stage.database.transaction() as session:
                await work(session)  # type: ignore[no-untyped-call]
    async with stage.database.reading() as session:
        assert (await plans.read_plan(session, principal, submitted)).status == "submitted"


async def test_nothing_of_it_waits_for_anybody_any_more(stage: Stage) -> None:
    async with stage.database.transaction() as session:
        (piece,) = (await session.exec(select(Evidence))).all()
        piece.status = EvidenceStatus.RECEIVED
        session.add(piece)

    async def waiting_for(now: datetime) -> tuple[int, int, int]:
        principal = await stage.actor("Kepala", now)
        async with stage.database.reading() as session:
            calls = [one.kind for one in await scanning.scan(session, RULEBOOK, now)]
            return (
                await decisions.count_waiting(session, principal),
                await checking.count_waiting(session, principal),
                calls.count("remind_digest"),
            )

    assert await waiting_for(at(date(2026, 12, 30), 10)) == (1, 1, 1)
    await close(stage, NEW_YEAR)
    assert await waiting_for(at(date(2027, 1, 4), 10)) == (0, 0, 0)


async def test_the_digest_names_what_is_unfinished(stage: Stage) -> None:
    await close(stage, NEW_YEAR)
    principal = await stage.actor("Kepala", MONDAY)
    async with stage.database.reading() as session:
        closing = await waiting.closing_of(session, principal, RULES, PERIOD)
    assert closing.undecided == ("Budi",)
    assert closing.behind.not_submitted == ("Rina",)
    assert closing.behind.not_begun == ("Dewi",)
    assert closing.behind.without_evidence == ("Siti",)
    assert closing.unreported == ("Siti",)
    assert closing.unrated == ("Siti",)
    assert closing.done == 0
