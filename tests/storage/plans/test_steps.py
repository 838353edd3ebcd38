"""A step takes only what it is for."""

import pytest

from storage import plans
from storage.database import Database
from storage.errors import (
    NotFound,
)
from storage.people import Actor
from tests.storage.plans.staging import (
    MONDAY,
    PERIOD,
    RULES,
    Cast,
    Work,
    race,
)


@pytest.mark.parametrize("step", [one.id for one in RULES.steps])
async def test_a_step_takes_only_what_it_is_for(database: Database, cast: Cast, step: str) -> None:
    """A forged button cannot fill a step without the points it asks for."""
    async with database.transaction() as session:
        full = await plans.open_plan(session, cast.rina, RULES, PERIOD, MONDAY)
        await plans.set_quantity(session, cast.rina, RULES, full.id, "RHK-01", 2, MONDAY)
    for work in (
        _writes(cast.rina, full.id, step),
        *(_picks(cast.rina, full.id, step, one.code) for one in RULES.choices(RULES.step(step))),
    ):
        (done,) = await race((database, work))
        assert isinstance(done, NotFound)
    async with database.reading() as session:
        kept = await plans.find_plan(session, cast.rina.member_id, PERIOD.id)
    assert kept is not None
    assert [(one.code, one.quantity) for one in kept.entries] == [("RHK-01", 2)]


def _writes(who: Actor, plan: int, step: str) -> Work:
    return lambda session: plans.write_words(session, who, RULES, plan, step, "Aneh", MONDAY)


def _picks(who: Actor, plan: int, step: str, code: str) -> Work:
    return lambda session: plans.choose_one(session, who, RULES, plan, step, code, MONDAY)
