"""The same over a real socket: polling, files, and connections that break."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn
from telegram import Bot
from telegram.error import NetworkError
from telegram.request import HTTPXRequest

from bot.simulator import Simulator


@pytest.fixture
async def address(sim: Simulator) -> AsyncIterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(sim.app, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    await serving


@pytest.fixture
async def far_bot(sim: Simulator, address: str) -> AsyncIterator[Bot]:
    async with Bot(
        sim.token,
        base_url=f"{address}/bot",
        base_file_url=f"{address}/file/bot",
        request=HTTPXRequest(httpx_kwargs={"trust_env": False}),
        get_updates_request=HTTPXRequest(httpx_kwargs={"trust_env": False}),
    ) as bot:
        yield bot


async def test_a_conversation_over_a_socket(sim: Simulator, far_bot: Bot) -> None:
    rina = sim.person("Rina", id=1001)
    poll = asyncio.create_task(far_bot.get_updates(timeout=10))
    await rina.start()
    (update,) = await poll
    assert update.message is not None
    await update.message.reply_document(b"%PDF-1.7", filename="a.pdf")
    message = await rina.until(lambda: rina.last)
    file = await far_bot.get_file(message.content["document"]["file_id"])
    assert bytes(await file.download_as_bytearray()) == b"%PDF-1.7"


async def test_a_broken_connection(sim: Simulator, far_bot: Bot) -> None:
    rina = sim.person("Rina", id=1001)
    await rina.start()
    sim.faults.add("sendMessage", drop="before")
    sim.faults.add("sendMessage", drop="after")
    with pytest.raises(NetworkError):
        await far_bot.send_message(rina.id, "Satu")
    assert len(rina.messages) == 1
    with pytest.raises(NetworkError):
        await far_bot.send_message(rina.id, "Dua")
    assert rina.last.text == "Dua"
    await far_bot.send_message(rina.id, "Tiga")


async def collect(response: httpx.Response, into: bytearray) -> None:
    async for piece in response.aiter_raw():
        into += piece


async def test_a_download_that_breaks_in_the_middle(
    sim: Simulator, far_bot: Bot, address: str
) -> None:
    rina = sim.person("Rina", id=1001)
    data = bytes(range(256)) * 1024
    sent = await rina.sends_document(data)
    file = await far_bot.get_file(sent.file_id)
    sim.faults.add("file", drop="middle", times=2)
    with pytest.raises(NetworkError, match="complete message body"):
        await file.download_as_bytearray()
    got = bytearray()
    path = f"/file/bot{sim.token}/{sim.world.files.files[sent.file_id].path}"
    async with (
        httpx.AsyncClient(base_url=address, trust_env=False) as client,
        client.stream("GET", path) as response,
    ):
        assert response.headers["content-length"] == str(len(data))
        with pytest.raises(httpx.RemoteProtocolError):
            await collect(response, got)
    assert got == data[: len(data) // 2]
    assert bytes(await file.download_as_bytearray()) == data


async def test_large_files_go_both_ways(sim: Simulator, far_bot: Bot) -> None:
    rina = sim.person("Rina", id=1001)
    await rina.start()
    data = os.urandom(1 << 20) * 20
    sent = await rina.sends_document(data)
    file = await far_bot.get_file(sent.file_id)
    assert await file.download_as_bytearray() == data
    await far_bot.send_document(rina.id, data, filename="besar.zip", write_timeout=60)
    document = await rina.sees_document("besar.zip")
    assert await rina.downloads(document) == data


async def test_a_poller_that_hangs_up_is_forgotten(sim: Simulator, address: str) -> None:
    rina = sim.person("Rina", id=1001)
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        path = f"/bot{sim.token}/getUpdates"
        poll = asyncio.create_task(client.get(path, params={"timeout": 30}))
        async with asyncio.timeout(30):
            await sim.world.updates.polling.wait()
        poll.cancel()
        with pytest.raises(asyncio.CancelledError):
            await poll
        async with asyncio.timeout(30):
            await sim.world.updates.idle.wait()
        await rina.start()
        updates = (await client.get(path)).json()["result"]
        assert [one["message"]["text"] for one in updates] == ["/start"]
        head = await client.post(f"/bot{sim.token}/sendMessage?chat_id=1001&text=x")
        assert head.json()["ok"]
