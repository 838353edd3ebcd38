"""Two processes on one database: one sends and schedules, the other waits and takes over."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.application import Kawan
from bot.simulator.driver import Person
from conversations.notices import NOTICES, Notice
from conversations.people import Person as Member
from conversations.screens import Screen
from storage.models import Role
from storage.seats import FileSeat, ServerSeat
from tests.bot.test_delivery import crash, said, settled, struck, tell
from tests.bot.test_web import client
from tests.world import TestWorld, open_world


@pytest.fixture(autouse=True)
def _say(monkeypatch: pytest.MonkeyPatch) -> None:
    async def say(_person: Member, subject: dict[str, str]) -> Notice | None:
        return Notice(Screen(subject["text"]))

    monkeypatch.setitem(NOTICES, "say", say)


@pytest.fixture
async def world(database_url: str, tmp_path: Path) -> AsyncIterator[TestWorld]:
    async with open_world(database_url, tmp_path) as world:
        yield world


@pytest.fixture
async def second(world: TestWorld) -> AsyncIterator[Kawan]:
    """A second process, started by mistake."""
    kawan = world._make_bot()
    await kawan.start(poll=False)
    yield kawan
    await kawan.stop()


async def elected(kawan: Kawan) -> None:
    """Wait until a process is elected; the server takes a moment to see that another is gone."""
    async with asyncio.timeout(30):
        while not kawan.election.is_won:
            await kawan.election.look()


@pytest.fixture
async def rina(world: TestWorld) -> Person:
    return await world.joins("Rina Wati", Role.TEACHER)


async def test_of_two_one_sends_each_message_once(
    world: TestWorld, second: Kawan, rina: Person
) -> None:
    assert world.kawan.election.is_won
    assert not second.election.is_won
    for number in range(2):
        await tell(world, rina, f"Kabar {number}")
        second.sender.wake()
        await rina.sees(f"Kabar {number}")
        assert await settled(world, f"Kabar {number}") == "sent"
    assert [said(rina, f"Kabar {number}") for number in range(2)] == [1, 1]


async def test_the_other_takes_over_what_was_on_its_way(
    world: TestWorld, second: Kawan, rina: Person
) -> None:
    fault = world.sim.faults.add("sendMessage", chat_id=rina.id, latency=5.0)
    await tell(world, rina, "di jalan", "menunggu")
    await struck(fault)
    await second.election.look()
    assert not second.election.is_won
    await crash(world)
    world.sim.faults.clear()
    await elected(second)
    await rina.sees("menunggu")
    assert [one.text for one in rina.messages[-2:]] == ["di jalan", "menunggu"]


async def test_whoever_loses_the_seat_stops_and_may_be_elected_again(
    world: TestWorld, second: Kawan, rina: Person
) -> None:
    seat = world.kawan.election._seat
    if isinstance(seat, ServerSeat):
        await seat._hang_up()
    else:
        assert isinstance(seat, FileSeat)
        await seat.leave()
    await elected(second)
    await world.kawan.election.look()
    assert [world.kawan.election.is_won, second.election.is_won] == [False, True]
    await tell(world, rina, "Kabar")
    assert not said(rina, "Kabar")
    second.sender.wake()
    await rina.sees("Kabar")
    assert await settled(world, "Kabar") == "sent"
    await second.election.resign()
    await elected(world.kawan)
    await tell(world, rina, "Kabar kedua")
    await rina.sees("Kabar kedua")
    assert said(rina, "Kabar") == said(rina, "Kabar kedua") == 1


async def test_a_database_that_is_away_elects_nobody(
    world: TestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    election = world.kawan.election

    async def broken() -> bool:
        raise OSError("away")

    with monkeypatch.context() as away:
        away.setattr(election._seat, "is_ours", broken)
        away.setattr(election._seat, "take", broken)
        await election.look()
        beaten = election.heart._last
        await election.look()
        was_won = election.is_won
        assert election.heart._last == beaten  # and after a while that is told as bad health
    assert not was_won
    await elected(world.kawan)


async def test_only_the_elected_looks_what_is_due(world: TestWorld, second: Kawan) -> None:
    looked: list[str] = []

    for name, kawan in (("first", world.kawan), ("second", second)):

        async def look(name: str = name) -> None:
            looked.append(name)

        await kawan.schedule._where_elected(look)()
    assert looked == ["first"]


async def test_whoever_waits_is_in_good_health(world: TestWorld, second: Kawan) -> None:
    for kawan, elected in ((world.kawan, True), (second, False)):
        kawan.polling = world.kawan.polling
        async with client(kawan) as http:
            answer = await http.get("/healthz")
            figures = (await http.get("/metrics")).text
        assert answer.status_code == 200
        assert answer.json()["elected"] is elected
        assert f"kawan_elected {float(elected)}" in figures
