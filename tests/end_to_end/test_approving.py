"""A principal decides: the queue, the notices, sending back, opening again, and who is first."""

import asyncio
import re
from datetime import timedelta

import pytest
from sqlmodel import select

from bot import replies
from bot.simulator.driver import Person
from bot.simulator.models import Message
from conversations.callbacks.approving import (
    Approve,
    ChooseReason,
    NameModel,
    OpenOverview,
    OpenQueue,
    OwnReason,
    ReadyReason,
    Reopen,
    ReopenReason,
    SendBack,
    ShowDecision,
    ShowDetails,
)
from storage import members, plans
from storage.models import Decision, OutboxMessage, Plan, Role
from storage.people import find_account
from storage.suggestions import Pick
from tests.end_to_end.submitting import submits
from tests.world import TestWorld

AN_HOUR = timedelta(hours=1)
A_MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, a tap is answered with what it has to say."""
    monkeypatch.setattr(replies, "PATIENCE_S", 60.0)


@pytest.fixture
async def principal(world: TestWorld) -> Person:
    return await world.joins("Bu Kepala", Role.PRINCIPAL)


@pytest.fixture
async def rina(world: TestWorld, principal: Person) -> Person:
    return await world.joins("Rina Wati", Role.TEACHER)


async def decisions_made(world: TestWorld) -> list[Decision]:
    async with world.database.reading() as session:
        return list((await session.exec(select(Decision))).all())


async def plan_now(world: TestWorld, plan_id: int) -> Plan:
    async with world.database.reading() as session:
        plan = await session.get(Plan, plan_id)
    assert plan is not None
    return plan


async def settled(world: TestWorld, kind: str, times: int = 1) -> None:
    """Wait until so many notices of a kind have been dealt with, whatever became of them.

    Where nothing is sent no screen changes, so the outbox itself is watched.
    """
    async with asyncio.timeout(5):
        while True:
            async with world.database.reading() as session:
                found = await session.exec(select(OutboxMessage).where(OutboxMessage.kind == kind))
                done = [one for one in found.all() if one.settled_at is not None]
            if len(done) >= times:
                return
            await asyncio.sleep(0.01)


def bot_messages(person: Person) -> list[Message]:
    return [one for one in person.messages if one.from_bot]


def labels(message: Message) -> str:
    return " ".join(message.buttons)


async def takes_back(world: TestWorld, person: Person, plan_id: int) -> None:
    now = world.clock.now()
    async with world.database.transaction() as session:
        _account, seats = await find_account(session, person.id, now)
        plan = await session.get(Plan, plan_id)
        assert plan is not None
        await plans.take_back(session, seats[0].actor(now), plan_id, plan.revision, now)
    world.kawan.sender.wake()


# ------------------------------------------------------------------------------- the queue


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


# ------------------------------------------------------------------------------- notices


async def test_one_card_is_edited_instead_of_a_buzz_for_each(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    await submits(world, rina)
    card = await principal.sees("Rina Wati mengajukan")
    count = len(principal.messages)
    for name in ("Budi", "Sari", "Tono"):
        world.clock.forward(A_MINUTE)
        await submits(world, await world.joins(name, Role.TEACHER))
    same = await principal.sees("4 rencana menunggu")
    # What is under the finger stays the same plan.
    assert same.id == card.id
    assert "Rina Wati mengajukan" in same.text
    assert "Setelah ini: Budi, Sari, Tono." in same.text
    assert len(principal.messages) == count


async def test_after_an_hour_a_new_card_comes(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    await submits(world, rina)
    card = await principal.sees("Rina Wati mengajukan")
    world.clock.forward(AN_HOUR)
    await submits(world, await world.joins("Budi", Role.TEACHER))
    newer = await principal.sees("Budi mengajukan")
    assert newer.id > card.id


async def test_a_card_in_use_is_left_in_peace(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    await submits(world, rina)
    card = await principal.sees("Rina Wati mengajukan")
    await principal.taps("Tinjau ulang")
    await principal.taps("Pelatihan mandiri")
    await principal.sees("Ditandai: 1")
    await submits(world, await world.joins("Budi", Role.TEACHER))
    newer = await principal.sees("Budi mengajukan")
    assert newer.id > card.id
    assert "Ditandai: 1" in principal.chat.messages[card.id].text


async def test_a_card_that_became_something_else_is_not_touched(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    full = await submits(world, rina)
    card = await principal.sees("Rina Wati mengajukan")
    await principal.taps("Menu", on=card)
    await principal.sees("1 rencana menunggu")
    await takes_back(world, rina, full.id)
    world.clock.forward(A_MINUTE)
    await submits(world, rina)
    newer = await principal.sees("Rina Wati mengajukan", after=card)
    assert "Bu Kepala" in principal.chat.messages[card.id].text
    assert newer.id > card.id


async def test_a_submission_taken_back_at_once_is_not_announced(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    now = world.clock.now()
    seen = len(principal.messages)
    async with world.database.transaction() as session:
        _account, seats = await find_account(session, rina.id, now)
        actor = seats[0].actor(now)
        rules = world.kawan.rulebook.of_school(seats[0].school, now.date())
        full = await plans.open_plan(session, actor, rules, rules.period_at(now.date()), now)
        await plans.take_picks(session, actor, rules, full.id, [Pick("RHK-01", 4)], now)
        await plans.have_no_duty(session, actor, rules, full.id, now)
        full = await plans.take_standard_guides(session, actor, rules, full.id, now)
        await plans.submit(session, actor, rules, full.id, 0, today=now.date(), now=now)
        await plans.take_back(session, actor, full.id, 1, now)
    world.kawan.sender.wake()
    await settled(world, "plan_submitted")
    assert len(principal.messages) == seen


async def test_a_plan_taken_back_closes_the_card(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    full = await submits(world, rina)
    card = await principal.sees("Rina Wati mengajukan")
    await takes_back(world, rina, full.id)
    closed = await principal.sees("Ditarik kembali oleh guru")
    assert closed.id == card.id
    assert not closed.buttons
    heard = await principal.taps_data(Approve(full.id, 1).pack(), card)
    assert "menarik kembali" in heard.text
    assert heard.show_alert
    assert not await decisions_made(world)


async def test_resubmission_shows_what_changed(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    await submits(world, rina)
    await principal.taps("Tinjau ulang")
    await principal.taps("Pilih alasan")
    await principal.taps("Kurangi jumlah")
    await rina.sees("perlu diperbaiki")
    now = world.clock.now()
    async with world.database.transaction() as session:
        _account, seats = await find_account(session, rina.id, now)
        actor = seats[0].actor(now)
        rules = world.kawan.rulebook.of_school(seats[0].school, now.date())
        full = await plans.find_plan(session, actor.member_id, rules.period_at(now.date()).id)
        assert full is not None
        await plans.set_quantity(session, actor, rules, full.id, "RHK-07", 0, now)
        await plans.toggle_duty(session, actor, rules, full.id, "TT-06", now)
    await submits(world, rina, (Pick("RHK-01", 5),))
    card = await principal.sees("Rina Wati mengajukan lagi")
    assert "Yang berubah sejak dikembalikan" in card.text
    assert "Jumlahnya terlalu banyak" in card.text
    assert "Diubah: Pelatihan mandiri + Aksi Nyata (4× → 5×)" in card.text
    assert "Dihapus: Pelatihan atau bimtek" in card.text
    assert re.search(r"Ditambah: .+ \(1×\)", card.text)


# ------------------------------------------------------------------------------- sending back


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


# ------------------------------------------------------------------------------- reading


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


# ------------------------------------------------------------------------------- opening again


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


# ------------------------------------------------------------------------------- typed


async def test_what_buttons_do_can_be_typed(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    budi = await world.joins("Budi", Role.TEACHER)
    sari = await world.joins("Sari", Role.TEACHER)
    for person in (rina, budi, sari):
        await submits(world, person)
        world.clock.forward(A_MINUTE)
    await settled(world, "plan_submitted", 3)
    await principal.types("persetujuan")
    first = await principal.sees("Rina Wati mengajukan")
    await principal.types("setujui")
    await principal.sees("Disetujui Bu Kepala", after=first)
    await principal.types("berikutnya")
    second = await principal.sees("Budi mengajukan")
    await principal.types("1")
    await principal.sees("Masih ada 1 rencana", after=second)
    await principal.types("Berikutnya")
    third = await principal.sees("Sari mengajukan")
    await principal.types("2")
    await principal.sees("Tinjau ulang rencana Sari", after=third)
    await principal.types("1")
    await principal.sees("Ditandai: 1")
    await principal.types("pilih alasan")
    await principal.sees("Apa pesan untuk Sari?")
    await principal.types("2")
    await principal.sees("Dikembalikan oleh Bu Kepala")
    made = sorted((one.verdict, len(one.marks)) for one in await decisions_made(world))
    assert made == [("approved", 0), ("approved", 0), ("returned", 1)]


async def test_words_and_replies_reach_a_card_that_came_by_itself(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    budi = await world.joins("Budi", Role.TEACHER)
    await submits(world, rina)
    old = await principal.sees("Rina Wati mengajukan")
    # A bare number means the screen that was opened, which is home; words may mean the card.
    await principal.types("setujui")
    await principal.sees("Disetujui Bu Kepala", after=old)
    world.clock.forward(2 * AN_HOUR)
    await submits(world, budi)
    card = await principal.sees("Budi mengajukan")
    await principal.types("menu")
    await principal.sees("1 rencana menunggu")
    await principal.types("1", reply_to=card)
    await principal.sees("Budi, 48 poin", after=card)
    assert [one.verdict for one in await decisions_made(world)] == ["approved", "approved"]


async def test_words_below_a_newer_card_mean_the_newer_plan(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    budi = await world.joins("Budi", Role.TEACHER)
    older = await submits(world, rina)
    await settled(world, "plan_submitted")
    asked = await principal.types("persetujuan")
    await principal.sees("Rina Wati mengajukan", after=asked)
    world.clock.forward(2 * AN_HOUR)
    newer = await submits(world, budi)
    card = await principal.sees("Budi mengajukan")
    await principal.types("setujui")
    await principal.sees("Budi, 48 poin", after=card)
    assert (await plan_now(world, newer.id)).status == "approved"
    assert (await plan_now(world, older.id)).status == "submitted"


# ------------------------------------------------------------------------------- two deciders


@pytest.fixture
async def deputy(world: TestWorld, principal: Person) -> Person:
    person = await world.joins("Pak Wakil", Role.TEACHER | Role.COACH)
    now = world.clock.now()
    async with world.database.transaction() as session:
        _account, seats = await find_account(session, principal.id, now)
        _account, others = await find_account(session, person.id, now)
        await members.name_deputy(
            session, seats[0].actor(now), member_id=others[0].member.id or 0,
            starts_on=seats[0].today(now), ends_on=seats[0].today(now), now=now,
        )  # fmt: skip
    world.kawan.sender.wake()
    await person.sees("Anda ditunjuk sebagai wakil")
    return person


async def test_the_other_deciders_card_ends_with_who_and_when(
    world: TestWorld, principal: Person, deputy: Person, rina: Person
) -> None:
    await submits(world, rina)
    await submits(world, await world.joins("Budi", Role.TEACHER))
    card = await deputy.sees("2 rencana menunggu")
    await principal.sees("2 rencana menunggu")
    await principal.taps("Setujui")
    closed = await deputy.sees("Disetujui Bu Kepala, 6 Jul 2026")
    assert closed.id == card.id
    assert closed.buttons == ["1. ➡️ Berikutnya (1)"]
    await deputy.taps("Berikutnya")
    await deputy.sees("Budi mengajukan")


async def test_two_deciders_at_once_make_one_decision(
    world: TestWorld, principal: Person, deputy: Person, rina: Person
) -> None:
    full = await submits(world, rina)
    await principal.sees("Rina Wati mengajukan")
    await deputy.sees("Rina Wati mengajukan")
    answers = await asyncio.gather(
        principal.taps("Setujui"),
        deputy.taps_data(ReadyReason(full.id, 1, 0, 1).pack()),
    )
    (decision,) = await decisions_made(world)
    assert sorted(one.show_alert for one in answers) == [False, True]
    lost = next(one.text for one in answers if one.show_alert)
    winner = "Bu Kepala" if decision.verdict == "approved" else "Pak Wakil"
    assert lost.startswith("Sudah di")
    assert winner in lost
    approved = decision.verdict == "approved"
    holds = f"Disetujui {winner}" if approved else f"Dikembalikan oleh {winner}"
    for person in (principal, deputy):
        final = await person.sees(holds)
        await person.sees_no_button("Setujui")
        assert "Rina Wati, 48 poin" in final.text
    await settled(world, f"plan_{decision.verdict}")


async def test_a_double_tap_decides_once_without_scolding(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    full = await submits(world, rina)
    card = await principal.sees("Rina Wati mengajukan")
    tap = Approve(full.id, 1).pack()
    answers = await asyncio.gather(principal.taps_data(tap, card), principal.taps_data(tap, card))
    assert not any(one.show_alert for one in answers)
    assert len(await decisions_made(world)) == 1
    await principal.sees("Disetujui Bu Kepala")


async def test_a_stale_card_explains_itself_and_shows_the_new_submission(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    full = await submits(world, rina)
    card = await principal.sees("Rina Wati mengajukan")
    await takes_back(world, rina, full.id)
    await principal.sees("Ditarik kembali")
    await submits(world, rina)
    await principal.sees("Rina Wati mengajukan", after=card)
    for stale in (
        Approve(full.id, 1),
        SendBack(full.id, 1, 0, 0),
        ChooseReason(full.id, 1, 0),
        OwnReason(full.id, 1, 0),
    ):
        heard = await principal.taps_data(stale.pack(), card)
        assert "sudah lama" in heard.text
    assert not await decisions_made(world)
    shown = principal.chat.messages[card.id]
    assert "Rina Wati mengajukan" in shown.text
    await principal.taps("Setujui", on=card)
    (decision,) = await decisions_made(world)
    assert decision.revision == 2


async def test_a_plan_withdrawn_in_the_same_second(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    full = await submits(world, rina)
    await rina.types("/rencana")
    await rina.sees_button("Tarik kembali")
    await principal.sees("Rina Wati mengajukan")
    approved, taken = await asyncio.gather(principal.taps("Setujui"), rina.taps("Tarik kembali"))
    plan = await plan_now(world, full.id)
    made = await decisions_made(world)
    if plan.status == "approved":
        assert len(made) == 1
        assert taken.show_alert
    else:
        assert plan.status == "draft"
        assert not made
        assert "menarik kembali" in approved.text
    await principal.sees_no_button("Setujui")


# ------------------------------------------------------------------------------- forged


async def test_nothing_of_another_school_can_be_seen_or_decided(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    full = await submits(world, rina)
    await principal.sees("Rina Wati mengajukan")
    other = await world.founds("10304568", "SMPN 2 Surian")
    stranger = await world.joins("Pak Lain", Role.PRINCIPAL, other)
    await _tries_everything(stranger, full.id)
    assert not await decisions_made(world)
    # An id of another school in the queue starts from the own school's queue.
    await stranger.taps_data(OpenQueue(full.id).pack())
    await stranger.sees("Tidak ada rencana yang menunggu")


async def test_coaches_and_teachers_may_not_decide(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    full = await submits(world, rina)
    await principal.sees("Rina Wati mengajukan")
    coach = await world.joins("Kak Coach", Role.COACH)
    await _tries_everything(coach, full.id, reading=False)
    budi = await world.joins("Budi", Role.TEACHER)
    await _tries_everything(budi, full.id)
    await budi.types("/persetujuan")
    await budi.sees("bukan untuk Anda")
    heard = await budi.taps_data(OpenOverview("submitted", 0).pack())
    assert heard.show_alert
    assert not await decisions_made(world)


async def test_nobody_decides_on_their_own_plan(world: TestWorld) -> None:
    both = await world.joins("Bu Merangkap", Role.PRINCIPAL | Role.TEACHER)
    full = await submits(world, both)
    await _tries_everything(both, full.id, reading=False)
    await both.types("/persetujuan")
    await both.sees("Tidak ada rencana yang menunggu")
    assert not await decisions_made(world)


async def _tries_everything(person: Person, plan_id: int, *, reading: bool = True) -> None:
    taps = [
        ShowDecision(plan_id),
        Approve(plan_id, 1),
        SendBack(plan_id, 1, 1, 0),
        ChooseReason(plan_id, 1, -1),
        ReadyReason(plan_id, 1, 2**62, 0),
        OwnReason(plan_id, 1, 0),
        Reopen(plan_id, 1),
        ReopenReason(plan_id, 1, 0),
        NameModel(plan_id),
    ]
    if reading:
        taps.append(ShowDetails(plan_id, 0, "q"))
    before = [one.text for one in bot_messages(person)]
    for tap in taps:
        heard = await person.taps_data(tap.pack())
        assert heard.show_alert, tap
    assert [one.text for one in bot_messages(person)] == before


async def test_forged_numbers_do_no_harm(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    full = await submits(world, rina)
    card = await principal.sees("Rina Wati mengajukan")
    for tap in (ReadyReason(full.id, 1, 0, 99), ReadyReason(full.id, 1, 0, -1)):
        heard = await principal.taps_data(tap.pack(), card)
        assert heard.show_alert
    await principal.taps_data(SendBack(full.id, 1, -1, 999).pack(), card)
    await principal.sees("Ditandai: 10")
    await principal.taps_data(ShowDetails(full.id, 999, "zzz").pack(), card)
    await principal.sees("Rencana Rina Wati")
    await principal.taps_data(OpenQueue(-5).pack(), card)
    await principal.sees("Rina Wati mengajukan")
    assert not await decisions_made(world)


async def test_a_card_buried_below_the_menu_is_not_edited_quietly(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    await submits(world, rina)
    first = await principal.sees("mengajukan rencana")
    await principal.types("menu")
    await principal.sees("1 rencana", after=first)
    budi = await world.joins("Budi Santoso", Role.TEACHER)
    await submits(world, budi)
    second = await principal.sees("Budi Santoso", after=first)
    assert second.id > first.id
    await principal.taps("Setujui", on=second.id)
    await principal.sees("Disetujui")
