"""Writing to each other: words, files, replies."""

import pytest
from sqlmodel import select

from bot.simulator.driver import Person
from conversations.callbacks.helping import (
    ShowHelp,
    TalkAbout,
)
from storage import outbox
from storage.models import (
    Evidence,
    OutboxMessage,
    Role,
)
from tests import papers
from tests.end_to_end.helping.staging import helped, requests, said, sent
from tests.end_to_end.submitting import a_school, actor_of
from tests.world import TestWorld


async def test_both_write_and_each_sees_who_speaks(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await rina.taps("Balas")
    await rina.sees("Tulis untuk Desi Marlina")
    await rina.types("Saya bingung memilih <kegiatan> & jumlahnya")
    await rina.sees("Dikirim kepada Desi Marlina")
    await desi.sees("💬 Rina Wati:")
    await desi.sees("Saya bingung memilih <kegiatan> & jumlahnya")
    await desi.taps("Balas")
    await desi.types("Ambil pelatihan mandiri 4 kali")
    await rina.sees("Desi Marlina (yang membantu):")
    await rina.types("Baik")
    await desi.sees("Baik")
    assert [text for _, text in await said(world)] == [
        "Saya bingung memilih <kegiatan> & jumlahnya", "Ambil pelatihan mandiri 4 kali", "Baik",
    ]  # fmt: skip


async def test_what_the_two_say_is_read_by_nobody_else(
    world: TestWorld, rina: Person, desi: Person, hadi: Person
) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    await helped(world, rina, desi)
    await rina.taps("Balas")
    await rina.types("Rahasia antara kita")
    await desi.sees("Rahasia antara kita")
    (request,) = await requests(world)
    for other in (hadi, principal):
        await other.taps_data(ShowHelp(request.id or 0).pack(), other.last.id)
        await other.sees("Dibantu oleh Desi Marlina")
        assert not any("Rahasia" in one.text for one in other.messages)


async def test_photo_and_voice_are_passed_on_in_order(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await rina.taps("Balas")
    await rina.sees("Tulis untuk Desi Marlina")
    await rina.sends_photo(papers.photo(), caption="Ini layarnya")
    answer = await rina.sees("Bila ini bukti, tekan Bukti")
    await rina.sends_voice()
    await rina.sees("Dikirim kepada", after=answer)
    await sent(world, "help_said", 2)
    photo = next(one for one in desi.messages if one.content.get("photo"))
    voice = next(one for one in desi.messages if one.content.get("voice"))
    assert photo.id < voice.id
    assert "Rina Wati" in photo.text
    assert "Ini layarnya" in photo.text
    async with world.database.reading() as session:
        assert (await session.exec(select(Evidence))).all() == []


async def test_a_photo_is_evidence_unless_it_is_meant_for_the_coach(world: TestWorld) -> None:
    rina, _principal = await a_school(world)
    desi = await world.joins("Desi Marlina", Role.COACH)
    await rina.types("/bukti")
    await rina.taps("Minta bantuan")
    await desi.taps("Ambil")
    await rina.sees("Desi Marlina membantu")
    await rina.sends_photo(papers.photo("pertama"))
    await rina.sees("Untuk kegiatan yang mana?")
    await rina.taps_data(TalkAbout((await requests(world))[0].id or 0).pack(), rina.last.id)
    await rina.sees("bukan menjadi bukti")
    await rina.sends_photo(papers.photo("kedua"))
    await rina.sees("Dikirim kepada Desi Marlina")
    await rina.taps("Kembali")
    await rina.sees("Permintaan bantuan Anda")
    await rina.sends_photo(papers.photo("ketiga"))
    await rina.sees("Untuk kegiatan yang mana?", after=rina.last)
    async with world.database.reading() as session:
        assert len((await session.exec(select(Evidence))).all()) == 2
    assert await said(world) == [("photo", "")]


async def test_a_reply_to_what_was_said_goes_to_the_other_one(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await desi.taps("Balas")
    await desi.types("Sudah sampai mana?")
    heard = await rina.sees("Sudah sampai mana?")
    await world.delivered()
    await rina.types("Sampai langkah dua", reply_to=heard)
    await rina.sees("Dikirim kepada Desi Marlina")
    await desi.sees("Sampai langkah dua")
    await rina.types("apa saja")
    hint = await rina.sees("Ini untuk siapa?")
    await rina.taps("Desi Marlina", on=hint)
    await rina.sees("Tulis untuk Desi Marlina")


async def test_a_question_in_between_is_for_the_other_one(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    """Who helps and asks something means the teacher, not the list of answers."""
    await helped(world, rina, desi)
    await desi.types("Bagian mana yang sulit, Bu?")
    hint = await desi.sees("Ini untuk siapa?")
    await desi.sees_button("Rina", on=hint)
    await rina.types("/bantuan")
    await rina.types("Apakah 32 poin itu wajib?")
    await rina.sees("Mungkin ini yang dicari")


@pytest.mark.parametrize("way", ["Kembali", "/menu", "kembali", "menu", "/batal"])
async def test_the_conversation_can_be_left_at_any_time(
    world: TestWorld, rina: Person, desi: Person, way: str
) -> None:
    await helped(world, rina, desi)
    await rina.taps("Balas")
    await rina.sees("Tulis untuk")
    if way == "Kembali":
        await rina.taps(way)
    else:
        await rina.types(way)
    await rina.sees_button("Menu" if "embali" in way else "Rencana")
    await rina.types("bukan untuk Desi")
    await rina.sees("Belum saya kirim")
    assert await said(world) == []


async def test_words_after_the_end_are_not_sent_and_it_is_said(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await rina.taps("Balas")
    await rina.sees("Tulis untuk")
    await desi.taps("Selesai")
    await rina.sees("Apakah Anda sudah terbantu?")
    await rina.types("Satu pertanyaan lagi")
    await rina.sees("Percakapan ini sudah berakhir")
    assert await said(world) == []


async def test_a_blocked_bot_is_said_to_whoever_writes(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await world.blocked_by(rina)
    await desi.taps("Balas")
    await desi.types("Halo")
    await desi.sees("bot tidak bisa menghubungi Rina Wati")
    await world.kawan.rounds.look_after_help()
    world.kawan.sender.wake()
    await desi.sees("Pesan Anda belum sampai")


@pytest.mark.parametrize("kind", ["broadcast", "reminder_plan", "remind_task"])
async def test_a_reply_reaches_a_coach(
    world: TestWorld, rina: Person, desi: Person, kind: str
) -> None:
    me = await actor_of(world, rina)
    below = await rina.sees_button("Rencana")
    async with world.database.transaction() as session:
        await outbox.announce(
            session, school_id=me.school_id, recipients=[me.member_id], occasion=f"{kind}:1",
            kind=kind, subject={}, now=world.clock.now(),
        )  # fmt: skip
        found = await session.exec(select(OutboxMessage).where(OutboxMessage.kind == kind))
        message = found.one()
        message.message_id, message.settled_at = below.id, world.clock.now()
        message.state = "sent"
        session.add(message)
    await rina.types("Bu, saya belum punya sertifikatnya", reply_to=below)
    await rina.sees("Balasan Anda sudah sampai kepada Desi Marlina")
    card = await desi.sees("Bu, saya belum punya sertifikatnya")
    assert "Rina Wati minta bantuan" in card.text
    await rina.types("Hari ini juga libur", reply_to=below)
    await desi.sees("Hari ini juga libur")
    assert len(await requests(world)) == 1
    before = rina.last
    await rina.sends_voice(reply_to=below)
    await rina.sees("Balasan Anda sudah sampai", after=before)
    await desi.sees("🎤")
    await desi.taps("Ambil")
    await sent(world, "help_said")
    assert any(one.content.get("voice") for one in desi.messages)
