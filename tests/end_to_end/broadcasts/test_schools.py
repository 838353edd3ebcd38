"""An operator of several schools writes to all of them."""

from datetime import timedelta

from storage.models import (
    Role,
)
from tests.end_to_end.broadcasts.staging import sends, writes
from tests.world import TestWorld


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
