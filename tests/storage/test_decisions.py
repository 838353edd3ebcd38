"""Deciding on plans: one revision, one decision, and everybody's cards kept true."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import cards, decisions, members, overviews, plans
from storage.database import Database
from storage.decisions import Outcome
from storage.errors import (
    AlreadyDecided,
    NotAllowed,
    NotFound,
    NotNow,
    ReasonMissing,
    Refused,
    StaleRevision,
    TooLong,
)
from storage.models import Account, Card, Decision, OutboxMessage, PlanStatus, Role, School
from storage.people import Actor, known_id
from storage.plans import FullPlan
from storage.rulesets import load_ruleset
from storage.suggestions import Pick

RULES = load_ruleset("pmm-2024")
NOW = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)
TODAY = date(2026, 7, 6)
PERIOD = RULES.period_at(TODAY)
A_MINUTE = timedelta(minutes=1)


@dataclass
class Cast:
    school: School
    principal: Actor
    deputy: Actor
    coach: Actor
    rina: Actor
    budi: Actor
    stranger: Actor


async def seat(
    session: AsyncSession, school: School, name: str, roles: Role, account: int
) -> Actor:
    invited = await members.invite(session, school, name=name, roles=roles, now=NOW)
    row = Account(id=account, created_at=NOW)
    session.add(row)
    await session.flush()
    member = await members.join(session, row, invited.token or "", NOW)
    decides = bool(roles & Role.PRINCIPAL)
    return Actor(known_id(member.id), known_id(school.id), name, roles, decides=decides)


@pytest.fixture
async def cast(database: Database) -> Cast:
    async with database.transaction() as session:
        school, other = [
            await members.found_school(
                session, npsn=npsn, name=npsn, timezone="Asia/Jakarta", ruleset=RULES.id, now=NOW
            )
            for npsn in ("10304567", "10304568")
        ]
        deputy = await seat(session, school, "Pak Wakil", Role.TEACHER, 3)
        return Cast(
            school=school,
            principal=await seat(session, school, "Bu Kepala", Role.PRINCIPAL, 2),
            deputy=Actor(deputy.member_id, deputy.school_id, "Pak Wakil", Role.TEACHER, True),
            coach=await seat(session, school, "Kak Coach", Role.COACH, 4),
            rina=await seat(session, school, "Rina", Role.TEACHER, 5),
            budi=await seat(session, school, "Budi", Role.TEACHER, 6),
            stranger=await seat(session, other, "Pak Lain", Role.PRINCIPAL, 7),
        )


async def submits(
    database: Database, actor: Actor, now: datetime = NOW, picks: tuple[Pick, ...] = ()
) -> FullPlan:
    async with database.transaction() as session:
        full = await plans.open_plan(session, actor, RULES, PERIOD, now)
        wanted = picks or (Pick("RHK-01", 4),)
        full = await plans.take_picks(session, actor, RULES, full.id, wanted, now)
        full = await plans.have_no_duty(session, actor, RULES, full.id, now)
        full = await plans.take_standard_guides(session, actor, RULES, full.id, now)
        done = await plans.submit(
            session, actor, RULES, full.id, full.plan.revision, today=TODAY, now=now
        )
    return done.full


async def told(database: Database, kind: str) -> list[int]:
    async with database.reading() as session:
        rows = await session.exec(select(OutboxMessage).where(OutboxMessage.kind == kind))
        return sorted(one.member_id for one in rows.all())


# ------------------------------------------------------------------------------- the queue


async def test_the_queue_is_oldest_first_and_goes_round(database: Database, cast: Cast) -> None:
    first = await submits(database, cast.budi)
    second = await submits(database, cast.rina, NOW + A_MINUTE)
    third = await submits(database, cast.deputy, NOW + 2 * A_MINUTE)
    async with database.transaction() as session:
        waiting = await decisions.queue(session, cast.principal)
        assert [one.plan_id for one in waiting] == [first.id, second.id, third.id]
        assert [one.name for one in waiting] == ["Budi", "Rina", "Pak Wakil"]
        # Nobody's own plan is in their queue.
        own = await decisions.queue(session, cast.deputy)
        assert [one.plan_id for one in own] == [first.id, second.id]
        assert await decisions.count_waiting(session, cast.deputy) == 2

        async def after(plan_id: int) -> int | None:
            return await decisions.next_in_queue(session, cast.principal, plan_id)

        assert [await after(one) for one in (0, first.id, second.id, third.id)] == [
            first.id, second.id, third.id, first.id,
        ]  # fmt: skip
        assert await after(-7) == await after(10**9) == first.id
        await decisions.approve(session, cast.principal, second.id, 1, NOW)
        assert await after(second.id) == third.id
        assert await decisions.next_in_queue(session, cast.stranger, first.id) is None
        for nobody in (cast.coach, cast.rina):
            with pytest.raises(NotAllowed):
                await decisions.queue(session, nobody)


# ------------------------------------------------------------------------------- deciding


async def test_approval_is_kept_told_and_final(database: Database, cast: Cast) -> None:
    full = await submits(database, cast.rina)
    assert await told(database, "plan_submitted") == [cast.principal.member_id]
    async with database.transaction() as session:
        full = await decisions.approve(session, cast.principal, full.id, 1, NOW)
        assert full.status is PlanStatus.APPROVED
        standing = await decisions.standing(session, full)
        assert (standing.outcome, standing.by, standing.at) == (
            Outcome.APPROVED, "Bu Kepala", NOW,
        )  # fmt: skip
    assert await told(database, "plan_approved") == [cast.rina.member_id]
    async with database.transaction() as session:
        with pytest.raises(AlreadyDecided) as refusal:
            await decisions.approve(session, cast.deputy, full.id, 1, NOW + A_MINUTE)
        assert (refusal.value.by_name, refusal.value.at) == ("Bu Kepala", NOW)
        with pytest.raises(AlreadyDecided):
            await decisions.send_back(session, cast.deputy, full.id, 1, NOW, reason="Tambah")
        with pytest.raises(AlreadyDecided):
            await decisions.waiting_plan(session, cast.deputy, full.id, 1)


async def test_two_deciders_at_once_make_one_decision(database: Database, cast: Cast) -> None:
    full = await submits(database, cast.rina)

    async def decide(actor: Actor, *, approve: bool) -> str:
        try:
            async with database.transaction() as session:
                if approve:
                    await decisions.approve(session, actor, full.id, 1, NOW)
                else:
                    await decisions.send_back(
                        session, actor, full.id, 1, NOW, reason="Mohon ditambah"
                    )
        except Refused as refusal:
            return type(refusal).__name__
        return "done"

    outcomes = await asyncio.gather(
        *(decide(cast.principal, approve=True) for _ in range(3)),
        *(decide(cast.deputy, approve=False) for _ in range(3)),
    )
    assert sorted(outcomes) == ["AlreadyDecided"] * 5 + ["done"]
    async with database.reading() as session:
        assert len((await session.exec(select(Decision))).all()) == 1


async def test_decision_or_withdrawal_but_not_both(database: Database, cast: Cast) -> None:
    full = await submits(database, cast.rina)

    async def approve() -> bool:
        async with database.transaction() as session:
            await decisions.approve(session, cast.principal, full.id, 1, NOW)
        return True

    async def withdraw() -> bool:
        async with database.transaction() as session:
            await plans.take_back(session, cast.rina, full.id, 1, NOW)
        return True

    outcomes = await asyncio.gather(approve(), withdraw(), return_exceptions=True)
    assert sum(one is True for one in outcomes) == 1
    assert sum(isinstance(one, Refused) for one in outcomes) == 1


async def test_sending_back_needs_a_reason_and_keeps_known_marks(
    database: Database, cast: Cast
) -> None:
    full = await submits(database, cast.rina)
    async with database.transaction() as session:
        with pytest.raises(ReasonMissing):
            await decisions.send_back(session, cast.principal, full.id, 1, NOW, reason=" \n ")
        long = "a" * (decisions.LONGEST_REASON + 1)
        with pytest.raises(TooLong):
            await decisions.send_back(session, cast.principal, full.id, 1, NOW, reason=long)
    async with database.transaction() as session:
        mark = "pengembangan_diri/RHK-01"
        full = await decisions.send_back(
            session, cast.principal, full.id, 1, NOW,
            reason="  Mohon\n ditambah ", marks=[mark, "x/y"],
        )  # fmt: skip
        decision, by = await decisions.decision_on(session, cast.rina, full.id, 1)
        assert (decision.marks, by.name) == ([mark], "Bu Kepala")
        assert decision.reason == "Mohon ditambah"
        with pytest.raises(NotFound):
            await decisions.decision_on(session, cast.rina, full.id, 2)


async def test_only_deciders_of_the_school_decide_and_never_on_their_own(
    database: Database, cast: Cast
) -> None:
    full = await submits(database, cast.rina)
    own = await submits(database, cast.deputy)
    async with database.transaction() as session:
        for actor, plan_id, error in (
            (cast.coach, full.id, NotAllowed),
            (cast.rina, full.id, NotAllowed),
            (cast.budi, full.id, NotAllowed),
            (cast.deputy, own.id, NotAllowed),
            (cast.stranger, full.id, NotFound),
            (cast.principal, 999, NotFound),
        ):
            with pytest.raises(error):
                await decisions.approve(session, actor, plan_id, 1, NOW)
            with pytest.raises(error):
                await decisions.send_back(session, actor, plan_id, 1, NOW, reason="x")
            with pytest.raises(error):
                await decisions.reopen(session, actor, plan_id, 1, NOW, reason="x")
            with pytest.raises(error):
                await decisions.waiting_plan(session, actor, plan_id, 1)
        for actor in (cast.coach, cast.rina, cast.stranger):
            with pytest.raises(Refused):
                await decisions.name_model_plan(session, actor, full.id, NOW)


async def test_a_card_of_an_earlier_revision_decides_nothing(
    database: Database, cast: Cast
) -> None:
    full = await submits(database, cast.rina)
    async with database.transaction() as session:
        await plans.take_back(session, cast.rina, full.id, 1, NOW)
        full = await plans.own_plan(session, cast.rina, full.id)
        assert (await decisions.standing(session, full)).outcome is Outcome.TAKEN_BACK
        with pytest.raises(NotNow):
            await decisions.approve(session, cast.principal, full.id, 1, NOW)
        with pytest.raises(NotNow):
            await decisions.waiting_plan(session, cast.principal, full.id, 1)
    await submits(database, cast.rina)
    async with database.transaction() as session:
        with pytest.raises(StaleRevision):
            await decisions.approve(session, cast.principal, full.id, 1, NOW)
        with pytest.raises(StaleRevision):
            await decisions.waiting_plan(session, cast.principal, full.id, 1)
        full = await decisions.waiting_plan(session, cast.principal, full.id, 2)
        assert (await decisions.standing(session, full)).outcome is Outcome.WAITING


# ------------------------------------------------------------------------------- what changed


async def test_changes_are_counted_from_the_last_decision(database: Database, cast: Cast) -> None:
    full = await submits(database, cast.rina, picks=(Pick("RHK-01", 4), Pick("RHK-07", 1)))
    async with database.transaction() as session:
        assert await decisions.decided_before(session, full) is None
        await decisions.send_back(session, cast.principal, full.id, 1, NOW, reason="Ubah")
        await plans.set_quantity(session, cast.rina, RULES, full.id, "RHK-07", 0, NOW)
        await plans.set_quantity(session, cast.rina, RULES, full.id, "RHK-08", 1, NOW)
    full = await submits(database, cast.rina, picks=(Pick("RHK-01", 5),))
    async with database.transaction() as session:
        # A submission in between that was taken back is not compared with.
        await plans.take_back(session, cast.rina, full.id, 2, NOW)
    full = await submits(database, cast.rina, picks=(Pick("RHK-01", 5),))
    async with database.reading() as session:
        before = await decisions.decided_before(session, full)
        assert before is not None
        assert (before.by, before.decision.reason) == ("Bu Kepala", "Ubah")
        changes = before.changes
    assert [one["code"] for one in changes.added] == ["RHK-08"]
    assert [one["code"] for one in changes.removed] == ["RHK-07"]
    assert [(old["quantity"], new["quantity"]) for old, new in changes.altered] == [(4, 5)]


# ------------------------------------------------------------------------------- opening again


@pytest.mark.parametrize("agreed", [False, True])
async def test_opening_again_erases_nothing(database: Database, cast: Cast, agreed: bool) -> None:
    full = await submits(database, cast.rina)
    content = full.content()
    async with database.transaction() as session:
        with pytest.raises(NotNow):
            await decisions.reopen(session, cast.principal, full.id, 1, NOW, reason="Ubah")
        await decisions.approve(session, cast.principal, full.id, 1, NOW)
        if agreed:
            await plans.agree(session, cast.rina, RULES, full.id, 1, NOW)
        with pytest.raises(ReasonMissing):
            await decisions.reopen(session, cast.principal, full.id, 1, NOW, reason="  ")
        with pytest.raises(StaleRevision):
            await decisions.decided_plan(session, cast.principal, full.id, 2)
        full = await decisions.reopen(session, cast.deputy, full.id, 1, NOW, reason="SK berubah")
        assert full.status is PlanStatus.DRAFT
        assert full.content() == content
        standing = await decisions.standing(session, full)
        assert (standing.outcome, standing.by, standing.reason) == (
            Outcome.REOPENED, "Pak Wakil", "SK berubah",
        )  # fmt: skip
        with pytest.raises(NotNow):
            await decisions.reopen(session, cast.principal, full.id, 1, NOW, reason="Lagi")
        with pytest.raises(NotNow):
            await decisions.decided_plan(session, cast.principal, full.id, 1)
    assert await told(database, "plan_reopened") == [cast.rina.member_id]


async def test_the_model_plan_names_nobody(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        full = await plans.open_plan(session, cast.rina, RULES, PERIOD, NOW)
        await plans.take_picks(session, cast.rina, RULES, full.id, [Pick("RHK-01", 4)], NOW)
        await plans.add_own_duty(session, cast.rina, RULES, full.id, "Wali kelas Andi", NOW)
        full = await plans.take_standard_guides(session, cast.rina, RULES, full.id, NOW)
        await plans.submit(session, cast.rina, RULES, full.id, 0, today=TODAY, now=NOW)
        with pytest.raises(NotNow):
            await decisions.name_model_plan(session, cast.principal, full.id, NOW)
        await decisions.approve(session, cast.principal, full.id, 1, NOW)
        await decisions.name_model_plan(session, cast.principal, full.id, NOW)
    async with database.reading() as session:
        offers = await plans.starting_points(session, cast.budi, RULES, RULES.period("2026-1"))
        assert "Andi" not in str(offers["model"])
        assert any(one["code"] == "RHK-01" for one in offers["model"])


# ------------------------------------------------------------------------------- cards


async def test_a_decision_retires_every_card_but_the_tapped_one(
    database: Database, cast: Cast
) -> None:
    full = await submits(database, cast.rina)
    async with database.transaction() as session:
        for actor, place in ((cast.principal, (2, 10)), (cast.principal, (2, 11)),
                             (cast.deputy, (3, 12))):  # fmt: skip
            await cards.remember(
                session, school_id=cast.principal.school_id, member_id=actor.member_id,
                place=place, subject=cards.Subject(full.id), view="1qs:1", now=NOW,
            )  # fmt: skip
        found = await cards.latest_open(session, cast.principal.member_id)
        assert found is not None
        assert found.message_id == 11
        # One message has turned into something else in the meantime.
        await cards.close(session, (2, 10), NOW)
        assert await cards.at_place(session, (2, 10)) is None
        await decisions.approve(session, cast.principal, full.id, 1, NOW, (2, 11))
        assert await cards.latest_open(session, cast.principal.member_id) is None
    assert await told(database, "card_closed") == [cast.deputy.member_id]
    async with database.reading() as session:
        rows = {one.message_id: known_id(one.id) for one in (await session.exec(select(Card)))}
        closed = await cards.outdated(session, rows[12], cast.deputy.member_id)
        assert closed is not None
        assert await cards.outdated(session, rows[12], cast.principal.member_id) is None
        assert await cards.outdated(session, rows[10], cast.principal.member_id) is None
        assert await cards.outdated(session, 999, cast.principal.member_id) is None


async def test_a_card_that_arrives_after_the_decision_is_retired_at_once(
    database: Database, cast: Cast
) -> None:
    full = await submits(database, cast.rina)
    async with database.transaction() as session:
        await decisions.approve(session, cast.deputy, full.id, 1, NOW)
    async with database.transaction() as session:
        await cards.remember(
            session, school_id=cast.principal.school_id, member_id=cast.principal.member_id,
            place=(2, 10), subject=cards.Subject(full.id), view="1qs:1", now=NOW,
        )  # fmt: skip
        assert await cards.latest_open(session, cast.principal.member_id) is None
    assert await told(database, "card_closed") == [cast.principal.member_id]


async def test_a_new_card_takes_over_what_is_typed_and_one_in_use_stays_young(
    database: Database, cast: Cast
) -> None:
    first = await submits(database, cast.rina)
    second = await submits(database, cast.budi)
    later = NOW + timedelta(hours=2)

    async def remember(place: int, full: FullPlan, view: str, now: datetime) -> None:
        async with database.transaction() as session:
            await cards.remember(
                session, school_id=cast.principal.school_id, place=(2, place),
                member_id=cast.principal.member_id, subject=cards.Subject(full.id), view=view,
                now=now,
            )  # fmt: skip

    async def look_at(view: str) -> None:
        async with database.transaction() as session:
            account = await session.get(Account, 2)
            assert account is not None
            account.view = view
            session.add(account)

    async def view() -> str:
        async with database.reading() as session:
            return (await session.exec(select(Account.view).where(Account.id == 2))).one()

    await look_at("1h")
    await remember(10, first, "1qs:1", NOW)
    assert await view() == "1h"
    await look_at("1qs:1")
    await remember(11, second, "1qs:2", later)
    assert await view() == "1qs:2"
    await remember(10, first, "1qs:1", later)
    async with database.reading() as session:
        shown = {one.message_id: one.shown_at for one in (await session.exec(select(Card)))}
    assert shown[10] == NOW
    await remember(10, second, "1qs:2", later)
    async with database.reading() as session:
        shown = {one.message_id: one.shown_at for one in (await session.exec(select(Card)))}
    assert shown[10] == later


# ------------------------------------------------------------------------------- the overview


async def test_the_overview_shows_every_teacher_to_those_who_may(
    database: Database, cast: Cast
) -> None:
    await submits(database, cast.rina)
    async with database.transaction() as session:
        await members.invite(
            session, cast.school, name="Zainal", roles=Role.TEACHER, now=NOW
        )  # fmt: skip
    async with database.reading() as session:
        for actor in (cast.principal, cast.coach, cast.deputy):
            found = await overviews.overview(session, actor, PERIOD.id)
            assert [(one.name, one.joined, one.status) for one in found] == [
                ("Budi", True, None),
                ("Pak Wakil", True, None),
                ("Rina", True, PlanStatus.SUBMITTED),
                ("Zainal", False, None),
            ]
            assert found[2].points_floor == 32
        with pytest.raises(NotAllowed):
            await overviews.overview(session, cast.rina, PERIOD.id)
        assert await overviews.overview(session, cast.stranger, PERIOD.id) == []
