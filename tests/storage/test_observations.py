"""Observations: preparing, agreeing on a day, marking in class, signing off, the board."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import forms, members, outbox
from storage.database import Database
from storage.erasure import ERASED_NAME, erase_member
from storage.errors import (
    DayOutOfRange,
    IndicatorMissing,
    MarksChanged,
    NotAllMarked,
    NotAllowed,
    NotFound,
    ObservationNotNow,
    ObservationPaused,
    ObserverTaken,
    OtherMomentNow,
    OthersTurn,
    OutOfRange,
    PeriodClosed,
    ReasonMissing,
    StepNotOpen,
    TimeIsPast,
    TooLong,
    VoiceTooLong,
    WrongMarks,
)
from storage.evidence.reading import FormPlace
from storage.models import (
    Booking,
    ClosedPeriod,
    FormAnswer,
    Marking,
    Member,
    Observation,
    ObservationMark,
    ObservationMove,
    OutboxMessage,
    OutboxState,
    Plan,
    PlanStatus,
    Role,
)
from storage.observations import (
    calling_off,
    following_up,
    marking,
    observers,
    preparing,
    scheduling,
)
from storage.observations.answers import FORM
from storage.observations.board import board
from storage.observations.reading import cycle_of, moves_of, observed_by, read
from storage.people import Actor, known_id
from storage.plans import FullPlan
from storage.rulesets import UnknownCode
from tests.storage.evidence.staging import (
    NOW,
    PERIOD,
    TODAY,
    Cast,
    cast_for,
    holds,
    overtaking,
    reopens,
    statements,
    told,
)
from tests.storage.observing import BOOK, LATER, LESSON, agreed, begun, observed

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def cast(database: Database) -> Cast:
    return await cast_for(database)


@pytest.fixture
async def plan(database: Database, cast: Cast) -> FullPlan:
    async with database.transaction() as session:
        return await holds(session, cast.rina, cast.principal)


@pytest.fixture
async def other(database: Database, database_url: str) -> AsyncIterator[Database]:
    """The same database, as another process has it."""
    second = Database(database_url)
    yield second
    await second.close()


# --------------------------------------------------------------------- preparing


async def test_a_cycle_belongs_to_a_plan_that_holds(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        assert await cycle_of(session, plan.id) is None
        first = await preparing.open_cycle(session, cast.rina, plan.id, BOOK, NOW)
        again = await preparing.open_cycle(session, cast.principal, plan.id, BOOK, NOW)
        assert first.row.id == again.row.id
        with pytest.raises(IndicatorMissing):
            await preparing.choose_behaviour(session, cast.rina, plan.id, "IND-2a", BOOK, NOW)
        cycle = await begun(session, cast.rina, plan.id)
        assert (cycle.indicator, cycle.behaviour) == ("IND-2", "IND-2b")
        # A behaviour of another indicator counts no longer.
        cycle = await preparing.choose_indicator(session, cast.rina, plan.id, "IND-3", BOOK, NOW)
        assert (cycle.indicator, cycle.behaviour) == ("IND-3", "")
        with pytest.raises(UnknownCode):
            await preparing.choose_behaviour(session, cast.rina, plan.id, "IND-2a", BOOK, NOW)
        with pytest.raises(UnknownCode):
            await preparing.choose_indicator(session, cast.rina, plan.id, "IND-9", BOOK, NOW)


async def test_nobody_else_begins_or_reads_it(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    for who in (cast.budi, cast.coach, cast.operator):
        async with database.transaction() as session:
            with pytest.raises(NotAllowed):
                await preparing.open_cycle(session, who, plan.id, BOOK, NOW)
    async with database.transaction() as session:
        await begun(session, cast.rina, plan.id)
    async with database.reading() as session:
        for who in (cast.budi, cast.coach):
            with pytest.raises(NotAllowed):
                await read(session, who, plan.id, BOOK)
        with pytest.raises(NotFound):
            await read(session, cast.stranger, plan.id, BOOK)
        with pytest.raises(NotFound):
            await read(session, cast.rina, 999, BOOK)


async def test_a_plan_that_was_reopened_and_a_period_that_is_over_hold_everything(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
        await reopens(session, cast.principal, plan.id)
    async with database.transaction() as session:
        with pytest.raises(ObservationPaused):
            await marking.mark(session, cast.principal, plan.id, "IND-2.1", 1, BOOK, LESSON)
    async with database.transaction() as session:
        with pytest.raises(ObservationPaused):
            await scheduling.propose(
                session, cast.rina, plan.id, 1, LATER, BOOK, NOW, reason="Rapat"
            )
    async with database.transaction() as session:
        cycle = await read(session, cast.rina, plan.id, BOOK)
        assert cycle.agreed_at == LESSON
        session.add(ClosedPeriod(school_id=cast.rina.school_id, period=PERIOD.id, closed_at=NOW))
    async with database.transaction() as session:
        with pytest.raises(PeriodClosed):
            await marking.mark(session, cast.principal, plan.id, "IND-2.1", 1, BOOK, LESSON)


# --------------------------------------------------------------------- the day


async def test_one_side_proposes_and_the_other_confirms(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await begun(session, cast.rina, plan.id)
        cycle = await scheduling.propose(session, cast.rina, plan.id, 0, LESSON, BOOK, NOW)
        assert (cycle.booking, cycle.agreed_at) == (Booking.PROPOSED, None)
        with pytest.raises(OthersTurn):
            await scheduling.confirm(session, cast.rina, plan.id, 1, BOOK, NOW)
        with pytest.raises(NotAllowed):
            await scheduling.confirm(session, cast.budi, plan.id, 1, BOOK, NOW)
    deciders = sorted([cast.principal.member_id, cast.deputy.member_id])
    assert await told(database, "observation_proposed") == deciders
    async with database.transaction() as session:
        cycle = await scheduling.confirm(session, cast.principal, plan.id, 1, BOOK, NOW)
        again = await scheduling.confirm(session, cast.principal, plan.id, 1, BOOK, NOW)
        assert cycle.agreed_at == again.agreed_at == LESSON
        assert cycle.observer is not None
        assert cycle.observer.id == cast.principal.member_id
    assert await told(database, "observation_confirmed") == [cast.rina.member_id]


async def test_it_is_moved_as_often_as_needed_and_all_of_it_is_kept(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
    async with database.transaction() as session:
        with pytest.raises(ReasonMissing):
            await scheduling.propose(session, cast.principal, plan.id, 1, LATER, BOOK, NOW)
    async with database.transaction() as session:
        moved = await scheduling.propose(
            session, cast.principal, plan.id, 1, LATER, BOOK, NOW, reason="Rapat dinas"
        )
        assert (moved.booking, moved.row.meets_at) == (Booking.PROPOSED, LATER)
        # Once the old date is missed it can still be moved.
        far = LATER + 7 * DAY
        await scheduling.propose(session, cast.rina, plan.id, 2, far, BOOK, LATER)
        cycle = await scheduling.propose(
            session, cast.principal, plan.id, 3, far, BOOK, LATER
        )  # the very moment the other has proposed
        assert cycle.agreed_at == far
        history = [
            (by.name, move.before, move.after, move.reason, move.was_confirmed)
            for move, by in await moves_of(session, cycle, 10)
        ]
    assert history == [
        ("Rina", LATER, far, "", False),
        ("Kepala", LESSON, LATER, "Rapat dinas", True),
        ("Rina", None, LESSON, "", False),
    ]


async def test_days_that_cannot_be(database: Database, cast: Cast, plan: FullPlan) -> None:
    async with database.transaction() as session:
        await begun(session, cast.rina, plan.id)
        for moment, refusal in (
            (NOW, TimeIsPast),
            (LESSON + 365 * DAY, DayOutOfRange),
        ):
            with pytest.raises(refusal):
                await scheduling.propose(session, cast.rina, plan.id, 0, moment, BOOK, NOW)
        await scheduling.propose(session, cast.rina, plan.id, 0, LESSON, BOOK, NOW)
        for number in (0, 2, 99):
            with pytest.raises(OtherMomentNow):
                await scheduling.confirm(session, cast.principal, plan.id, number, BOOK, NOW)
        with pytest.raises(TimeIsPast):
            await scheduling.confirm(session, cast.principal, plan.id, 1, BOOK, LATER)


async def test_of_two_who_move_it_at_once_one_wins(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
    first, second = await overtaking(
        database, other,
        lambda s: scheduling.propose(
            s, cast.rina, plan.id, 1, LATER, BOOK, NOW, reason="Sakit"
        ),
        lambda s: scheduling.propose(
            s, cast.principal, plan.id, 1, LATER + DAY, BOOK, NOW, reason="Rapat"
        ),
    )  # fmt: skip
    assert not isinstance(first, Exception)
    assert isinstance(second, OtherMomentNow)
    async with database.reading() as session:
        assert len((await session.exec(select(ObservationMove))).all()) == 2


# --------------------------------------------------------------------- marks


async def test_marks_are_kept_tap_by_tap_and_finished_once(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
        cycle = await marking.mark(session, cast.principal, plan.id, "IND-2.1", 2, BOOK, LESSON)
        assert (cycle.marking, cycle.unmarked) == (Marking.BEGUN, (2, 3, 4))
        await marking.mark(session, cast.principal, plan.id, "IND-2.1", 2, BOOK, LESSON)
        with pytest.raises(NotAllMarked) as missing:
            await marking.finish(session, cast.principal, plan.id, BOOK, LESSON)
        assert missing.value.places == (2, 3, 4)
        cycle = await marking.note(
            session, cast.principal, plan.id, "IND-2.3", "Bagus <b>", BOOK, LESSON
        )
        assert cycle.marks["IND-2.3"].note == "Bagus <b>"
        assert cycle.marks["IND-2.3"].level is None
        cycle = await marking.mark_line(
            session, cast.principal, plan.id, [3, 2, 1, 3], BOOK, LESSON
        )
        assert [cycle.marks[f"IND-2.{n}"].level for n in (1, 2, 3, 4)] == [2, 1, 0, 2]
        assert cycle.marks["IND-2.3"].note == "Bagus <b>"
        done = await marking.finish(session, cast.principal, plan.id, BOOK, LESSON)
        assert (done.marking, done.signed_off_at) == (Marking.SIGNED, LESSON)
        again = await marking.finish(session, cast.principal, plan.id, BOOK, LATER)
        assert again.signed_off_at == LESSON
        with pytest.raises(ObservationNotNow):
            await marking.mark(session, cast.principal, plan.id, "IND-2.1", 0, BOOK, LESSON)
        with pytest.raises(ObservationNotNow):
            await scheduling.propose(
                session, cast.rina, plan.id, 1, LATER, BOOK, LESSON, reason="x"
            )
    assert await told(database, "observation_signed") == [cast.rina.member_id]


@pytest.mark.parametrize(
    ("numbers", "given", "wrong"),
    [
        ([3, 2, 4, 4], 4, (3, 4)),
        ([3, 2], 2, ()),
        ([1, 2, 3, 1, 2], 5, ()),
        ([0, 1, 2, -1], 4, (1, 4)),
        ([], 0, ()),
    ],
)
async def test_a_line_that_does_not_fit_changes_nothing(
    database: Database,
    cast: Cast,
    plan: FullPlan,
    numbers: list[int],
    given: int,
    wrong: tuple[int, ...],
) -> None:
    async with database.transaction() as session:
        await begun(session, cast.rina, plan.id)
        with pytest.raises(WrongMarks) as refused:
            await marking.mark_line(session, cast.principal, plan.id, numbers, BOOK, LESSON)
        error = refused.value
        assert (error.given, error.wanted, error.highest, error.places) == (given, 4, 3, wrong)
        assert (await session.exec(select(ObservationMark))).all() == []


async def test_what_a_mark_cannot_be(database: Database, cast: Cast, plan: FullPlan) -> None:
    who = cast.principal
    async with database.transaction() as session:
        await preparing.open_cycle(session, cast.rina, plan.id, BOOK, NOW)
        with pytest.raises(IndicatorMissing):
            await marking.mark(session, who, plan.id, "IND-2.1", 1, BOOK, NOW)
        await begun(session, cast.rina, plan.id)
        for level in (-1, 3, 2**40):
            with pytest.raises(OutOfRange):
                await marking.mark(session, who, plan.id, "IND-2.1", level, BOOK, NOW)
        with pytest.raises(NotFound):
            await marking.mark(session, who, plan.id, "IND-3.1", 1, BOOK, NOW)
        with pytest.raises(TooLong):
            await marking.note(session, who, plan.id, "IND-2.1", "🙂" * 4000, BOOK, NOW)
        with pytest.raises(ReasonMissing):
            await marking.note(session, who, plan.id, "IND-2.1", "  ", BOOK, NOW)
        with pytest.raises(VoiceTooLong):
            await marking.note_by_voice(session, who, plan.id, "IND-2.1", "id", 1800, BOOK, NOW)
        cycle = await marking.note_by_voice(session, who, plan.id, "IND-2.1", "id", 300, BOOK, NOW)
        assert cycle.marks["IND-2.1"].voice_seconds == 300
        for stranger in (cast.rina, cast.budi, cast.coach):
            with pytest.raises(NotAllowed):
                await marking.mark(session, stranger, plan.id, "IND-2.1", 1, BOOK, NOW)


async def test_whoever_marks_first_observes(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await begun(session, cast.rina, plan.id)
    first, second = await overtaking(
        database, other,
        lambda s: marking.mark(s, cast.deputy, plan.id, "IND-2.1", 2, BOOK, LESSON),
        lambda s: marking.mark(s, cast.principal, plan.id, "IND-2.1", 0, BOOK, LESSON),
    )  # fmt: skip
    assert not isinstance(first, Exception)
    assert isinstance(second, ObserverTaken)
    assert second.by_name == "Wakil"
    async with database.reading() as session:
        cycle = await cycle_of(session, plan.id)
        assert cycle is not None
        assert cycle.marks["IND-2.1"].level == 2


# --------------------------------------------------------------------- observers


async def test_a_named_observer_marks_and_those_who_decide_sign_off(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    coach, principal = cast.coach, cast.principal
    async with database.transaction() as session:
        await begun(session, cast.rina, plan.id)
        await observers.toggle_observer(session, principal, plan.id, coach.member_id, BOOK, NOW)
        await scheduling.propose(session, coach, plan.id, 0, LESSON, BOOK, NOW)
        await scheduling.confirm(session, cast.rina, plan.id, 1, BOOK, NOW)
        with pytest.raises(ObserverTaken):
            await marking.mark(session, principal, plan.id, "IND-2.1", 1, BOOK, LESSON)
        cycle = await observed(session, coach, plan.id)
        assert (cycle.marking, cycle.signed_off_at) == (Marking.FINISHED, None)
        assert cycle.waits_for_signature
        assert not cycle.may_see_marks(cast.rina)
        shown = cycle.row.revision
        # Until it is signed the observer may mend it, and then what was shown is outdated.
        await marking.mark(session, coach, plan.id, "IND-2.1", 0, BOOK, LESSON)
        with pytest.raises(MarksChanged):
            await marking.sign_off(session, principal, plan.id, shown, BOOK, LESSON)
        with pytest.raises(NotAllowed):
            await marking.sign_off(session, coach, plan.id, shown + 1, BOOK, LESSON)
        cycle = await marking.sign_off(session, principal, plan.id, shown + 1, BOOK, LESSON)
        assert cycle.marking is Marking.SIGNED
        assert cycle.may_see_marks(cast.rina)
        with pytest.raises(ObservationNotNow):
            await observers.name_observer(session, principal, plan.id, None, BOOK, LESSON)
    both = sorted([cast.rina.member_id, coach.member_id])
    assert await told(database, "observation_named") == [cast.rina.member_id]
    assert await told(database, observers.OBSERVER_NEWS) == [coach.member_id]
    assert await told(database, "observation_signed") == both
    # The deputation is over by then.
    assert await told(database, "observation_to_sign") == [principal.member_id]


async def test_whoever_is_named_for_twenty_in_a_row_hears_it_once(
    database: Database, cast: Cast
) -> None:
    plan_ids = await _twenty_plans(database, cast)

    async def names(who: Actor | None, plans: list[int], now: datetime) -> None:
        for plan_id in plans:
            async with database.transaction() as session:
                await observers.name_observer(
                    session, cast.principal, plan_id, who.member_id if who else None, BOOK, now
                )

    async def heard(now: datetime) -> list[tuple[int, list[list[int]]]]:
        async with database.transaction() as session:
            found = await outbox.lease(session, now, 100)
            for one in found:
                await outbox.settle(session, one.id, OutboxState.SENT, now)
        news = [one for one in found if one.kind == observers.OBSERVER_NEWS]
        return [(one.member_id, one.subject["all"]) for one in news]

    # One a second: nothing goes out while the principal is at it.
    for at, plan_id in enumerate(plan_ids):
        await names(cast.coach, [plan_id], NOW + at * SECOND)
        assert await heard(NOW + at * SECOND) == []
    last = NOW + 19 * SECOND
    assert await heard(last + outbox.PAUSE - SECOND) == []
    everything = [[plan_id, False] for plan_id in plan_ids]
    assert await heard(last + outbox.PAUSE) == [(cast.coach.member_id, everything)]
    # What comes after a message went out is in the next one, and in that alone.
    later = last + outbox.PAUSE + SECOND
    await names(cast.budi, plan_ids[:2], later)
    await names(None, plan_ids[2:3], later)
    assert sorted(await heard(later + outbox.PAUSE)) == [
        (cast.budi.member_id, [[plan_id, False] for plan_id in plan_ids[:2]]),
        (cast.coach.member_id, [[plan_id, True] for plan_id in plan_ids[:3]]),
    ]
    assert await heard(later + DAY) == []
    # Each teacher got the own notice, one for each change.
    assert len(await told(database, "observation_named")) == 23


async def test_two_who_name_the_same_observer_at_once_tell_it_in_one_message(
    database: Database, other: Database, cast: Cast
) -> None:
    first, second = (await _twenty_plans(database, cast, 2))[:2]
    done = await overtaking(
        database, other,
        lambda s: observers.name_observer(
            s, cast.principal, first, cast.coach.member_id, BOOK, NOW
        ),
        lambda s: observers.name_observer(
            s, cast.deputy, second, cast.coach.member_id, BOOK, NOW
        ),
    )  # fmt: skip
    assert not [one for one in done if isinstance(one, Exception)]
    async with database.reading() as session:
        news = OutboxMessage.kind == observers.OBSERVER_NEWS
        (message,) = (await session.exec(select(OutboxMessage).where(news))).all()
    assert message.subject["all"] == [[first, False], [second, False]]


async def _twenty_plans(database: Database, cast: Cast, count: int = 20) -> list[int]:
    """Let so many teachers have a plan that holds, however they came by it."""
    ids = []
    async with database.transaction() as session:
        for number in range(count):
            member = Member(
                school_id=cast.principal.school_id, name=f"Guru {number:02}",
                roles=int(Role.TEACHER), created_at=NOW,
            )  # fmt: skip
            session.add(member)
            await session.flush()
            plan = Plan(
                school_id=member.school_id, member_id=known_id(member.id), period=PERIOD.id,
                ruleset="pmm-2024", ruleset_version=1, status=PlanStatus.AGREED,
                created_at=NOW, changed_at=NOW,
            )  # fmt: skip
            session.add(plan)
            await session.flush()
            ids.append(known_id(plan.id))
    return ids


async def test_who_can_be_named_and_by_whom(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        for who in (cast.rina, cast.coach, cast.operator):
            with pytest.raises(NotAllowed):
                await observers.name_observer(
                    session, who, plan.id, cast.coach.member_id, BOOK, NOW
                )
        for wrong, refusal in (
            (cast.rina.member_id, NotAllowed),
            (cast.operator.member_id, NotFound),
            (cast.stranger.member_id, NotFound),
        ):
            with pytest.raises(refusal):
                await observers.name_observer(session, cast.principal, plan.id, wrong, BOOK, NOW)
        await observers.toggle_observer(
            session, cast.principal, plan.id, cast.budi.member_id, BOOK, NOW
        )
        assert len(await observed_by(session, cast.budi, PERIOD.id, BOOK)) == 1
        cycle = await observers.toggle_observer(
            session, cast.principal, plan.id, cast.budi.member_id, BOOK, NOW + DAY
        )
        assert cycle.observer is None
        assert await observed_by(session, cast.budi, PERIOD.id, BOOK) == []


async def test_an_observer_who_leaves_is_replaced_by_those_who_decide(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await begun(session, cast.rina, plan.id)
        await observers.name_observer(
            session, cast.principal, plan.id, cast.coach.member_id, BOOK, NOW
        )
        await marking.note_by_voice(
            session, cast.coach, plan.id, "IND-2.1", "suara", 9, BOOK, LESSON
        )
        await marking.mark(session, cast.coach, plan.id, "IND-2.1", 2, BOOK, LESSON)
        await erase_member(session, cast.operator, cast.coach.member_id, NOW)
    async with database.transaction() as session:
        cycle = await marking.mark(session, cast.principal, plan.id, "IND-2.2", 1, BOOK, LESSON)
        assert cycle.observer is not None
        assert cycle.observer.name == "Kepala"
        assert cycle.marks["IND-2.1"].level == 2
        assert cycle.marks["IND-2.1"].voice_id == ""
        assert cycle.observer.name != ERASED_NAME


async def test_a_teacher_who_leaves_takes_the_observation_along(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
        await observed(session, cast.principal, plan.id)
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
    async with database.transaction() as session:
        for table in (Observation, ObservationMark, ObservationMove):
            assert (await session.exec(select(table))).all() == []
        with pytest.raises(NotFound):
            await marking.mark(session, cast.principal, plan.id, "IND-2.1", 1, BOOK, LESSON)


# --------------------------------------------------------------------- steps and the board


async def test_steps_are_dated_and_open_one_after_the_other(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        cycle = await begun(session, cast.rina, plan.id)
        before = cycle.steps
        assert [one.letter for one in before] == list("ABCDE")
        assert [one.is_open for one in before] == [True, True, False, False, False]
        assert not before[0].is_late(TODAY)
        assert before[0].is_late(before[0].due_on + DAY)
        await observed(session, cast.principal, plan.id)
        cycle = await read(session, cast.rina, plan.id, BOOK)
        assert cycle.step("observasi").done_at == LESSON
        assert [one.is_open for one in cycle.steps] == [True] * 5
        with pytest.raises(NotFound):
            cycle.step("pesta")


async def test_the_board_shows_everybody_in_a_constant_number_of_statements(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
        with statements(database) as few:
            rows = await board(session, cast.principal, PERIOD)
        assert [(one.name, one.plan_holds) for one in rows] == [
            ("Budi", False), ("Rina", True), ("Wakil", False),
        ]  # fmt: skip
        rina = rows[1]
        assert rina.cycle is not None
        assert rina.cycle.agreed_at == LESSON
        assert rina.next_step is not None
        assert rina.is_late(rina.next_step.due_on + DAY)
    async with database.transaction() as session:
        for who in (cast.budi, cast.deputy):
            full = await holds(session, who, cast.principal)
            await agreed(session, who, cast.principal, full.id)
        with statements(database) as many:
            rows = await board(session, cast.coach, PERIOD)
        assert len(many) == len(few)
        assert all(one.cycle is not None for one in rows)
        for who in (cast.rina, cast.operator):
            with pytest.raises(NotAllowed):
                await board(session, who, PERIOD)


# --------------------------------------------------------------------- words before and after


def place(plan: FullPlan, field: str) -> FormPlace:
    return FormPlace(plan.id, FORM, field)


async def test_each_side_answers_its_own_questions_once_they_are_open(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    rina, principal, guard = cast.rina, cast.principal, following_up.may_answer

    async def writes(session: AsyncSession, who: Actor, field: str) -> None:
        await forms.write(session, who, place(plan, field), f"Kata {field}", LESSON, guard)

    async with database.transaction() as session:
        with pytest.raises(NotFound):  # the cycle has not begun
            await writes(session, rina, "upaya_mempelajari")
        await agreed(session, rina, principal, plan.id)
        with pytest.raises(StepNotOpen) as closed:
            await writes(session, rina, "refleksi_observasi")
        assert closed.value.before == "B"
        for who, field, refusal in (
            (principal, "upaya_mempelajari", NotAllowed),
            (cast.budi, "upaya_mempelajari", NotAllowed),
            (rina, "jadwal_observasi", NotFound),
            (rina, "pesta", NotFound),
            (cast.stranger, "upaya_mempelajari", NotFound),
        ):
            with pytest.raises(refusal):
                await writes(session, who, field)
        await writes(session, rina, "upaya_mempelajari")
        cycle = await read(session, rina, plan.id, BOOK)
        assert [one.id for one in cycle.steps[0].missing] == ["rpp_atau_modul_ajar"]
        await observed(session, principal, plan.id)
        await writes(session, rina, "refleksi_observasi")
        await writes(session, rina, "tindak_lanjut")
        with pytest.raises(NotAllowed):
            await writes(session, rina, "dukungan")
        await writes(session, principal, "dukungan")
        for who in (rina, principal, rina):
            cycle = await read(session, who, plan.id, BOOK)
            await following_up.tell_done(session, who, cycle, LESSON)
        assert cycle.answers["dukungan"] == "Kata dukungan"
        assert cycle.step("diskusi_tindak_lanjut").done_at == LESSON
    # Of the step that the principal has completed only the teacher hears, and once.
    assert await told(database, "observation_step") == [rina.member_id]
    async with database.transaction() as session:
        await reopens(session, principal, plan.id)
        with pytest.raises(ObservationPaused):
            await writes(session, rina, "upaya")
        await erase_member(session, cast.operator, rina.member_id, NOW)
        assert (await session.exec(select(FormAnswer))).all() == []


# --------------------------------------------------------------------- called off


async def test_a_lesson_is_called_off_with_a_reason_and_can_be_agreed_on_anew(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
        with pytest.raises(ReasonMissing):
            await calling_off.call_off(session, cast.rina, plan.id, 1, BOOK, NOW, reason=" ")
        for stale in (0, 2):
            with pytest.raises(OtherMomentNow):
                await calling_off.call_off(
                    session, cast.rina, plan.id, stale, BOOK, NOW, reason="Sakit"
                )
        with pytest.raises(NotAllowed):
            await calling_off.call_off(session, cast.budi, plan.id, 1, BOOK, NOW, reason="Sakit")
        cycle = await calling_off.call_off(
            session, cast.rina, plan.id, 1, BOOK, NOW, reason="Sakit"
        )
        assert (cycle.booking, cycle.row.meets_at, cycle.row.sequence) == (Booking.OPEN, None, 2)
        with pytest.raises(OtherMomentNow):  # the same finger twice
            await calling_off.call_off(session, cast.rina, plan.id, 1, BOOK, NOW, reason="Sakit")
        await session.flush()
        move, _by = (await moves_of(session, cycle, 1))[0]
        assert (move.before, move.after, move.reason) == (LESSON, None, "Sakit")
    assert await told(database, "observation_off") == [cast.principal.member_id]
    async with database.transaction() as session:
        await scheduling.propose(session, cast.rina, plan.id, 2, LATER, BOOK, NOW)
        cycle = await scheduling.confirm(session, cast.principal, plan.id, 3, BOOK, NOW)
        assert (cycle.agreed_at, cycle.row.sequence) == (LATER, 3)


async def test_of_calling_off_and_moving_at_once_one_wins(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
    first, second = await overtaking(
        database, other,
        lambda s: calling_off.call_off(s, cast.rina, plan.id, 1, BOOK, NOW, reason="Sakit"),
        lambda s: scheduling.propose(
            s, cast.principal, plan.id, 1, LATER, BOOK, NOW, reason="Rapat"
        ),
    )  # fmt: skip
    assert not isinstance(first, Exception)
    assert isinstance(second, OtherMomentNow)


async def test_what_has_been_observed_is_not_called_off(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
        await observed(session, cast.principal, plan.id)
        with pytest.raises(ObservationNotNow):
            await calling_off.call_off(
                session, cast.rina, plan.id, 1, BOOK, LESSON, reason="Sakit"
            )


@pytest.mark.parametrize("erased", [False, True], ids=["no teacher any more", "erased"])
async def test_the_lessons_of_a_teacher_who_leaves_go_out_of_calendars(
    database: Database, cast: Cast, plan: FullPlan, *, erased: bool
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
    async with database.transaction() as session:
        if erased:
            await erase_member(session, cast.operator, cast.rina.member_id, NOW)
        else:
            await members.change_roles(
                session, cast.operator, cast.rina.member_id, Role.COACH, NOW
            )
    heard = [cast.principal.member_id, *([] if erased else [cast.rina.member_id])]
    assert sorted(await told(database, "observation_off")) == sorted(heard)
    async with database.reading() as session:
        rows = (await session.exec(select(Observation))).all()
        assert [(one.booking, one.sequence) for one in rows] == ([] if erased else [("open", 2)])
        message = (
            await session.exec(
                select(OutboxMessage).where(OutboxMessage.kind == "observation_off").limit(1)
            )
        ).one()
        assert (message.subject["lesson"], message.subject["sequence"]) == (plan.id, 2)


async def test_another_observer_takes_a_lesson_out_of_the_calendar_of_the_one_before(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
        for observer in (cast.coach, cast.budi):
            await observers.name_observer(
                session, cast.principal, plan.id, observer.member_id, BOOK, NOW
            )
    # The principal had agreed to the day and so observed; then the coach did.
    expected = [cast.principal.member_id, cast.coach.member_id]
    assert sorted(await told(database, "observation_off")) == sorted(expected)
