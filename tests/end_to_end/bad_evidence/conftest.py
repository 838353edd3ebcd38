"""A teacher with a plan that holds, and a principal."""

from collections.abc import Iterator

import pytest

from bot.simulator.driver import Person
from tests.end_to_end.bad_evidence.staging import NO_ROOM
from tests.end_to_end.submitting import a_school
from tests.world import TestWorld


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail every test here in which the bot failed. A full disk alone has to be in the log."""
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert [one for one in errors if one != NO_ROOM] == []


@pytest.fixture
async def people(world: TestWorld) -> tuple[Person, Person]:
    return await a_school(world)


@pytest.fixture
async def rina(people: tuple[Person, Person]) -> Person:
    return people[0]
