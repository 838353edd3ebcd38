"""A teacher proves the plan: photos, albums, documents and links, two taps each."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import col, select

from bot.simulator.driver import Person
from storage.models import Evidence, EvidencePage, EvidenceStatus, Role
from tests import papers
from tests.end_to_end.submitting import a_school, agrees
from tests.world import TestWorld


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail every test here in which the bot failed, even where nobody looked."""
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


@pytest.fixture
async def rina(world: TestWorld) -> Person:
    teacher, _principal = await a_school(world)
    return teacher


async def evidence(world: TestWorld) -> list[Evidence]:
    async with world.database.reading() as session:
        return list((await session.exec(select(Evidence).order_by(col(Evidence.id)))).all())


async def pages(world: TestWorld) -> list[EvidencePage]:
    async with world.database.reading() as session:
        found = await session.exec(
            select(EvidencePage).order_by(
                col(EvidencePage.evidence_id), col(EvidencePage.position)
            )
        )
        return list(found.all())


# --------------------------------------------------------------------- two taps


async def test_a_photo_becomes_proof_in_two_taps(world: TestWorld, rina: Person) -> None:
    await rina.sends_photo(papers.photo())
    await rina.sees("Untuk kegiatan yang mana?")
    await rina.taps("Pelatihan mandiri")
    card = await rina.sees("Tersimpan.")
    assert "Pelatihan mandiri" in card.text
    assert "Kegiatan ini: 1/4" in card.text
    assert "8 dari 48 poin" in card.text
    (piece,) = await evidence(world)
    assert (piece.status, piece.code, piece.kind) == ("received", "RHK-01", "sertifikat_topik")
    (page,) = await pages(world)
    assert world.kawan.files.path_of(page.school_id, page.sha256).read_bytes()


async def test_words_of_the_caption_put_the_likeliest_activity_first(
    world: TestWorld, rina: Person
) -> None:
    await rina.sends_photo(papers.photo(), caption="Sertifikat peserta pelatihan mandiri")
    card = await rina.sees("Untuk kegiatan yang mana?")
    assert card.buttons[0].startswith("1. Pelatihan mandiri")
    await rina.sends_photo(papers.photo("lain"), caption="bimbingan teknis numerasi")
    card = await rina.sees("Untuk kegiatan yang mana?", after=card)
    assert not card.buttons[0].startswith("1. Pelatihan mandiri")


async def test_the_caption_tells_the_day_and_is_kept_as_a_note(
    world: TestWorld, rina: Person
) -> None:
    await rina.sends_photo(papers.photo(), caption="Sertifikat webinar 3 Juli 2026")
    await rina.taps("Pelatihan mandiri")
    card = await rina.sees("Tersimpan.")
    assert "3 Juli 2026" in card.text
    (piece,) = await evidence(world)
    assert piece.note == "Sertifikat webinar 3 Juli 2026"


# --------------------------------------------------------------------- from an activity


async def test_one_activity_takes_all_that_is_sent_until_done(
    world: TestWorld, rina: Person
) -> None:
    await rina.types("/bukti")
    listed = await rina.sees("Bukti saya")
    assert "0/4, kurang 4 Sertifikat Topik" in listed.text
    await rina.taps("Pelatihan mandiri")
    await rina.taps("Kirim bukti")
    await rina.sees("Kirim bukti untuk:")
    for text in ("satu", "dua"):
        before = rina.messages[-1]
        await rina.sends_photo(papers.photo(text))
        await rina.sees("Tersimpan.", after=before)
    before = rina.messages[-1]
    await rina.sends_document(papers.pdf("tiga"), "sertifikat-3.pdf")
    await rina.sees("Tersimpan.", after=before)
    await rina.taps("Selesai")
    summary = await rina.sees("Selesai mengirim")
    assert "Kurang 1 Sertifikat Topik" in summary.text
    assert [one.code for one in await evidence(world)] == ["RHK-01"] * 3


async def test_a_link_is_evidence_too(world: TestWorld, rina: Person) -> None:
    await rina.types("Artikel saya: https://guru.kemdikbud.go.id/bukti-karya/artikel/123")
    await rina.sees("Untuk kegiatan yang mana?")
    await rina.taps("1. ")
    await rina.sees("Tersimpan.")
    (piece,) = await evidence(world)
    assert piece.link == "https://guru.kemdikbud.go.id/bukti-karya/artikel/123"
    assert piece.note == "Artikel saya:"


@pytest.mark.parametrize("kind", ["heic", "png", "docx", "photo as file"])
async def test_every_kind_of_document_is_taken(world: TestWorld, rina: Person, kind: str) -> None:
    match kind:
        case "heic":
            await rina.sends_document(papers.heic(), "IMG_2041.HEIC", "image/heic")
        case "png":
            await rina.sends_document(papers.png(), "layar.png", "image/png")
        case "docx":
            await rina.sends_document(papers.docx(), "Laporan.docx", "application/octet-stream")
        case _:
            await rina.sends_photo_as_file(papers.photo())
    await rina.sees("Untuk kegiatan yang mana?")
    (page,) = await pages(world)
    expected = {"heic": "image/jpeg", "png": "image/png", "photo as file": "image/jpeg"}
    wordprocessing = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    assert page.media_type == expected.get(kind, wordprocessing)


async def test_where_a_photo_was_taken_is_not_kept(world: TestWorld, rina: Person) -> None:
    original = papers.jpeg_with_place()
    assert b"RAHASIA-LOKASI" in original
    await rina.sends_photo_as_file(original)
    await rina.sees("Untuk kegiatan yang mana?")
    (page,) = await pages(world)
    stored = world.kawan.files.path_of(page.school_id, page.sha256).read_bytes()
    assert b"RAHASIA-LOKASI" not in stored
    assert page.original_sha256 != page.sha256
    # Telegram still has the original: what is shown must come from the disk.
    assert page.telegram_id == ""


# --------------------------------------------------------------------- albums


async def test_an_album_is_one_piece_with_its_pages_in_order(
    world: TestWorld, rina: Person
) -> None:
    photos = [papers.photo(f"halaman {number}") for number in range(4)]
    await rina.sends_album(photos, caption="Laporan 2 Juli 2026", caption_at=2)
    card = await rina.sees("4 halaman")
    assert len([one for one in rina.messages if "Untuk kegiatan" in one.text]) == 1
    await rina.taps("1. ", on=card)
    await rina.sees("Tersimpan.")
    (piece,) = await evidence(world)
    assert (piece.dated_on.isoformat() if piece.dated_on else "") == "2026-07-02"
    stored = await pages(world)
    assert [one.position for one in stored] == sorted(one.position for one in stored)
    assert len({one.evidence_id for one in stored}) == 1


async def test_other_peoples_messages_between_its_photos_do_not_split_an_album(
    world: TestWorld, rina: Person
) -> None:
    budi = await world.joins("Budi", Role.TEACHER)
    for number, _message in enumerate(
        rina.sends_album_slowly([papers.photo(f"hal {n}") for n in range(3)])
    ):
        await budi.types("/menu")
        await budi.sends_photo(papers.photo(f"budi {number}"))
    await rina.sees("3 halaman")
    await budi.sees("Kiriman ini aman")
    mine = [one for one in await evidence(world) if one.album]
    assert len(mine) == 1


async def test_the_same_album_sent_twice_is_kept_once(world: TestWorld, rina: Person) -> None:
    photos = [papers.photo(f"halaman {number}") for number in range(3)]
    sent = await rina.sends_album(photos)
    await rina.sees("3 halaman")
    await rina.sends_again(*sent)
    await rina.until(lambda: len(rina.messages) > 7, what="an answer to the second album")
    assert len(await evidence(world)) == 1
    assert len(await pages(world)) == 3


async def test_one_bad_file_does_not_spoil_an_album_of_ten(world: TestWorld, rina: Person) -> None:
    good = [(papers.pdf(f"hal {n}"), f"hal-{n}.pdf", "application/pdf") for n in range(9)]
    bad = (b"MZ" + bytes(500), "hal-9.pdf", "application/pdf")
    await rina.sends_album([*good[:4], bad, *good[4:]])
    await rina.sees("9 halaman")
    await rina.sees("Tidak ada yang berubah")
    assert len(await pages(world)) == 9
    assert len(await evidence(world)) == 1


# --------------------------------------------------------------------- describing


async def filed(rina: Person, text: str = "Sertifikat") -> None:
    before = rina.messages[-1]
    await rina.sends_photo(papers.photo(text))
    await rina.sees("Untuk kegiatan yang mana?", after=before)
    await rina.taps("Pelatihan mandiri")
    await rina.sees("Tersimpan.", after=before)


async def test_the_day_is_asked_for_and_read_as_people_write_it(
    world: TestWorld, rina: Person
) -> None:
    await filed(rina)
    await rina.taps("Isi tanggal")
    await rina.sees("Tanggal berapa")
    await rina.types("kapan ya")
    await rina.sees("belum saya pahami")
    await rina.types("2 juli")
    card = await rina.sees("Kamis, 2 Juli 2026")
    assert "di luar periode" not in card.text


async def test_a_day_outside_the_period_is_kept_with_a_warning(
    world: TestWorld, rina: Person
) -> None:
    await filed(rina)
    await rina.taps("Isi tanggal")
    await rina.types("3/5/2026")
    await rina.sees("di luar periode Juli–Desember 2026")


async def test_one_document_may_prove_several_units(world: TestWorld, rina: Person) -> None:
    await filed(rina)
    await rina.taps("⋯ Lainnya")
    await rina.taps("Berlaku untuk: 1")
    await rina.taps("Berlaku untuk: 2")
    await rina.sees("Untuk 3 kegiatan")
    await rina.taps("‹ Kembali")
    await rina.sees("24 dari 48 poin")


async def test_a_note_and_another_kind(world: TestWorld, rina: Person) -> None:
    await filed(rina)
    await rina.taps("⋯ Lainnya")
    await rina.taps("Catatan")
    await rina.types("asli menyusul")
    await rina.sees("asli menyusul")
    await rina.taps("Ubah jenis")
    await rina.taps("Dokumen relevan")
    await rina.sees("Dokumen relevan lainnya")


async def test_a_piece_is_replaced_and_history_is_kept(world: TestWorld, rina: Person) -> None:
    await filed(rina)
    await rina.taps("Ganti")
    await rina.sees("Kirim penggantinya sekarang")
    before = rina.messages[-1]
    await rina.sends_document(papers.pdf("baru"), "baru.pdf")
    await rina.sees("Mengganti kiriman", after=before)
    old, new = await evidence(world)
    assert (old.status, new.status) == (EvidenceStatus.REPLACED, EvidenceStatus.RECEIVED)
    assert (new.replaces_id, new.code, new.kind) == (old.id, old.code, old.kind)


async def test_a_piece_is_taken_away(world: TestWorld, rina: Person) -> None:
    await filed(rina)
    await rina.taps("Hapus")
    await rina.sees("Sudah dihapus")
    (piece,) = await evidence(world)
    assert piece.status == EvidenceStatus.REMOVED
    await rina.types("/bukti")
    await rina.sees("0/4, kurang 4 Sertifikat Topik")


async def test_taking_away_can_be_undone(world: TestWorld, rina: Person) -> None:
    await filed(rina)
    await rina.taps("Hapus")
    card = await rina.sees_button("Urungkan")
    await rina.taps("Urungkan", on=card)
    await rina.sees("Menunggu diperiksa")
    assert [one.status for one in await evidence(world)] == ["removed", "received"]
    await rina.types("/bukti")
    await rina.sees("1/4, kurang 3 Sertifikat Topik")


async def test_a_question_between_does_not_end_sending(world: TestWorld, rina: Person) -> None:
    await rina.types("/bukti")
    await rina.taps("Pelatihan mandiri")
    await rina.taps("Kirim bukti")
    await rina.sees("Kirim bukti untuk:")
    await rina.sends_photo(papers.photo("satu"))
    await rina.sees("Tersimpan.")
    await rina.taps("Isi tanggal")
    await rina.types("2 juli")
    await rina.sees("Kamis, 2 Juli 2026")
    await rina.sees_button("Selesai")
    before = rina.messages[-1]
    await rina.sends_photo(papers.photo("dua"))
    await rina.sees("Tersimpan.", after=before)
    assert [one.code for one in await evidence(world)] == ["RHK-01"] * 2


async def test_a_piece_moves_to_another_activity(world: TestWorld, rina: Person) -> None:
    await filed(rina)
    await rina.taps("⋯ Lainnya")
    await rina.taps("Pindahkan")
    card = await rina.sees("Untuk kegiatan yang mana?")
    other = next(one for one in card.buttons if one[:2] in ("1.", "2.") and "mandiri" not in one)
    await rina.taps(other)
    await rina.sees("Tersimpan.")
    (piece,) = await evidence(world)
    assert piece.code == "RHK-07"


async def test_the_files_come_back_on_request(world: TestWorld, rina: Person) -> None:
    await filed(rina)
    before = len(rina.messages)
    await rina.taps("⋯ Lainnya")
    await rina.taps("Lihat berkas")
    await rina.until(lambda: any(one.content.get("photo") for one in rina.messages[before:]))


# --------------------------------------------------------------------- the same again


async def test_the_same_file_is_not_kept_twice(world: TestWorld, rina: Person) -> None:
    await filed(rina)
    await rina.sends_photo(papers.photo())
    await rina.sees("Tidak saya simpan dua kali")
    assert len(await evidence(world)) == 1


async def test_the_same_file_for_another_activity_is_possible_and_marked(
    world: TestWorld, rina: Person
) -> None:
    await filed(rina)
    await rina.taps("⋯ Lainnya")
    await rina.taps("Pakai juga lainnya")
    card = await rina.sees("Berkas yang sama sudah dipakai pada bukti Anda yang lain")
    other = next(one for one in card.buttons if one[:2] in ("1.", "2.") and "mandiri" not in one)
    await rina.taps(other)
    await rina.sees("Tersimpan.")
    assert {one.code for one in await evidence(world)} == {"RHK-01", "RHK-07"}


async def test_a_file_of_a_colleague_is_marked_without_a_name(
    world: TestWorld, rina: Person
) -> None:
    await filed(rina)
    budi = await world.joins("Budi", Role.TEACHER)
    await budi.sends_photo(papers.photo())
    card = await budi.sees("sudah dipakai guru lain")
    assert "Rina" not in card.text


async def test_almost_the_same_photo_is_marked(world: TestWorld, rina: Person) -> None:
    await filed(rina)
    budi = await world.joins("Budi", Role.TEACHER)
    await budi.sends_photo(papers.photo(quality=55))
    await budi.sees("Foto yang hampir sama sudah dipakai guru lain")


async def test_a_photo_that_cannot_be_read_is_told_at_once_and_kept(
    world: TestWorld, rina: Person
) -> None:
    await rina.sends_photo(papers.blurred_photo())
    await rina.sees("sulit dibaca: buram")
    await rina.taps("Pelatihan mandiri")
    await rina.sees("Tersimpan.")


# --------------------------------------------------------------------- before and after


async def test_before_the_plan_holds_photos_are_kept_and_filed_later(world: TestWorld) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await rina.sends_photo(papers.photo())
    await rina.sees("Kiriman ini aman")
    await agrees(world, rina, principal)
    await rina.types("/bukti")
    await rina.taps("Belum dipasang: 1")
    await rina.taps("1. Foto")
    await rina.taps("Pelatihan mandiri")
    await rina.sees("Tersimpan.")


async def test_when_a_period_begins_the_last_ones_evidence_can_still_be_sent(
    world: TestWorld, rina: Person
) -> None:
    world.clock.forward(timedelta(days=180))  # 2 January
    await rina.types("/bukti")
    listed = await rina.sees("Bukti saya")
    assert "Juli–Desember 2026" in listed.text
    await filed(rina)


async def test_home_tells_how_far_the_evidence_is(world: TestWorld, rina: Person) -> None:
    await filed(rina)
    await rina.types("menu")
    await rina.sees("8 dari 48 poin sudah ada buktinya, 0 diterima")


async def test_a_restart_between_photo_and_choice_goes_unnoticed(
    world: TestWorld, rina: Person
) -> None:
    await rina.sends_photo(papers.photo())
    await rina.sees("Untuk kegiatan yang mana?")
    await world.restart()
    await rina.taps("Pelatihan mandiri")
    await rina.sees("Tersimpan.")


async def test_sending_for_an_activity_survives_a_restart(world: TestWorld, rina: Person) -> None:
    await rina.types("/bukti")
    await rina.taps("Pelatihan mandiri")
    await rina.taps("Kirim bukti")
    await rina.sees("Kirim bukti untuk:")
    await world.restart()
    await rina.sends_photo(papers.photo())
    await rina.sees("Tersimpan.")
