"""The day of a lesson: proposed, confirmed, moved."""

from datetime import timedelta

import pytest
from sqlmodel import select

from storage.database import Database
from storage.errors import (
    DayOutOfRange,
    NotAllowed,
    OtherMomentNow,
    OthersTurn,
    ReasonMissing,
    TimeIsPast,
)
from storage.models import Booking, ObservationMove
from storage.observations import scheduling
from storage.observations.reading import moves_of
from storage.plans import FullPlan
from tests.storage.evidence.staging import NOW, Cast, overtaking, told
from tests.storage.observing import BOOK, LATER, LESSON, agreed, begun

DAY = timedelta(days=1)


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
