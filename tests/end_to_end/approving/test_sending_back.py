"""Sending back with marks and a reason, and opening again."""

from bot.simulator.driver import Person
from conversations.callbacks.approving import (
    ReopenReason,
)
from storage.models import Role
from tests.end_to_end.approving.staging import (
    decisions_made,
    plan_now,
)
from tests.end_to_end.submitting import submits
from tests.world import TestWorld


async def test_sending_back_in_four_taps_flags_what_was_marked(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    full = await submits(world, rina)
    await principal.taps("Tinjau ulang")
    await principal.taps("Pelatihan mandiri")
    await principal.taps("Pilih alasan")
    await principal.sees("1 bagian yang ditandai")
    await principal.taps("Sesuaikan bukti")
    final = await principal.sees("Dikembalikan oleh Bu Kepala")
    assert "Bukti yang direncanakan kurang tepat" in final.text
    told = await rina.sees("perlu diperbaiki")
    assert "⚠️ Pelatihan mandiri + Aksi Nyata" in told.text
    assert "bimtek" not in told.text
    (decision,) = await decisions_made(world)
    assert decision.marks == ["pengembangan_diri/RHK-01"]
    assert (await plan_now(world, full.id)).status == "returned"


async def test_marks_go_over_pages_and_come_off_again(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    await submits(world, rina)
    await principal.taps("Tinjau ulang")
    card = await principal.sees("Tinjau ulang rencana Rina Wati")
    assert len(card.rows) <= 8
    assert all(len(row) <= 2 for row in card.rows)
    assert all(len(label) <= 24 for label in card.buttons)
    await principal.taps("1. ☐")
    await principal.sees("Ditandai: 1")
    await principal.taps("›", on=card)
    await principal.sees("9. Terbuka dalam")
    await principal.taps("9. ☐")
    await principal.sees("Ditandai: 2")
    await principal.taps("9. ☑")
    await principal.sees("Ditandai: 1")
    await principal.taps("Kembali")
    await principal.sees("Rina Wati mengajukan")
    assert not await decisions_made(world)


async def test_own_words_send_back(world: TestWorld, principal: Person, rina: Person) -> None:
    full = await submits(world, rina)
    card = await principal.sees("Rina Wati mengajukan")
    await principal.taps("Tinjau ulang")
    await principal.taps("Pilih alasan")
    await principal.taps("Tulis sendiri")
    await principal.sees("Tulis pesan untuk Rina Wati")
    await principal.types("Tambah <satu> & lagi")
    await principal.sees("Tambah <satu> & lagi", after=card)
    await rina.sees("Tambah <satu> & lagi")
    # The card above, where the reason was asked for, ends too.
    await principal.until(
        lambda: "Dikembalikan" in principal.chat.messages[card.id].text or None,
        what="the card above to end",
    )
    assert (await plan_now(world, full.id)).status == "returned"


async def test_kembali_instead_of_a_reason_leads_back_to_the_card(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    await submits(world, rina)
    await principal.taps("Tinjau ulang")
    await principal.taps("Pilih alasan")
    await principal.taps("Tulis sendiri")
    asked = await principal.sees("Tulis pesan untuk")
    await principal.types("Kembali")
    await principal.sees("Rina Wati mengajukan", after=asked)
    assert not await decisions_made(world)


async def test_an_approved_plan_is_opened_again_and_nothing_is_erased(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    full = await submits(world, rina)
    await principal.taps("Setujui")
    await principal.taps("Buka kembali")
    asked = await principal.sees("Buka kembali rencana Rina Wati?")
    assert "Tidak ada yang terhapus" in asked.text
    await principal.taps("Permintaan guru")
    await principal.sees("Dibuka kembali oleh Bu Kepala")
    told = await rina.sees("rencana Anda dibuka kembali")
    assert "Guru meminta mengubah rencananya." in told.text
    plan = await plan_now(world, full.id)
    assert (plan.status, plan.points_floor) == ("draft", 48)
    # A second tap on the same reason changes nothing and says so.
    heard = await principal.taps_data(ReopenReason(full.id, 1, 0).pack())
    assert "sudah dibuka kembali oleh Bu Kepala" in heard.text


async def test_an_agreed_plan_is_opened_again_in_own_words(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    full = await submits(world, rina)
    await principal.taps("Setujui")
    await rina.taps("Sepakati")
    await rina.sees("Disepakati")
    await principal.types("rekap")
    await principal.taps("Disepakati: 1")
    await principal.taps("Rina Wati")
    await principal.taps("Buka kembali")
    await principal.taps("Tulis sendiri")
    await principal.types("SK-nya <berubah>")
    await principal.sees("SK-nya <berubah>")
    await rina.sees("SK-nya <berubah>")
    assert (await plan_now(world, full.id)).status == "draft"


async def test_a_model_plan_is_offered_to_another_teacher(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    await submits(world, rina)
    await principal.taps("Setujui")
    await principal.taps("Lihat rinci")
    heard = await principal.taps("Jadikan contoh")
    assert "contoh sekolah" in heard.text
    budi = await world.joins("Budi", Role.TEACHER)
    await budi.taps("Rencana")
    await budi.taps("Pakai contoh sekolah")
    card = await budi.sees("48 poin, anjuran 32")
    assert "Rina" not in card.text
