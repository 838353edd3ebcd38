"""An empty folder to type in, and Telegram on a socket."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.__main__ import app
from bot.settings import Settings
from bot.simulator import Simulator
from tests.bot.commands.staging import TOKEN, USERNAME, Kawan, Said, served


@pytest.fixture
def environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """An environment of our own, in an empty folder; nobody listens where Telegram would be."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    ours = {
        "DATABASE_URL": f"sqlite+aiosqlite:///{tmp_path}/kawan.db",
        "DATA_DIR": str(tmp_path),
        "TELEGRAM_API_URL": "http://127.0.0.1:9",
        "NO_PROXY": "127.0.0.1",
        "PYTHONWARNINGS": "default",
    }
    for name, value in ours.items():
        monkeypatch.setenv(name, value)
    return ours


@pytest.fixture
def kawan(environment: dict[str, str]) -> Kawan:
    """Types a command, in a thread of its own, as the commands run an event loop."""

    async def run(*words: str) -> Said:
        result = await asyncio.to_thread(CliRunner().invoke, app, words)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Said(result.exit_code, result.stdout, result.stderr)

    return run


@pytest.fixture
async def sim(
    environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Simulator]:
    """Telegram on a socket, with the bot's token in the environment."""
    simulator = Simulator(token=TOKEN, username=USERNAME)
    async with served(simulator) as address:
        monkeypatch.setenv("TELEGRAM_API_URL", address)
        monkeypatch.setenv("BOT_TOKEN", TOKEN)
        yield simulator
