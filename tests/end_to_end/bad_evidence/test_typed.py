"""Sending and checking evidence by typing only."""

from datetime import timedelta

from bot.simulator.driver import Person
from bot.simulator.models import Message
from storage.models import EvidenceStatus
from tests import papers
from tests.end_to_end.bad_evidence.staging import (
    answer_to,
    files_photo,
    opens,
    pieces,
)
from tests.world import TestWorld


async def types(person: Person, text: str, sees: str) -> Message:
    """Type, and give the answer below."""
    return await answer_to(person, person.types(text), sees)


async def test_evidence_by_typing_only(world: TestWorld, rina: Person) -> None:
    await types(rina, "bukti", "Bukti saya")
    await types(rina, "1", "Belum ada bukti untuk kegiatan ini.")
    await types(rina, "kirim bukti", "Kirim bukti untuk:")
    await types(rina, "SELESAI", "Selesai mengirim.")
    await types(rina, "Kirim bukti", "Kirim bukti untuk:")
    await answer_to(rina, rina.sends_photo(papers.photo()), "Tersimpan.")
    await types(rina, "lainnya", "Sertifikat Topik (1 halaman)")
    await types(rina, "kembali", "Sertifikat Topik (1 halaman)")
    await types(rina, "sudah ya", "Ini belum saya kenali sebagai bukti.")
    await types(rina, "https://guru.id/artikel", "Tersimpan.")
    await types(rina, "selesai", "Selesai mengirim.")
    await types(rina, "2", "guru.id/artikel")
    await types(rina, "kembali", "Yang sudah dikirim:")
    await types(rina, "1", "Sertifikat Topik (1 halaman)")
    await types(rina, "isi tanggal", "Tanggal berapa")
    await types(rina, "hari ini", "Senin, 6 Juli 2026")
    await types(rina, "lainnya", "Sertifikat Topik (1 halaman)")
    await types(rina, "1", "Untuk 2 kegiatan")
    await types(rina, "3", "Tulis catatan singkat")
    await types(rina, "asli menyusul", "asli menyusul")
    await types(rina, "ubah jenis", "Jenis dokumennya apa?")
    await types(rina, "2", "Dokumen relevan")
    await types(rina, "ganti", "Kirim penggantinya sekarang")
    await types(rina, "kembali", "Menunggu diperiksa")
    await types(rina, "ganti", "Kirim penggantinya sekarang")
    await types(rina, "nanti saja", "Ini belum saya kenali sebagai bukti.")
    await answer_to(rina, rina.sends_photo(papers.photo("baru")), "Mengganti kiriman")
    await types(rina, "lainnya", "Mengganti kiriman")
    await types(rina, "pindahkan", "Untuk kegiatan yang mana?")
    await types(rina, "pelatihan/bimtek", "Tersimpan.")
    await types(rina, "lainnya", "Pelatihan atau bimtek")
    await types(rina, "pakai juga lainnya", "Untuk kegiatan yang mana?")
    await types(rina, "hapus", "Sudah dihapus")
    await types(rina, "kembali", "Bukti saya")
    assert [one.status for one in await pieces(world)] == [
        "replaced", "received", "received", "removed",
    ]  # fmt: skip
    await types(rina, "1", "Pelatihan mandiri")
    await types(rina, "siapkan untuk pmm", "Yang masih kurang:")
    await types(rina, "kirim bukti", "Kirim bukti untuk:")
    await types(rina, "selesai", "Selesai mengirim.")
    await types(rina, "kembali", "Bukti saya")
    await types(rina, "2", "Pelatihan atau bimtek")
    await types(rina, "siapkan untuk pmm", "Sedang disiapkan.")
    await rina.sees_document("Pelatihan atau bimtek", within=60)


async def test_checking_by_typing_only(world: TestWorld, people: tuple[Person, Person]) -> None:
    rina, kepala = people
    for text in ("satu", "dua", "tiga", "empat"):
        await files_photo(rina, text)
    await types(kepala, "persetujuan", "Rina Wati")
    await types(kepala, "terima", "Diterima oleh Bu Kepala")
    assert (
        await kepala.downloads(await types(kepala, "berikutnya", "👤 Rina Wati"))
    ) == papers.photo("dua")
    await types(kepala, "kembalikan", "Apa pesan untuk Rina Wati?")
    await types(kepala, "kembali", "👤 Rina Wati")
    await types(kepala, "2", "Apa pesan untuk Rina Wati?")
    await types(kepala, "foto ulang", "Dikembalikan kepada Rina Wati")
    await types(kepala, "1", "👤 Rina Wati")
    await types(kepala, "beri catatan", "Tulis catatan untuk Rina Wati")
    await types(kepala, "Bagus", "Catatan sudah dikirim")
    await types(kepala, "kembali", "Bagus")
    await types(kepala, "berikutnya", "👤 Rina Wati")
    await types(kepala, "terima semua (2)", "2 bukti diterima.")
    assert sorted(one.status for one in await pieces(world)) == [
        "accepted", "accepted", "accepted", "returned",
    ]  # fmt: skip


async def test_typed_words_decide_on_what_was_shown(
    world: TestWorld, people: tuple[Person, Person]
) -> None:
    """Whatever has changed since is shown first, with the photo and protected."""
    rina, kepala = people
    card = await files_photo(rina)
    await types(kepala, "persetujuan", "Rina Wati")
    await rina.taps("Lainnya", on=card)
    await rina.taps("Berlaku untuk: 1", on=card)
    await kepala.sees_no_button("Terima")
    shown = await types(kepala, "terima", "sudah berubah sejak ditampilkan")
    assert [one.status for one in await pieces(world)] == [EvidenceStatus.RECEIVED]
    assert shown.protected
    assert await kepala.downloads(shown) == papers.photo()
    await types(kepala, "terima", "Diterima oleh Bu Kepala")
    assert [one.status for one in await pieces(world)] == [EvidenceStatus.ACCEPTED]


async def test_a_word_that_fits_nowhere_opens_nothing(world: TestWorld, rina: Person) -> None:
    """What a screen asks for is awaited again only when the screen is shown again."""
    await opens(rina)
    world.clock.forward(timedelta(hours=13))
    await types(rina, "status", "Status saya")
    await answer_to(rina, rina.sends_photo(papers.photo()), "Untuk kegiatan yang mana?")
