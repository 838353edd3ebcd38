"""The bots that are compared, each in a process of its own, as in real life."""

import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from tests.benchmarks.telegram import Telegram

ROOT = Path(__file__).parents[2]
START_WITHIN_S = 30


@dataclass(frozen=True, slots=True)
class Bot:
    """A running bot: its process, and the seconds until it first asked for updates."""

    process: psutil.Process
    started_in_s: float

    @property
    def computed_s(self) -> float:
        """The computing time it has used so far, in seconds."""
        times = self.process.cpu_times()
        return float(times.user + times.system)

    @property
    def memory_mb(self) -> float:
        """The memory it occupies, in megabytes."""
        return float(self.process.memory_info().rss) / 1e6


def ours(telegram: Telegram, database_url: str, folder: Path) -> AbstractAsyncContextManager[Bot]:
    """Kawan Kinerja itself, started as a school starts it."""
    return _running(
        telegram,
        ["-m", "bot", "run"],
        {"DATABASE_URL": database_url, "DATA_DIR": str(folder)},
        folder / "ours.log",
    )


def broadcasting(
    telegram: Telegram, database_url: str, folder: Path
) -> AbstractAsyncContextManager[Bot]:
    """Kawan Kinerja with a kind of message that costs nothing to draw."""
    return _running(
        telegram,
        ["-m", "tests.benchmarks.broadcasting_bot"],
        {"DATABASE_URL": database_url, "DATA_DIR": str(folder)},
        folder / "ours.log",
    )


def compared(
    telegram: Telegram, name: str, cards: Path, database_url: str, log: Path
) -> AbstractAsyncContextManager[Bot]:
    """The bare handler, or the plain one; `cards` is what it puts on the phone."""
    return _running(
        telegram,
        ["-m", "tests.benchmarks.handlers", name],
        {"DATABASE_URL": database_url, "CARDS": str(cards)},
        log,
    )


@asynccontextmanager
async def _running(
    telegram: Telegram, command: list[str], environment: Mapping[str, str], log: Path
) -> AsyncIterator[Bot]:
    started = time.perf_counter()
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            *command,
            cwd=ROOT,
            env={
                **os.environ,
                "BOT_TOKEN": telegram.sim.token,
                "TELEGRAM_API_URL": telegram.address,
                **environment,
            },
            stdout=output,
            stderr=output,
        )
    try:
        async with asyncio.timeout(START_WITHIN_S):
            await telegram.first_poll()
        yield Bot(psutil.Process(process.pid), time.perf_counter() - started)
    except TimeoutError:
        print(await asyncio.to_thread(log.read_text, encoding="utf-8"))
        raise
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()
