"""/bantuan answers questions, says how certain it is, and leads to a human."""

from pathlib import Path

import pytest
from sqlmodel import select

from bot.simulator.driver import Person
from conversations.callbacks.answers import CheckWebinar, ShowAnswer, ShowAnswers
from storage.models import HelpRequest, Role
from tests.world import TestWorld, open_world


@pytest.fixture
async def rina(world: TestWorld) -> Person:
    return await world.joins("Rina Wati", Role.TEACHER)


async def test_a_question_after_the_command_is_answered(world: TestWorld, rina: Person) -> None:
    await rina.types("/bantuan ukuran file pdf brp mb")
    found = await rina.sees("Mungkin ini yang dicari")
    assert found.buttons[0] == "1. Format dan ukuran berkasnya apa?"
    await rina.taps("Format dan ukuran")
    answer = await rina.sees("paling besar 10 MB")
    assert "Cukup pasti" in answer.text
    assert "2024" in answer.text
    assert "Gatra Ilmu" in answer.text


async def test_words_typed_on_the_help_page_are_searched(world: TestWorld, rina: Person) -> None:
    await rina.types("/bantuan")
    await rina.sees("Ketik saja pertanyaannya")
    await rina.types("observasi itu penilaian bukan")
    await rina.sees("Apakah observasi itu penilaian?")
    await rina.types("1")
    answer = await rina.sees("bukan menilai")
    assert "Aturannya berubah" in answer.text
    await rina.taps("Kembali")
    await rina.sees("Mungkin ini yang dicari")
    await rina.types("resep nasi goreng")
    await rina.sees("Belum ada jawaban yang cocok")
    await rina.types("rencana")
    await rina.sees("Rencana kinerja")


async def test_a_question_typed_anywhere_is_answered(world: TestWorld, rina: Person) -> None:
    await rina.types("sertifikat januari masih sah?")
    await rina.sees("Apakah sertifikat bulan Januari sah?")


async def test_what_was_not_answered_reaches_a_human_with_the_question(
    world: TestWorld, rina: Person
) -> None:
    coach = await world.joins("Desi Marlina", Role.COACH)
    await rina.types("/bantuan salah upload bukti")
    await rina.taps("Saya salah mengunggah bukti")
    answer = await rina.sees("ini saran, bukan aturan")
    await rina.taps("Minta bantuan", on=answer)
    await coach.sees("Saya salah mengunggah bukti. Bagaimana menggantinya?")
    async with world.database.reading() as session:
        (request,) = (await session.exec(select(HelpRequest))).all()
    assert request.places == ["faq21"]


async def test_the_checklist_for_webinars_adds_up(world: TestWorld, rina: Person) -> None:
    await rina.types("/bantuan")
    await rina.taps("Webinar ini aman?")
    await rina.sees("Belum ada tanda bahaya")
    await rina.taps("Diminta NIP")
    await rina.sees("Hati-hati")
    await rina.taps("Diminta NIP")
    await rina.sees("Belum ada tanda bahaya")
    await rina.taps("Alasannya")
    await rina.sees("Webinar gratis di grup WhatsApp ini aman dipakai?")


async def test_forged_numbers_break_nothing(world: TestWorld, rina: Person) -> None:
    for forged in (
        ShowAnswer(999, "-"), ShowAnswer(1, "x.1.999"), ShowAnswers("x..999.-1"),
        CheckWebinar(-1), CheckWebinar(2**40),
    ):  # fmt: skip
        await rina.taps_data(forged.pack(), rina.last.id)
    await rina.types("/menu")
    await rina.sees("PMM 2024")


async def test_old_rules_are_named_as_such_under_newer_ones(
    sqlite_url: str, tmp_path: Path
) -> None:
    async with open_world(sqlite_url, tmp_path, ruleset="ruang-gtk-2025") as world:
        rina = await world.joins("Rina Wati", Role.TEACHER)
        await rina.types("/bantuan 32 poin wajib?")
        await rina.taps("Apakah 32 poin itu wajib?")
        answer = await rina.sees("Ini aturan sampai 2024")
        assert "Ruang GTK 2025" in answer.text
        await rina.types("/bantuan sekarang masih perlu 32 poin")
        await rina.taps("Sekarang masih perlu 32 poin")
        answer = await rina.sees("Sejak 2025 diisi setahun sekali")
        assert "⚠️" not in answer.text
