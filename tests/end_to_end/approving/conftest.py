"""A principal and a teacher, and nobody in a hurry."""

import pytest

from bot import replies
from bot.simulator.driver import Person
from storage.models import Role
from tests.world import TestWorld


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, a tap is answered with what it has to say."""
    monkeypatch.setattr(replies, "PATIENCE_S", 60.0)


@pytest.fixture
async def principal(world: TestWorld) -> Person:
    return await world.joins("Bu Kepala", Role.PRINCIPAL)


@pytest.fixture
async def rina(world: TestWorld, principal: Person) -> Person:
    return await world.joins("Rina Wati", Role.TEACHER)
