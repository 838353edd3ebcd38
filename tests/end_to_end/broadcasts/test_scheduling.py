"""When: it starts at its hour, is changed, cancelled, given back."""

from datetime import timedelta

from sqlmodel import select

from storage.models import (
    Member,
    Role,
)
from tests.end_to_end.broadcasts.staging import Phones, state_of, writes
from tests.end_to_end.submitting import submits
from tests.world import TestWorld


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
