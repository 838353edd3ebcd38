"""People who are quicker than the sender: they answer and turn pages before it has noted it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlmodel import select

from bot import quick_replies, replies
from bot.simulator.driver import Person
from conversations.notices import NOTICES, Notice
from conversations.screens import Screen
from storage import outbox
from storage.models import Card, Role
from storage.outbox import Priority
from tests.end_to_end.submitting import actor_of, submits
from tests.world import TestWorld


@pytest.fixture(autouse=True)
def unhurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """However busy the machine is, a tap is answered with what it has to say."""
    monkeypatch.setattr(replies, "PATIENCE_S", 60.0)


@pytest.fixture
async def rina(world: TestWorld) -> Person:
    return await world.joins("Rina Wati", Role.TEACHER)


@pytest.fixture
async def desi(world: TestWorld) -> Person:
    return await world.joins("Desi Marlina", Role.COACH)


@pytest.fixture
async def principal(world: TestWorld) -> Person:
    return await world.joins("Bu Kepala", Role.PRINCIPAL)


class Line:
    """The line between the sender and Telegram, which a test can hold up.

    What is sent while it is held has its effect on the phones, but the sender does not hear of it.
    """

    def __init__(self, world: TestWorld, monkeypatch: pytest.MonkeyPatch) -> None:
        self._free = asyncio.Event()
        self._free.set()
        self._courier = world.kawan.sender._courier
        self._send: Callable[..., Awaitable[Any]] = self._courier.send
        monkeypatch.setattr(self._courier, "send", self._send_and_wait)

    async def _send_and_wait(self, *arguments: Any) -> Any:
        result = await self._send(*arguments)
        await self._free.wait()
        return result

    def hold(self) -> None:
        """Let no answer through."""
        self._free.clear()

    def let_go(self) -> None:
        """Let all answers through."""
        self._free.set()


@pytest.fixture
def line(world: TestWorld, monkeypatch: pytest.MonkeyPatch) -> Line:
    return Line(world, monkeypatch)


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """Is set once somebody waits for the sender to note what was replied to."""
    waiting, may_become = asyncio.Event(), outbox.may_become

    async def tell(*arguments: Any) -> bool:
        may = await may_become(*arguments)
        if may:
            waiting.set()
        return may

    monkeypatch.setattr(outbox, "may_become", tell)
    return waiting


async def announces(world: TestWorld, person: Person, kind: str) -> None:
    me = await actor_of(world, person)
    async with world.database.transaction() as session:
        await outbox.announce(
            session, school_id=me.school_id, recipients=[me.member_id], occasion=f"{kind}:1",
            kind=kind, subject={"text": "Kabar"}, now=world.clock.now(),
            priority=Priority.REMINDER,
        )  # fmt: skip
    world.kawan.sender.wake()


# ------------------------------------------------------------------------------- replies


async def test_words_and_voices_reach_the_other_one_of_a_conversation(
    world: TestWorld, rina: Person, desi: Person, line: Line, waits: asyncio.Event
) -> None:
    await rina.types("/rencana")
    await rina.taps("Minta bantuan")
    await desi.taps("Ambil")
    await rina.sees("Desi Marlina membantu")
    await desi.taps("Balas")
    line.hold()
    await desi.types("Sudah sampai mana?")
    heard = await rina.sees("Sudah sampai mana?")
    await rina.types("Sampai langkah dua", reply_to=heard)
    await rina.sends_voice(reply_to=heard)
    await asyncio.wait_for(waits.wait(), 5)
    line.let_go()
    await desi.sees("Sampai langkah dua")
    async with asyncio.timeout(30):
        while not any(one.content.get("voice") for one in desi.messages):  # noqa: ASYNC110
            await asyncio.sleep(0.002)
    assert not any("Ini untuk siapa?" in one.text for one in rina.messages)


async def test_a_reply_to_a_reminder_reaches_a_coach(
    world: TestWorld, rina: Person, desi: Person, line: Line, waits: asyncio.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    async def say(_person: object, subject: dict[str, Any]) -> Notice:
        return Notice(Screen(subject["text"]))

    monkeypatch.setitem(NOTICES, "remind_test", say)
    line.hold()
    await announces(world, rina, "remind_test")
    heard = await rina.sees("Kabar")
    await rina.types("Saya belum punya sertifikatnya", reply_to=heard)
    await asyncio.wait_for(waits.wait(), 5)
    line.let_go()
    await rina.sees("Balasan Anda sudah sampai kepada Desi Marlina")
    await desi.sees("Saya belum punya sertifikatnya")


async def test_nobody_waits_for_ever_nor_for_what_is_known(
    world: TestWorld, rina: Person, desi: Person, line: Line, waits: asyncio.Event,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """A screen that is replied to is not in the outbox, and nobody is going to note it."""
    home = await rina.sees_button("Rencana")
    await world.delivered()
    await rina.types("entah apa", reply_to=home)
    await rina.sees("belum mengerti", after=home)
    assert not waits.is_set()
    monkeypatch.setattr(quick_replies, "NOTED_WITHIN_S", 0.05)
    await rina.types("/rencana")
    await rina.taps("Minta bantuan")
    line.hold()
    await desi.taps("Ambil")
    await rina.sees("Desi Marlina membantu")
    await rina.types("entah apa", reply_to=home)
    await rina.sees("Ini untuk siapa?")
    assert waits.is_set()
    line.let_go()


# ------------------------------------------------------------------------------- cards


async def cards_of(world: TestWorld, *, is_open: bool = True) -> list[tuple[int, int | None]]:
    async with world.database.reading() as session:
        found = await session.exec(select(Card))
        return [
            (one.message_id, one.plan_id)
            for one in found.all()
            if (one.closed_at is None) is is_open
        ]


async def test_a_page_turned_before_the_card_is_noted_stays_turned(
    world: TestWorld, principal: Person, rina: Person, line: Line
) -> None:
    first = await submits(world, rina)
    await world.delivered()
    card = await principal.sees("Rina Wati mengajukan")
    await principal.types("/menu")  # what comes next is sent anew
    await principal.sees_button("Bahasa")
    line.hold()
    second = await submits(world, await world.joins("Budi", Role.TEACHER))
    newer = await principal.sees("Budi mengajukan")
    await principal.taps("Berikutnya", on=newer)
    await principal.sees("Rina Wati mengajukan", after=card)
    line.let_go()
    await world.delivered()
    assert (newer.id, first.id) in await cards_of(world)
    assert (newer.id, second.id) not in await cards_of(world)
    await submits(world, await world.joins("Sari", Role.TEACHER))
    await principal.sees("3 rencana menunggu")
    await world.delivered()
    assert "Rina Wati mengajukan" in principal.chat.messages[newer.id].text


async def test_a_card_left_before_it_is_noted_is_not_taken_for_open(
    world: TestWorld, principal: Person, rina: Person, line: Line
) -> None:
    line.hold()
    await submits(world, rina)
    card = await principal.sees("Rina Wati mengajukan")
    await principal.taps("Menu", on=card)
    await principal.sees("1 rencana menunggu")
    line.let_go()
    await world.delivered()
    assert await cards_of(world) == []
    await submits(world, await world.joins("Budi", Role.TEACHER))
    assert (await principal.sees("Budi mengajukan")).id > card.id
    assert "Bu Kepala" in principal.chat.messages[card.id].text


async def test_an_edit_keeps_the_page_that_was_turned_meanwhile(
    world: TestWorld, principal: Person, rina: Person
) -> None:
    budi = await world.joins("Budi", Role.TEACHER)
    sari = await world.joins("Sari", Role.TEACHER)
    await submits(world, rina)
    card = await principal.sees("Rina Wati mengajukan")
    await submits(world, budi)
    await principal.sees("2 rencana menunggu")
    await world.delivered()
    # The sender's edit is long under way; the tap is answered first.
    slow = world.sim.faults.add("editMessageText", chat_id=principal.id, latency=0.3)
    await submits(world, sari)
    async with asyncio.timeout(30):
        while not slow.hits:  # noqa: ASYNC110 - there is no event to wait for
            await asyncio.sleep(0)
    await principal.taps("Berikutnya", on=card)
    await principal.sees("Budi mengajukan")
    await world.delivered()
    assert "Budi mengajukan" in principal.chat.messages[card.id].text
    assert "3 rencana menunggu" in principal.chat.messages[card.id].text
