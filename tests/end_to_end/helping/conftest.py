"""Two coaches and a teacher, and nobody in a hurry."""

from collections.abc import Iterator

import pytest

from bot import replies
from bot.simulator.driver import Person
from storage.models import (
    Role,
)
from tests.world import TestWorld


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail every test here in which the bot failed, even where nobody looked."""
    monkeypatch.setattr(replies, "PATIENCE_S", 60.0)
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


@pytest.fixture
async def desi(world: TestWorld) -> Person:
    return await world.joins("Desi Marlina", Role.COACH)


@pytest.fixture
async def hadi(world: TestWorld) -> Person:
    return await world.joins("Hadi Putra", Role.COACH)


@pytest.fixture
async def rina(world: TestWorld) -> Person:
    return await world.joins("Rina Wati", Role.TEACHER)
