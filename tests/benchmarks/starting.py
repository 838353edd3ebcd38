"""How long the bot takes to start, and how much memory many conversations leave it with."""

import asyncio
import statistics
from pathlib import Path

from storage.models import Role
from tests.benchmarks import bots
from tests.benchmarks.databases import Databases
from tests.benchmarks.figures import Figure, at_most
from tests.benchmarks.people import PATIENCE_S, join, school_with
from tests.benchmarks.telegram import telegram

STARTS = 3
CONVERSATIONS = 1_000
AT_ONCE = 20
START_GOAL_S = 2.0
MEMORY_GOAL_MB = 150.0


async def measure(databases: Databases, folder: Path) -> list[Figure]:
    """Start a few times; then have a thousand people join and open their plans."""
    url = await databases.fresh("SQLite")
    tokens = await school_with(url, Role.TEACHER, CONVERSATIONS)
    home = folder / "starting"
    home.mkdir()
    starts = []
    for _ in range(STARTS):
        async with telegram() as served, bots.ours(served, url, home) as bot:
            starts.append(bot.started_in_s)
    async with telegram() as served, bots.ours(served, url, home) as bot:
        fresh_mb = bot.memory_mb
        turns = asyncio.Semaphore(AT_ONCE)

        async def converse(number: int, token: str) -> None:
            async with turns:
                person = await join(served.sim, number, token)
                await person.taps("Rencana", within=PATIENCE_S)
                await person.sees_button("Pengembangan diri", within=PATIENCE_S)

        async with asyncio.TaskGroup() as group:
            for number, token in enumerate(tokens):
                group.create_task(converse(number, token))
        memory_mb = bot.memory_mb
    return [
        Figure(
            "Start",
            "from the command to the first poll",
            statistics.median(starts),
            "s",
            at_most(START_GOAL_S),
            f"median of {STARTS}: {', '.join(f'{one:.2f}' for one in sorted(starts))} s",
        ),
        Figure(
            "Start",
            f"memory after {CONVERSATIONS:,} conversations",
            memory_mb,
            "MB",
            at_most(MEMORY_GOAL_MB),
            f"{fresh_mb:.0f} MB after the start",
        ),
    ]
