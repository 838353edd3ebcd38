"""What buttons do can be typed."""

from bot.simulator.driver import Person
from storage.models import Role
from tests.end_to_end.approving.staging import (
    A_MINUTE,
    AN_HOUR,
    decisions_made,
    plan_now,
    settled,
)
from tests.end_to_end.submitting import submits
from tests.world import TestWorld


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
