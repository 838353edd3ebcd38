"""A coach with teachers, and nobody in a hurry."""

from collections.abc import Iterator

import pytest

from bot import replies
from storage.models import (
    Role,
)
from tests.end_to_end.broadcasts.staging import Phones
from tests.world import TestWorld


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, a tap is answered with what it has to say."""
    monkeypatch.setattr(replies, "PATIENCE_S", 60.0)


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail every test here in which the bot failed, even where nobody looked."""
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


@pytest.fixture
async def phones(world: TestWorld) -> Phones:
    coach = await world.joins("Bu Penggerak", Role.COACH)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    budi = await world.joins("Budi", Role.TEACHER)
    await world.invites("Tono Belum", Role.TEACHER)
    return Phones(coach, rina, budi)
