"""Filling in together: the coach sees the draft and proposes."""

from datetime import timedelta

from sqlmodel import select

from bot.simulator.driver import Person
from conversations.callbacks.helping import (
    SendProposal,
)
from storage.models import (
    Plan,
    PlanEntry,
    Role,
)
from tests import papers
from tests.end_to_end.helping.staging import helped, requests, said, sent
from tests.end_to_end.submitting import a_school
from tests.world import TestWorld


async def test_the_coach_sees_the_draft_and_proposes(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await desi.taps("Lihat rencana")
    await desi.sees("Hanya guru yang bisa mengubahnya")
    await rina.types("/rencana")
    await rina.taps("Perilaku kerja")
    await rina.taps("Pakai set standar")
    await desi.taps("Segarkan")
    await desi.sees("7 dari 7 nilai")
    await desi.taps("Usulkan kegiatan")
    await desi.taps("Pelatihan mandiri")
    await desi.taps("Tambah")
    await desi.types("4")
    await desi.sees("Usulan: 4×")
    await desi.taps("Usulkan 4×")
    card = await rina.sees("Kita isi bersama")
    assert "Di rencana Anda sekarang: 0×" in card.text
    assert "0 menjadi 32" in card.text
    await rina.taps("Pakai usulan", on=card)
    await rina.sees("Sudah dipakai. Rencana Anda sekarang: 4×, 32 poin")
    await desi.sees("Rina Wati memakai usulan: Pelatihan mandiri")
    async with world.database.reading() as session:
        entries = (await session.exec(select(PlanEntry))).all()
    assert ("RHK-01", 4) in [(one.code, one.quantity) for one in entries]


async def test_who_has_not_begun_is_helped_to_begin(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await rina.types("/menu")
    await rina.taps("Minta bantuan")
    await desi.taps("Ambil")
    await desi.sees("Anda yang membantu")
    await desi.taps("Usulkan kegiatan")
    assert "0 dari 32 poin" in (await desi.sees("Guru yang memutuskan")).text
    await desi.taps("Kembali")
    async with world.database.reading() as session:
        assert (await session.exec(select(Plan))).all() == []  # looking begins nothing
    await desi.taps("Usulkan kegiatan")
    await desi.taps("Pelatihan mandiri")
    await desi.taps("Usulkan 1×")
    card = await rina.sees("Kita isi bersama")
    await rina.taps("Pakai usulan", on=card)
    await rina.sees("Rencana Anda sekarang: 1×, 8 poin")


async def test_the_draft_changes_under_the_coachs_eyes(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await desi.taps("Lihat rencana")
    await desi.sees("Hanya guru yang bisa mengubahnya")
    draft = desi.last
    world.clock.forward(timedelta(seconds=5))
    await rina.types("/rencana")
    await rina.taps("Perilaku kerja")
    await rina.taps("Pakai set standar")
    await rina.sees("7 dari 7")
    await world.kawan.rounds.refresh_drafts()
    world.kawan.sender.wake()
    await desi.sees("7 dari 7 nilai")
    assert desi.last.id == draft.id
    await desi.taps("Kembali")
    world.clock.forward(timedelta(seconds=5))
    await rina.types("/rencana")
    await rina.taps("Tugas tambahan")
    await rina.taps("Tidak ada")
    await world.kawan.rounds.refresh_drafts()
    world.kawan.sender.wake()
    await sent(world, "help_draft", 2)
    await desi.sees("Anda yang membantu")


async def test_an_album_for_the_coach_is_answered_once(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    await rina.taps("Balas")
    asked = await rina.sees("Tulis untuk Desi Marlina")
    await rina.sends_album([papers.photo("satu"), papers.photo("dua")])
    await rina.sees("Permintaan bantuan Anda", after=asked)
    await sent(world, "help_said", 2)
    await rina.types("Itu layarnya")
    await desi.sees("Itu layarnya")
    assert [said_as for said_as, _ in await said(world)] == ["photo", "photo", "text"]


async def test_a_proposal_for_a_changed_plan_is_shown_again(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    (request,) = await requests(world)
    await desi.taps_data(SendProposal(request.id or 0, "RHK-01", 4).pack(), desi.last.id)
    card = await rina.sees("Kita isi bersama")
    await rina.types("/rencana")
    await rina.taps("Pengembangan diri")
    await rina.taps("Pelatihan mandiri")
    await rina.taps("Simpan")
    answer = await rina.taps("Pakai usulan", on=card)
    assert "Rencana sudah berubah: sekarang 1×" in (answer.text or "")
    await rina.sees("8 menjadi 32")
    await rina.taps("Pakai usulan")
    await rina.sees("Sudah dipakai")


async def test_missing_evidence_leads_to_sending_it(world: TestWorld) -> None:
    rina, _principal = await a_school(world)
    desi = await world.joins("Desi Marlina", Role.COACH)
    await rina.types("/bukti")
    await rina.taps("Pelatihan mandiri")
    await rina.taps("Minta bantuan")
    await desi.sees("Pelatihan mandiri + Aksi Nyata, kurang 4 Sertifikat Topik")
    await desi.taps("Ambil")
    await desi.taps("Bukti yang kurang")
    await desi.sees("4 Sertifikat Topik")
    await desi.taps("Pelatihan mandiri")
    card = await rina.sees("Bukti yang masih kurang, menurut Desi Marlina")
    assert "4 Sertifikat Topik" in card.text
    await rina.taps("Kirim bukti", on=card)
    await rina.sees("Kirim bukti untuk:")
    await rina.sends_photo(papers.photo())
    await rina.sees("Tersimpan.")
    await desi.sees("Rina Wati akan mengirim bukti")
