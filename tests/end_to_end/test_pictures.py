"""Pictures of where a teacher stands and of the whole school, on people's phones."""

import pytest

from bot import replies
from storage.models import Role
from tests.end_to_end.submitting import submits
from tests.world import TestWorld


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, a tap is answered with what it has to say."""
    monkeypatch.setattr(replies, "PATIENCE_S", 60.0)


async def test_a_teacher_sees_the_status_as_a_picture(world: TestWorld) -> None:
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await submits(world, rina)
    await rina.types("/status")
    await rina.sees("Status saya")
    await rina.taps("Gambar")
    photo = await rina.sees_photo("Gambar keadaan", within=20)
    await rina.taps("Kembali")
    await rina.sees("Status saya", after=photo)
    await rina.taps("Gambar")
    photo = await rina.sees_photo("Gambar keadaan", after=photo, within=20)
