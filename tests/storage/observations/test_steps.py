"""Steps with their dates, and the board of a school."""

from datetime import timedelta

import pytest

from storage.database import Database
from storage.errors import NotAllowed, NotFound
from storage.observations.board import board
from storage.observations.reading import read
from storage.plans import FullPlan
from tests.storage.evidence.staging import PERIOD, TODAY, Cast, holds, statements
from tests.storage.observing import BOOK, LESSON, agreed, begun, observed

DAY = timedelta(days=1)


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
