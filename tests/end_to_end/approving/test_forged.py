"""Forged buttons, and those who may not decide."""

from bot.simulator.driver import Person
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
from storage.models import Role
from tests.end_to_end.approving.staging import (
    bot_messages,
    decisions_made,
)
from tests.end_to_end.submitting import submits
from tests.world import TestWorld


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
