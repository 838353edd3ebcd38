"""Flood limits and faults on demand."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest
from telegram import Bot, InputMediaDocument
from telegram.error import BadRequest, NetworkError, RetryAfter

from bot.simulator import ApiError, Flood, Person, Simulator
from tests.bot.simulator.conftest import Api, Clock


def refused(flood: Flood, chat_id: int, cost: int = 1) -> int | None:
    try:
        flood.admit(chat_id, cost)
    except ApiError as refusal:
        return refusal.retry_after
    return None


def test_one_chat_gets_one_message_a_second_after_a_short_burst(clock: Clock) -> None:
    flood = Flood(clock=clock.monotonic)
    assert [refused(flood, 1) for _ in range(4)] == [None, None, None, 1]
    clock.passes(1)
    assert [refused(flood, 1), refused(flood, 1)] == [None, 1]
    assert refused(flood, 2) is None
    assert flood.refused == 2


def test_all_chats_together_get_thirty_a_second(clock: Clock) -> None:
    flood = Flood(clock=clock.monotonic)
    assert [refused(flood, chat) for chat in range(1, 32)] == [None] * 30 + [1]
    clock.passes(0.5)
    assert [refused(flood, chat) for chat in range(40, 56)] == [None] * 15 + [1]


def test_an_album_counts_each_item_and_a_refusal_counts_none(clock: Clock) -> None:
    flood = Flood(clock=clock.monotonic)
    assert [refused(flood, chat, 10) for chat in (1, 2, 3, 4)] == [None, None, None, 1]
    clock.passes(1)
    assert refused(flood, 4, 10) is None


def test_a_group_gets_twenty_a_minute(clock: Clock) -> None:
    flood = Flood(clock=clock.monotonic)
    assert [refused(flood, -100) for _ in range(21)] == [None] * 20 + [3]


def test_edits_have_a_limit_only_where_it_is_switched_on(clock: Clock) -> None:
    Flood(clock=clock.monotonic).admit_edit(1)
    flood = Flood(clock=clock.monotonic, edits_per_second=1)
    for _ in range(5):
        flood.admit_edit(1)
    with pytest.raises(ApiError, match="Too Many Requests: retry after 1"):
        flood.admit_edit(1)


async def test_the_client_is_told_how_long_to_wait(
    sim: Simulator, bot: Bot, rina: Person, clock: Clock, api: Api
) -> None:
    sim.world.flood = Flood(clock=clock.monotonic)
    for _ in range(3):
        sent = await bot.send_message(rina.id, "x")
    with pytest.raises(RetryAfter) as refusal:
        await bot.send_message(rina.id, "x")
    assert refusal.value._retry_after == timedelta(seconds=1)
    answer = await api("sendMessage", chat_id=rina.id, text="x")
    assert answer == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    files = [InputMediaDocument(b"1"), InputMediaDocument(b"2")]
    with pytest.raises(RetryAfter):
        await bot.send_media_group(rina.id, files)
    with pytest.raises(RetryAfter):
        await bot.copy_message(rina.id, rina.id, sent.id)
    await sent.edit_text("Perubahan tidak dihitung")
    with pytest.raises(BadRequest):
        await bot.send_message(rina.id, "")
    clock.passes(1)
    await bot.send_message(rina.id, "Sekarang boleh")


async def test_a_connection_dropped_before_the_effect(
    sim: Simulator, bot: Bot, rina: Person
) -> None:
    fault = sim.faults.add("sendMessage", drop="before")
    with pytest.raises(NetworkError, match="Server disconnected"):
        await bot.send_message(rina.id, "Halo")
    assert len(rina.messages) == 1
    assert fault.hits == 1
    await bot.send_message(rina.id, "Halo")


async def test_a_connection_dropped_after_the_effect(
    sim: Simulator, bot: Bot, rina: Person
) -> None:
    sim.faults.add("sendMessage", drop="after", chat_id=rina.id)
    with pytest.raises(NetworkError):
        await bot.send_message(rina.id, "Halo")
    assert rina.last.text == "Halo"
    assert sim.calls[-1].method == "sendMessage"


async def test_a_fault_strikes_only_where_it_fits(sim: Simulator, bot: Bot, rina: Person) -> None:
    sim.faults.add("editMessageText", status=502)
    sim.faults.add("sendMessage", status=500, chat_id=5)
    sent = await bot.send_message(rina.id, "Halo")
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await sent.edit_text("x")
    await sent.edit_text("x")
    sim.faults.add("sendMessage", retry_after=17, times=2)
    for _ in range(2):
        with pytest.raises(RetryAfter, match="17"):
            await bot.send_message(rina.id, "Halo")
    await bot.send_message(rina.id, "Halo")
    sim.faults.add(times=None, status=503, description="Service Unavailable")
    for _ in range(3):
        with pytest.raises(NetworkError, match="Service Unavailable"):
            await bot.get_me()
    sim.faults.clear()
    await bot.get_me()


async def test_an_answer_belongs_to_the_chat_of_its_tap(
    sim: Simulator, bot: Bot, rina: Person
) -> None:
    sim.faults.add("answerCallbackQuery", status=502, chat_id=rina.id)
    query = rina.press("x", 1)
    with pytest.raises(NetworkError, match="Bad Gateway"):
        await bot.answer_callback_query(query.id)
    await bot.answer_callback_query(query.id)


async def test_a_slow_answer_delays_only_itself(sim: Simulator, bot: Bot, rina: Person) -> None:
    sim.faults.add("sendMessage", latency=0.05, chat_id=rina.id)
    order: list[str] = []

    async def note(name: str, text: str) -> None:
        await bot.send_message(rina.id, text)
        order.append(name)

    await asyncio.gather(note("slow", "1"), note("fast", "2"))
    assert order == ["fast", "slow"]


async def test_chance_repeats_itself(rina: Person) -> None:
    def strikes(seed: int) -> list[bool]:
        faults = Simulator(seed=seed).faults
        faults.add(status=502, times=None, probability=0.5)
        return [faults.pick("getMe", None) is not None for _ in range(50)]

    assert strikes(1) == strikes(1) != strikes(2)
    assert 10 < sum(strikes(1)) < 40


async def test_a_download_can_fail(sim: Simulator, bot: Bot, rina: Person) -> None:
    sent = await rina.sends_document(b"%PDF")
    file = await bot.get_file(sent.content["document"]["file_id"])
    sim.faults.add("file", drop="before")
    sim.faults.add("file", status=502)
    for _ in range(2):
        with pytest.raises(NetworkError):
            await file.download_as_bytearray()
    assert bytes(await file.download_as_bytearray()) == b"%PDF"


async def test_a_download_breaks_in_the_middle(sim: Simulator, bot: Bot, rina: Person) -> None:
    sent = await rina.sends_document(bytes(200_000))
    file = await bot.get_file(sent.file_id)
    fault = sim.faults.add("file", drop="middle", times=3)
    for _ in range(3):
        with pytest.raises(NetworkError, match=r"received 100000 bytes, expected 200000"):
            await file.download_as_bytearray()
    assert fault.hits == 3
    assert len(await file.download_as_bytearray()) == 200_000


async def test_a_broken_download_raises_what_the_client_raises(
    sim: Simulator, rina: Person
) -> None:
    sent = await rina.sends_photo(b"0123456789")
    path = sim.world.files.files[sent.file_id].path
    address = f"/file/bot{sim.token}/{path}"
    transport = httpx.ASGITransport(app=sim.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://simulator") as client:
        sim.faults.add("file", drop="middle")
        with pytest.raises(httpx.RemoteProtocolError, match="received 5 bytes, expected 10"):
            await client.get(address)
        sim.faults.add("file", drop="after")
        with pytest.raises(httpx.RemoteProtocolError, match="disconnected"):
            await client.get(address)
        assert (await client.get(address)).content == b"0123456789"


async def test_an_answer_broken_in_the_middle_has_had_its_effect(
    sim: Simulator, bot: Bot, rina: Person
) -> None:
    sim.faults.add("sendMessage", drop="middle")
    with pytest.raises(NetworkError, match="complete message body"):
        await bot.send_message(rina.id, "Halo")
    assert rina.last.text == "Halo"


async def test_trouble_with_one_file_only(sim: Simulator, bot: Bot, rina: Person) -> None:
    good, bad = await rina.sends_album([b"baik", b"rusak"])
    fault = sim.faults.add("file", file_id=bad.file_id, drop="before", times=None)
    lost = sim.faults.add("getFile", file_id=good.file_id, status=400, description="Hilang")
    with pytest.raises(BadRequest, match="Hilang"):
        await bot.get_file(good.file_id)
    for message, works in ((good, True), (bad, False)):
        file = await bot.get_file(message.file_id)
        if works:
            assert bytes(await file.download_as_bytearray()) == b"baik"
        else:
            with pytest.raises(NetworkError):
                await file.download_as_bytearray()
    assert (fault.hits, lost.hits) == (1, 1)
