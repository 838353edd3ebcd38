"""A principal works through the queue of plans, and reads them."""

from bot.simulator.driver import Person
from storage import plans
from storage.models import Role
from storage.people import find_account
from storage.suggestions import Pick
from tests.end_to_end.approving.staging import (
    A_MINUTE,
    decisions_made,
    labels,
    plan_now,
    settled,
)
from tests.end_to_end.submitting import submits
from tests.world import TestWorld


async def test_a_submission_reaches_the_principal_with_everything_to_decide(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    await submits(world, rina)
    card = await principal.sees("Rina Wati mengajukan rencana")
    for words in (
        "PMM 2024 · Juli–Desember 2026",
        "Senin, 6 Juli 2026, pukul 10.00 WIB",
        "48 poin, anjuran 32",
        "4× = 32 poin",
        "Tugas tambahan: tidak ada",
        "7 dari 7 nilai",
    ):
        assert words in card.text
    assert "Setelah ini" not in card.text
    # The main action stands alone; the way out is at the bottom left.
    rows = [[button["text"] for button in row] for row in card.rows]
    assert rows == [
        ["1. ✅ Setujui"],
        ["2. ✏️ Tinjau ulang", "3. 📄 Lihat rinci"],
        ["🏠 Menu"],
    ]


async def test_approving_ends_the_card_and_tells_the_teacher(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    full = await submits(world, rina)
    card = await principal.sees("Rina Wati mengajukan rencana")
    heard = await principal.taps("Setujui")
    assert "Disetujui" in heard.text
    final = await principal.sees("Disetujui Bu Kepala, 6 Jul 2026, pukul 10.00 WIB")
    assert final.id == card.id
    assert "Rina Wati, 48 poin" in final.text
    assert "Tidak ada lagi rencana yang menunggu" in final.text
    assert "Setujui" not in labels(final)
    assert "Berikutnya" not in labels(final)
    await rina.sees("rencana Anda disetujui")
    assert (await plan_now(world, full.id)).status == "approved"


async def test_a_queue_is_cleared_with_two_taps_each(world: TestWorld, principal: Person) -> None:
    names = [f"Guru {letter}" for letter in "ABCDEFGHI"]
    for name in names:
        teacher = await world.joins(name, Role.TEACHER)
        await submits(world, teacher)
        world.clock.forward(A_MINUTE)
    await settled(world, "plan_submitted", len(names))
    asked = await principal.types("/persetujuan")
    card = await principal.sees("Guru A mengajukan", after=asked)
    assert "9 rencana menunggu" in card.text
    assert "Setelah ini: Guru B, Guru C, Guru D, Guru E, Guru F, dan 3 lagi." in card.text
    messages = len(principal.messages)
    for at, name in enumerate(names):
        await principal.sees(f"{name} mengajukan", after=card.id - 1)
        await principal.taps("Setujui", on=card)
        left = len(names) - at - 1
        if left:
            await principal.sees(f"Masih ada {left} rencana", after=card.id - 1)
            await principal.taps(f"Berikutnya ({left})", on=card)
    await principal.sees("Tidak ada lagi rencana yang menunggu", after=card.id - 1)
    assert len(principal.messages) == messages
    assert len(await decisions_made(world)) == len(names)


async def test_next_passes_over_and_comes_round_again(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    budi = await world.joins("Budi", Role.TEACHER)
    await submits(world, rina)
    world.clock.forward(A_MINUTE)
    await submits(world, budi)
    await principal.sees("2 rencana menunggu")
    await world.delivered()
    await principal.taps("Berikutnya (1)")
    await principal.sees("Budi mengajukan")
    await principal.taps("Berikutnya (1)")
    await principal.sees("Rina Wati mengajukan")


async def test_an_empty_queue_is_a_friendly_screen(world: TestWorld, principal: Person) -> None:
    await principal.taps("Persetujuan")
    await principal.sees("Tidak ada rencana yang menunggu.")
    await principal.taps("Rekap")
    await principal.sees("Rekap rencana guru")


async def test_a_plan_below_the_target_shows_the_teachers_reason(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    await submits(world, rina, (Pick("RHK-01", 2),), reason="Cuti <melahirkan> & pindah")
    card = await principal.sees("Kurang 16 poin dari anjuran")
    assert "Alasan guru: Cuti <melahirkan> & pindah" in card.text


async def test_the_whole_plan_can_be_read_and_decided_on(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    await submits(world, rina)
    await principal.taps("Lihat rinci")
    card = await principal.sees("Rencana Rina Wati")
    assert "📎 Sertifikat" in card.text
    assert "Ramah, cekatan, solutif" in card.text
    await principal.taps("Kembali")
    await principal.sees("Rina Wati mengajukan")
    await principal.taps("Lihat rinci")
    await principal.taps("Setujui")
    await principal.sees("Disetujui Bu Kepala")


async def test_a_long_plan_is_paged(world: TestWorld, principal: Person, rina: Person) -> None:
    now = world.clock.now()
    async with world.database.transaction() as session:
        _account, seats = await find_account(session, rina.id, now)
        actor = seats[0].actor(now)
        rules = world.kawan.rulebook.of_school(seats[0].school, now.date())
        full = await plans.open_plan(session, actor, rules, rules.period_at(now.date()), now)
        for at in range(5):
            text = f"{at} " + "<kata> & " * 40
            await plans.add_own_duty(session, actor, rules, full.id, text, now)
        for behaviour in rules.behaviours:
            for guide in behaviour.guides:
                await plans.toggle_guide(session, actor, rules, full.id, guide.code, now)
    await submits(world, rina, tuple(Pick(f"RHK-{at:02}", 1) for at in range(1, 19)))
    await principal.taps("Lihat rinci")
    card = await principal.sees("Rencana Rina Wati (1/3)")
    whole = card.text
    for page in (2, 3):
        await principal.taps("›")
        await principal.sees(f"Rencana Rina Wati ({page}/3)")
        whole += card.text
    assert all(f"• {at} <kata>" in whole for at in range(5))
    assert "(lanjutan)" in whole
    assert all(guide.text in whole for one in rules.behaviours for guide in one.guides)
    await principal.taps("Kembali")
    card = await principal.sees("Rina Wati mengajukan")
    assert "… dan 13 lagi" in card.text
    await principal.taps("Tinjau ulang")
    for _ in range(5):
        await principal.taps("›", on=card)
    await principal.types("44")
    await principal.sees("Ditandai: 1")
    await principal.taps("Pilih alasan")
    await principal.taps("Ganti kegiatan")
    (decision,) = await decisions_made(world)
    assert len(decision.marks) == 1
