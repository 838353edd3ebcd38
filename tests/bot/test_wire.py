"""The client's own transport, against the simulator over a socket."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn
from telegram import Bot
from telegram.error import BadRequest, Conflict, NetworkError, RetryAfter, TimedOut
from telegram.request import HTTPXRequest

from bot.simulator import Person, Simulator
from bot.wire import Connections, Wire, wire_to


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    simulator = Simulator()
    yield simulator
    await simulator.aclose()


@pytest.fixture
async def address(sim: Simulator) -> AsyncIterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    # The server hangs up soon, as servers do that have many clients.
    config = uvicorn.Config(
        sim.app, log_config=None, timeout_keep_alive=1, timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
async def bot(sim: Simulator, address: str) -> AsyncIterator[Bot]:
    async with Bot(
        sim.token,
        base_url=f"{address}/bot",
        base_file_url=f"{address}/file/bot",
        request=Wire(Connections(4)),
        get_updates_request=Wire(Connections(1)),
    ) as bot:
        yield bot


@pytest.fixture
async def rina(sim: Simulator) -> Person:
    person = sim.person("Rina", id=1001)
    await person.start()
    return person


async def test_calls_files_and_downloads(bot: Bot, rina: Person) -> None:
    sent = await bot.send_document(rina.id, b"%PDF-1.7", caption="Surat", filename="a.pdf")
    assert sent.document is not None
    file = await bot.get_file(sent.document.file_id)
    assert bytes(await file.download_as_bytearray()) == b"%PDF-1.7"


async def test_many_calls_at_once_share_few_connections(
    sim: Simulator, bot: Bot, rina: Person
) -> None:
    sim.faults.add("sendMessage", latency=0.01, times=None)
    await asyncio.gather(*(bot.send_message(rina.id, f"Pesan {one}") for one in range(20)))
    assert sum(one.from_bot for one in rina.messages) == 20


async def test_refusals_keep_their_names(sim: Simulator, bot: Bot, rina: Person) -> None:
    with pytest.raises(BadRequest, match="Chat not found"):
        await bot.send_message(404, "Halo")
    sim.faults.add("sendMessage", retry_after=7)
    with pytest.raises(RetryAfter):
        await bot.send_message(rina.id, "Halo")
    sim.faults.add("sendMessage", status=409)
    with pytest.raises(Conflict):
        await bot.send_message(rina.id, "Halo")


@pytest.mark.parametrize("drop", ["before", "after"])
async def test_a_broken_connection_is_not_used_again(
    sim: Simulator, bot: Bot, rina: Person, drop: str
) -> None:
    sim.faults.add("sendMessage", drop="before" if drop == "before" else "after")
    with pytest.raises(NetworkError):
        await bot.send_message(rina.id, "Satu")
    await bot.send_message(rina.id, "Dua")
    await rina.sees("Dua")


async def test_a_slow_answer_is_given_up(sim: Simulator, bot: Bot, rina: Person) -> None:
    sim.faults.add("sendMessage", latency=5)
    with pytest.raises(TimedOut):
        await bot.send_message(rina.id, "Satu", read_timeout=0.05)
    await bot.send_message(rina.id, "Dua")
    await rina.sees("Dua")


async def test_a_call_that_nobody_waits_for_leaves_no_connection_half_way(
    sim: Simulator, bot: Bot, rina: Person
) -> None:
    sim.faults.add("sendMessage", latency=0.1)
    call = asyncio.create_task(bot.send_message(rina.id, "Satu"))
    await asyncio.sleep(0.02)
    call.cancel()
    assert (await bot.send_message(rina.id, "Dua")).text == "Dua"


async def test_a_connection_that_the_server_closed_is_replaced(bot: Bot, rina: Person) -> None:
    await bot.send_message(rina.id, "Satu")
    await asyncio.sleep(1.2)
    await bot.send_message(rina.id, "Dua")


async def test_too_many_calls_wait_for_a_connection(
    sim: Simulator, address: str, rina: Person
) -> None:
    sim.faults.add("sendMessage", latency=5)
    async with Bot(sim.token, base_url=f"{address}/bot", request=Wire(Connections(1))) as bot:
        call = asyncio.create_task(bot.send_message(rina.id, "Satu"))
        await asyncio.sleep(0.05)
        with pytest.raises(TimedOut):
            await bot.send_message(rina.id, "Dua", pool_timeout=0.05)
        call.cancel()


async def test_a_server_that_is_not_there(sim: Simulator) -> None:
    bot = Bot(sim.token, base_url="http://127.0.0.1:9/bot", request=Wire(Connections(1)))
    with pytest.raises(NetworkError):
        await bot.send_message(1001, "Halo")


def test_behind_a_proxy_the_library_finds_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "http://proxy.sekolah.example:3128")
    monkeypatch.setenv("no_proxy", "bot.sekolah.example")
    assert isinstance(wire_to("https://api.telegram.org", 2), HTTPXRequest)
    assert isinstance(wire_to("https://bot.sekolah.example", 2), Wire)
