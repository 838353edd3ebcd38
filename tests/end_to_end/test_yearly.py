"""A whole year under the scheme without points: from the plan to the signed papers."""

import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pypdfium2 as pdfium
import pytest
from openpyxl import load_workbook
from PIL import Image

from bot import replies
from bot.simulator.driver import Person
from bot.simulator.models import Message
from storage.models import Role
from tests.world import TestWorld, open_world

ZONE = ZoneInfo("Asia/Jakarta")
PATIENCE = 60.0
"""A paper starts a process of its own."""

MOST_ROWS, LONGEST_LABEL, MOST_COPIED = 8, 24, 256
SIGNS = re.compile(r"^(\d+\. )?[^\w(]*")
"""A number and an emoji stand beside the words of a label."""


@pytest.fixture(autouse=True)
def calm(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Fail where the bot failed; however busy the machine is, taps say what they have to say."""
    monkeypatch.setattr(replies, "PATIENCE_S", 60.0)
    yield
    errors = [one.getMessage() for one in caplog.get_records("call") if one.levelname == "ERROR"]
    assert errors == []


def at(month: int, day: int, hour: int = 9, minute: int = 0) -> datetime:
    """Give a moment of 2026 on a Jakarta clock."""
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE).astimezone(UTC)


async def goes_to(world: TestWorld, month: int, day: int, hour: int = 15) -> None:
    """Move the calendar, look who is to be reminded, note the board, and send what is due."""
    world.clock.at = at(month, day, hour)
    await world.kawan.rounds.remind()
    await world.kawan.rounds.remind_of_observations()
    await world.kawan.rounds.note_boards()
    await world.delivered()


async def answers(person: Person, *texts: str) -> None:
    """Answer the questions of a form that is open, one after the other."""
    for number, words in enumerate(texts, 1):
        await person.sees(f"{number} dari {len(texts)} · ")
        sent = await person.types(words)
        await person.sees("Tersimpan.", after=sent)
        await person.taps("Berikutnya" if number < len(texts) else "Selesai")


async def text_of(person: Person, document: Message) -> str:
    pages = pdfium.PdfDocument(await person.downloads(document))
    return " ".join(" ".join(page.get_textpage().get_text_range() for page in pages).split())


def sheet(book: Any, name: str) -> list[list[Any]]:
    return [[cell.value for cell in row] for row in book[name].iter_rows()]


async def test_a_year_from_the_plan_to_the_signed_papers(sqlite_url: str, tmp_path: Path) -> None:
    async with open_world(sqlite_url, tmp_path, ruleset="ruang-gtk-2025") as world:
        world.clock.at = at(2, 2)
        kepala = await world.joins("Bu Kepala", Role.PRINCIPAL)
        rina = await world.joins("Rina Wati", Role.TEACHER)
        budi = await world.joins("Budi <b>&", Role.TEACHER)
        await plans(world, rina, kepala)
        await prepares(world, rina, kepala)
        await is_observed(world, rina, kepala)
        await confirms(world, rina, kepala)
        await follows_up(world, rina, kepala)
        await reports(world, rina, kepala)
        await is_rated(world, rina, kepala)
        said = [await shows_where_it_stands(rina)]
        said += await hands_over(rina, kepala)
        await copies(rina)
        await nobody_was_nagged(world, rina, budi)
        holds_to_the_house(world, said)


async def plans(world: TestWorld, rina: Person, kepala: Person) -> None:
    """Four variables and the behaviours; approval is agreement."""
    await rina.types("/rencana")
    await rina.sees("Rencana kinerja Ruang GTK 2025")
    await rina.taps("1. ")
    assert (await rina.sees("Pilih satu tugas pokok")).text.count("perkiraan") == 1
    await rina.taps("2. ")
    await rina.taps("Selesai")
    await rina.taps("2. ")
    await rina.taps("Umpan balik")
    await rina.taps("Selesai")
    await rina.taps("3. ")
    await rina.taps("Tulis")
    await rina.types("Memberi umpan balik yang lebih jelas")
    await rina.taps("4. ", on=await rina.sees("3. ✅"))
    await rina.taps("Wali kelas")
    await rina.taps("Selesai")
    await rina.taps("5. ", on=await rina.sees("4. ✅"))
    await rina.taps("set standar")
    await rina.taps("Selesai")
    await rina.taps("Ringkasan")
    assert "Surat Tugas" not in (await rina.sees("Ringkasan rencana")).text
    await rina.taps("Ajukan")
    await rina.sees("Menunggu persetujuan")
    await kepala.taps("Tinjau ulang", on=await kepala.sees("mengajukan rencana"))
    await kepala.taps("Pilih alasan")
    reasons = (await kepala.sees("Apa pesan untuk Rina Wati?")).text
    assert "Mohon tulis satu yang ingin dilatih" in reasons
    assert "Indikatornya" in reasons
    assert "egiatan" not in reasons
    await kepala.taps("Kembali")
    await kepala.taps("Kembali")
    await kepala.taps("Setujui")
    await kepala.sees_button("Konfirmasi dokumen")
    assert "sudah berlaku" in (await rina.sees("rencana Anda disetujui")).text
    await rina.sees_no_button("Sepakati")
    await rina.types("/status")
    status = await rina.sees("Dokumen: 0 dari 3 dikonfirmasi")
    assert "⏳ Dokumen: 0/3" in status.text
    assert "Bukti tidak wajib" in status.text
    assert "Berikutnya: observasi kelas" in status.text
    await rina.types("/bukti")
    await rina.taps("1. Wali kelas")
    assert "sudah ada buktinya" not in (await rina.sees("Boleh dikirim, tidak wajib")).text
    await world.delivered()


async def prepares(world: TestWorld, rina: Person, kepala: Person) -> None:
    """A: the behaviour, the efforts, no lesson plan, and a day both agree to."""
    world.clock.at = at(4, 6)
    await rina.types("/observasi")
    await rina.taps("Pilih perilaku", on=await rina.sees("Pilih satu perilaku"))
    await rina.taps("Umpan balik spesifik")
    await rina.taps("Isi jawaban")
    await rina.types("Saya membaca modul umpan balik.")
    await rina.taps("Berikutnya")
    assert "Tidak wajib" in (await rina.sees("RPP atau modul ajar")).text
    await rina.taps("Selesai")
    await rina.taps("Usulkan jadwal")
    await rina.taps("Rabu, 8 Apr")
    await rina.taps("09.00")
    proposal = await kepala.sees("Rina Wati mengusulkan jadwal observasi")
    await kepala.taps("Setuju jadwal ini", on=proposal)
    await rina.sees("jadwal observasi sudah pasti")


async def is_observed(world: TestWorld, rina: Person, kepala: Person) -> None:
    """B: marks in one line; the principal's own need nobody else to sign them."""
    await goes_to(world, 4, 7, 9)
    world.clock.at = at(4, 8, 9, 5)
    await kepala.types("3 3 2 2")
    await kepala.sees("Semua sudah diisi")
    await kepala.taps("Selesai")
    await rina.taps("Lihat hasil", on=await rina.sees("hasil observasi Anda sudah disahkan"))
    await rina.sees("B. Observasi kinerja")


async def confirms(world: TestWorld, rina: Person, kepala: Person) -> None:
    """The principal confirms what nobody uploads; the stage follows."""
    await kepala.types("/persetujuan")
    await kepala.taps("Konfirmasi dokumen")
    await kepala.taps("Rina Wati")
    await kepala.taps("Kurikulum")
    await kepala.sees("✅ Kurikulum satuan pendidikan")
    typed = await rina.types("/status")
    assert "⏳ Dokumen: 1/3" in (await rina.sees("Status saya", after=typed)).text
    await kepala.taps("Kehadiran")
    await kepala.taps("SK tugas tambahan")
    await kepala.sees("Semua dokumen sudah dikonfirmasi")
    typed = await rina.types("/status")
    assert "✅ Dokumen: selesai" in (await rina.sees("Status saya", after=typed)).text


async def follows_up(world: TestWorld, rina: Person, kepala: Person) -> None:
    """C with words of both sides, D by voice, E in the words of the teacher."""
    world.clock.at = at(4, 13)
    await rina.types("/observasi")
    await rina.taps("Isi jawaban")
    await answers(rina, "Murid mau bertanya.", "Mulai Senin saya memberi waktu.")
    await kepala.types("/rekap")
    await kepala.taps("Papan observasi")
    await kepala.taps("Rina Wati", on=await kepala.sees("2. Rina Wati"))
    await kepala.taps("Isi jawaban")
    await answers(kepala, "Saya menemani dua pertemuan.")
    await rina.sees("langkah C. Diskusi tindak lanjut sudah lengkap")
    await rina.types("/observasi")
    await rina.taps("Isi jawaban", on=await rina.sees("✅ C. Diskusi tindak lanjut"))
    await rina.sees("Upaya yang dilakukan")
    await rina.sends_voice(seconds=30)
    await rina.sees("pesan suara 0:30")
    await rina.taps("Selesai")
    await rina.taps("Isi jawaban", on=await rina.sees("✅ D. Upaya tindak lanjut"))
    await answers(rina, "Lebih banyak bertanya 🙂.", "Waktu.", "Kelompok kecil.")
    await rina.sees("Semua langkah sudah selesai")
    await world.delivered()


async def reports(world: TestWorld, rina: Person, kepala: Person) -> None:
    """What is known is there already; the rest is asked for, one thing after the other."""
    await goes_to(world, 11, 9)
    typed = await rina.types("/status")
    told = await rina.sees("Status saya", after=typed)
    assert "Berikutnya: laporan. Ajukan paling lambat Kamis, 31 Desember 2026" in told.text
    await rina.taps("Laporan", on=told)
    mine = await rina.sees("Laporan saya")
    assert "✅ Melaksanakan" in mine.text
    await rina.taps("Jawab pertanyaan")
    titles = (
        "Tugas pokok", "Praktik kinerja", "Pengembangan kompetensi", "Tugas tambahan",
        "Perilaku kerja", "Kualitas refleksi", "Upaya belajar", "Perubahan praktik",
    )  # fmt: skip
    for number, title in enumerate(titles, start=1):
        await rina.sees(f"{number} dari 8 · {title}")
        sent = await rina.types(f"Tentang {title} <b>.")
        await rina.sees("Tersimpan.", after=sent)
        await rina.taps("Berikutnya" if number < len(titles) else "Selesai")
    await rina.taps("Ajukan laporan")
    await rina.sees("Sudah diajukan")
    await kepala.taps("Kembalikan", on=await kepala.sees("Rina Wati mengajukan laporan"))
    places = (await kepala.sees("Kembalikan laporan")).text
    assert places.index("1. Pelaksanaan tugas pokok") < places.index("2. Refleksi: Tugas pokok")
    await kepala.taps("Pilih alasan")
    assert "bukti" not in (await kepala.sees("Apa pesan untuk Rina Wati?")).text
    await kepala.taps("Kembali")
    await kepala.taps("Kembali")
    await kepala.taps("Terima laporan")
    await rina.sees("laporan Anda diterima")


async def is_rated(world: TestWorld, rina: Person, kepala: Person) -> None:
    """One card with all facts, a result, and the teacher's word on it."""
    await goes_to(world, 12, 1)
    await kepala.types("/penilaian")
    await kepala.taps("Mulai menilai")
    card = await kepala.sees("⭐ Rina Wati")
    assert "Belum ada: " not in card.text
    assert "Dokumen: 3 dari 3 dikonfirmasi" in card.text
    assert "Bukti" not in card.text
    await kepala.taps("2. Sesuai")
    await kepala.taps("6. Di atas")
    await kepala.sees("Predikat: Baik")
    await kepala.taps("Umpan balik")
    await kepala.taps("Lanjutkan refleksi")
    await kepala.sees_button("☑ Lanjutkan refleksi")
    await kepala.taps("Kembali")
    await kepala.taps("Sahkan ini")
    await kepala.taps("Sahkan penilaian")
    told = await rina.sees("Dinilai oleh Bu Kepala (Pejabat Penilai Kinerja)")
    await rina.taps("Saya sudah membaca", on=told)
    await rina.sees("Anda sudah membacanya, 1 Des 2026")
    await world.delivered()


async def shows_where_it_stands(rina: Person) -> str:
    """Everything is done: as text, and in the picture that says the same."""
    typed = await rina.types("/status")
    status = await rina.sees("Status saya", after=typed)
    for stage in ("Rencana", "Persetujuan", "Dokumen", "Observasi", "Laporan", "Penilaian"):
        assert f"✅ {stage}: selesai" in status.text
    assert "Bukti: " not in status.text
    assert "Semua tahap sudah selesai" in status.text
    await rina.taps("Gambar", on=status)
    photo = await rina.sees_photo("Gambar keadaan", within=PATIENCE)
    assert Image.open(io.BytesIO(await rina.downloads(photo))).size[0] == 960
    return photo.text


async def hands_over(rina: Person, kepala: Person) -> list[str]:
    """SKP, recap, board and tables; gives all that can be read in them."""
    await rina.types("/status")
    await rina.taps("SKP (PDF)")
    paper = await text_of(rina, await rina.sees_document("SKP - Rina Wati", within=PATIENCE))
    for words in (
        "Dokumen akuntabilitas",
        "1 Kurikulum satuan pendidikan Bu Kepala, 8 Apr 2026",
        "3 Surat tugas atau keputusan tugas tambahan guru Bu Kepala, 8 Apr 2026",
        "Lebih banyak bertanya",
        "Saya menemani dua pertemuan.",
        "Sesuai Ekspektasi",
        "Baik",
    ):
        assert words.casefold() in paper.casefold(), words
    assert "DRAF" not in paper
    assert "bukti" not in paper.casefold()
    await kepala.types("/rekap")
    await kepala.taps("Gambar papan")
    board = await kepala.sees_photo("Papan 2 guru", within=PATIENCE)
    assert Image.open(io.BytesIO(await kepala.downloads(board))).size[0] == 960
    await kepala.types("/rekap")
    await kepala.taps("Rekap (PDF)")
    recap = await text_of(kepala, await kepala.sees_document("Rekap - ", within=PATIENCE))
    assert "3 dari 3 5 dari 5 diterima Baik" in recap
    assert "Bukti" not in recap
    assert "Budi <b>& Belum mulai" in recap
    await kepala.types("/rekap")
    await kepala.taps("Unduh data")
    await kepala.taps("XLSX")
    table = await kepala.sees_document("Data SMPN 1 Surian", within=PATIENCE)
    book = load_workbook(io.BytesIO(await kepala.downloads(table)))
    assert sheet(book, "Tugas tambahan")[0] == ["NIP", "Nama", "Kode", "Tugas tambahan", "Jumlah"]
    assert not {"Terbukti", "Diterima", "Kegiatan rencana"} & set(sheet(book, "Guru")[0])
    head, *rows = sheet(book, "Dokumen akuntabilitas")
    assert head == ["NIP", "Nama", "Dokumen", "Dikonfirmasi oleh", "Dikonfirmasi"]
    assert rows[0][2:4] == ["Kurikulum satuan pendidikan", "Bu Kepala"]
    assert rows[0][4].date() == date(2026, 4, 8)
    assert len(rows) == 3
    assert sheet(book, "Penilaian")[1][4] == "Baik"
    cells = [str(cell) for name in book.sheetnames for row in sheet(book, name) for cell in row]
    return [paper, recap, board.text, *book.sheetnames, *cells]


async def copies(rina: Person) -> None:
    """Field by field into the official form, to the very end."""
    await rina.types("/status")
    await rina.taps("Salin ke Ruang GTK")
    await rina.taps("Mulai", on=await rina.sees("Periksa data sebelum menyalin"))
    for number in range(1, 19):
        field = await rina.sees(f"kolom {number} dari 18")
        copied = (await rina.taps("Salin", on=field)).copied
        assert copied
        assert len(copied) <= MOST_COPIED
        await rina.taps("Sudah, berikutnya", on=field)
    await rina.sees("Semua kolom sudah disalin")


async def nobody_was_nagged(world: TestWorld, rina: Person, budi: Person) -> None:
    """Nobody has sent anything, and on no day was anything asked for."""
    for day in (date(2026, 12, 17), date(2026, 12, 31)):
        await goes_to(world, day.month, day.day)
    for person in (rina, budi):
        texts = [one.text.casefold() for one in person.messages if one.from_bot]
        assert not [one for one in texts if "bukti yang kurang" in one or "kirim bukti" in one]
    assert any("rencana" in one.text for one in budi.messages)


def holds_to_the_house(world: TestWorld, said: list[str]) -> None:
    """No word of points anywhere; every keyboard fits on a phone."""
    for call in world.sim.calls:
        said += [call.params.get(name, "") for name in ("text", "caption", "reply_markup")]
    assert len(said) > 100
    assert [one for one in said if "poin" in one.casefold()] == []
    for markup in (call.params.get("reply_markup") for call in world.sim.calls):
        rows = json.loads(markup).get("inline_keyboard", []) if markup else []
        assert len(rows) <= MOST_ROWS, rows
        for label in (key["text"] for row in rows for key in row):
            assert len(SIGNS.sub("", label)) <= LONGEST_LABEL, label
