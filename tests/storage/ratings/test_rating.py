"""Rating a plan: who may, what is kept, what is final, and what the teacher may do with it."""

import pytest
from sqlmodel import col, select

from storage import members
from storage.database import Database
from storage.erasure import erase_member
from storage.errors import (
    AlreadyDecided,
    NotAllowed,
    NotFound,
    NotNow,
    PeriodClosed,
    RatingAnswered,
    RatingChanged,
    RatingIncomplete,
    RatingsChanged,
    RatingVoid,
    ReasonMissing,
    TooLong,
)
from storage.models import (
    AuditEntry,
    ClosedPeriod,
    Deputy,
    FinalRating,
    PlanStatus,
    Rating,
    Role,
)
from storage.people import Actor
from storage.plans import FullPlan
from storage.ratings import answering, drafting, facts, queue, reading, sealing
from storage.ratings.queue import Stage
from storage.ratings.reading import FullRating
from storage.rulebook import RuleBook
from storage.rulesets import RatingFact, UnknownCode
from tests.storage import observing
from tests.storage.evidence.staging import (
    A_MINUTE,
    NOW,
    PERIOD,
    RULES,
    TODAY,
    Cast,
    Work,
    attempt,
    drafted,
    files,
    holds,
    overtaking,
    reopens,
    statements,
    told,
)
from tests.storage.ratings.staging import (
    BEHAVIOUR,
    chooses,
    does,
    drafts,
    final,
    now_of,
    opens_again,
    seals,
)
from tests.storage.reports.staging import answers, submits

# ------------------------------------------------------------------------------- drafting


async def test_both_levels_give_the_predicate_and_only_what_is_final_holds(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    assert await now_of(database, plan) is None
    first = await does(database, chooses(cast.principal, plan, 0, level="di_atas"))
    assert (first.work_result, first.work_behaviour, first.predicate_id) == ("di_atas", "", None)
    assert isinstance(await attempt(database, seals(cast.principal, plan, 1)), RatingIncomplete)
    await does(database, chooses(cast.principal, plan, 1, BEHAVIOUR, "di_atas"))
    async with database.transaction() as session:
        await drafting.write_feedback(
            session, cast.principal, plan.id, 2, " Bagus \n sekali ", NOW
        )
    done = await does(database, seals(cast.principal, plan, 3))
    assert (done.predicate_id, done.feedback) == ("sangat_baik", "Bagus sekali")
    assert done.final_at == NOW + A_MINUTE
    assert done.rater is not None
    assert done.rater.name == "Kepala"
    assert await told(database, "rating_final") == [cast.rina.member_id]
    async with database.reading() as session:
        several = await reading.ratings_in(session, cast.school.id or 0, PERIOD.id)
        assert several == {plan.id: done}
        assert await reading.ratings_in(session, cast.stranger.school_id, PERIOD.id) == {}


async def test_who_may_not_rate_leaves_no_trace(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    for who in (cast.rina, cast.budi, cast.coach, cast.operator):
        assert isinstance(await attempt(database, chooses(who, plan, 0)), NotAllowed)
    assert isinstance(await attempt(database, chooses(cast.stranger, plan, 0)), NotFound)
    assert await now_of(database, plan) is None
    await final(database, cast.principal, plan)
    for who in (cast.rina, cast.coach, cast.stranger):
        for work in (chooses(who, plan, 3), seals(who, plan, 3), opens_again(who, plan, 3)):
            assert isinstance(await attempt(database, work), NotAllowed | NotFound)
    async with database.transaction() as session:
        budi = await holds(session, cast.deputy, cast.principal)
    assert isinstance(await attempt(database, chooses(cast.deputy, budi, 0)), NotAllowed)


async def test_a_plan_that_does_not_hold_is_not_rated_and_the_draft_is_kept(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        budi = await drafted(session, cast.budi)
    refused = await attempt(database, chooses(cast.principal, budi, 0))
    assert isinstance(refused, NotNow)
    await drafts(database, cast.principal, plan)
    async with database.transaction() as session:
        await reopens(session, cast.principal, plan.id)
    for work in (chooses(cast.principal, plan, 2), seals(cast.principal, plan, 2)):
        assert isinstance(await attempt(database, work), NotNow)
    kept = await now_of(database, plan)
    assert kept is not None
    assert kept.predicate_id == "baik"
    async with database.reading() as session:
        people = await queue.ratees(session, cast.principal, PERIOD.id)
    assert {one.stage for one in people} == {Stage.NO_PLAN}


async def test_a_level_that_there_is_not_is_refused(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    with pytest.raises(UnknownCode):
        await attempt(database, chooses(cast.principal, plan, 0, level="cukup"))
    assert await now_of(database, plan) is None


async def test_taps_in_a_hurry_count_and_somebody_elses_change_is_told(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    await does(database, chooses(cast.principal, plan, 0, level="di_atas"))
    # The second tap on the same card carries the revision that the first one has overtaken.
    await does(database, chooses(cast.principal, plan, 0, BEHAVIOUR, "sesuai"))
    before = await does(database, chooses(cast.principal, plan, 0, level="di_atas"))
    assert before.revision == 2
    late = await attempt(database, chooses(cast.deputy, plan, 1, level="di_bawah"))
    assert isinstance(late, RatingChanged)
    assert (late.by_name, late.at) == ("Kepala", NOW)
    await does(database, chooses(cast.deputy, plan, 2, level="di_bawah"))
    late = await attempt(database, chooses(cast.principal, plan, 2, level="sesuai"))
    assert isinstance(late, RatingChanged)
    assert late.by_name == "Wakil"
    # What becomes final must be what was shown, by whomever it was changed.
    assert isinstance(await attempt(database, seals(cast.deputy, plan, 2)), RatingChanged)
    assert (await does(database, seals(cast.deputy, plan, 3))).work_result == "di_bawah"


async def test_sentences_are_picked_dropped_and_edited(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    one, two = (each.text for each in RULES.sentences("sesuai", "sesuai")[:2])
    for number, (sentence, taken, kept) in enumerate(
        [
            (one, True, one), (two, True, f"{one} {two}"), (two, True, f"{one} {two}"),
            (one, False, two), (one, False, two),
        ]
    ):  # fmt: skip
        async with database.transaction() as session:
            rating = await drafting.take_sentence(
                session, cast.principal, plan.id, min(number, 0), sentence, NOW, taken=taken
            )
        assert rating.feedback == kept
    async with database.transaction() as session:
        rating = await drafting.write_feedback(
            session, cast.principal, plan.id, rating.revision, "x" * 990, NOW
        )
    for text, wrong in ((" \n", ReasonMissing), ("y" * 1001, TooLong)):
        with pytest.raises(wrong):
            async with database.transaction() as session:
                await drafting.write_feedback(
                    session, cast.principal, plan.id, rating.revision, text, NOW
                )
    with pytest.raises(TooLong):
        async with database.transaction() as session:
            await drafting.take_sentence(
                session, cast.principal, plan.id, rating.revision, one, NOW, taken=True
            )
    async with database.transaction() as session:
        cleared = await drafting.clear_feedback(
            session, cast.principal, plan.id, rating.revision, NOW
        )
    assert cleared.feedback == ""


async def test_marks_of_behaviours_and_what_the_facts_come_to(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    codes = drafting.chosen_behaviours(RULES, plan)
    assert codes == tuple(one.code for one in RULES.behaviours)
    with pytest.raises(NotFound):
        async with database.transaction() as session:
            await drafting.mark_behaviour(
                session, cast.principal, RULES, plan.id, 0, "PK-99", "sesuai", NOW
            )
    async with database.transaction() as session:
        for at, code in enumerate(codes):
            level = "di_atas" if at < 4 else "di_bawah" if at == 4 else "sesuai"
            await drafting.mark_behaviour(
                session, cast.principal, RULES, plan.id, 0, code, level, NOW
            )
        piece = await files(session, cast.rina, plan, "bukti", kind="sertifikat_topik")
        assert piece.evidence.plan_id == plan.id
    async with database.reading() as session:
        known = await facts.facts_of(session, RuleBook(), RULES, plan)
        rating = await reading.rating_of(session, plan.id)
    measured = facts.measure(RULES, known, rating)
    assert measured == {
        RatingFact.ACCEPTED_OF_PLANNED: 0,
        RatingFact.ACCEPTED_OF_TARGET: 0,
        RatingFact.BEHAVIOURS_MET: 85,
        RatingFact.BEHAVIOURS_ABOVE: 57,
    }
    assert facts.Lack.EVIDENCE in known.lacks
    async with database.transaction() as session:
        rating = await drafting.mark_behaviour(
            session, cast.principal, RULES, plan.id, 0, codes[0], "", NOW
        )
    assert RatingFact.BEHAVIOURS_MET not in facts.measure(RULES, known, rating)


async def test_an_observation_and_a_report_are_facts_once_they_are_finished(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async def known() -> facts.Facts:
        async with database.reading() as session:
            return await facts.facts_of(session, RuleBook(), RULES, plan)

    async def lacking() -> dict[facts.Lack, set[int]]:
        async with database.reading() as session:
            return await facts.lacking_in(session, cast.school.id or 0, PERIOD.id, [plan.id])

    async with database.transaction() as session:
        await observing.agreed(session, cast.rina, cast.principal, plan.id)
        await answers(session, cast.rina, plan)
    before = await known()
    assert (before.observed, before.report) == (None, None)
    assert set(before.lacks) >= {facts.Lack.OBSERVATION, facts.Lack.REPORT}
    assert await lacking() == {facts.Lack.OBSERVATION: {plan.id}, facts.Lack.REPORT: {plan.id}}
    async with database.transaction() as session:
        await observing.observed(session, cast.principal, plan.id)
        await submits(session, cast.rina, plan)
    after = await known()
    assert after.observed is not None
    assert (after.observed.level, after.observed.best) == (2.25, 3)
    assert after.report == "submitted"
    assert set(after.lacks) == {facts.Lack.EVIDENCE}
    assert facts.measure(RULES, after, None)[RatingFact.OBSERVED] == 75
    assert await lacking() == {facts.Lack.OBSERVATION: set(), facts.Lack.REPORT: set()}


# ------------------------------------------------------------------------------- final


async def test_final_changes_only_by_opening_again_and_everything_is_kept(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    done = await final(database, cast.principal, plan)
    for work in (
        chooses(cast.deputy, plan, done.revision), seals(cast.deputy, plan, done.revision)
    ):  # fmt: skip
        late = await attempt(database, work)
        assert isinstance(late, AlreadyDecided)
        assert (late.by_name, late.at) == ("Kepala", NOW + A_MINUTE)
    assert await now_of(database, plan) == done
    for shown, reason, wrong in (
        (done.revision, " ", ReasonMissing), (done.revision, "x" * 501, TooLong),
        (done.revision - 1, "Keliru", RatingChanged),
    ):  # fmt: skip
        assert isinstance(
            await attempt(database, opens_again(cast.principal, plan, shown, reason)), wrong
        )
    opened = await does(database, opens_again(cast.deputy, plan, done.revision))
    assert (opened.is_final, opened.predicate_id, opened.final_at) == (False, "baik", None)
    again = await attempt(database, opens_again(cast.deputy, plan, done.revision))
    assert isinstance(again, RatingVoid)
    await drafts(database, cast.principal, plan, "di_atas", "di_atas")
    revision = (await now_of(database, plan) or done).revision
    second = await does(database, seals(cast.principal, plan, revision))
    assert (second.number, second.predicate_id) == (2, "sangat_baik")
    async with database.reading() as session:
        history = await reading.history_of(session, plan.id)
    assert [(one.final.number, one.final.predicate) for one in history] == [
        (1, "baik"), (2, "sangat_baik"),
    ]  # fmt: skip
    assert (history[0].reopener.name if history[0].reopener else "") == "Wakil"
    assert history[0].final.reason == "Keliru"
    kinds = ("rating_final", "rating_reopened", "rating_void")
    assert [len(await told(database, one)) for one in kinds] == [2, 1, 1]


async def test_the_trail_does_not_tell_the_result(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    done = await final(database, cast.principal, plan)
    await attempt(database, opens_again(cast.principal, plan, done.revision))
    async with database.reading() as session:
        entries = (
            await session.exec(
                select(AuditEntry)
                .where(col(AuditEntry.action).startswith("rating."))
                .order_by(col(AuditEntry.id))
            )
        ).all()
    assert [one.action for one in entries] == ["rating.begin", "rating.final", "rating.reopen"]
    assert all(set(one.detail) <= {"number"} for one in entries)


@pytest.mark.parametrize("swapped", [False, True])
async def test_two_raters_at_once_one_wins_and_the_other_hears_who(
    database: Database, other: Database, cast: Cast, plan: FullPlan, swapped: bool
) -> None:
    rating = await drafts(database, cast.principal, plan)
    sealing_, changing = (
        seals(cast.principal, plan, rating.revision),
        chooses(cast.deputy, plan, rating.revision, level="di_bawah"),
    )
    first, second = (changing, sealing_) if swapped else (sealing_, changing)
    done, late = await overtaking(database, other, first, second)
    assert isinstance(done, FullRating)
    assert isinstance(late, RatingChanged if swapped else AlreadyDecided), late
    assert late.by_name == ("Wakil" if swapped else "Kepala")
    now = await now_of(database, plan)
    assert now is not None
    assert now.is_final is not swapped
    assert len(await told(database, "rating_final")) == (0 if swapped else 1)


async def test_two_begin_at_once_and_neither_is_lost(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    done, late = await overtaking(
        database, other, chooses(cast.principal, plan, 0), chooses(cast.deputy, plan, 0, BEHAVIOUR)
    )
    assert isinstance(done, FullRating)
    assert isinstance(late, RatingChanged)
    async with database.reading() as session:
        assert len((await session.exec(select(Rating))).all()) == 1


async def test_sealing_many_takes_all_that_was_shown_or_nothing(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        budi = await holds(session, cast.budi, cast.principal)
        wakil = await holds(session, cast.deputy, cast.principal)
    for one in (plan, budi, wakil):
        await drafts(database, cast.principal, one)

    async def shown() -> sealing.Ready:
        async with database.reading() as session:
            return sealing.ready_of(await queue.ratees(session, cast.principal, PERIOD.id))

    def all_of(ready: sealing.Ready) -> Work:
        return lambda session: sealing.seal_all(
            session, cast.principal, RuleBook(), cast.school, PERIOD.id, ready.mark, NOW
        )

    old = await shown()
    assert [one.name for one in old.ratees] == ["Budi", "Rina", "Wakil"]
    async with database.transaction() as session:
        held = await reading.rating_of(session, wakil.id)
        assert held is not None
        await drafting.hold(session, cast.principal, wakil.id, held.revision, NOW, held=True)
    assert isinstance(await attempt(database, all_of(old)), RatingsChanged)
    assert await told(database, "rating_final") == []
    done = await attempt(database, all_of(await shown()))
    assert isinstance(done, sealing.Ready)
    assert await told(database, "rating_final") == sorted(
        [cast.rina.member_id, cast.budi.member_id]
    )
    assert isinstance(await attempt(database, all_of(await shown())), RatingsChanged)
    async with database.reading() as session:
        people = {one.name: one for one in await queue.ratees(session, cast.principal, PERIOD.id)}
        assert {name: one.stage for name, one in people.items()} == {
            "Rina": Stage.FINAL, "Budi": Stage.FINAL, "Wakil": Stage.HELD,
        }  # fmt: skip
        assert await queue.count_unrated(session, cast.principal, PERIOD.id) == 1
        assert await queue.count_unrated(session, cast.deputy, PERIOD.id) == 0
        mine = await queue.ratees(session, cast.deputy, PERIOD.id)
        assert "Wakil" not in {one.name for one in mine}
        with pytest.raises(NotAllowed):
            await queue.ratees(session, cast.coach, PERIOD.id)


async def test_the_queue_goes_on_where_it_was_left_and_reads_little(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        budi = await holds(session, cast.budi, cast.principal)
    with statements(database) as seen:
        async with database.reading() as session:
            people = await queue.ratees(session, cast.principal, PERIOD.id)
    assert len(seen) == 3
    assert [(one.name, one.stage) for one in people] == [
        ("Budi", Stage.OPEN), ("Rina", Stage.OPEN), ("Wakil", Stage.NO_PLAN),
    ]  # fmt: skip

    async def carries_on() -> str:
        async with database.reading() as session:
            people = await queue.ratees(session, cast.principal, PERIOD.id)
        following = queue.carry_on(people, cast.principal)
        return following.name if following else ""

    assert await carries_on() == "Budi"
    await does(database, chooses(cast.principal, plan, 0))
    assert await carries_on() == "Rina"
    await does(database, chooses(cast.principal, plan, 1, BEHAVIOUR))
    assert await carries_on() == "Budi"
    await drafts(database, cast.principal, budi)
    assert await carries_on() == ""
    assert [one and one.name for one in (queue.next_open(people, budi.id),)] == ["Rina"]
    assert [one and one.name for one in (queue.next_open(people, plan.id),)] == ["Budi"]


# ------------------------------------------------------------------------------- the teacher


async def test_the_teacher_acknowledges_and_answers_once(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.reading() as session:
        assert (await reading.own_rating(session, cast.rina, plan.id)).rating is None
    done = await final(database, cast.principal, plan)

    def reads(who: Actor, number: int = 1) -> Work:
        return lambda session: answering.acknowledge(session, who, plan.id, number, NOW)

    def answers(who: Actor, text: str = "Terima kasih", number: int = 1) -> Work:
        return lambda session: answering.answer(
            session, who, plan.id, number, text, today=TODAY, now=NOW
        )

    for who in (cast.budi, cast.principal, cast.coach, cast.stranger):
        for work in (reads(who), answers(who)):
            assert isinstance(await attempt(database, work), NotAllowed | NotFound)
    assert isinstance(await attempt(database, reads(cast.rina, 2)), RatingVoid)
    for _ in range(2):
        assert (await does(database, reads(cast.rina))).acknowledged_at == NOW
    for text, wrong in (("\n", ReasonMissing), ("x" * 501, TooLong)):
        assert isinstance(await attempt(database, answers(cast.rina, text)), wrong)
    assert (await does(database, answers(cast.rina))).answer == "Terima kasih"
    assert isinstance(await attempt(database, answers(cast.rina, "Lagi")), RatingAnswered)
    assert await told(database, "rating_answered") == [cast.principal.member_id]
    await does(database, opens_again(cast.principal, plan, done.revision))
    for work in (reads(cast.rina), answers(cast.rina)):
        assert isinstance(await attempt(database, work), RatingVoid)
    async with database.reading() as session:
        (past,) = await reading.history_of(session, plan.id)
    assert (past.final.answer, past.final.acknowledged_at) == ("Terima kasih", NOW)


async def test_two_answers_at_once_and_an_answer_against_a_reopening(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    done = await final(database, cast.principal, plan)

    def answers(text: str) -> Work:
        return lambda session: answering.answer(
            session, cast.rina, plan.id, 1, text, today=TODAY, now=NOW
        )

    opened, late = await overtaking(
        database, other, opens_again(cast.principal, plan, done.revision), answers("Setuju")
    )
    assert isinstance(opened, FullRating)
    assert isinstance(late, RatingVoid)
    again = await final(database, cast.principal, plan)

    def second(text: str) -> Work:
        return lambda session: answering.answer(
            session, cast.rina, plan.id, again.number, text, today=TODAY, now=NOW
        )

    said, late = await overtaking(database, other, second("Satu"), second("Dua"))
    assert isinstance(said, FullRating)
    assert isinstance(late, RatingAnswered)


async def test_an_answer_reaches_who_decides_when_the_rater_does_no_more(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    await final(database, cast.deputy, plan)
    async with database.transaction() as session:
        deputy = (await session.exec(select(Deputy))).one()
        await members.withdraw_deputy(session, cast.principal, deputy.id or 0, NOW)
    async with database.transaction() as session:
        await answering.answer(
            session, cast.rina, plan.id, 1, "Terima kasih", today=TODAY, now=NOW
        )
    assert await told(database, "rating_answered") == [cast.principal.member_id]


# ------------------------------------------------------------------------------- circumstances


async def test_a_teacher_who_left_is_rated_as_long_as_the_plan_is_there(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await members.change_roles(session, cast.operator, cast.rina.member_id, Role.COACH, NOW)
    async with database.reading() as session:
        people = await queue.ratees(session, cast.principal, PERIOD.id)
    rina = next(one for one in people if one.name == "Rina")
    assert (rina.has_left, rina.stage) == (True, Stage.OPEN)
    await final(database, cast.principal, plan)
    async with database.transaction() as session:
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
    for table in (Rating, FinalRating):
        async with database.reading() as session:
            assert (await session.exec(select(table))).all() == []
    refused = await attempt(database, chooses(cast.principal, plan, 0))
    assert isinstance(refused, NotFound)
    async with database.reading() as session:
        people = await queue.ratees(session, cast.principal, PERIOD.id)
    assert [one.name for one in people] == ["Budi", "Wakil"]


async def test_a_closed_period_is_read_and_the_teacher_may_still_acknowledge(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    done = await final(database, cast.principal, plan)
    async with database.transaction() as session:
        budi = await holds(session, cast.budi, cast.principal)
        session.add(ClosedPeriod(school_id=cast.school.id or 0, period=PERIOD.id, closed_at=NOW))
    for work in (
        chooses(cast.principal, budi, 0), opens_again(cast.principal, plan, done.revision)
    ):  # fmt: skip
        assert isinstance(await attempt(database, work), PeriodClosed)
    async with database.transaction() as session:
        assert await queue.count_unrated(session, cast.principal, PERIOD.id) == 0
        rating = await answering.acknowledge(session, cast.rina, plan.id, 1, NOW)
    assert rating.acknowledged_at == NOW


async def test_a_period_without_a_single_plan_has_nobody_to_rate(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        people = await queue.ratees(session, cast.principal, PERIOD.id)
        assert {one.stage for one in people} == {Stage.NO_PLAN}
        assert queue.next_open(people, 0) is None
        assert await queue.count_unrated(session, cast.principal, PERIOD.id) == 0
        with pytest.raises(RatingsChanged):
            await sealing.seal_all(
                session, cast.principal, RuleBook(), cast.school, PERIOD.id, 0, NOW
            )


async def test_reopened_plan_keeps_a_final_rating(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    done = await final(database, cast.principal, plan)
    async with database.transaction() as session:
        full = await reopens(session, cast.principal, plan.id)
    assert full.status is PlanStatus.DRAFT
    async with database.reading() as session:
        people = await queue.ratees(session, cast.principal, PERIOD.id)
    assert next(one for one in people if one.plan_id == plan.id).stage is Stage.FINAL
    assert await now_of(database, plan) == done


async def test_earlier_periods_are_the_own_schools_and_results_ones_own(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.reading() as session:
        assert await reading.earlier_results(session, cast.rina, "2027-1") == []
    await final(database, cast.principal, plan)
    async with database.reading() as session:
        planned = await queue.periods_planned(session, cast.principal)
        assert planned == [(PERIOD.id, RULES.id)]
        assert await queue.periods_planned(session, cast.stranger) == []
        with pytest.raises(NotAllowed):
            await queue.periods_planned(session, cast.rina)
        (result,) = await reading.earlier_results(session, cast.rina, "2027-1")
        assert (result.plan.id, result.rating.is_final) == (plan.id, True)
        for who, period in (
            (cast.rina, PERIOD.id), (cast.budi, "2027-1"), (cast.stranger, "2027-1"),
        ):  # fmt: skip
            assert await reading.earlier_results(session, who, period) == []
