"""The command line as tests type it: inside this process, or as one of its own."""

import asyncio
import contextlib
import os
import re
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import uvicorn

from bot.simulator import Simulator

TOKEN = "123456789:AAExampleExampleExampleExampleExampl"
USERNAME = "kawan_uji_bot"
NPSN = "10304567"
NIP = "198703152010012012"
STARTS_WITHIN_S = 60.0
"""For a whole process on a busy machine."""


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


Kawan = Callable[..., Awaitable[Said]]


@contextlib.asynccontextmanager
async def served(sim: Simulator, port: int = 0) -> AsyncIterator[str]:
    """Put the simulator on a socket; give its address."""
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(sim.app, log_config=None, timeout_graceful_shutdown=1)
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        await serving


async def founds(kawan: Kawan) -> None:
    said = await kawan("school", "add", "--npsn", NPSN, "--name", "SMPN 1 Surian", "--token-only")
    assert said.code == 0, said.err


def is_token(text: str) -> bool:
    return re.fullmatch(r"[A-Za-z0-9_-]{22}", text) is not None


def is_link(text: str) -> bool:
    head, _, token = text.partition("?start=")
    return head == f"https://t.me/{USERNAME}" and is_token(token)


@contextlib.asynccontextmanager
async def process(*words: str, **environment: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A `kawan` process of its own."""
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        yield started
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()
