"""Whose it is not, and who was erased."""

from bot.simulator.driver import Person
from conversations.callbacks.helping import (
    ClaimHelp,
    CloseHelp,
    OpenHelpQueue,
    ProposeItems,
    SeeDraft,
    SendProposal,
    ShowHelp,
    TakeProposal,
    TalkAbout,
)
from storage.erasure import erase_member
from storage.models import (
    HelpStatus,
    Role,
)
from tests.end_to_end.helping.staging import helped, requests
from tests.end_to_end.submitting import actor_of
from tests.world import TestWorld


async def test_forged_buttons_of_another_school_do_nothing(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    await helped(world, rina, desi)
    (request,) = await requests(world)
    number = request.id or 0
    await desi.taps_data(SendProposal(number, "RHK-01", 4).pack(), desi.last.id)
    other = await world.founds("20304567", "SMPN 2 Lain")
    everything = Role.COACH | Role.PRINCIPAL | Role.TEACHER
    stranger = await world.joins("Orang Lain", everything, other)
    for forged in (
        ShowHelp(number), ClaimHelp(number), TalkAbout(number), CloseHelp(number),
        SeeDraft(number, 0), ProposeItems(number, 0), SendProposal(number, "RHK-01", 9),
        TakeProposal(1, 0),
    ):  # fmt: skip
        answer = await stranger.taps_data(forged.pack(), stranger.last.id)
        assert "sudah tidak ada" in (answer.text or ""), forged
        assert "Rina" not in stranger.last.text
    await stranger.taps_data(OpenHelpQueue(0).pack(), stranger.last.id)
    await stranger.sees("Tidak ada yang menunggu")
    (request,) = await requests(world)
    assert request.status == HelpStatus.CLAIMED


async def test_an_erased_teacher_leaves_no_card_that_works(
    world: TestWorld, rina: Person, desi: Person
) -> None:
    operator = await world.joins("Pak Operator", Role.OPERATOR)
    await helped(world, rina, desi)
    rinas, actor = await actor_of(world, rina), await actor_of(world, operator)
    async with world.database.transaction() as session:
        await erase_member(session, actor, rinas.member_id, world.clock.now())
    answer = await desi.taps("Balas")
    assert "sudah tidak ada" in (answer.text or "")
    assert await requests(world) == []
