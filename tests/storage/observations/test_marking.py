"""Marks in class: tap by tap, by line, finished once."""

import pytest
from sqlmodel import select

from storage.database import Database
from storage.errors import (
    IndicatorMissing,
    NotAllMarked,
    NotAllowed,
    NotFound,
    ObservationNotNow,
    ObserverTaken,
    OutOfRange,
    ReasonMissing,
    TooLong,
    VoiceTooLong,
    WrongMarks,
)
from storage.models import Marking, ObservationMark
from storage.observations import marking, preparing, scheduling
from storage.observations.reading import cycle_of
from storage.plans import FullPlan
from tests.storage.evidence.staging import NOW, Cast, overtaking, told
from tests.storage.observing import BOOK, LATER, LESSON, agreed, begun


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
