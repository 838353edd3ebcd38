"""`kawan run`, as a process: tokens, networks, webhooks, ports."""

import asyncio
import logging
import os
import signal
import socket
from pathlib import Path

import httpx
import pytest

from bot.commands import Failed, running
from bot.commands.running import run_until
from bot.settings import Settings
from bot.simulator import Person, Simulator
from tests.bot.commands.staging import (
    NPSN,
    STARTS_WITHIN_S,
    TOKEN,
    USERNAME,
    Kawan,
    founds,
    process,
    served,
)


async def test_run_without_a_token_says_so_in_one_line(environment: dict[str, str]) -> None:
    async with process("run") as started:
        out, err = await started.communicate()
    assert started.returncode == 2
    assert out == b""
    assert err.count(b"\n") == 1
    assert b"BOT_TOKEN" in err


async def test_run_with_a_refused_token(sim: Simulator) -> None:
    wrong = f"{TOKEN[:-1]}x"
    async with process("run", BOT_TOKEN=wrong) as started:
        out, err = await started.communicate()
    assert started.returncode == 2
    assert err.decode().splitlines() == [
        "Telegram menolak BOT_TOKEN. Salin lagi tokennya dari @BotFather ke berkas .env."
    ]
    assert out == b""


async def test_people_join_while_the_bot_runs(sim: Simulator, kawan: Kawan) -> None:
    sim.faults.add("getUpdates", status=502)
    sim.faults.add("getUpdates", drop="before")
    await founds(kawan)
    async with process("run", LOG_LEVEL="DEBUG") as started:
        rina = sim.person("Rina", id=31)
        await rina.start()
        await rina.sees("undangan", within=STARTS_WITHIN_S)
        async with process(
            "invite", "--npsn", NPSN, "--role", "teacher", "--name", "Rina Wati", "--token-only"
        ) as inviting:
            token, _ = await inviting.communicate()
        await joins(rina, token.decode().strip())
        await rina.sees_button("Rencana", within=30)
        started.send_signal(signal.SIGTERM)
        out, err = await started.communicate()
    assert started.returncode == 0, err.decode()
    assert out == b""
    log = err.decode()
    assert "polling broke" in log
    assert "stopped" in log
    assert TOKEN.partition(":")[2] not in log


async def joins(person: Person, token: str) -> None:
    await person.start(token)
    await person.taps("Ya, ini saya", within=30)
    await person.sees("Yang disimpan", within=30)
    await person.taps("Setuju", within=30)
    await person.sees("Selamat bergabung", within=30)


def settings(address: str, tmp_path: Path, **values: object) -> Settings:
    return Settings.model_validate(
        {
            "bot_token": TOKEN,
            "telegram_api_url": address,
            "database_url": f"sqlite+aiosqlite:///{tmp_path}/kawan.db",
            "data_dir": tmp_path,
            "webhook_url": "",
            "http_port": None,
            **values,
        }
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


async def test_the_bot_waits_for_the_network(
    tmp_path: Path,
    environment: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(running, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(running, "LONGEST_PAUSE_S", 0.02)
    port, stop, tried = free_port(), asyncio.Event(), asyncio.Event()

    class Watching(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "cannot be reached" in record.getMessage():
                tried.set()

    handler = Watching()
    running.logger.addHandler(handler)
    bot = asyncio.create_task(run_until(stop, settings(f"http://127.0.0.1:{port}", tmp_path)))
    try:
        async with asyncio.timeout(STARTS_WITHIN_S):
            await tried.wait()
        sim = Simulator(token=TOKEN, username=USERNAME)
        async with served(sim, port):
            rina = sim.person("Rina", id=31)
            await rina.start()
            await rina.sees("undangan", within=STARTS_WITHIN_S)
            stop.set()
            await bot
    finally:
        running.logger.removeHandler(handler)
        bot.cancel()
    assert "ConnectError" in caplog.text
    assert TOKEN not in caplog.text


async def test_the_bot_ends_while_it_waits_for_the_network(
    tmp_path: Path, environment: dict[str, str]
) -> None:
    stop = asyncio.Event()
    stop.set()
    await run_until(stop, settings("http://127.0.0.1:9", tmp_path))


async def test_the_bot_takes_its_updates_from_the_webhook(tmp_path: Path, sim: Simulator) -> None:
    port, stop = free_port(), asyncio.Event()
    address = os.environ["TELEGRAM_API_URL"]
    hooked = settings(
        address,
        tmp_path,
        webhook_url=f"http://127.0.0.1:{port}/kawan",
        webhook_secret="rahasia",
        http_port=port,
    )
    bot = asyncio.create_task(run_until(stop, hooked))
    rina = sim.person("Rina", id=31)
    await rina.start()
    await rina.sees("undangan", within=STARTS_WITHIN_S)
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"http://127.0.0.1:{port}/healthz")).json()["ok"]
    stop.set()
    await bot
    (asked,) = [call for call in sim.calls if call.method.lower() == "setwebhook"]
    assert "my_chat_member" in asked.params["allowed_updates"]
    assert not [call for call in sim.calls if call.method.lower() == "getupdates"]


async def test_health_is_served_beside_polling(tmp_path: Path, sim: Simulator) -> None:
    port, stop = free_port(), asyncio.Event()
    polling = settings(os.environ["TELEGRAM_API_URL"], tmp_path, http_port=port)
    bot = asyncio.create_task(run_until(stop, polling))
    rina = sim.person("Rina", id=31)
    await rina.start()
    await rina.sees("undangan", within=STARTS_WITHIN_S)
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.get(f"http://127.0.0.1:{port}/healthz")).json()["polling"]
        assert "kawan_updates_total 1" in (await http.get(f"http://127.0.0.1:{port}/metrics")).text
    stop.set()
    await bot


async def test_a_port_that_is_taken_is_told(tmp_path: Path, environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(Failed, match=f"Porta {port}"):
            await run_until(
                asyncio.Event(), settings("http://127.0.0.1:9", tmp_path, http_port=port)
            )


async def test_a_token_that_is_revoked_ends_the_bot(tmp_path: Path, sim: Simulator) -> None:
    bot = asyncio.create_task(
        run_until(asyncio.Event(), settings(os.environ["TELEGRAM_API_URL"], tmp_path))
    )
    rina = sim.person("Rina", id=31)
    await rina.start()
    await rina.sees("undangan", within=STARTS_WITHIN_S)
    sim.api.token = f"{TOKEN[:-1]}x"
    await rina.types("halo")
    with pytest.raises(Failed, match="menolak BOT_TOKEN") as ended:
        await bot
    assert ended.value.code == 2


async def test_a_webhook_that_telegram_refuses_is_told(tmp_path: Path, sim: Simulator) -> None:
    sim.faults.add("setWebhook", status=400, description="Bad Request: bad webhook: no https")
    refused = settings(
        os.environ["TELEGRAM_API_URL"],
        tmp_path,
        webhook_url="http://127.0.0.1/kawan",
        webhook_secret="rahasia",
        http_port=free_port(),
    )
    with pytest.raises(Failed, match="no https"):
        await run_until(asyncio.Event(), refused)
