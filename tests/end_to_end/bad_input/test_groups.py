"""Groups and channels, where nothing personal belongs."""

import asyncio

from sqlmodel import select

from bot.simulator.driver import Person
from storage.models import GroupChat
from tests.end_to_end.bad_input.staging import asks_for_a_duty, still_works
from tests.world import TestWorld


async def test_a_group_is_told_once_even_after_a_restart(world: TestWorld, rina: Person) -> None:
    group = world.sim.group("Guru SMPN 1")
    await group.adds_bot(rina)
    await rina.types("Halo bot", chat=group)
    await rina.types("/menu", chat=group)
    await still_works(rina)
    async with asyncio.timeout(30):
        while not any(one.from_bot for one in group.messages):
            await world.sim.world.changed(group.id)
    assert [one.from_bot for one in group.messages].count(True) == 1
    await world.restart()
    await rina.types("/rencana", chat=group)
    await rina.types("menu", chat=group)
    await still_works(rina)
    told = [one for one in group.messages if one.from_bot]
    assert len(told) == 1
    assert "percakapan pribadi" in told[0].text
    async with world.database.reading() as session:
        assert len((await session.exec(select(GroupChat))).all()) == 1


async def test_an_open_question_is_not_answered_from_a_group(
    world: TestWorld, rina: Person
) -> None:
    group = world.sim.group("Guru SMPN 1")
    await group.adds_bot(rina)
    await asks_for_a_duty(rina)
    await rina.types("Ini obrolan grup", chat=group)
    await rina.types("Pembina Pramuka")
    await rina.sees("✅ Pembina Pramuka")
    await rina.sees_no("Ini obrolan grup")


async def test_a_channel_is_left_in_peace(world: TestWorld, rina: Person) -> None:
    channel = world.sim.group("Kabar", id=-1_009, type="channel")
    await channel.adds_bot(rina, administrator=True)
    await channel.posts("Pengumuman")
    await still_works(rina)
    assert [one.text for one in channel.messages] == ["Pengumuman"]
