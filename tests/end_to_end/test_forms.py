"""Guided forms in the chat, by a made-up one: words, voice notes, files, and what goes wrong."""

from collections.abc import Iterator, Sequence

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.simulator.driver import Person
from conversations import forms
from conversations.callbacks.everybody import Home
from conversations.callbacks.forms import DropFile, HearAnswer, OpenQuestion, SeeAnswer
from conversations.callbacks.packing import Button
from conversations.forms import Form, Question
from conversations.turn import Turn
from storage import plans
from storage.errors import NotAllowed
from storage.forms import Answer, answers_of
from storage.models import Plan, Role
from storage.people import Actor
from tests import papers
from tests.end_to_end.submitting import a_school
from tests.world import TestWorld

NAME = "uji"
QUESTIONS = (
    Question("satu", "Hal pertama", "Apa yang berubah?", example="Murid lebih berani bertanya."),
    Question("dua", "Hal kedua", "Kirim modul ajarnya.", takes_files=True),
    Question("tiga", "Hal ketiga", "Apa langkah berikutnya?"),
)


async def _questions(_turn: Turn, _plan: int, _field: str) -> Sequence[Question]:
    return QUESTIONS


async def _guard(_session: AsyncSession, actor: Actor, plan: Plan, _field: str) -> None:
    if plan.member_id != actor.member_id:
        raise NotAllowed


async def _may_read(turn: Turn, plan_id: int) -> None:
    await plans.read_plan(turn.session, turn.actor, plan_id)


async def _home(_turn: Turn, _plan: int) -> Button:
    return Home()


@pytest.fixture(autouse=True)
def made_up_form() -> Iterator[None]:
    forms.register(Form(NAME, _questions, _guard, _may_read, _home, "evidence"))
    yield
    del forms.FORMS[NAME]


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail every test here in which the bot failed, even where nobody looked."""
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


async def plan_of(world: TestWorld) -> int:
    async with world.database.reading() as session:
        return (await session.get_one(Plan, 1)).id or 0


async def answer(world: TestWorld, field: str) -> Answer:
    async with world.database.reading() as session:
        return (await answers_of(session, await plan_of(world), NAME)).get(field, Answer())


async def opens(world: TestWorld, person: Person, field: str) -> None:
    await person.taps_data(OpenQuestion(NAME, await plan_of(world), field).pack())


async def test_a_form_is_answered_by_words_voice_and_files(world: TestWorld) -> None:
    rina, _principal = await a_school(world)
    await opens(world, rina, "satu")
    screen = await rina.sees("1 dari 3 · Hal pertama")
    assert "Contoh: Murid lebih berani bertanya." in screen.text
    assert "Lewati ›" in screen.buttons
    await rina.types("Murid <b> & guru 🙂")
    screen = await rina.sees("Tersimpan.", after=screen)
    assert "Murid <b> & guru 🙂" in screen.text
    await rina.types("Lalu satu lagi.")
    screen = await rina.sees("Pesan terakhir ditambahkan", after=screen)
    assert (await answer(world, "satu")).text == "Murid <b> & guru 🙂\nLalu satu lagi."
    await rina.taps("Pakai yang terakhir saja")
    assert (await answer(world, "satu")).text == "Lalu satu lagi."
    # What is typed works as the button does, by either of its names.
    await rina.types("lewati")
    await rina.sees("2 dari 3 · Hal kedua")
    await world.restart()
    await rina.sends_voice(seconds=75)
    screen = await rina.sees("pesan suara 1:15")
    await rina.sends_document(papers.pdf("modul"), "modul.pdf", caption="Modul kelas 7")
    screen = await rina.sees("1 berkas", after=screen)
    await rina.sends_album([papers.photo("a"), papers.photo("b")])
    screen = await rina.sees("2 berkas", after=screen)
    kept = await answer(world, "dua")
    assert (kept.text, [len(one.pages) for one in kept.files]) == ("Modul kelas 7", [1, 2])
    await rina.taps("Dengar 1:15")
    await rina.sees("Pesan suara 1:15")
    sent = await rina.types("Masih satu kalimat.")
    await rina.sees("Tersimpan.", after=sent)
    await rina.taps("Lihat berkas (2)")
    await rina.sees("2 berkas dari jawaban ini")
    await rina.taps("Kembali")
    await rina.types("kembali")
    await rina.sees("1 dari 3")
    await rina.types("selesai")
    await rina.sees_button("Bantuan")


async def test_what_is_too_long_is_refused_and_nothing_is_lost(world: TestWorld) -> None:
    rina, _principal = await a_school(world)
    await opens(world, rina, "satu")
    await rina.types("x" * 4050)
    await rina.sees("Jawaban ini 4050 huruf, paling banyak 4000.")
    await rina.types("ن" * 3990)
    await rina.sees("Tersimpan.")
    await rina.types("Sepuluh lagi.")
    await rina.sees("Bersama jawaban tadi menjadi 4004 huruf")
    await rina.sends_voice(seconds=1800)
    await rina.sees("Panjang pesan suaranya 30:00, paling lama 5 menit.")
    kept = await answer(world, "satu")
    assert (len(kept.text), kept.voice) == (3990, None)
    # Still the same question: the next words belong to it.
    await rina.taps("Hapus jawaban")
    await rina.sees("Apa yang dihapus?")
    await rina.taps("Tulisan")
    assert not await answer(world, "satu")
    await rina.types("Pendek saja.")
    await rina.sees("Tersimpan.")
    # A photo is not for this question: it is evidence, as always.
    await rina.sends_photo(papers.photo())
    await rina.sees("Untuk kegiatan yang mana?")
    assert not (await answer(world, "satu")).files


async def test_forged_buttons_show_and_change_nothing(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    budi = await world.joins("Budi", Role.TEACHER)
    await opens(world, rina, "dua")
    await rina.sends_photo(papers.photo())
    await rina.sees("1 berkas")
    await rina.sends_voice(seconds=5)
    await rina.sees("pesan suara")
    plan, kept = await plan_of(world), await answer(world, "dua")
    for person in (budi, principal):
        before = len(person.messages)
        for forged in (
            OpenQuestion(NAME, plan, "dua"),
            DropFile(NAME, plan, "dua", kept.files[0].id),
        ):
            got = await person.taps_data(forged.pack())
            assert "bukan untuk Anda" in got.text
        assert await answer(world, "dua") is not None
        assert len(person.messages) <= before + 2
    looks: tuple[Button, ...] = (
        HearAnswer(NAME, plan, "dua"), SeeAnswer(NAME, plan, "dua"),
        HearAnswer("tidak ada", plan, "dua"), HearAnswer(NAME, 999, "dua"),
    )  # fmt: skip
    for look in looks:
        got = await budi.taps_data(look.pack())
        assert got.show_alert
    for unknown in (OpenQuestion(NAME, plan, "x"), OpenQuestion("x", plan, "satu")):
        got = await rina.taps_data(unknown.pack())
        assert "tidak ada" in got.text
    await principal.taps_data(HearAnswer(NAME, plan, "dua").pack())
    await principal.sees("Pesan suara 0:05")
    assert len((await answer(world, "dua")).files) == 1
