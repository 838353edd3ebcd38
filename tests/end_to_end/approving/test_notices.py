"""The card that comes by itself: edited, not repeated, and left in peace while in use."""

import re

from bot.simulator.driver import Person
from conversations.callbacks.approving import (
    Approve,
)
from storage import plans
from storage.models import Role
from storage.people import find_account
from storage.suggestions import Pick
from tests.end_to_end.approving.staging import (
    A_MINUTE,
    AN_HOUR,
    decisions_made,
    settled,
    takes_back,
)
from tests.end_to_end.submitting import submits
from tests.world import TestWorld


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
