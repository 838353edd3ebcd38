"""What others may ask over HTTP: the webhook for Telegram, /healthz and /metrics for guardians."""

import asyncio
import contextlib
import hmac
import json
import logging
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import uvicorn
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from bot.application import Kawan

logger = logging.getLogger(__name__)

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - a header's name
LARGEST_UPDATE = 1_000_000
"""Bytes; Telegram's updates hold a text of 4096 characters and ids, never a file."""
LARGEST_ID = 2**63 - 1
PATIENCE_S = 5.0
HEALTH_PATH = "/healthz"
METRICS_PATH = "/metrics"


class Web:
    """The HTTP side of a running bot. With a WEBHOOK_URL its path takes updates."""

    def __init__(self, kawan: Kawan, listener: socket.socket | None = None) -> None:
        self._kawan = kawan
        self._listener = listener
        self._secret = kawan.settings.webhook_secret.get_secret_value().encode()
        self._server: Server | None = None
        self.serving: asyncio.Task[None] | None = None
        routes = [Route(HEALTH_PATH, self._health), Route(METRICS_PATH, self._metrics)]
        if kawan.settings.webhook_url:
            path = urlsplit(kawan.settings.webhook_url).path or "/"
            routes.append(Route(path, self._webhook, methods=["POST"]))
        self.app = Starlette(routes=routes)

    def start(self) -> None:
        """Begin to serve on the listener."""
        if self._listener is None:
            raise ValueError("nothing to listen on")
        config = uvicorn.Config(
            self.app,
            log_config=None,
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=5,
        )
        self._server = Server(config)
        self.serving = asyncio.get_running_loop().create_task(
            self._server.serve(sockets=[self._listener]), name="web"
        )

    async def stop(self) -> None:
        """Finish the requests in hand and close the port."""
        if self._server is not None and self.serving is not None:
            self._server.should_exit = True
            await asyncio.wait([self.serving])
        if self._listener is not None:
            self._listener.close()

    async def _webhook(self, request: Request) -> Response:
        """Take one update: stored when Telegram gets its answer, worked on afterwards."""
        given = request.headers.get(SECRET_HEADER, "").encode()
        if not self._secret or not hmac.compare_digest(given, self._secret):
            return PlainTextResponse("wrong secret", 403)
        body = await _body(request)
        if body is None:
            return PlainTextResponse("too large", 413)
        payload = _update(body)
        if payload is None:
            return PlainTextResponse("not an update", 400)
        await self._kawan.intake.receive([payload])
        return PlainTextResponse("")

    async def _health(self, _request: Request) -> Response:
        """Say whether the bot can do its work: 200, or 503 naming what is broken."""
        parts = {
            "database": await self._database_answers(),
            "sender": _is_alive(self._kawan.sending) and not self._kawan.sender.stands_still,
            "scheduler": not self._kawan.schedule.stands_still,
        }
        if not self._kawan.settings.webhook_url:
            parts["polling"] = _is_alive(self._kawan.polling)
        good = all(parts.values())
        # A process that waits to take over is in good health.
        elected = self._kawan.election.is_won
        return JSONResponse({"ok": good, **parts, "elected": elected}, 200 if good else 503)

    async def _database_answers(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE_S), self._kawan.database.reading() as session:
                await (await session.connection()).execute(text("SELECT 1"))
        except Exception:
            logger.warning("the database does not answer", exc_info=True)
            return False
        return True

    async def _metrics(self, _request: Request) -> Response:
        """Give the figures in Prometheus' text format."""
        kawan = self._kawan
        told = await kawan.figures.told(
            kawan.database, kawan.clock.now(), elected=kawan.election.is_won
        )
        return Response(told, media_type=CONTENT_TYPE_PLAIN_0_0_4)


class Server(uvicorn.Server):
    """A server that leaves signals to the program: the bot has to finish first."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Catch nothing."""
        yield


def _is_alive(task: asyncio.Task[Any] | None) -> bool:
    return task is not None and not task.done()


async def _body(request: Request) -> bytes | None:
    """Read a request's body; None when it is larger than any update."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_UPDATE:
            return None
    return bytes(body)


def _update(body: bytes) -> dict[str, Any] | None:
    """Read an update, unless the body is none."""
    try:
        payload = json.loads(body)
    except (ValueError, RecursionError):
        return None
    number = payload.get("update_id") if isinstance(payload, dict) else None
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= LARGEST_ID:
        return None
    return dict(payload)
