"""The bots that are compared, each in a process of its own, as in real life."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from tests.benchmarks.telegram import Telegram

ROOT = Path(__file__).parents[2]
START_WITHIN_S = 30


@asynccontextmanager
async def running(
    telegram: Telegram, command: list[str], environment: Mapping[str, str], log: Path
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Run a bot until the end of the block; it has begun to poll when the block begins."""
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
        yield process
    except TimeoutError:
        print(log.read_text())
        raise
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def ours(telegram: Telegram, database_url: str, folder: Path):  # type: ignore[no-untyped-def]
    """Kawan Kinerja itself."""
    return running(
        telegram,
        ["-m", "tests.benchmarks.ours"],
        {"DATABASE_URL": database_url, "DATA_DIR": str(folder)},
        folder / "ours.log",
    )
