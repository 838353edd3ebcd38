"""Documents that are confirmed instead of uploaded: who may, what stands, and until when."""

import asyncio
from datetime import date, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import confirmations, periods
from storage.database import Database
from storage.erasure import ERASED_NAME, erase_member
from storage.errors import (
    AlreadyConfirmed,
    NotAllowed,
    NotFound,
    PeriodClosed,
    PlanNotOpen,
)
from storage.models import (
    AuditEntry,
    Confirmation,
    OutboxMessage,
    Plan,
    PlanEntry,
    PlanStatus,
    Role,
    School,
)
from storage.people import known_id
from storage.plans import FullPlan
from storage.reminders import scanning, waiting
from storage.reminders.tasks import open_task
from storage.rulebook import RuleBook
from storage.rulesets import load_ruleset
from tests.storage.reminders.staging import RULEBOOK, Stage, a_stage, at

RULES = load_ruleset("ruang-gtk-2025")
NOW = at(date(2026, 8, 5), 9)
LATE = at(date(2026, 10, 26), 9)


@pytest.fixture
async def stage(database: Database) -> Stage:
    stage = await a_stage(database)
    async with database.transaction() as session:
        school = await session.get_one(School, stage.school.id)
        school.ruleset = RULES.id
        session.add(school)
    stage.school = school
    await stage.joins("Kepala", Role.PRINCIPAL | Role.TEACHER)
    await stage.joins("Wakil", Role.PRINCIPAL)
    await stage.joins("Tono", Role.COACH)
    for name, duty in (("Rina", "TT25-01"), ("Budi", "-"), ("Kepala", "-")):
        if name not in stage.ids:
            await stage.joins(name, Role.TEACHER)
        await plans(stage, name, duty)
    return stage


async def plans(
    stage: Stage, name: str, duty: str, status: PlanStatus = PlanStatus.APPROVED
) -> int:
    """Let somebody have a yearly plan."""
    async with stage.database.transaction() as session:
        plan = Plan(
            school_id=known_id(stage.school.id), member_id=stage.ids[name], period="2026",
            ruleset=RULES.id, ruleset_version=RULES.version, status=status,
            created_at=NOW, changed_at=NOW,
        )  # fmt: skip
        session.add(plan)
        await session.flush()
        session.add(PlanEntry(plan_id=known_id(plan.id), step="tugas_tambahan", code=duty))
    return known_id(plan.id)


async def plan_of(stage: Stage, name: str) -> int:
    async with stage.database.reading() as session:
        mine = Plan.member_id == stage.ids[name]
        return known_id((await session.exec(select(Plan.id).where(mine))).one())


async def confirm(
    stage: Stage, document: str, who: str = "Kepala", whose: str = "Rina", *, back: bool = False
) -> None:
    actor, plan = await stage.actor(who, NOW), await plan_of(stage, whose)
    act = confirmations.take_back if back else confirmations.confirm
    async with stage.database.transaction() as session:
        await act(session, actor, RULES, plan, document, NOW)


async def standing(stage: Stage, whose: str = "Rina") -> list[str]:
    plan = await plan_of(stage, whose)
    async with stage.database.reading() as session:
        return [one.document for one in await confirmations.of_plan(session, plan)]


async def test_who_has_no_duty_needs_no_letter_for_it(stage: Stage) -> None:
    kepala = await stage.actor("Kepala", NOW)
    async with stage.database.reading() as session:
        found = await confirmations.unconfirmed(session, kepala, RULEBOOK, stage.school)
    # One's own documents somebody else confirms.
    assert [(one.name, one.confirmed, one.wanted) for one in found] == [
        ("Budi", 0, 2), ("Rina", 0, 3),
    ]  # fmt: skip
    with pytest.raises(NotFound):
        await confirm(stage, "sk_tugas_tambahan", whose="Budi")
    with pytest.raises(NotFound):
        await confirm(stage, "rapor")


async def test_a_confirmation_says_who_and_when_and_can_be_taken_back(stage: Stage) -> None:
    await confirm(stage, "kurikulum")
    await confirm(stage, "kehadiran", who="Wakil")
    assert await standing(stage) == ["kurikulum", "kehadiran"]
    await confirm(stage, "kurikulum", who="Wakil", back=True)
    await confirm(stage, "kurikulum", back=True)  # once more changes nothing
    assert await standing(stage) == ["kehadiran"]
    await confirm(stage, "kurikulum")
    async with stage.database.reading() as session:
        rows = (await session.exec(select(Confirmation))).all()
        trail = (await session.exec(select(AuditEntry.action))).all()
        told = (await session.exec(select(OutboxMessage))).all()
    by_number = sorted(rows, key=lambda one: one.id or 0)
    assert [one.withdrawn_by for one in by_number] == [stage.ids["Wakil"], None, None]
    assert [one.confirmed_by for one in by_number] == [
        stage.ids[name] for name in ("Kepala", "Wakil", "Kepala")
    ]
    assert trail.count("document.confirm") == 3
    assert trail.count("document.take_back") == 1
    # A digest for the teacher: soon, and once more after the hour.
    assert {(one.kind, one.member_id) for one in told} == {
        ("documents_confirmed", stage.ids["Rina"])
    }
    assert len(told) == 2


async def test_of_two_at_once_one_confirms(stage: Stage) -> None:
    results = await asyncio.gather(
        confirm(stage, "kurikulum"), confirm(stage, "kurikulum", who="Wakil"),
        return_exceptions=True,
    )  # fmt: skip
    (lost,) = (one for one in results if one is not None)
    assert isinstance(lost, AlreadyConfirmed)
    assert lost.by_member in (stage.ids["Kepala"], stage.ids["Wakil"])
    assert await standing(stage) == ["kurikulum"]


@pytest.mark.parametrize("who", ["Rina", "Budi", "Tono"])
async def test_nobody_else_confirms(stage: Stage, who: str) -> None:
    with pytest.raises(NotAllowed):
        await confirm(stage, "kurikulum", who=who)
    with pytest.raises(NotAllowed):
        await confirm(stage, "kurikulum", who=who, back=True)


async def test_nobody_confirms_for_oneself_or_for_another_school(stage: Stage) -> None:
    with pytest.raises(NotAllowed):
        await confirm(stage, "kurikulum", whose="Kepala")
    async with stage.database.transaction() as session:
        plan = await session.get_one(Plan, await plan_of(stage, "Rina"))
        other = School(
            npsn="2", name="x", timezone="Asia/Jakarta", ruleset=RULES.id, created_at=NOW
        )
        session.add(other)
        await session.flush()
        plan.school_id = known_id(other.id)
        session.add(plan)
    with pytest.raises(NotFound):
        await confirm(stage, "kurikulum")


async def test_only_while_the_plan_holds_and_the_period_is_open(stage: Stage) -> None:
    await confirm(stage, "kurikulum")
    number = await plan_of(stage, "Rina")
    async with stage.database.transaction() as session:
        plan = await session.get_one(Plan, number)
        plan.status = PlanStatus.DRAFT
        session.add(plan)
    with pytest.raises(PlanNotOpen):
        await confirm(stage, "kehadiran")
    # What was confirmed before the plan was opened again stays.
    assert await standing(stage) == ["kurikulum"]
    new_year = at(date(2027, 1, 4), 9)
    async with stage.database.transaction() as session:
        plan = await session.get_one(Plan, number)
        plan.status = PlanStatus.APPROVED
        session.add(plan)
        ended = await periods.find_ended(session, RULEBOOK, new_year)
        await periods.close(session, ended, new_year)
    for back in (False, True):
        with pytest.raises(PeriodClosed):
            await confirm(stage, "kehadiran" if not back else "kurikulum", back=back)
    coach = await stage.actor("Tono", new_year)
    async with stage.database.reading() as session:
        closing = await waiting.closing_of(session, coach, RULES, RULES.period("2026"))
        found = await confirmations.unconfirmed(
            session, await stage.actor("Kepala", new_year), RULEBOOK, stage.school
        )
    assert (closing.done, len(closing.unreported)) == (0, 3)
    assert closing.unconfirmed == ("Budi", "Kepala", "Rina")
    assert found == []


async def test_who_confirms_is_reminded_when_the_day_is_near_and_teachers_never(
    stage: Stage,
) -> None:
    async def called(now: object) -> list[tuple[str, int]]:
        async with stage.database.reading() as session:
            calls = await scanning.scan(session, RULEBOOK, now)  # type: ignore[arg-type]
        return sorted((one.kind, one.member_id) for one in calls)

    rina = await stage.actor("Rina", LATE)
    assert await called(at(date(2026, 9, 1), 15)) == []
    afternoon = LATE + timedelta(hours=6)
    assert await called(afternoon) == [
        ("remind_digest", stage.ids["Kepala"]), ("remind_digest", stage.ids["Wakil"]),
    ]  # fmt: skip
    for whose in ("Rina", "Budi", "Kepala"):
        for document in ("kurikulum", "kehadiran"):
            await confirm(stage, document, who="Wakil", whose=whose)
    assert await called(afternoon) == []
    async with stage.database.reading() as session:
        task = await open_task(
            session, rina, RULEBOOK, stage.school, RULES.period("2026"), "evidence"
        )
    assert task is None


async def test_erasing_a_teacher_takes_the_confirmations_along(stage: Stage) -> None:
    await stage.joins("Operator", Role.OPERATOR)
    operator = await stage.actor("Operator", NOW)
    await confirm(stage, "kurikulum", whose="Rina")
    await confirm(stage, "kurikulum", whose="Budi")
    async with stage.database.transaction() as session:
        await erase_member(session, operator, stage.ids["Rina"], NOW)
    async with stage.database.transaction() as session:
        # Who confirmed stays on record as a seat without a name.
        await erase_member(session, operator, stage.ids["Kepala"], NOW)
    budi = await plan_of(stage, "Budi")
    async with stage.database.reading() as session:
        (left,) = (await session.exec(select(Confirmation))).all()
        full = await full_plan(session, budi)
        papers = await confirmations.papers_of(session, RULES, full)
        waiting_for = (await session.exec(select(OutboxMessage.member_id))).all()
    assert left.plan_id == budi
    assert [(one.document.id, one.by) for one in papers] == [
        ("kurikulum", ERASED_NAME), ("kehadiran", ""),
    ]  # fmt: skip
    assert set(waiting_for) == {stage.ids["Budi"]}


async def full_plan(session: AsyncSession, plan_id: int) -> FullPlan:
    entries = await session.exec(select(PlanEntry).where(PlanEntry.plan_id == plan_id))
    return FullPlan(await session.get_one(Plan, plan_id), list(entries.all()))


async def test_a_scheme_without_documents_asks_for_none(stage: Stage) -> None:
    plain = load_ruleset("pmm-2024")
    async with stage.database.transaction() as session:
        for plan in (await session.exec(select(Plan))).all():
            plan.ruleset = plain.id
            session.add(plan)
    kepala = await stage.actor("Kepala", NOW)
    async with stage.database.reading() as session:
        assert await confirmations.unconfirmed(session, kepala, RuleBook(), stage.school) == []
