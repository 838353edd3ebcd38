"""Deadlines and reminders as each of the roles sees them."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import col, select

from bot.simulator.driver import Person
from storage.models import AuditEntry, DeadlineMove, Member, OutboxMessage, OutboxState, Role
from tests import papers
from tests.end_to_end.submitting import a_school, agrees, submits
from tests.world import TestWorld

ZONE = ZoneInfo("Asia/Jakarta")
LAST_DAY = date(2026, 7, 31)


def at(day: date, hour: int = 15, minute: int = 0) -> datetime:
    """Give a moment on a Jakarta clock."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(UTC)


async def goes_to(world: TestWorld, day: date, hour: int = 15, minute: int = 0) -> None:
    """Move the calendar, look, and send what is due."""
    world.clock.at = at(day, hour, minute)
    await world.kawan.rounds.remind()


async def reminders_of(world: TestWorld, person: Person) -> int:
    """Say how many reminders the person has got, or will get as things stand."""
    await world.delivered()
    async with world.database.reading() as session:
        found = await session.exec(
            select(OutboxMessage.id)
            .join(Member, col(Member.id) == col(OutboxMessage.member_id))
            .where(Member.account_id == person.id)
            .where(col(OutboxMessage.kind).startswith("remind_"))
            .where(OutboxMessage.state != OutboxState.CANCELLED)
        )
        return len(found.all())


async def nothing_new(world: TestWorld, person: Person) -> bool:
    """Look once more: whether the person gets no reminder by it."""
    before = await reminders_of(world, person)
    await world.kawan.rounds.remind()
    return await reminders_of(world, person) == before


async def test_a_teacher_is_reminded_opens_just_that_and_is_left_in_peace(
    world: TestWorld,
) -> None:
    await world.joins("Bu Kepala", Role.PRINCIPAL)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await goes_to(world, date(2026, 7, 24))
    reminder = await rina.sees(", rencana Anda belum dimulai")
    assert "7 hari lagi, Jumat, 31 Juli 2026" in reminder.text
    assert "Sekitar 10 menit" in reminder.text
    assert "berhenti sendiri" in reminder.text
    assert await nothing_new(world, rina)
    await rina.taps("Mulai rencana", on=reminder)
    await rina.sees("0 dari 32 poin")
    await goes_to(world, date(2026, 7, 28))
    await rina.sees("Wati, rencana Anda belum diajukan")
    await submits(world, rina)
    await goes_to(world, date(2026, 7, 30))
    assert await nothing_new(world, rina)
    assert await reminders_of(world, rina) == 2


async def test_the_principal_gets_the_nudge_and_the_teacher_hears_that_it_waits(
    world: TestWorld,
) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await submits(world, rina)
    await goes_to(world, date(2026, 7, 7), 9)
    digest = await principal.sees("ini yang menunggu keputusan")
    assert "1 rencana" in digest.text
    assert "hari kerja atau lebih" not in digest.text
    await goes_to(world, date(2026, 7, 9), 15)
    pressed = await principal.sees("Sudah 3 hari kerja atau lebih")
    assert "Rina Wati: 3 hari kerja" in pressed.text
    waiting = await rina.sees("masih menunggu")
    assert "Pengingat sudah dikirim kepada Bu Kepala" in waiting.text
    await principal.taps("Persetujuan", on=pressed)
    await principal.taps("Setujui")
    await goes_to(world, date(2026, 7, 10), 9)
    assert await nothing_new(world, principal)


async def test_missing_evidence_is_named(world: TestWorld) -> None:
    rina, _principal = await a_school(world)
    await goes_to(world, date(2026, 11, 23))
    reminder = await rina.sees("masih ada bukti yang kurang")
    assert "Yang belum lengkap buktinya" in reminder.text
    assert "7 hari lagi, Senin, 30 November 2026" in reminder.text
    await rina.taps("Kirim bukti", on=reminder)
    await rina.sees("Bukti")


async def test_the_coach_sees_who_is_behind_and_who_must_be_visited(world: TestWorld) -> None:
    coach = await world.joins("Desi Marlina", Role.COACH)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await world.joins("Budi", Role.TEACHER)
    await world.invites("Tono", Role.TEACHER)
    await world.blocked_by(rina)
    await goes_to(world, date(2026, 7, 20))
    listed = await coach.sees("perlu ditemani minggu ini")
    assert "Rencana belum dimulai (1):\n• Budi" in listed.text
    assert "Belum bergabung, temui langsung (1):\n• Tono" in listed.text
    assert "Memblokir bot, temui langsung (1):\n• Rina Wati" in listed.text
    await goes_to(world, date(2026, 7, 21))
    assert await nothing_new(world, coach)


async def test_a_question_that_waits_is_not_interrupted(world: TestWorld) -> None:
    operator = await world.joins("Pak Operator", Role.OPERATOR | Role.TEACHER)
    world.clock.at = at(LAST_DAY, 14, 50)
    await operator.types("/sekolah")
    await operator.taps("Pindahkan bukti")
    await operator.taps("7 Des 2026")
    question = await operator.sees("Tulis alasannya")
    await goes_to(world, LAST_DAY)
    await world.delivered()
    assert operator.last.id == question.id
    await operator.types("Banyak kegiatan sekolah")
    await operator.sees("Tenggat periode ini")
    await goes_to(world, LAST_DAY, 15, 15)
    await operator.sees(", rencana Anda belum dimulai")


async def test_a_reminder_can_be_put_off_and_the_hour_chosen(world: TestWorld) -> None:
    rina = await world.joins("Rina Wati", Role.TEACHER)
    friday = date(2026, 7, 24)
    await goes_to(world, friday)
    reminder = await rina.sees("Wati, rencana Anda belum dimulai")
    answer = await rina.taps("Tiga hari lagi", on=reminder)
    assert "Senin, 27 Juli 2026" in answer.text
    await rina.taps("Pilih jam", on=reminder)
    await rina.sees("Jam berapa pengingat boleh datang?")
    await rina.taps("13.00")
    await rina.sees("mulai pukul 13.00")
    await goes_to(world, date(2026, 7, 27), 12)
    assert await nothing_new(world, rina)
    await goes_to(world, date(2026, 7, 27), 13, 45)
    await rina.sees("4 hari lagi")


async def test_a_deadline_is_moved_with_a_reason_and_moved_back(world: TestWorld) -> None:
    operator = await world.joins("Pak Operator", Role.OPERATOR)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    world.clock.at = at(date(2026, 7, 20), 9)
    await operator.taps("Sekolah")
    card = await operator.sees("Tenggat periode ini")
    assert "Batas rencana: Jumat, 31 Juli 2026" in card.text
    await operator.taps("Pindahkan rencana")
    await operator.taps("14 Agu 2026")
    await operator.sees("Tulis alasannya")
    await operator.types("Listrik padam <seminggu>")
    card = await operator.sees("dipindahkan dari 31 Jul 2026")
    assert "Listrik padam <seminggu>" in card.text
    world.clock.forward(timedelta(minutes=3))
    await world.delivered()
    told = await rina.sees("tenggat berubah")
    assert "Jumat, 14 Agustus 2026" in told.text
    assert "Diubah oleh Pak Operator" in told.text
    await rina.types("/status")
    await rina.sees("14 Agustus 2026")
    await operator.taps("Pindahkan rencana")
    await operator.taps("Kembali ke 31 Jul 2026")
    await operator.types("Listrik sudah menyala")
    card = await operator.sees("Batas rencana: Jumat, 31 Juli 2026")
    async with world.database.reading() as session:
        moves = (await session.exec(select(DeadlineMove).order_by(col(DeadlineMove.id)))).all()
        noted = (
            await session.exec(select(AuditEntry).where(AuditEntry.action == "deadline.move"))
        ).all()
    assert [one.ends_on for one in moves] == [date(2026, 8, 14), LAST_DAY]
    assert len(noted) == 2


async def test_a_teacher_cannot_change_the_school(world: TestWorld) -> None:
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await rina.types("/sekolah")
    await rina.sees("bukan untuk Anda")
    answer = await rina.taps_data("1xm:plan")
    assert "bukan untuk Anda" in answer.text
    answer = await rina.taps_data("1xo:6:0:o")
    assert "bukan untuk Anda" in answer.text


async def test_the_hours_and_the_week_are_kept_to(world: TestWorld) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await principal.taps("Sekolah")
    await principal.taps("Jam dan hari kerja")
    await principal.taps("6 hari kerja")
    await principal.taps("Sampai 14.00")
    await principal.sees("07.00 sampai 14.00, Senin sampai Sabtu")
    await goes_to(world, date(2026, 7, 25), 14, 30)
    assert await nothing_new(world, rina)
    await goes_to(world, date(2026, 7, 25), 13)
    await rina.sees("Wati, rencana Anda belum dimulai")


async def test_a_period_closes_by_itself_and_stays_readable(world: TestWorld) -> None:
    rina, principal = await a_school(world)
    budi = await world.joins("Budi", Role.TEACHER)
    full = await submits(world, budi)
    world.clock.at = at(date(2026, 12, 20), 9)
    await rina.types("/status")
    await rina.sees(
        "Saatnya laporan: buka /laporan, jawab, lalu ajukan. Batas: Kamis, 31 Desember"
    )
    await rina.sees_button("Laporan")
    world.clock.at = at(date(2027, 1, 4), 9)
    await world.kawan.rounds.remind()
    closing = await principal.sees("sudah ditutup")
    assert "Rencana belum diputuskan (1):\n• Budi" in closing.text
    assert "Bukti tidak lengkap (1):\n• Rina Wati" in closing.text
    assert "Laporan tidak diajukan (1):\n• Rina Wati" in closing.text
    assert "Penilaian tidak disahkan (1):\n• Rina Wati" in closing.text
    assert "Januari–Juni 2027" in closing.text
    answer = await principal.taps_data(f"1qa:{_base36(full.id)}:1")
    assert "sudah ditutup" in answer.text
    answer = await budi.taps_data(f"1pr:{_base36(full.id)}:1")
    assert "sudah ditutup" in answer.text
    assert await nothing_new(world, principal)
    # What is sent now is kept for the next plan, and offered to no activity of the closed one.
    await rina.types("/bukti")
    closed = await rina.sees("Periode ini sudah ditutup")
    assert "Cara tercepat" not in closed.text
    await rina.sends_photo(papers.photo("sertifikat"))
    kept = await rina.sees("Sudah tersimpan: Foto")
    assert "Untuk kegiatan yang mana?" not in kept.text


def _base36(number: int) -> str:
    return number.__format__("d") if number < 10 else pytest.fail("a small number is expected")


async def test_a_bot_that_starts_again_repeats_nothing(world: TestWorld) -> None:
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await goes_to(world, LAST_DAY)
    last = await rina.sees("hari terakhir")
    # Nothing can be put off any more.
    assert [key["text"] for row in last.rows for key in row][1:] == ["🕗 Pilih jam"]
    await world.restart()
    assert await nothing_new(world, rina)


async def test_who_has_agreed_and_proven_hears_nothing(world: TestWorld) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await agrees(world, rina, principal)
    await goes_to(world, LAST_DAY)
    assert await reminders_of(world, rina) == 0


async def test_whoever_has_been_rated_is_left_in_peace_until_it_is_opened_again(
    world: TestWorld,
) -> None:
    rina, principal = await a_school(world)
    await goes_to(world, date(2026, 11, 16))
    await rina.sees("masih ada bukti yang kurang")
    await principal.types("/penilaian")
    await principal.taps("Mulai menilai")
    await principal.taps("2. Sesuai")
    await principal.taps("5. Sesuai")
    await principal.taps("Sahkan ini")
    await principal.taps("Sahkan penilaian")
    await rina.sees("ini hasil penilaian kinerja Anda")
    for day in (date(2026, 11, 23), date(2026, 11, 27)):
        await goes_to(world, day)
        assert await nothing_new(world, rina)
    assert await reminders_of(world, rina) == 1
    await principal.taps("Buka lagi")
    await principal.taps("Ada kekeliruan")
    await rina.sees("penilaian Anda ditinjau lagi")
    await goes_to(world, date(2026, 11, 30))
    await rina.sees("hari ini hari terakhir")
