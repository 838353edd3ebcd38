"""A bot in processes that die as by a power cut, and Telegram on a socket beside them."""

import asyncio
import atexit
import json
import os
import random
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from sqlmodel import col, select

from bot.simulator import Simulator
from storage.database import Database
from storage.files import FileStore
from storage.members import found_school, invite
from storage.models import InboxUpdate, OutboxMessage, Role
from storage.outbox import LEASE
from tests.databases import copied
from tests.world import MONDAY, TOKEN

ROOT = Path(__file__).parents[2]
PATIENCE = 30.0
BETWEEN_STARTS = LEASE + timedelta(seconds=1)
"""The clock of each process begins so much later: what a killed one had leased is free."""

needs_processes = pytest.mark.skipif(
    not hasattr(os, "pidfd_open"), reason="needs processes that fork and can be watched"
)


class Keeper:
    """The process that has everything imported, and forks one bot after the other."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.end_to_end.killable_bot"],
            cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        )  # fmt: skip
        atexit.register(self._process.communicate)

    def replace(self, **order: Any) -> int:
        """End the bot if one runs, and start the one that is ordered, if any; give its number."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{json.dumps(order)}\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())


@cache
def _keeper() -> Keeper:
    return Keeper()


class Bot:
    """The bot as a process that can be killed and started again."""

    def __init__(self, address: str, database_url: str, folder: Path) -> None:
        self.log = folder / "bot.log"
        self.log.touch()
        self._began = MONDAY
        self._starts = 0
        self._process = 0
        self._environment = {
            "BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": address,
            "DATABASE_URL": database_url,
            "DATA_DIR": str(folder),
            "LOG_LEVEL": "INFO",
            "NO_PROXY": "*",
        }

    @property
    def starts_at(self) -> datetime:
        """The moment at which the clock of the present process began."""
        return self._began + max(0, self._starts - 1) * BETWEEN_STARTS

    def start(self, trap: str = "") -> None:
        """End the bot if it runs, and start it with a clock on which old leases are over.

        With a `trap` such as `bot.fetching:download before 2` it dies there.
        """
        self._starts += 1
        self._process = _keeper().replace(
            environment=self._environment, log=str(self.log),
            start=self.starts_at.isoformat(), trap=trap,
        )  # fmt: skip

    def kill(self) -> None:
        """End the bot as a power cut does, and start it again."""
        os.kill(self._process, signal.SIGKILL)
        self.start()

    def forward(self, time: timedelta) -> None:
        """Let the clocks of the processes to come begin so much later."""
        self._began += time

    async def dies(self) -> None:
        """Wait until the bot has walked into its trap."""
        gone, loop = asyncio.Event(), asyncio.get_running_loop()
        handle = os.pidfd_open(self._process)
        loop.add_reader(handle, gone.set)
        try:
            async with asyncio.timeout(PATIENCE):
                await gone.wait()
        finally:
            loop.remove_reader(handle)
            os.close(handle)

    def end(self) -> None:
        """End everything."""
        _keeper().replace()


class Killer:
    """Kills the bot once in a while: before, during or after what a step sets going."""

    def __init__(self, sim: Simulator, bot: Bot, seed: int) -> None:
        self._sim = sim
        self._bot = bot
        self._dice = random.Random(seed)
        self._calls_left = 0
        self._timer: asyncio.TimerHandle | None = None
        self.kills: list[int] = []
        sim.subscribe(self._called)

    def lies_in_wait(self) -> None:
        """Decide whether, and at which moment of the coming step, the bot dies."""
        if self._calls_left or self._timer is not None or self._dice.random() > 0.4:
            return
        if self._dice.random() < 0.5:
            self._calls_left = self._dice.randint(1, 4)
            return
        if self._dice.random() < 0.5:
            # The call arrives, hangs, and never has its effect.
            for method in ("sendMessage", "editMessageText", "answerCallbackQuery", "file"):
                self._sim.faults.add(method, latency=0.3, drop="before")
        delay = self._dice.uniform(0.0, 0.06)
        self._timer = asyncio.get_running_loop().call_later(delay, self._strike)

    def _called(self, event: dict[str, Any]) -> None:
        # The call has had its effect, but its answer has not been given.
        if self._calls_left and event["type"] == "call":
            self._calls_left -= 1
            if not self._calls_left:
                self._strike()

    def _strike(self) -> None:
        self._timer = None
        self._sim.faults.clear()
        self.kills.append(len(self._sim.calls))
        self._bot.kill()

    def kills_now(self) -> None:
        """Kill at this moment, whatever is going on."""
        self._strike()

    def rests(self) -> None:
        """Kill no more by chance."""
        self._calls_left = 0
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._sim.faults.clear()


@dataclass(frozen=True)
class Stage:
    """A school on SQLite, Telegram on a socket, and the bot as a process, not yet running."""

    sim: Simulator
    bot: Bot
    database: Database
    files: FileStore
    tokens: list[str]


@asynccontextmanager
async def stage(
    folder: Path, template: Path, people: Sequence[tuple[str, Role]]
) -> AsyncIterator[Stage]:
    """Set everything up on a copy of a migrated database; `tokens` invite the people."""
    url = copied(template, folder)
    database = Database(url)
    async with database.transaction() as session:
        school = await found_school(
            session, npsn="10304567", name="SMPN 1 Surian", timezone="Asia/Jakarta",
            ruleset="pmm-2024", now=MONDAY,
        )  # fmt: skip
        tokens = [
            (await invite(session, school, name=name, roles=roles, now=MONDAY)).token or ""
            for name, roles in people
        ]
    sim = Simulator(token=TOKEN)
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(sim.app, log_config=None, timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    bot = Bot(f"http://127.0.0.1:{listener.getsockname()[1]}", url, folder)
    try:
        yield Stage(sim, bot, database, FileStore(folder / "files"), tokens)
    finally:
        bot.end()
        await sim.aclose()
        server.should_exit = True
        await serving
        await database.close()


async def all_is_told(database: Database) -> None:
    """Wait until nothing is left to do: every update acted on, every notice settled."""
    unsettled = select(OutboxMessage).where(col(OutboxMessage.settled_at).is_(None))
    waiting = select(InboxUpdate).where(col(InboxUpdate.acted_at).is_(None))
    await none_left(database, unsettled)
    await none_left(database, waiting)
    await none_left(database, unsettled)


async def none_left(database: Database, rows: Any) -> None:
    """Wait until another process has done with the last of some rows."""
    left: list[Any] = []
    try:
        async with asyncio.timeout(PATIENCE):
            while True:
                left = await _found(database, rows)
                if not left:
                    return
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"left to do: {left}") from None


async def no_files_left(folder: Path) -> None:
    """Wait until another process has put away the last file below a folder."""
    async with asyncio.timeout(PATIENCE):
        while True:
            if not _files_below(folder):
                return
            await asyncio.sleep(0.02)


def _files_below(folder: Path) -> list[Path]:
    return [one for one in folder.rglob("*") if one.is_file()]


async def _found(database: Database, rows: Any) -> list[Any]:
    async with database.reading() as session:
        return list((await session.exec(rows)).all())
