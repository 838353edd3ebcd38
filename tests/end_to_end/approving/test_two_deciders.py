"""Two deciders, stale cards, double taps: one decision."""

import asyncio

import pytest

from bot.simulator.driver import Person
from conversations.callbacks.approving import (
    Approve,
    ChooseReason,
    OwnReason,
    ReadyReason,
    SendBack,
)
from storage import members
from storage.models import Role
from storage.people import find_account
from tests.end_to_end.approving.staging import (
    decisions_made,
    plan_now,
    settled,
    takes_back,
)
from tests.end_to_end.submitting import submits
from tests.world import TestWorld


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


async def test_who_decided_otherwise_before_hears_what_it_was(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    full = await submits(world, rina)
    card = await principal.sees("Rina Wati mengajukan")
    await principal.taps("Tinjau ulang", on=card)
    await principal.taps("Pilih alasan")
    await principal.taps("1. ", on=await principal.sees("Apa pesan untuk Rina Wati?"))
    await rina.sees("rencana Anda perlu diperbaiki")
    heard = await principal.taps_data(Approve(full.id, 1).pack(), card)
    assert "Sudah dikembalikan oleh Bu Kepala" in heard.text
    assert (await plan_now(world, full.id)).status == "returned"


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
