"""Asking for help, and who takes it."""

import asyncio

from bot.simulator.driver import Person
from conversations.callbacks.helping import (
    ClaimHelp,
)
from conversations.callbacks.planning import AskForHelp
from storage.models import (
    HelpStatus,
    Role,
)
from tests.end_to_end.helping.staging import requests, sent
from tests.world import TestWorld


async def test_the_others_card_says_by_whom(
    world: TestWorld, rina: Person, desi: Person, hadi: Person
) -> None:
    await rina.taps("Rencana")
    await rina.taps("Pengembangan diri")
    await rina.taps("Minta bantuan")
    await rina.sees("Sudah saya sampaikan kepada Desi Marlina, Hadi Putra")
    for coach in (desi, hadi):
        card = await coach.sees("Rina Wati minta bantuan")
        assert "Pengembangan" in card.text
        assert "Yang belum diisi" in card.text
        assert "Menunggu sejak pukul 10.00 WIB" in card.text
    await desi.taps("Ambil")
    await desi.sees("Anda yang membantu")
    await rina.sees("Desi Marlina membantu Anda")
    await hadi.sees("Dibantu oleh Desi Marlina")
    await hadi.sees_no_button("Ambil")


async def test_two_who_tap_at_once_have_one_winner(
    world: TestWorld, rina: Person, desi: Person, hadi: Person
) -> None:
    await rina.taps("Minta bantuan")
    for coach in (desi, hadi):
        await coach.sees("Rina Wati minta bantuan")
    (request,) = await requests(world)
    claim = ClaimHelp(request.id or 0).pack()
    answers = await asyncio.gather(
        desi.taps_data(claim, desi.last.id), hadi.taps_data(claim, hadi.last.id)
    )
    (request,) = await requests(world)
    assert request.status == HelpStatus.CLAIMED
    texts = sorted(answer.text or "" for answer in answers)
    assert any("Anda yang membantu" in text for text in texts)
    assert any("Sudah dibantu oleh" in text for text in texts)


async def test_asking_again_brings_the_card_up_to_date(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await rina.taps("Rencana")
    await rina.taps("Minta bantuan")
    card = await desi.sees("Rina Wati minta bantuan")
    await rina.taps_data(AskForHelp("evidence").pack(), rina.last.id)
    await sent(world, "help_wanted", 2)
    await desi.sees("Rencana · Bukti")
    assert desi.last.id == card.id, "no second message"
    assert len(await requests(world)) == 1


async def test_without_a_coach_the_principal_helps(world: TestWorld, rina: Person) -> None:
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    await rina.taps("Minta bantuan")
    await principal.sees("Rina Wati minta bantuan")
    await principal.taps("Ambil")
    await rina.sees("Bu Kepala membantu Anda")


async def test_help_can_be_asked_for_on_every_step(world: TestWorld, rina: Person) -> None:
    for ways in (
        ("Pengembangan diri",), ("Pengembangan diri", "Pelatihan mandiri"), ("Bantu pilihkan",),
        ("Tugas tambahan",), ("Perilaku kerja",), ("Perilaku kerja", "1. "), ("Ringkasan",),
    ):  # fmt: skip
        await rina.types("/rencana")
        for way in ways:
            await rina.taps(way)
        await rina.sees_button("Minta bantuan")
    await rina.taps_data(AskForHelp("RHK-01").pack(), rina.last.id)
    (request,) = await requests(world)
    assert request.places == ["RHK-01"]
