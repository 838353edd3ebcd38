"""What teachers and their principal do in one period, step by step, on their phones."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.simulator import Person
from bot.simulator.models import Message
from storage.models import Role
from tests import papers
from tests.world import TestWorld

ZONE = ZoneInfo("Asia/Jakarta")
WITHIN_S = 60.0
LINE = "3 2 3 2"
"""The marks of a lesson, as an observer types them without signal."""
PHOTOS = 2
NEXT_PAGE = "›"


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a school does what in a period."""

    planning: date
    pressed: date
    preparing: date
    lesson: date
    proving: date
    missing: date
    reporting: date
    rating: date
    name: str


SECOND_HALF = Calendar(
    planning=date(2026, 7, 6),
    pressed=date(2026, 7, 24),
    preparing=date(2026, 8, 10),
    lesson=date(2026, 8, 11),
    proving=date(2026, 9, 14),
    missing=date(2026, 11, 23),
    reporting=date(2026, 12, 7),
    rating=date(2026, 12, 14),
    name="Juli–Desember 2026",
)
FIRST_HALF = Calendar(
    planning=date(2027, 1, 5),
    pressed=date(2027, 1, 22),
    preparing=date(2027, 2, 8),
    lesson=date(2027, 2, 9),
    proving=date(2027, 3, 15),
    missing=date(2027, 5, 24),
    reporting=date(2027, 6, 7),
    rating=date(2027, 6, 14),
    name="Januari–Juni 2027",
)


@dataclass(frozen=True, slots=True)
class Staff:
    """Who works at the school."""

    principal: Person
    teachers: tuple[Person, ...]


async def comes_together(world: TestWorld, teachers: int) -> Staff:
    """Bring everybody in: link, "it is me", consent."""
    principal = await _comes_in(world, "Bu Kepala", Role.PRINCIPAL, 4999)
    people = [
        await _comes_in(world, f"Guru {number:03}", Role.TEACHER, 5000 + number)
        for number in range(teachers)
    ]
    return Staff(principal, tuple(people))


async def _comes_in(world: TestWorld, name: str, role: Role, account_id: int) -> Person:
    person = world.sim.person(name, id=account_id)
    await person.start(await world.invites(name, role))
    await person.taps("Ya, ini saya", within=WITHIN_S)
    await person.taps("Setuju", within=WITHIN_S)
    await person.sees_button("Bantuan", within=WITHIN_S)
    return person


async def goes_to(world: TestWorld, day: date, hour: int, minute: int = 0) -> None:
    """Move the calendar, and let everything happen that nobody taps for."""
    moment = datetime.combine(day, time(hour, minute), tzinfo=ZONE)
    world.clock.at = moment.astimezone(UTC)
    rounds = world.kawan.rounds
    for look in (
        rounds.remind, rounds.remind_of_observations, rounds.note_boards, rounds.archive,
        rounds.forget_old, rounds.look_after_help, rounds.refresh_drafts, rounds.sweep,
    ):  # fmt: skip
        await look()
    await world.delivered(WITHIN_S)


# --------------------------------------------------------------------- plans


async def plans(teacher: Person, principal: Person) -> None:
    """Plan by suggestion, hand in; approved; agreed."""
    typed = await teacher.types("/rencana")
    await teacher.sees("0 dari 32 poin", after=typed)
    await teacher.taps("Bantu pilihkan")
    await teacher.sees("Cara paling ringan", after=typed)
    await teacher.taps("Pakai pilihan ini")
    await teacher.sees("1. ✅ Pengembangan diri", after=typed)
    await teacher.taps("Tugas tambahan")
    await teacher.sees("surat tugas", after=typed)
    await teacher.taps("Tidak ada")
    await teacher.sees("2. ✅ Tugas tambahan", after=typed)
    await teacher.taps("Perilaku kerja")
    await teacher.sees("0 dari 7 nilai", after=typed)
    await teacher.taps("set standar")
    await teacher.sees("7 dari 7 nilai", after=typed)
    await teacher.taps("Selesai")
    await teacher.sees("3. ✅ Perilaku kerja", after=typed)
    await teacher.taps("Ringkasan")
    await teacher.sees("Sudah lengkap", after=typed)
    await teacher.taps("Ajukan")
    await teacher.sees("Sudah diajukan", after=typed)
    asked = await principal.types("/persetujuan")
    card = await principal.sees("mengajukan rencana", after=asked)
    await principal.taps("Setujui", on=card)
    await principal.sees("Disetujui Bu Kepala", after=asked)
    await teacher.sees("rencana Anda disetujui", after=typed)
    await teacher.taps("Sepakati")
    await teacher.sees("Rencana ini berlaku", after=typed)


# --------------------------------------------------------------------- observation


async def prepares(teacher: Person, principal: Person) -> None:
    """Step A: indicator, behaviour, words, the lesson plan, and a day that suits both."""
    typed = await teacher.types("/observasi")
    await teacher.taps("Pilih indikator", on=await teacher.sees("Pilih satu", after=typed))
    await teacher.taps("Disiplin positif")
    await teacher.taps("Penguatan positif")
    await teacher.sees("Jawab beberapa pertanyaan pendek", after=typed)
    await teacher.taps("Isi jawaban")
    await teacher.sees("1 dari 2 · Upaya mempelajari", after=typed)
    await teacher.types(f"Saya membaca modul dan berdiskusi di kombel, kata {teacher.user.name}.")
    await teacher.taps("Berikutnya")
    await teacher.sees("2 dari 2 · RPP atau modul ajar", after=typed)
    await teacher.sends_document(papers.pdf(f"RPP {teacher.user.name}"), "rpp.pdf")
    await teacher.sees("1 berkas", after=typed)
    await teacher.taps("Selesai")
    await teacher.sees("Usulkan hari dan jam", after=typed)
    await teacher.taps("Usulkan jadwal")
    await teacher.taps("Selasa, ")
    await teacher.taps("09.00")
    await teacher.sees("Menunggu jawaban", after=typed)
    # All teachers write to one principal, whose chat takes one message a second.
    proposal = await principal.sees(
        f"{teacher.user.name} mengusulkan jadwal observasi", within=WITHIN_S, after=typed
    )
    await principal.taps("Setuju jadwal ini", on=proposal)
    await teacher.sees("menaruhnya di kalender", after=typed)


async def is_observed(teacher: Person, principal: Person) -> None:
    """Step B: the marks in one line, and signed off."""
    asked = await _opens(principal, teacher.user.name)
    await principal.taps("Isi catatan")
    await principal.sees("Tinggal 4 pernyataan", after=asked)
    await principal.types(LINE)
    await principal.sees("Semua sudah diisi", after=asked)
    await principal.taps("Selesai")
    await teacher.sees("hasil observasi Anda sudah disahkan", after=asked)


async def follows_up(teacher: Person, principal: Person) -> None:
    """Steps C, D and E: words by both sides and a photo of the class."""
    await _answers(teacher, "Murid mau bertanya.", "Mulai Senin saya memberi waktu berpikir.")
    asked = await _opens(principal, teacher.user.name)
    await principal.taps("Isi jawaban")
    await _answers_open(principal, asked, "Saya menemani dua pertemuan.")
    await teacher.sees("C. Diskusi tindak lanjut sudah lengkap", after=asked)
    typed = await teacher.types("/observasi")
    card = await teacher.sees("✅ C. Diskusi tindak lanjut", after=typed)
    await teacher.taps("Isi jawaban", on=card)
    await teacher.sees("1 dari 2 · Upaya yang dilakukan", after=typed)
    await teacher.types("Saya mencoba pertanyaan terbuka di tiga pertemuan.")
    await teacher.taps("Berikutnya")
    await teacher.sends_photo(papers.photo(f"Kelas {teacher.user.name}"))
    await teacher.sees("1 berkas", after=typed)
    await teacher.taps("Selesai")
    await _answers(teacher, "Lebih banyak murid bertanya.", "Waktu.", "Kelompok kecil.")
    await teacher.sees("Semua langkah sudah selesai", after=typed)


async def _opens(principal: Person, name: str) -> Message:
    """Turn the pages of the board until the teacher is there, and open the observation."""
    asked = await principal.types("/rekap")
    await principal.taps("Papan observasi", on=await principal.sees("Rekap", after=asked))
    card = await principal.sees("Observasi: ", after=asked)
    while not any(name in one for one in card.buttons):
        before = card.content
        await principal.taps(NEXT_PAGE, on=card)
        await principal.until(lambda: card.content is not before, WITHIN_S)  # noqa: B023
    await principal.taps(name, on=card)
    return asked


async def _answers(person: Person, *answers: str) -> None:
    typed = await person.types("/observasi")
    card = await person.sees("Observasi kelas", after=typed)
    await person.taps("Isi jawaban", on=card)
    await _answers_open(person, typed, *answers)


async def _answers_open(person: Person, after: Message, *answers: str) -> None:
    for number, words in enumerate(answers, 1):
        await person.sees(f"{number} dari {len(answers)} · ", after=after)
        sent = await person.types(words)
        await person.sees("Tersimpan.", after=sent)
        await person.taps("Berikutnya" if number < len(answers) else "Selesai")


# --------------------------------------------------------------------- evidence


async def proves(teacher: Person, principal: Person, period: str) -> None:
    """Two photos as evidence for the first activities; looked at and accepted."""
    for number in range(PHOTOS):
        before = teacher.messages[-1]
        await teacher.sends_photo(papers.photo(f"{teacher.user.name} {period} {number}"))
        card = await teacher.sees("Untuk kegiatan yang mana?", after=before)
        await teacher.taps("1. ", on=card)
        await teacher.sees("Tersimpan.", after=before)
    asked = await principal.types("/persetujuan")
    for left in reversed(range(PHOTOS)):
        card = await principal.sees_button("✅ Terima")
        await principal.taps("✅ Terima", on=card)
        await principal.sees_no_button("Kembalikan", on=card)
        if left:
            await principal.taps("Berikutnya", on=card)
    await principal.sees("Diterima oleh Bu Kepala", after=asked)


# --------------------------------------------------------------------- report and rating


async def reports(world: TestWorld, teacher: Person, principal: Person) -> None:
    """What was learnt, handed in and accepted."""
    typed = await teacher.types("/laporan")
    await teacher.taps("Jawab pertanyaan", on=await teacher.sees("Yang sudah", after=typed))
    for words in ("Saya belajar memberi umpan balik.", "Murid menyusun aturan kelas."):
        sent = await teacher.types(words)
        await teacher.sees("Tersimpan.", after=sent)
        await teacher.taps("Berikutnya")
    await teacher.types("selesai")
    await teacher.sees("Sudah bisa diajukan", after=typed)
    await teacher.taps("Ajukan laporan")
    await teacher.sees("Sudah diajukan", after=typed)
    await world.delivered(WITHIN_S)
    asked = await principal.types("/persetujuan")
    card = await principal.sees_button("Terima laporan")
    await principal.taps("Terima laporan", on=card)
    await principal.sees(f"Laporan {teacher.user.name} diterima", after=asked)


async def rates(principal: Person, teachers: int) -> None:
    """One sitting: a card for each, a summary, final."""
    asked = await principal.types("/penilaian")
    await principal.sees("Penilaian kinerja guru", after=asked)
    await principal.taps("Mulai menilai")
    for at in range(1, teachers + 1):
        card = await principal.sees(f"· {at} dari {teachers}", after=asked)
        await principal.taps("2. Sesuai", on=card)
        await principal.sees("Hasil kerja (tombol 1–3): Sesuai", after=asked)
        await principal.taps("5. Sesuai", on=card)
        await principal.sees("Predikat: Baik", after=asked)
        await principal.taps("Umpan balik", on=card)
        await principal.sees("Umpan balik untuk", after=asked)
        await principal.taps("Perilaku baik")
        await principal.sees("dari 1000 huruf", after=asked)
        await principal.taps("Kembali")
        await principal.sees(f"· {at} dari {teachers}", after=asked)
        await principal.taps("Berikutnya" if at < teachers else "Ringkasan")
    await principal.sees(f"Siap disahkan: {teachers}", after=asked)
    await principal.taps(f"Sahkan {teachers} penilaian")
    question = await principal.sees(f"Sahkan {teachers} penilaian?", after=asked)
    await principal.taps(f"Sahkan {teachers} penilaian", on=question, within=WITHIN_S)
    await principal.sees(f"{teachers} penilaian sudah disahkan", WITHIN_S, after=asked)


async def reads_the_result(teacher: Person, period: str) -> None:
    """The result is read and acknowledged; then the teacher looks where things stand."""
    told = await teacher.sees(f"hasil penilaian kinerja Anda. PMM 2024 · {period}", WITHIN_S)
    await teacher.taps("Saya sudah membaca", on=told)
    typed = await teacher.types("/status")
    await teacher.sees("Penilaian: Baik", after=typed)


async def orders_the_skp(teacher: Person) -> int:
    """The signed paper of the period; give its bytes."""
    typed = await teacher.types("/status")
    card = await teacher.sees("Status saya", after=typed)
    await teacher.taps("SKP (PDF)", on=card)
    paper = await teacher.sees_document("SKP - ", within=WITHIN_S, after=typed)
    return len(await teacher.downloads(paper))


async def looks_at_all(principal: Person) -> None:
    """The principal looks at the whole school."""
    asked = await principal.types("/rekap")
    await principal.sees("Rekap", after=asked)
    asked = await principal.types("/persetujuan")
    await principal.sees("Tidak ada", after=asked)
