"""Reports: what is known, what is asked, who may do what with them."""

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import forms, plans
from storage.database import Database
from storage.erasure import erase_member
from storage.errors import (
    AlreadyDecided,
    NotAllowed,
    NotFound,
    ReasonMissing,
    ReportFrozen,
    ReportIncomplete,
    ReportNotNow,
    ReportOutdated,
    ReportRated,
    ReportStale,
)
from storage.evidence import checking
from storage.evidence.reading import FormPlace
from storage.forms import Voice
from storage.models import (
    Card,
    EvidenceStatus,
    OutboxMessage,
    Rating,
    RatingStatus,
    Report,
    ReportDecision,
    ReportRevision,
    ReportStatus,
)
from storage.people import Actor
from storage.plans import FullPlan
from storage.reports import deciding, facts, moving, reading
from storage.reports.facts import AspectState, ObservedStep
from storage.reports.observing import observed_of
from storage.reports.reading import FORM
from storage.rulesets import load_ruleset
from tests.storage.evidence.staging import (
    NOW,
    PERIOD,
    RULES,
    TODAY,
    Cast,
    Work,
    attempt,
    files,
    holds,
    overtaking,
    reopens,
    told,
)
from tests.storage.observing import BOOK, LESSON, agreed, observed
from tests.storage.reports.staging import REQUIRED, answers, holds_again, submits


async def draft_of(session: AsyncSession, cast: Cast, plan: FullPlan) -> moving.Draft:
    return await moving.own_draft(session, cast.rina, RULES, plan.id)


# ------------------------------------------------------------------------------- facts


async def test_what_is_known_is_gathered_and_gaps_are_named(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "sertifikat", kind="sertifikat_topik")
        await checking.accept(session, cast.principal, piece.id, 2, NOW)
        await files(session, cast.rina, plan, "menunggu", kind="sertifikat_topik")
        draft = await draft_of(session, cast, plan)
        known = draft.facts
        assert (known.progress.accepted_points, known.progress.planned_points) == (8, 52)
        assert [one.status for one in known.accepted] == [EvidenceStatus.ACCEPTED]
        topics = next(one for one in known.achieved if one.entry.code == "RHK-01")
        assert (topics.units.accepted, topics.achieved_points, topics.planned_points) == (1, 8, 32)
        assert {one.step for one in known.chosen} == {"perilaku_kerja"}
        states = {one.code: one.state for one in known.aspects}
        assert states == {
            "merencanakan": AspectState.GAP,
            "melaksanakan": AspectState.SHOWN,
            "menilai": AspectState.GAP,
            "membimbing_melatih": AspectState.GAP,
            "tugas_tambahan": AspectState.PLANNED,
        }
        assert known.gaps == ("merencanakan", "menilai", "membimbing_melatih")
        asked = [one.id for one in draft.fields]
        assert asked == [*REQUIRED, "merencanakan", "menilai", "membimbing", "dukungan"]
        assert [one.id for one in draft.missing] == list(REQUIRED)
        # What the teacher tells closes a gap, and the question stays.
        await answers(session, cast.rina, plan, "menilai")
        draft = await draft_of(session, cast, plan)
        states = {one.code: one.state for one in draft.facts.aspects}
        assert states["menilai"] is AspectState.TOLD
        assert "menilai" in [one.id for one in draft.fields]
        # So does the observation of a lesson.
        seen = [ObservedStep("A", TODAY)]
        draft = await moving.own_draft(session, cast.rina, RULES, plan.id, seen)
        states = {one.code: one.state for one in draft.facts.aspects}
        assert states["merencanakan"] is AspectState.SHOWN
        assert draft.content(RULES)["observed"] == [{"step": "A", "done_on": "2026-07-06"}]


async def test_a_lesson_that_was_observed_is_in_the_report(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        assert await observed_of(session, plan.id, BOOK) == ()
        await agreed(session, cast.rina, cast.principal, plan.id)
        await observed(session, cast.principal, plan.id)
        steps = await observed_of(session, plan.id, BOOK)
        assert ObservedStep("B", LESSON.date()) in steps
        draft = await moving.own_draft(session, cast.rina, RULES, plan.id, steps)
        states = {one.code: one.state for one in draft.facts.aspects}
        assert states["melaksanakan"] is AspectState.SHOWN
        lines = draft.content(RULES)["observed"]
        assert {"step": "B", "done_on": "2026-09-14"} in lines


async def test_no_duty_is_no_gap_and_is_not_asked_about(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        full = await plans.open_plan(session, cast.budi, RULES, PERIOD, NOW)
        full = await plans.have_no_duty(session, cast.budi, RULES, full.id, NOW)
        known = await facts.facts_of(session, RULES, full, {})
        state = next(one.state for one in known.aspects if one.code == "tugas_tambahan")
        assert state is AspectState.NONE
        asked = [one.id for one in facts.fields_to_ask(RULES, full, known, {})]
        assert "tugas_tambahan" not in asked


async def test_without_points_and_uploads_the_plan_speaks_for_itself(
    database: Database, cast: Cast
) -> None:
    gtk = load_ruleset("ruang-gtk-2025")
    async with database.transaction() as session:
        period = gtk.period_at(TODAY)
        full = await plans.open_plan(session, cast.rina, gtk, period, NOW)
        choose = {"tugas_pokok": "menilai", "praktik_kinerja": "IND-4"}
        for step, code in choose.items():
            await plans.choose_one(session, cast.rina, gtk, full.id, step, code, NOW)
        full = await plans.toggle_duty(session, cast.rina, gtk, full.id, "TT25-02", NOW)
        known = await facts.facts_of(session, gtk, full, {})
    states = {one.code: one.state for one in known.aspects}
    assert states == {
        "merencanakan": AspectState.GAP,
        "melaksanakan": AspectState.GAP,
        "menilai": AspectState.SHOWN,
        "membimbing_melatih": AspectState.SHOWN,
        "tugas_tambahan": AspectState.SHOWN,
    }
    asked = [one.id for one in facts.fields_to_ask(gtk, full, known, {})]
    assert asked == [
        "tugas_pokok", "praktik_kinerja", "tugas_tambahan", "refleksi", "upaya_belajar",
        "perubahan_praktik", "merencanakan", "melaksanakan",
    ]  # fmt: skip


# ------------------------------------------------------------------------------- handing in


async def test_a_submission_is_kept_as_it_was(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        with pytest.raises(ReportIncomplete) as refused:
            await submits(session, cast.rina, plan)
    assert refused.value.fields == REQUIRED
    async with database.transaction() as session:
        await answers(session, cast.rina, plan)
        place = FormPlace(plan.id, FORM, "dukungan")
        voice = Voice("suara", 30)
        await forms.speak(session, cast.rina, place, voice, NOW, moving.may_answer)
        await submits(session, cast.rina, plan)
    async with database.transaction() as session:
        await deciding.send_back(
            session, cast.principal, plan.id, 1, NOW, reason="Mohon contoh",
            marks=["field:dukungan", "field:tidak ada", "step:pengembangan_diri"],
        )  # fmt: skip
        await answers(session, cast.rina, plan, "dukungan", text="Buku kurang.")
        await submits(session, cast.rina, plan, 1)
    async with database.reading() as session:
        full = await reading.report_of(session, plan.id)
        kept = (await session.exec(select(ReportRevision))).all()
        row = await reading.latest_decision(session, full.id if full else 0)
    assert full is not None
    assert (full.status, full.revision) == (ReportStatus.SUBMITTED, 2)
    first, second = (one.content for one in sorted(kept, key=lambda one: one.number))
    assert [one["text"] for one in first["answers"]] == ["Kalimat."] * 3 + [""]
    assert first["answers"][-1]["voice_seconds"] == 30
    assert second["answers"][-1]["text"] == "Buku kurang."
    assert full.content == second
    assert (first["ruleset"], first["plan_revision"]) == ("pmm-2024", 1)
    assert row is not None
    assert row[0].marks == ["field:dukungan", "step:pengembangan_diri"]
    assert await told(database, "report_submitted") == sorted(
        [cast.principal.member_id, cast.deputy.member_id] * 2
    )
    assert await told(database, "report_returned") == [cast.rina.member_id]


async def test_who_may_do_what(database: Database, cast: Cast, plan: FullPlan) -> None:
    async with database.transaction() as session:
        await answers(session, cast.rina, plan)

    async def result(work: Work) -> object:
        return await attempt(database, work)

    def by_teacher(who: Actor) -> tuple[Work, ...]:
        return (lambda s: submits(s, who, plan), lambda s: answers(s, who, plan))

    for who in (cast.budi, cast.principal, cast.stranger):
        for work in by_teacher(who):
            assert isinstance(await result(work), NotAllowed | NotFound)
    async with database.transaction() as session:
        with pytest.raises(NotFound):
            await reading.require_handed_in(session, plan.id)
        with pytest.raises(NotFound):
            await deciding.report_to_decide(session, cast.principal, plan.id)
        await submits(session, cast.rina, plan)

    def by_decider(who: Actor) -> tuple[Work, ...]:
        return (
            lambda s: deciding.accept(s, who, plan.id, 1, NOW),
            lambda s: deciding.send_back(s, who, plan.id, 1, NOW, reason="x"),
        )

    for who in (cast.rina, cast.budi, cast.coach, cast.stranger):
        for work in by_decider(who):
            assert isinstance(await result(work), NotAllowed | NotFound)
    blank = await result(
        lambda s: deciding.send_back(s, cast.principal, plan.id, 1, NOW, reason=" ")
    )
    assert isinstance(blank, ReasonMissing)
    stale = await result(lambda s: deciding.accept(s, cast.principal, plan.id, 0, NOW))
    assert isinstance(stale, ReportStale)
    late = await result(lambda s: answers(s, cast.rina, plan, "dukungan"))
    assert isinstance(late, ReportNotNow)


async def test_a_report_of_a_reopened_plan_is_frozen(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await answers(session, cast.rina, plan)
        await submits(session, cast.rina, plan)
    async with database.transaction() as session:
        assert await deciding.count_waiting(session, cast.principal) == 1
        await reopens(session, cast.principal, plan.id)
    for work in (
        lambda s: deciding.accept(s, cast.principal, plan.id, 1, NOW),
        lambda s: deciding.send_back(s, cast.principal, plan.id, 1, NOW, reason="x"),
        lambda s: moving.take_back(s, cast.rina, plan.id, 1, NOW),
        lambda s: answers(s, cast.rina, plan, "dukungan"),
        lambda s: submits(s, cast.rina, plan, 1),
    ):
        assert isinstance(await attempt(database, work), ReportFrozen)
    async with database.transaction() as session:
        assert await deciding.count_waiting(session, cast.principal) == 0
        full = await holds_again(session, cast.rina, cast.principal, plan.id)
    assert full.plan.revision == 2
    outdated = await attempt(
        database, lambda s: deciding.accept(s, cast.principal, plan.id, 1, NOW)
    )
    assert isinstance(outdated, ReportOutdated)
    async with database.transaction() as session:
        await deciding.send_back(session, cast.principal, plan.id, 1, NOW, reason="Perbarui")
        await submits(session, cast.rina, full, 1)
        one = await deciding.accept(session, cast.principal, plan.id, 2, NOW)
    assert one.full.status is ReportStatus.ACCEPTED


@pytest.mark.parametrize("swapped", [False, True])
async def test_of_two_who_decide_at_once_one_wins(
    database: Database, other: Database, cast: Cast, plan: FullPlan, swapped: bool
) -> None:
    async with database.transaction() as session:
        await answers(session, cast.rina, plan)
        await submits(session, cast.rina, plan)
    works: list[Work] = [
        lambda s: deciding.accept(s, cast.principal, plan.id, 1, NOW),
        lambda s: deciding.send_back(s, cast.deputy, plan.id, 1, NOW, reason="x"),
    ]
    first, second = reversed(works) if swapped else works
    _done, lost = await overtaking(database, other, first, second)
    assert isinstance(lost, AlreadyDecided)
    assert lost.verdict == ("returned" if swapped else "accepted")
    async with database.reading() as session:
        assert len((await session.exec(select(ReportDecision))).all()) == 1


async def test_the_queue_goes_round_and_leaves_out_the_own(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        budis = await holds(session, cast.budi, cast.principal)
        deputys = await holds(session, cast.deputy, cast.principal)
        for who, full in ((cast.rina, plan), (cast.budi, budis), (cast.deputy, deputys)):
            await answers(session, who, full)
            await submits(session, who, full)
    async with database.reading() as session:
        waiting = [one.plan_id for one in await deciding.queue(session, cast.deputy)]
        assert waiting == [plan.id, budis.id]
        after = [plan.id, budis.id, deputys.id, 999]
        found = [await deciding.next_in_queue(session, cast.deputy, one) for one in after]
        assert found == [budis.id, plan.id, plan.id, plan.id]
        assert await deciding.count_waiting(session, cast.principal) == 3
        assert await deciding.next_in_queue(session, cast.stranger, 0) is None
        handed_in = await reading.handed_in(session, [cast.school.id or 0])
        assert handed_in == {plan.id, budis.id, deputys.id}


async def test_erasing_takes_the_report_and_leaves_decisions_for_others(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        budis = await holds(session, cast.budi, cast.principal)
        for who, full in ((cast.rina, plan), (cast.budi, budis)):
            await answers(session, who, full)
            await submits(session, who, full)
            await deciding.accept(session, cast.deputy, full.id, 1, NOW)
            report = await reading.report_of(session, full.id)
            session.add(
                Card(
                    school_id=who.school_id, member_id=cast.deputy.member_id, chat_id=1,
                    message_id=full.id, report_id=report.id if report else 0, view="x",
                    shown_at=NOW,
                )
            )  # fmt: skip
    async with database.transaction() as session:
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
        await erase_member(session, cast.operator, cast.deputy.member_id, NOW)
    async with database.reading() as session:
        for table in (Report, ReportRevision, ReportDecision):
            assert len((await session.exec(select(table))).all()) == 1, table
        assert (await session.exec(select(Card))).all() == []
        told_of = (await session.exec(select(OutboxMessage.subject))).all()
    assert all(one.get("plan") != plan.id for one in told_of)


# ------------------------------------------------------------------------------- opened again


async def test_an_accepted_report_is_opened_again_with_a_reason_and_nothing_is_lost(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await answers(session, cast.rina, plan)
        await submits(session, cast.rina, plan)
        for who in (cast.rina, cast.coach, cast.stranger):
            with pytest.raises((NotAllowed, NotFound)):
                await deciding.reopen(session, who, plan.id, 1, NOW, reason="x")
        with pytest.raises(ReportNotNow):
            await deciding.reopen(session, cast.principal, plan.id, 1, NOW, reason="x")
        await deciding.accept(session, cast.principal, plan.id, 1, NOW)
        with pytest.raises(ReasonMissing):
            await deciding.reopen(session, cast.principal, plan.id, 1, NOW, reason="  ")
        with pytest.raises(ReportStale):
            await deciding.reopen(session, cast.principal, plan.id, 2, NOW, reason="x")
    async with database.transaction() as session:
        one = await deciding.reopen(
            session, cast.deputy, plan.id, 1, NOW, reason="Perlu dilengkapi <b>"
        )
        assert (one.full.status, one.full.revision) == (ReportStatus.DRAFT, 1)
    assert await told(database, "report_reopened") == [cast.rina.member_id]
    async with database.transaction() as session:
        found = await reading.decision_on(session, one.full.id, 1)
        assert found is not None
        decision, by = found
        reopener = await reading.reopener_of(session, decision)
        assert reopener is not None
        assert (decision.verdict, by.name, reopener.name, decision.reopened_because) == (
            "accepted", "Kepala", "Wakil", "Perlu dilengkapi <b>",
        )  # fmt: skip
        # What was answered is there, and can be changed and handed in once more.
        draft = await draft_of(session, cast, plan)
        assert set(draft.answers) == set(REQUIRED)
        await answers(session, cast.rina, plan, REQUIRED[0], text="Tambahan.")
        await submits(session, cast.rina, plan, 1)
        done = await deciding.accept(session, cast.principal, plan.id, 2, NOW)
        assert (done.full.status, done.full.revision) == (ReportStatus.ACCEPTED, 2)


async def test_while_the_rating_is_final_its_report_stays_accepted(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await answers(session, cast.rina, plan)
        await submits(session, cast.rina, plan)
        await deciding.accept(session, cast.principal, plan.id, 1, NOW)
        rating = Rating(
            plan_id=plan.id, status=RatingStatus.FINAL, revision=1, number=1,
            changed_by=cast.principal.member_id, changed_at=NOW,
        )  # fmt: skip
        session.add(rating)
    async with database.transaction() as session:
        for ask in (
            deciding.accepted_report(session, cast.principal, plan.id, 1),
            deciding.reopen(session, cast.principal, plan.id, 1, NOW, reason="x"),
        ):
            with pytest.raises(ReportRated):
                await ask
        rating = (await session.exec(select(Rating))).one()
        rating.status = RatingStatus.DRAFT
        session.add(rating)
        await session.flush()
        one = await deciding.reopen(session, cast.principal, plan.id, 1, NOW, reason="x")
        assert one.full.status is ReportStatus.DRAFT


async def test_two_who_open_it_again_at_once_give_one_reopening(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await answers(session, cast.rina, plan)
        await submits(session, cast.rina, plan)
        await deciding.accept(session, cast.principal, plan.id, 1, NOW)
    first, second = await overtaking(
        database, other,
        lambda s: deciding.reopen(s, cast.principal, plan.id, 1, NOW, reason="Satu"),
        lambda s: deciding.reopen(s, cast.deputy, plan.id, 1, NOW, reason="Dua"),
    )  # fmt: skip
    assert not isinstance(first, Exception)
    assert isinstance(second, ReportNotNow)
    assert await told(database, "report_reopened") == [cast.rina.member_id]
