"""Beginning an observation, and who may."""

import pytest

from storage.database import Database
from storage.errors import IndicatorMissing, NotAllowed, NotFound, ObservationPaused, PeriodClosed
from storage.models import ClosedPeriod
from storage.observations import marking, preparing, scheduling
from storage.observations.reading import cycle_of, read
from storage.plans import FullPlan
from storage.rulesets import UnknownCode
from tests.storage.evidence.staging import NOW, PERIOD, Cast, reopens
from tests.storage.observing import BOOK, LATER, LESSON, agreed, begun


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
