"""Writing to many: whom it reaches, what they see, how it goes, and what comes back."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bot import replies
from bot.simulator.driver import Person
from bot.simulator.models import Message
from storage.models import Role
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


@dataclass
class Phones:
    """A coach and two teachers who have joined, and one who has not."""

    coach: Person
    rina: Person
    budi: Person


@pytest.fixture
async def phones(world: TestWorld) -> Phones:
    coach = await world.joins("Bu Penggerak", Role.COACH)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    budi = await world.joins("Budi", Role.TEACHER)
    await world.invites("Tono Belum", Role.TEACHER)
    return Phones(coach, rina, budi)


async def writes(coach: Person, text: str, audience: str = "Semua") -> Message:
    """Write a draft; gives the card below the preview."""
    await coach.types("/siaran")
    await coach.sees("Untuk siapa?")
    await coach.taps(audience)
    await coach.sees("Tulis pesannya")
    await coach.types(text)
    return await coach.sees("Pratinjau")


async def sends(coach: Person, text: str, audience: str = "Semua") -> None:
    """Write and send."""
    await writes(coach, text, audience)
    await coach.taps("Kirim sekarang")
    await coach.taps("Kirim ke")


async def test_what_is_seen_before_is_what_arrives(phones: Phones) -> None:
    coach, rina, budi = phones.coach, phones.rina, phones.budi
    card = await writes(coach, "Halo {nama}, masih kurang {kurang} sampai {tenggat}. <b> & 🙂")
    assert "2 orang" in card.text
    assert "1 belum bergabung" in card.text
    preview = coach.messages[-2]
    await coach.taps("Kirim sekarang")
    asked = await coach.sees("Kirim ke 2 orang?")
    assert "tidak bisa ditarik" in asked.text
    await coach.taps("Kirim ke 2 orang")
    for one, name in ((rina, "Rina Wati"), (budi, "Budi")):
        got = await one.sees("Halo")
        assert got.text == preview.text.replace("Rina Wati", name)
        assert got.text == (
            "📣 Bu Penggerak, guru penggerak\n\n"
            f"Halo {name}, masih kurang 32 poin sampai Jumat, 31 Juli 2026. <b> & 🙂"
        )
        assert got.buttons == ["✅ Sudah saya kerjakan", "🙋 Butuh bantuan"]
    report = await coach.sees("Siaran selesai")
    assert "Terkirim: 2" in report.text
    assert "Belum bergabung: 1 (Tono Belum)" in report.text
