"""Writing to many: whom it reaches, what they see, how it goes, and what comes back."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot import broadcasting, replies
from bot.simulator.driver import Person
from bot.simulator.models import Message
from conversations.callbacks.broadcasts import (
    AnswerBroadcast,
    BroadcastNames,
    CancelBroadcast,
    NewBroadcast,
    OpenBroadcast,
    PickPeople,
    ScheduleAt,
    SendAgain,
    SendBroadcast,
    TogglePerson,
    WriteBroadcast,
)
from storage import decisions
from storage.models import (
    AuditEntry,
    Broadcast,
    BroadcastReply,
    Evidence,
    Member,
    OutboxMessage,
    Role,
)
from storage.suggestions import Pick
from tests import papers
from tests.end_to_end.submitting import actor_of, agrees, submits
from tests.world import TestWorld, open_world


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
    offered = await coach.sees("Untuk siapa?", after=coach.last)
    await coach.taps(audience, on=offered)
    await coach.sees("Tulis pesannya", after=offered.id - 1)
    await coach.types(text)
    return await coach.sees("Pratinjau", after=offered)


async def sends(coach: Person, text: str, audience: str = "Semua") -> None:
    """Write and send."""
    await writes(coach, text, audience)
    await coach.taps("Kirim sekarang")


async def test_what_is_seen_before_is_what_arrives(phones: Phones) -> None:
    coach, rina, budi = phones.coach, phones.rina, phones.budi
    card = await writes(coach, "Halo {nama}, masih kurang {kurang} sampai {tenggat}. <b> & 🙂")
    assert "2 orang" in card.text
    assert "1 belum bergabung" in card.text
    assert "langsung mengirim ke 2 orang" in card.text
    assert "tidak bisa ditarik" in card.text
    preview = coach.messages[-2]
    await coach.taps("Kirim sekarang")
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


# ------------------------------------------------------------------------------- for whom


async def state_of(world: TestWorld, status: str) -> list[Broadcast]:
    async with world.database.reading() as session:
        found = await session.exec(select(Broadcast).where(Broadcast.status == status))
        return list(found.all())


async def settled(world: TestWorld, state: str) -> None:
    """Wait until a message of a broadcast is in a state, which no screen shows."""
    async with asyncio.timeout(5):
        while True:
            async with world.database.reading() as session:
                found = await session.exec(
                    select(OutboxMessage).where(
                        OutboxMessage.kind == "broadcast", OutboxMessage.state == state
                    )
                )
                if found.first() is not None:
                    return
            await asyncio.sleep(0.01)


async def test_home_and_menu_lead_to_it_for_those_who_may(
    world: TestWorld, phones: Phones
) -> None:
    for roles, may in (
        (Role.COACH, True), (Role.PRINCIPAL, True), (Role.OPERATOR, True), (Role.TEACHER, False),
    ):  # fmt: skip
        person = await world.joins(f"Orang {int(roles)}", roles)
        assert any("Siaran" in one for one in person.buttons) is may
    await phones.rina.types("/siaran")
    await phones.rina.sees("bukan untuk Anda")


async def test_each_audience_reaches_exactly_its_people(world: TestWorld) -> None:
    coach = await world.joins("Bu Penggerak", Role.COACH)
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    teachers = {
        name: await world.joins(name, Role.TEACHER)
        for name in ("Mulai", "Dibawah", "Kembali Satu", "Setuju Dua", "Tanya")
    }
    await submits(world, teachers["Dibawah"], (Pick("RHK-01", 1),), reason="Baru satu")
    returned = await submits(world, teachers["Kembali Satu"])
    decider = await actor_of(world, principal)
    async with world.database.transaction() as session:
        now = world.clock.now()
        await decisions.send_back(
            session, decider, returned.id, returned.plan.revision, now, reason="Periksa lagi"
        )
    await agrees(world, teachers["Setuju Dua"], principal)
    await teachers["Tanya"].taps("Minta bantuan")
    await teachers["Tanya"].sees("sampaikan kepada")
    everybody = set(teachers)
    for number, (audience, meant) in enumerate(
        {
            "Semua (": everybody | {"Bu Kepala"},
            "Guru (": everybody,
            "Kepala sekolah (": {"Bu Kepala"},
            "Belum mulai (": {"Mulai", "Tanya"},
            "Di bawah target (": {"Dibawah"},
            "Belum diperbaiki (": {"Kembali Satu"},
            "Bukti kurang (": {"Setuju Dua"},
            "Belum minta bantuan (": everybody - {"Tanya"},
        }.items()
    ):
        before = coach.last
        await sends(coach, f"Pesan nomor {number}.", audience)
        await coach.sees(f"Terkirim: {len(meant)}", after=before)
        for name, one in {**teachers, "Bu Kepala": principal}.items():
            texts = [message.text for message in one.messages if "Pesan nomor" in message.text]
            assert any(f"Pesan nomor {number}." in text for text in texts) is (name in meant), (
                audience, name,
            )  # fmt: skip


async def test_people_can_be_chosen_by_name(phones: Phones) -> None:
    coach = phones.coach
    await coach.types("/siaran")
    await coach.taps("Pilih nama")
    await coach.sees("Terpilih: 0 orang")
    await coach.taps("Rina Wati")
    await coach.sees("Terpilih: 1 orang")
    await coach.taps("Tulis pesan")
    await coach.sees("Untuk Nama pilihan: 1 orang")
    await coach.types("Hanya untuk Ibu")
    await coach.sees("Pratinjau")
    await coach.taps("Kirim sekarang")
    await phones.rina.sees("Hanya untuk Ibu")
    await coach.sees("Terkirim: 1")
    assert "Hanya untuk Ibu" not in phones.budi.screen()


async def test_whoever_is_behind_is_reached_from_elsewhere(
    world: TestWorld, phones: Phones
) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    await agrees(world, phones.rina, principal)
    await phones.coach.taps_data(NewBroadcast("behind").pack())
    asked = await phones.coach.sees("Tulis pesannya")
    assert "Tertinggal: 2 guru, ditambah 1" in asked.text  # Rina lacks evidence, Budi a plan


async def test_nobody_of_another_school_is_reached_or_reaches(
    world: TestWorld, phones: Phones
) -> None:
    other = await world.founds("20304567", "SMPN 2 Lain")
    stranger = await world.joins("Pak Lain", Role.COACH | Role.TEACHER, other)
    await writes(phones.coach, "Rahasia sekolah")
    (draft,) = await state_of(world, "draft")
    number = draft.id or 0
    for button in (
        OpenBroadcast(number), WriteBroadcast(number),
        SendBroadcast(number, draft.revision), ScheduleAt(number, 740_000, 8),
        CancelBroadcast(number), SendAgain(number), AnswerBroadcast(number, "help"),
        BroadcastNames(number, "help", 0), TogglePerson(number, 1, 0), PickPeople(number, 0),
    ):  # fmt: skip
        await stranger.taps_data(button.pack())
        await phones.rina.taps_data(button.pack())
    assert [one.id for one in await state_of(world, "draft")] == [number]
    await phones.coach.taps("Kirim sekarang")
    await phones.coach.sees("Terkirim: 2")
    await stranger.taps_data(AnswerBroadcast(number, "done").pack())
    await phones.coach.taps("Perbarui")
    await phones.coach.sees("Sudah mengerjakan: 0")
    assert "Rahasia" not in stranger.screen()


# ------------------------------------------------------------------------------- what


async def test_braces_that_mean_nothing_are_explained_and_kept(phones: Phones) -> None:
    card = await writes(phones.coach, "Hai { Nama }, kelas {kelas} & {} jam {")
    assert "Tidak dikenal, jadi tampil apa adanya: {kelas}, {}" in card.text
    assert phones.coach.messages[-2].text.endswith("Hai Rina Wati, kelas {kelas} & {} jam {") or (
        phones.coach.messages[-2].text.endswith("Hai Budi, kelas {kelas} & {} jam {")
    )


async def test_words_arrive_as_they_are_whatever_the_script(phones: Phones) -> None:
    words = "<b>tebal</b> &amp; 🙂👩‍🏫 مرحبا שלום\n\nBaris _dua_ *tiga* `x`"
    await sends(phones.coach, words)
    got = await phones.rina.sees("tebal")
    assert got.text == f"📣 Bu Penggerak, guru penggerak\n\n{words}"


async def test_the_longest_words_that_fit_arrive_whole(phones: Phones) -> None:
    coach = phones.coach
    await coach.types("/siaran")
    await coach.taps("Semua")
    await coach.sees("Tulis pesannya")
    await coach.types("x" * 4096)
    refusal = await coach.sees("Tulisannya 4096 huruf, paling banyak")
    found = re.search(r"paling banyak (\d+)", refusal.text)
    assert found is not None
    most = int(found[1])
    assert most == 4096 - len("📣 Bu Penggerak, guru penggerak\n\n") - 1  # the sign counts twice
    await coach.types("y" * (most + 1))
    await coach.sees(f"Tulisannya {most + 1} huruf")
    await coach.types("🙂" * (most // 2))
    await coach.sees("Pratinjau")
    await coach.taps("Kirim sekarang")
    got = await phones.rina.sees("🙂🙂🙂")
    assert got.text.count("🙂") == most // 2


async def test_names_that_are_filled_in_must_fit_too(phones: Phones) -> None:
    coach = phones.coach
    await coach.types("/siaran")
    await coach.taps("Semua")
    await coach.types("{nama}" * 60)
    await coach.sees("paling banyak")
    assert "Pratinjau" not in coach.screen()


async def test_a_photo_goes_along_with_its_caption(world: TestWorld, phones: Phones) -> None:
    coach = phones.coach
    await coach.types("/siaran")
    await coach.taps("Semua")
    await coach.sees("Tulis pesannya")
    await coach.sends_photo(papers.photo("Undangan"), "Halo {nama}")
    await coach.sees("Pratinjau")
    preview = await coach.sees_photo("Halo")
    await coach.taps("Kirim sekarang")
    got = await phones.rina.sees_photo("Halo Rina Wati")
    assert got.buttons == ["✅ Sudah saya kerjakan", "🙋 Butuh bantuan"]
    assert await phones.rina.downloads(got) == await coach.downloads(preview)
    await phones.budi.sees_photo("Halo Budi")
    await coach.sees("Terkirim: 2")
    async with world.database.reading() as session:
        assert (await session.exec(select(Evidence))).all() == []


async def test_a_document_of_any_kind_goes_along_and_can_be_dropped(phones: Phones) -> None:
    coach = phones.coach
    await writes(coach, "Surat edaran terlampir")
    await coach.sends_document(b"PK\x03\x04 bukan bukti", "surat.zip", "application/zip")
    await coach.sees_document("surat.zip")
    await coach.sees_button("Lepas berkas")
    await coach.taps("Lepas berkas")
    await coach.sees_no_button("Lepas berkas", on=coach.last)
    await coach.sends_document(b"PK\x03\x04 bukan bukti", "surat2.zip", "application/zip")
    await coach.sees_document("surat2.zip")
    await coach.taps("Kirim sekarang", on=await coach.sees_button("Lepas berkas"))
    got = await phones.rina.sees_document("surat2.zip")
    assert "Surat edaran terlampir" in got.text


async def test_a_file_of_a_coach_who_teaches_is_no_evidence(world: TestWorld) -> None:
    both = await world.joins("Bu Dua", Role.COACH | Role.TEACHER)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await writes(both, "Album kegiatan")
    await both.sends_album([papers.photo("a"), papers.photo("b"), papers.photo("c")])
    await both.sees("hanya satu yang dipakai")
    await both.taps("Kirim sekarang")
    await rina.sees_photo("Album kegiatan")
    assert len([one for one in rina.messages if one.content.get("photo")]) == 1
    async with world.database.reading() as session:
        assert (await session.exec(select(Evidence))).all() == []
    # What comes after is evidence again.
    await both.types("menu")
    await both.sends_photo(papers.photo("bukti"))
    await both.sees("Kiriman ini aman")


async def test_long_words_and_a_file_do_not_go_together(phones: Phones) -> None:
    coach = phones.coach
    await writes(coach, "z" * 1100)
    await coach.sends_photo(papers.photo())
    await coach.sees("Dengan foto atau berkas, tulisan paling banyak")
    await coach.sends_photo(papers.photo(), "Singkat saja")
    await coach.sees_photo("Singkat saja")


async def test_a_draft_outlives_a_restart_and_is_offered_again(
    world: TestWorld, phones: Phones
) -> None:
    coach = phones.coach
    await writes(coach, "Belum selesai ditulis", "Guru (")
    await coach.types("/batal")
    await coach.sees("tetap tersimpan")
    await world.restart()
    await coach.types("/siaran")
    await coach.sees("Ada draf yang belum dikirim, untuk Guru")
    offered = await coach.sees_button("Lanjutkan draf")
    await coach.taps("Lanjutkan draf")
    await coach.sees("Pratinjau", after=offered)
    assert "Belum selesai ditulis" in coach.messages[-2].text


async def test_what_is_being_written_outlives_a_restart(world: TestWorld, phones: Phones) -> None:
    await phones.coach.types("/siaran")
    await phones.coach.taps("Semua")
    await phones.coach.sees("Tulis pesannya")
    await world.restart()
    await phones.coach.types("Ditulis sesudahnya")
    await phones.coach.sees("Pratinjau")


async def test_what_was_put_away_can_be_brought_back(world: TestWorld, phones: Phones) -> None:
    coach = phones.coach
    await writes(coach, "Jangan hilang")
    await coach.taps("Batal")
    await coach.sees("tidak ada yang dikirim")
    assert await state_of(world, "draft") == []
    await coach.taps("Urungkan")
    await coach.sees("Pratinjau")
    assert "Jangan hilang" in coach.messages[-2].text


async def test_a_changed_draft_is_not_sent_by_an_old_button(
    world: TestWorld, phones: Phones
) -> None:
    coach = phones.coach
    await writes(coach, "Yang lama")
    (draft,) = await state_of(world, "draft")
    await coach.types("Yang baru")
    await coach.sees("Yang baru")
    answer = await coach.taps_data(SendBroadcast(draft.id or 0, draft.revision).pack())
    assert "sudah berubah" in answer.text
    assert await state_of(world, "sending") == []


async def test_all_of_it_can_be_typed(phones: Phones) -> None:
    """A phone without signal queues what is typed, not what is tapped."""
    coach = phones.coach
    for words in ("/siaran", "guru", "Ketik saja", "kirim sekarang"):
        await coach.types(words)
    await phones.rina.sees("Ketik saja")
    await coach.sees("Terkirim: 2")


async def test_going_back_to_a_draft_repeats_nothing(phones: Phones) -> None:
    coach = phones.coach
    card = await writes(coach, "Sekali saja")
    for way in ("Jadwalkan", "Tak terjangkau", "Ubah tulisan"):
        await coach.taps(way, on=card)
        await coach.taps("Kembali", on=card)
        await coach.sees_button("Kirim sekarang", on=card)
    assert coach.last is card
    assert len([one for one in coach.messages if one.from_bot and "Sekali" in one.text]) == 1


async def test_a_second_draft_is_not_hidden_by_the_first(world: TestWorld, phones: Phones) -> None:
    coach = phones.coach
    await writes(coach, "Yang pertama")
    await coach.taps("Jadwalkan")
    await coach.taps("Selasa, 7 Jul")
    await coach.taps("07.00")
    scheduled = await coach.sees("dijadwalkan")
    await writes(coach, "Yang kedua", "Guru (")
    world.clock.forward(timedelta(minutes=1))
    await coach.taps("Ubah isi", on=scheduled)
    await coach.sees("Untuk Semua: 2 orang", after=scheduled)
    await coach.types("/siaran")
    await coach.sees("Ada draf yang belum dikirim, untuk Semua")
    await coach.taps("Siaran terakhir")
    await coach.taps("📝 6 Jul 2026: Guru")
    await coach.sees("Yang kedua", after=coach.last.id - 2)


# ------------------------------------------------------------------------------- when


async def test_it_starts_at_its_hour_in_the_school_s_zone(
    world: TestWorld, phones: Phones
) -> None:
    coach = phones.coach
    await writes(coach, "Besok pagi")
    await coach.taps("Jadwalkan")
    await coach.sees("Kirim hari apa?")
    await coach.taps("Selasa, 7 Jul")
    hours = await coach.sees("Jam WIB")
    assert "06.00" in hours.buttons
    await coach.taps("07.00")
    await coach.sees("Selasa, 7 Juli 2026, pukul 07.00 WIB")
    await coach.taps("Ubah waktu")
    await coach.taps("Selasa, 7 Jul")
    await coach.taps("08.00")
    await coach.sees("Selasa, 7 Juli 2026, pukul 08.00 WIB")
    await world.kawan.broadcaster.start_due()
    world.clock.forward(timedelta(hours=21, minutes=59))  # it is 07.59
    await world.kawan.broadcaster.start_due()
    assert "Besok pagi" not in phones.rina.screen()
    world.clock.forward(timedelta(minutes=1))
    await world.kawan.broadcaster.start_due()
    await phones.rina.sees("Besok pagi")
    await coach.sees("Terkirim: 2")


async def test_only_hours_to_come_are_offered(phones: Phones) -> None:
    coach = phones.coach
    await writes(coach, "Hari ini juga")
    await coach.taps("Jadwalkan")
    await coach.taps("Senin, 6 Jul")
    hours = await coach.sees("Jam WIB")  # it is ten o'clock
    assert "10.00" not in hours.buttons
    assert "11.00" in hours.buttons


async def test_who_is_meant_is_decided_when_it_is_sent(world: TestWorld, phones: Phones) -> None:
    await writes(phones.coach, "Ayo mulai", "Belum mulai")
    await phones.coach.taps("Jadwalkan")
    await phones.coach.taps("Selasa, 7 Jul")
    await phones.coach.taps("07.00")
    await phones.coach.sees("dijadwalkan")
    await submits(world, phones.rina)
    world.clock.forward(timedelta(hours=22))
    await world.kawan.broadcaster.start_due()
    await phones.budi.sees("Ayo mulai")
    await phones.coach.sees("Terkirim: 1")
    assert "Ayo mulai" not in phones.rina.screen()


async def test_what_is_scheduled_can_be_changed_or_cancelled(
    world: TestWorld, phones: Phones
) -> None:
    coach = phones.coach
    await writes(coach, "Isi lama")
    await coach.taps("Jadwalkan")
    await coach.taps("Selasa, 7 Jul")
    await coach.taps("07.00")
    await coach.taps("Ubah isi")
    await coach.sees("Pratinjau")
    await coach.types("Isi baru")
    await coach.taps("Jadwalkan")
    await coach.taps("Rabu, 8 Jul")
    await coach.taps("07.00")
    await coach.sees("Rabu, 8 Juli 2026, pukul 07.00 WIB")
    await coach.types("/siaran")
    await coach.taps("Siaran terakhir")
    await coach.taps("🗓 8 Jul 2026")
    await coach.taps("Batal", on=await coach.sees("Isi baru"))
    await coach.sees("tidak ada yang dikirim")
    world.clock.forward(timedelta(days=3))
    await world.kawan.broadcaster.start_due()
    assert await state_of(world, "sending") == []


async def test_what_is_long_overdue_is_given_back(world: TestWorld, phones: Phones) -> None:
    await writes(phones.coach, "Rapat jam delapan")
    await phones.coach.taps("Jadwalkan")
    await phones.coach.taps("Selasa, 7 Jul")
    await phones.coach.taps("07.00")
    await phones.coach.sees("dijadwalkan")
    world.clock.forward(timedelta(days=3))
    await world.restart()
    await world.kawan.broadcaster.start_due()
    await phones.coach.sees("Siaran belum dikirim")
    await phones.coach.taps("Lanjutkan draf")
    await phones.coach.sees("Pratinjau")
    assert "Rapat" not in phones.rina.screen()


async def test_who_lost_the_role_hears_that_nothing_was_sent(
    world: TestWorld, phones: Phones
) -> None:
    await writes(phones.coach, "Besok pagi")
    await phones.coach.taps("Jadwalkan")
    await phones.coach.taps("Selasa, 7 Jul")
    await phones.coach.taps("07.00")
    await phones.coach.sees("dijadwalkan")
    async with world.database.transaction() as session:
        found = await session.exec(select(Member).where(Member.name == "Bu Penggerak"))
        member = found.one()
        member.roles = int(Role.TEACHER)
        session.add(member)
    world.clock.forward(timedelta(hours=22))
    await world.kawan.broadcaster.start_due()
    told = await phones.coach.sees("Peran Anda sudah berubah")
    assert told.buttons == []
    assert "Besok pagi" not in phones.rina.screen()


# ------------------------------------------------------------------------------- how it goes


async def test_progress_is_told_in_few_edits(world: TestWorld, phones: Phones) -> None:
    await sends(phones.coach, "Pengumuman")
    report = await phones.coach.sees("Siaran selesai")
    edits = [
        one
        for one in world.sim.calls
        if one.method == "editMessageText" and one.params.get("message_id") == str(report.id)
    ]
    assert len(edits) == 1  # how it ended


async def test_blocked_and_failed_are_reported_by_name_and_failed_ones_tried_again(
    world: TestWorld, phones: Phones, caplog: pytest.LogCaptureFixture
) -> None:
    tika = await world.joins("Tika", Role.TEACHER)
    await phones.budi.blocks_bot()
    await writes(phones.coach, "Pengumuman")
    world.sim.faults.add(
        "sendMessage", chat_id=tika.id, status=400, description="Bad Request: something is wrong"
    )
    await phones.coach.taps("Tak terjangkau (2)")
    names = await phones.coach.sees("Tidak bisa menerima: 2 orang")
    assert "Budi" in names.text
    assert "Tono Belum" in names.text
    await phones.coach.taps("Kembali")
    await phones.coach.taps("Kirim sekarang")
    report = await phones.coach.sees("Siaran selesai")
    assert "Terkirim: 1" in report.text
    assert "Memblokir bot: 1 (Budi)" in report.text
    assert "Belum bergabung: 1 (Tono Belum)" in report.text
    assert "Gagal: 1 (Tika)" in report.text
    await phones.coach.taps("Gagal (1)")
    await phones.coach.sees("Gagal terkirim: 1 orang")
    await phones.coach.taps("Kembali")
    await phones.coach.taps("Kirim lagi ke yang gagal")
    await phones.coach.sees("Untuk Yang gagal terkirim: 1 orang")
    await phones.coach.taps("Kirim sekarang")
    await tika.sees("Pengumuman")
    await phones.coach.sees("Siaran selesai untuk Yang gagal terkirim")
    assert len([one for one in phones.rina.messages if "Pengumuman" in one.text]) == 1
    caplog.clear()  # that Telegram refused one is in the log, and rightly


async def test_who_blocks_only_at_that_moment_is_reported_too(
    world: TestWorld, phones: Phones
) -> None:
    world.sim.faults.add(
        "sendMessage", chat_id=phones.budi.id, status=403,
        description="Forbidden: bot was blocked by the user",
    )  # fmt: skip
    await sends(phones.coach, "Pengumuman")
    report = await phones.coach.sees("Siaran selesai")
    assert "Memblokir bot: 1 (Budi)" in report.text


async def test_progress_is_one_message_that_stops_what_waits(
    world: TestWorld, phones: Phones, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcasting, "TELL_EVERY_S", 0.0)
    await writes(phones.coach, "Pengumuman")
    world.sim.faults.add("sendMessage", chat_id=phones.rina.id, retry_after=30, times=None)
    world.sim.faults.add("sendMessage", chat_id=phones.budi.id, retry_after=30, times=None)
    await phones.coach.taps("Kirim sekarang")
    progress = await phones.coach.sees("0 dari 2")
    assert "░░░░░░░░░░" in progress.text
    await phones.coach.taps("Batalkan")
    ended = await phones.coach.sees("Siaran dihentikan")
    assert ended.id == progress.id
    world.sim.faults.clear()
    assert "Pengumuman" not in phones.rina.screen()


async def test_answers_are_counted_and_a_call_for_help_reaches_the_coach(
    world: TestWorld, phones: Phones
) -> None:
    coach, rina, budi = phones.coach, phones.rina, phones.budi
    await sends(coach, "Sudah sampai mana?")
    heard = await rina.taps("Sudah saya kerjakan")
    assert "Tercatat: sudah dikerjakan" in heard.text
    await rina.taps("Sudah saya kerjakan")
    await budi.taps("Sudah saya kerjakan")
    await budi.taps("Butuh bantuan")
    await budi.sees("sampaikan kepada Bu Penggerak")
    await coach.sees("Budi minta bantuan")
    await coach.sees("Siaran selesai")
    await coach.taps("Perbarui")
    report = await coach.sees("Sudah mengerjakan: 1")
    assert "Butuh bantuan: 1 (Budi)" in report.text
    await coach.taps("Butuh (1)")
    await coach.sees("Butuh bantuan: 1 orang")
    async with world.database.reading() as session:
        found = await session.exec(select(AuditEntry).where(AuditEntry.action == "help.call"))
        assert len(found.all()) == 1


async def test_the_buttons_of_a_preview_count_nothing(world: TestWorld, phones: Phones) -> None:
    await writes(phones.coach, "Lihat dahulu")
    heard = await phones.coach.taps("Sudah saya kerjakan")
    assert "Ini pratinjau" in heard.text
    async with world.database.reading() as session:
        assert (await session.exec(select(BroadcastReply))).all() == []


async def test_many_names_are_paged(world: TestWorld, phones: Phones) -> None:
    for number in range(35):
        await world.invites(f"Belum {number:02}", Role.TEACHER)
    await sends(phones.coach, "Pengumuman", "Guru (")
    report = await phones.coach.sees("Siaran selesai")
    first = "Belum 00, Belum 01, Belum 02, Belum 03, Belum 04"
    assert f"Belum bergabung: 36 ({first}, …)" in report.text
    await phones.coach.taps("Belum masuk (36)")
    page = await phones.coach.sees("Belum bergabung: 36 orang")
    assert "30. Belum 29" in page.text
    await phones.coach.taps("›")
    await phones.coach.sees("36. Tono Belum")


# ------------------------------------------------------------------------------- several schools


async def test_an_operator_of_two_schools_writes_to_both(world: TestWorld) -> None:
    first = await world.founds()
    second = await world.founds("20304567", "SMPN 2 Lain")
    operator = await world.joins("Pak Operator", Role.OPERATOR, first)
    await world.joins("Pak Operator", Role.OPERATOR, second, person=operator)
    rina = await world.joins("Rina Wati", Role.TEACHER, first)
    sari = await world.joins("Sari", Role.TEACHER, second)
    await writes(operator, "Untuk dua sekolah")
    await operator.taps("Sekolah (1)")
    await operator.taps("☐ SMPN")
    await operator.sees_button("☑ SMPN")
    await operator.taps("Kembali")
    await operator.sees("2 orang di 2 sekolah")
    await operator.taps("Kirim sekarang")
    for one in (rina, sari):
        await one.sees("Untuk dua sekolah")
        await one.taps("Sudah saya kerjakan")
    await operator.sees("Terkirim: 2")
    await operator.taps("Perbarui")
    await operator.sees("Sudah mengerjakan: 2")


async def test_how_it_went_is_told_while_at_work_in_another_school(world: TestWorld) -> None:
    first = await world.founds()
    second = await world.founds("20304567", "SMPN 2 Lain")
    coach = await world.joins("Bu Penggerak", Role.COACH, first)
    await world.joins("Bu Penggerak", Role.TEACHER, second, person=coach)
    await world.joins("Rina Wati", Role.TEACHER, first)
    await coach.types("menu")
    await coach.taps("Ganti sekolah")
    await coach.taps("SMPN 1")
    await writes(coach, "Besok")
    await coach.taps("Jadwalkan")
    await coach.taps("Selasa, 7 Jul")
    await coach.taps("07.00")
    await coach.sees("dijadwalkan")
    await coach.types("menu")
    await coach.taps("Ganti sekolah")
    await coach.taps("SMPN 2")
    await coach.sees("SMPN 2 Lain")
    world.clock.forward(timedelta(hours=22))
    await world.kawan.broadcaster.start_due()
    report = await coach.sees("Terkirim: 1")
    assert "Dari SMPN 1 Surian" in report.text
    assert report.buttons == ["🏫 Buka sekolah itu"]


async def test_it_can_be_answered_while_at_work_in_another_school(world: TestWorld) -> None:
    first = await world.founds()
    second = await world.founds("20304567", "SMPN 2 Lain")
    coach = await world.joins("Bu Penggerak", Role.COACH, first)
    rina = await world.joins("Rina Wati", Role.TEACHER, first)
    await world.joins("Rina Wati", Role.TEACHER, second, person=rina)
    await rina.types("menu")
    await rina.sees_button("Ganti sekolah")
    await rina.taps("Ganti sekolah")
    await rina.taps("SMPN 2")
    await rina.sees("SMPN 2 Lain")
    await sends(coach, "Halo {nama}")
    got = await rina.sees("Dari SMPN 1 Surian")
    assert "Halo Rina Wati" in got.text
    await rina.taps("Sudah saya kerjakan")
    await coach.sees("Terkirim: 1")
    await coach.taps("Perbarui")
    await coach.sees("Sudah mengerjakan: 1")


# ------------------------------------------------------------------------------- PostgreSQL


async def test_it_goes_its_way_on_postgresql_too(postgres_url: str, tmp_path: Path) -> None:
    async with open_world(postgres_url, tmp_path) as world:
        coach = await world.joins("Bu Penggerak", Role.COACH)
        rina = await world.joins("Rina Wati", Role.TEACHER)
        await world.invites("Tono Belum", Role.TEACHER)
        await sends(coach, "Halo {nama}, kurang {kurang}", "Guru (")
        await rina.sees("Halo Rina Wati, kurang 32 poin")
        await rina.taps("Butuh bantuan")
        await coach.sees("Siaran selesai")
        await coach.taps("Perbarui")
        report = await coach.sees("Butuh bantuan: 1 (Rina Wati)")
        assert "Belum bergabung: 1 (Tono Belum)" in report.text


# ------------------------------------------------------------------------------- crashes


async def test_it_goes_on_after_a_restart_with_the_same_message(
    world: TestWorld, phones: Phones
) -> None:
    await writes(phones.coach, "Pengumuman")
    world.sim.faults.add("sendMessage", chat_id=phones.budi.id, status=502, times=None)
    await phones.coach.taps("Kirim sekarang")
    progress = await phones.coach.sees("Siaran sedang dikirim")
    await phones.rina.sees("Pengumuman")
    await settled(world, "sent")
    await world.kawan.stop()
    world.sim.faults.clear()
    world.clock.forward(timedelta(minutes=2))
    world.kawan = world._make_bot()
    await world.kawan.start()
    await phones.budi.sees("Pengumuman")
    report = await phones.coach.sees("Siaran selesai")
    assert report.id == progress.id
    assert len([one for one in phones.rina.messages if "Pengumuman" in one.text]) == 1
