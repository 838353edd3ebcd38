"""The simulator over a real socket: in this process, away from the bots."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.simulator import Simulator

CHUNK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Telegram:
    """A simulator and the address at which a bot reaches it."""

    sim: Simulator
    address: str

    async def first_poll(self) -> None:
        """Wait until a bot asks for updates."""
        await self.sim.world.updates.polling.wait()


@asynccontextmanager
async def telegram(
    token: str = "123456:TEST", bytes_per_s: float | None = None
) -> AsyncIterator[Telegram]:
    """Serve a simulator without flood limits; downloads run at `bytes_per_s` each."""
    sim = Simulator(token=token)
    app: ASGIApp = sim.app if bytes_per_s is None else Throttle(sim.app, bytes_per_s)
    listener = socket.create_server(("127.0.0.1", 0))
    # Else each answer waits some 40 ms: its body for the acknowledgement of its head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield Telegram(sim, f"http://127.0.0.1:{listener.getsockname()[1]}")
    finally:
        await sim.aclose()
        server.should_exit = True
        await serving


class Throttle:
    """Lets each download through at a phone network's speed."""

    def __init__(self, app: ASGIApp, bytes_per_s: float) -> None:
        self._app = app
        self._bytes_per_s = bytes_per_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, slowly if it is a download."""
        if scope["type"] == "http" and scope["path"].startswith("/file/"):
            await self._app(scope, receive, self._slowly(send))
        else:
            await self._app(scope, receive, send)

    def _slowly(self, send: Send) -> Send:
        async def trickle(message: Message) -> None:
            body = message.get("body", b"")
            for at in range(0, len(body), CHUNK):
                await asyncio.sleep(CHUNK / self._bytes_per_s)
                await send({**message, "body": body[at : at + CHUNK], "more_body": True})
            await send({**message, "body": b""} if body else message)

        return trickle
