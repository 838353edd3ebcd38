"""What is written is what arrives: words, files, drafts."""

import re
from datetime import timedelta

from sqlmodel import select

from conversations.callbacks.broadcasts import (
    SendBroadcast,
)
from storage.models import (
    Evidence,
    Role,
)
from tests import papers
from tests.end_to_end.broadcasts.staging import Phones, sends, state_of, writes
from tests.world import TestWorld


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
