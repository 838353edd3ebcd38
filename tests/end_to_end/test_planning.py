"""A teacher plans: every step of it, the way a teacher would."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from bot.simulator.driver import Person
from conversations.callbacks.planning import (
    AskForHelp,
    OpenSummary,
    SetUnits,
    ToggleDuty,
    ToggleGuide,
)
from storage.models import OutboxMessage, Plan, PlanEntry, PlanRevision, Role
from tests.world import TestWorld, open_world

MOST_TAPS = 15
MOST_BYTES = 150_000


@pytest.fixture
async def rina(world: TestWorld) -> Person:
    return await world.joins("Rina Wati", Role.TEACHER)


async def plan_of(world: TestWorld) -> Plan:
    async with world.database.reading() as session:
        return (await session.exec(select(Plan))).one()


async def entries_of(world: TestWorld) -> dict[str, PlanEntry]:
    async with world.database.reading() as session:
        return {one.code: one for one in (await session.exec(select(PlanEntry))).all()}


async def fills_by_suggestion(person: Person) -> None:
    await person.taps("Rencana")
    await person.sees("0 dari 32 poin")
    await person.taps("Bantu pilihkan")
    await person.sees("Cara paling ringan")
    await person.taps("Pakai pilihan ini")
    await person.sees("1. ✅ Pengembangan diri")
    await person.taps("Tugas tambahan")
    await person.sees("surat tugas")
    await person.taps("Tidak ada")
    await person.sees("2. ✅ Tugas tambahan")
    await person.taps("Perilaku kerja")
    await person.sees("0 dari 7 nilai")
    await person.taps("set standar")
    await person.sees("7 dari 7 nilai")
    await person.taps("Selesai")
    await person.sees("3. ✅ Perilaku kerja")
    await person.taps("Ringkasan")
    await person.sees("Sudah lengkap")


async def test_fifteen_taps_from_the_link_to_a_submitted_plan(world: TestWorld) -> None:
    token = await world.invites("Rina Wati", Role.TEACHER)
    rina = world.sim.person("Rina Wati", id=77)
    calls_before = len(world.sim.calls)
    await rina.start(token)
    await rina.taps("Ya, ini saya")
    await rina.sees("Yang disimpan")
    await rina.taps("Setuju")
    await rina.sees_button("Rencana")
    await fills_by_suggestion(rina)
    await rina.taps("Ajukan")
    await rina.sees("Sudah diajukan")

    plan = await plan_of(world)
    assert (plan.status, plan.revision, plan.points_floor) == ("submitted", 1, 32)
    calls = world.sim.calls[calls_before:]
    taps = sum(call.method == "answerCallbackQuery" for call in calls)
    assert taps <= MOST_TAPS
    shown = [call for call in calls if call.method in ("sendMessage", "editMessageText")]
    # What the phone receives is what the bot sent, and a little around it.
    assert sum(len(json.dumps(call.params)) for call in shown) < MOST_BYTES


async def test_items_are_stepped_saved_and_taken_out(world: TestWorld, rina: Person) -> None:
    await rina.taps("Rencana")
    await rina.taps("1. Pengembangan diri")
    await rina.sees("Pelatihan mandiri + Aksi Nyata")
    await rina.taps("1. Pelatihan mandiri")
    await rina.sees("Jumlah: 0")
    for quantity in (1, 2, 3):
        await rina.taps("Tambah")
        await rina.sees(f"Jumlah: {quantity}")
    await rina.taps("Kurangi")
    await rina.sees("Jumlah: 2 = 16 poin")
    await rina.taps("Dokumen relevan")
    await rina.sees_button("☑ Dokumen relevan")
    await rina.taps("Simpan")
    await rina.sees("16 dari 32 poin")
    entry = (await entries_of(world))["RHK-01"]
    assert (entry.quantity, entry.evidence) == (2, ["sertifikat_topik", "dokumen_relevan"])

    await rina.taps("1. ✓ Pelatihan mandiri")
    await rina.taps("Kurangi")
    await rina.sees("Jumlah: 1")
    await rina.taps("Kurangi")
    await rina.sees("Jumlah: 0")
    await rina.taps("Kurangi")
    await rina.hears("Sudah nol")
    await rina.taps("Simpan")
    await rina.sees("0 dari 32 poin")
    assert await entries_of(world) == {}


async def test_saving_an_item_just_opened_takes_one(world: TestWorld, rina: Person) -> None:
    await rina.taps("Rencana")
    await rina.taps("Pengembangan diri")
    await rina.taps("3. Penggerak")
    await rina.sees("Jumlah: 0")
    await rina.taps("Simpan")
    await rina.sees("36 poin, anjuran 32")
    assert (await entries_of(world))["RHK-03"].quantity == 1


async def test_a_programme_is_planned_once_and_counted_carefully(
    world: TestWorld, rina: Person
) -> None:
    await rina.taps("Rencana")
    await rina.taps("Pengembangan diri")
    await rina.taps("6. Program")
    await rina.sees("Perkiraan 128 poin")
    await rina.sees("Kami menghitung 8 poin supaya aman")
    await rina.taps("Tambah")
    await rina.sees("8 dari 32 poin (perkiraan sampai 128)")
    await rina.taps("Tambah")
    await rina.hears("hanya bisa direncanakan satu kali")
    plan = await plan_of(world)
    assert (plan.points, plan.points_floor) == (128, 8)


async def test_pages_turn_and_are_kept_on_return(rina: Person) -> None:
    await rina.taps("Rencana")
    await rina.taps("Pengembangan diri")
    await rina.taps("›")
    await rina.sees("7. Pelatihan atau bimtek")
    await rina.taps("8. ")
    await rina.sees("Peserta seminar atau lokakarya")
    await rina.taps("Kembali")
    await rina.sees("7. Pelatihan atau bimtek")
    await rina.taps("‹")
    await rina.sees("1. Pelatihan mandiri")


async def test_suggestions_heed_liking_and_what_is_in_hand(world: TestWorld, rina: Person) -> None:
    await rina.taps("Rencana")
    await rina.taps("Bantu pilihkan")
    await rina.taps("Suka Pelatihan")
    await rina.sees("Sesuai jenis kegiatan yang Anda sukai")
    await rina.taps("Sudah punya bukti")
    await rina.taps("5. Peserta kombel: 0")
    await rina.sees_button("5. Peserta kombel: 1")
    await rina.taps("5. Peserta kombel: 1")
    await rina.sees_button("5. Peserta kombel: 2")
    await rina.taps("Lihat pilihan")
    await rina.sees("Sudah ada bukti: 2× Peserta berbagi praktik baik")
    await rina.taps("1. Pakai pilihan ini")
    await rina.sees("Pengembangan diri: ")
    entries = await entries_of(world)
    assert entries["RHK-05"].quantity >= 2
    assert (await plan_of(world)).points_floor >= 32


async def test_taking_a_suggestion_twice_is_taking_it_once(world: TestWorld, rina: Person) -> None:
    await rina.taps("Rencana")
    await rina.taps("Bantu pilihkan")
    message = await rina.sees("Cara paling ringan")
    data = message.rows[0][0]["callback_data"]
    await rina.taps("1. Pakai pilihan ini")
    await rina.sees("1. ✅ Pengembangan diri")
    await rina.taps_data(data, message.id)
    await rina.sees("1. ✅ Pengembangan diri")
    assert (await plan_of(world)).points_floor == 32


async def test_duties_from_the_list_in_own_words_and_none(world: TestWorld, rina: Person) -> None:
    await rina.taps("Rencana")
    await rina.taps("Tugas tambahan")
    await rina.taps("1. ")
    await rina.sees("✅ Wakil Kepala Satuan Pendidikan")
    await rina.taps("Tulis sendiri")
    await rina.sees("Tulis namanya seperti pada SK")
    await rina.types("Pembina Pramuka <Gugus Depan> & UKS")
    await rina.sees("✅ Pembina Pramuka <Gugus Depan> & UKS")
    assert {one.text for one in (await entries_of(world)).values()} == {
        "",
        "Pembina Pramuka <Gugus Depan> & UKS",
    }
    await rina.taps("Hapus")
    await rina.sees_no_button("Hapus")
    await rina.taps("Tidak ada")
    await rina.sees("2. ✅ Tugas tambahan: tidak ada")
    assert set(await entries_of(world)) == {"-"}
    await rina.taps("Tugas tambahan")
    await rina.taps("2. ")
    await rina.sees("✅ Kepala Perpustakaan")
    assert "-" not in await entries_of(world)


async def test_behaviours_one_by_one(world: TestWorld, rina: Person) -> None:
    await rina.taps("Rencana")
    await rina.taps("Perilaku kerja")
    await rina.taps("1. Berorientasi")
    await rina.sees("Komitmen memberikan pelayanan prima")
    await rina.taps("2. ")
    await rina.sees("2. ✅ Ramah")
    await rina.taps("Nilai berikutnya")
    await rina.sees("Bertanggung jawab atas kepercayaan")
    await rina.taps("Kembali")
    await rina.sees("1 dari 7 nilai")
    await rina.taps("set standar")
    await rina.sees("7 dari 7 nilai")


async def test_what_is_missing_is_named_with_a_jump(rina: Person) -> None:
    await rina.taps("Rencana")
    await rina.taps("Bantu pilihkan")
    await rina.taps("1. Pakai pilihan ini")
    await rina.taps("Ringkasan")
    await rina.taps("Ajukan")
    answer = await rina.hears("Yang masih kosong: Tugas tambahan, Perilaku kerja")
    assert answer.show_alert
    await rina.taps("Isi Tugas tambahan")
    await rina.sees("Adakah tugas dengan SK")


async def test_below_the_recommended_points_a_reason_is_enough(
    world: TestWorld, rina: Person
) -> None:
    await rina.taps("Rencana")
    await rina.taps("Pengembangan diri")
    await rina.taps("3. ")
    await rina.taps("Kembali")
    await rina.taps("1. Pelatihan mandiri")
    await rina.types("3")
    await rina.sees("24 dari 32 poin")
    await rina.types("menu")
    await rina.taps("Rencana")
    await rina.taps("Tugas tambahan")
    await rina.taps("Tidak ada")
    await rina.taps("Perilaku kerja")
    await rina.taps("set standar")
    await rina.taps("Selesai")
    await rina.taps("Ringkasan")
    await rina.sees("Kurang 8 poin dari anjuran 32")
    await rina.taps("Ajukan")
    await rina.sees("kurang 8 poin dari anjuran")
    await rina.taps("Tulis alasan")
    await rina.sees("Tulis alasannya")
    await rina.types("Cuti melahirkan sampai Oktober")
    await rina.sees("Sudah diajukan")
    async with world.database.reading() as session:
        revision = (await session.exec(select(PlanRevision))).one()
    assert revision.below_target_reason == "Cuti melahirkan sampai Oktober"
    assert revision.points_floor == 24


async def test_taking_back_opens_the_plan_again(world: TestWorld, rina: Person) -> None:
    await fills_by_suggestion(rina)
    await rina.taps("Ajukan")
    await rina.sees("Kepala sekolah belum bergabung")
    await rina.taps("Tarik kembali")
    await rina.sees("Sudah lengkap")
    await rina.taps("Ajukan")
    await rina.sees("Sudah diajukan")
    plan = await plan_of(world)
    assert (plan.status, plan.revision) == ("submitted", 2)


async def test_a_submitted_plan_cannot_be_filled_by_an_old_card(
    world: TestWorld, rina: Person
) -> None:
    await rina.taps("Rencana")
    await rina.taps("Pengembangan diri")
    message = await rina.sees("Ketik nomor")
    await rina.types("1")
    card = await rina.sees("Jumlah: 0")
    await rina.types("menu")
    await rina.taps("Rencana")
    await rina.taps("Tugas tambahan")
    await rina.sees("surat tugas")
    await fills_from_menu(rina)
    await rina.taps("Tambah", on=card.id)
    await rina.hears("sudah diajukan")
    assert (await plan_of(world)).points_floor == 32
    assert message.id != card.id


async def fills_from_menu(person: Person) -> None:
    await person.types("menu")
    await fills_by_suggestion(person)
    await person.taps("Ajukan")
    await person.sees("Sudah diajukan")


async def test_everything_survives_a_restart_and_a_pause(world: TestWorld, rina: Person) -> None:
    await rina.taps("Rencana")
    await rina.taps("Tugas tambahan")
    await rina.taps("Tulis sendiri")
    await rina.sees("Tulis namanya")
    await world.restart()
    await rina.types("Ketua MGMP IPA")
    await rina.sees("✅ Ketua MGMP IPA")
    await world.restart()
    await rina.types("lanjut")
    await rina.sees("✅ Ketua MGMP IPA")


async def test_the_wizard_adapts_to_a_scheme_without_points(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path}/gtk.db"
    async with open_world(url, tmp_path, ruleset="ruang-gtk-2025") as world:
        rina = await world.joins("Rina Wati", Role.TEACHER)
        await rina.taps("Rencana")
        card = await rina.sees("Ruang GTK 2025")
        assert "poin" not in card.text
        await rina.sees_no_button("Bantu pilihkan")
        await rina.taps("1. ")
        await rina.taps("2. ")
        await rina.sees("2. ✅ Melaksanakan")
        await rina.taps("3. ")
        await rina.sees("2. ⬜ Melaksanakan")
        await rina.taps("Selesai")
        await rina.taps("2. ")
        await rina.taps("1. ")
        await rina.sees("1. ✅ Keteraturan")
        await rina.taps("Selesai")
        await rina.taps("3. ")
        await rina.taps("Tulis")
        await rina.types("Membuat asesmen diagnostik untuk tiap bab")
        await rina.sees("3. ✅")
        await rina.taps("4. ")
        await rina.taps("Tidak ada")
        await rina.taps("5. ")
        await rina.taps("set standar")
        await rina.taps("Selesai")
        await rina.taps("Ringkasan")
        await rina.sees("Membuat asesmen diagnostik")
        await rina.taps("Ajukan")
        await rina.sees("Sudah diajukan")


async def test_last_periods_plan_can_be_taken_over(world: TestWorld, rina: Person) -> None:
    await fills_by_suggestion(rina)
    world.clock.forward(timedelta(days=190))
    await rina.types("menu")
    await rina.sees("Januari–Juni 2027")
    await rina.taps("Rencana")
    await rina.sees("0 dari 32 poin")
    await rina.taps("Pakai periode lalu")
    await rina.sees("32 dari 32 poin")
    await rina.sees("2. ✅ Tugas tambahan: tidak ada")


async def test_a_plan_with_everything_in_it_still_fits_a_message(
    world: TestWorld, rina: Person
) -> None:
    await rina.taps("Rencana")
    await rina.sees("0 dari 32 poin")
    assert world.school is not None
    rules = world.kawan.rulebook.of_school(world.school, world.clock.now().date())
    plan = await plan_of(world)
    for item in rules.items:
        await rina.taps_data(SetUnits(plan.id or 0, item.code, 1).pack(), rina.last.id)
    for duty in rules.duties:
        await rina.taps_data(ToggleDuty(plan.id or 0, duty.code, 0).pack(), rina.last.id)
    for value in rules.behaviours:
        for guide in value.guides:
            tap = ToggleGuide(plan.id or 0, value.code, guide.code)
            await rina.taps_data(tap.pack(), rina.last.id)
    await rina.taps_data(OpenSummary(plan.id or 0).pack(), rina.last.id)
    summary = await rina.sees("Ringkasan rencana")
    assert "dan 12 lagi" in summary.text
    await rina.taps("Ajukan")
    await rina.sees("Sudah diajukan")


async def test_an_edited_command_is_not_obeyed_again(world: TestWorld, rina: Person) -> None:
    said = await rina.types("/rencana")
    await rina.sees("0 dari 32 poin")
    await rina.edits(said.id, "/menu")
    await rina.sees("Pesan yang diubah tidak saya baca")
    assert "Rencana Anda" not in rina.last.text


async def test_words_that_are_too_long_are_not_cut_but_asked_for_again(
    world: TestWorld, rina: Person
) -> None:
    await rina.taps("Rencana")
    await rina.taps("Tugas tambahan")
    await rina.taps("Tulis sendiri")
    await rina.sees("Tulis namanya")
    await rina.types("Pembina " * 80)
    await rina.sees("paling banyak 500")
    assert await entries_of(world) == {}
    await rina.types("Pembina Pramuka")
    await rina.sees("✅ Pembina Pramuka")


async def test_help_reaches_the_coaches_once_a_day_for_each_place(
    world: TestWorld, rina: Person
) -> None:
    coach = await world.joins("Desi Marlina", Role.COACH)
    await rina.taps("Rencana")
    await rina.taps("Minta bantuan")
    await rina.sees("Sudah saya sampaikan kepada Desi Marlina")
    await coach.sees("Rina Wati minta bantuan")
    for forged in ("a", "b", "c"):
        await rina.taps_data(AskForHelp(forged).pack(), rina.last.id)
        await rina.sees("Sudah saya sampaikan")
    async with world.database.reading() as session:
        told = (await session.exec(select(OutboxMessage))).all()
    assert len([one for one in told if one.kind == "help_wanted"]) == 2
