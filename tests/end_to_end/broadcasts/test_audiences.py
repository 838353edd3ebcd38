"""For whom: each audience reaches exactly its people."""

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
    Role,
)
from storage.suggestions import Pick
from tests.end_to_end.broadcasts.staging import Phones, sends, state_of, writes
from tests.end_to_end.submitting import actor_of, agrees, submits
from tests.world import TestWorld


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
