"""The Bot API over HTTP: ``/bot<token>/<method>`` and ``/file/bot<token>/<path>``."""

from __future__ import annotations

import asyncio
import hmac
import json
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from bot.simulator import changing, fetching, profile, sending
from bot.simulator.errors import ApiError
from bot.simulator.faults import Fault, Faults
from bot.simulator.params import Params, parse_params
from bot.simulator.registry import METHODS
from bot.simulator.world import World

# Importing these modules is what fills the table of methods.
METHOD_MODULES = (changing, fetching, profile, sending)

KEPT_CALLS = 2000
CHUNK = 64 * 1024
_JSON = [(b"content-type", b"application/json")]


@dataclass(slots=True)
class Call:
    """One request of the bot, for reading in tests and on the page; it holds no token."""

    method: str
    params: dict[str, str]
    status: int
    response: Any
    at: datetime


def _encode(document: Any) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode(
        "utf-8", "surrogatepass"
    )


class BotApi:
    """The ASGI endpoints of one simulated Bot API."""

    def __init__(self, token: str, world: World, faults: Faults) -> None:
        self.token = token
        self.world = world
        self.faults = faults
        self.calls: deque[Call] = deque(maxlen=KEPT_CALLS)

    @property
    def routes(self) -> list[Route]:
        """Both routes, to be mounted wherever a page wants them."""
        return [
            Route("/bot{token}/{method}", _Endpoint(self.handle_method)),
            Route("/file/bot{token}/{path:path}", _Endpoint(self.handle_file)),
        ]

    async def handle_method(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One Bot API call."""
        token, name = scope["path_params"]["token"], scope["path_params"]["method"]
        body = await _read(receive)
        if not self._is_me(token):
            await _respond(send, 401, ApiError(401, _unauthorized(token)).body())
            return
        headers = dict(scope["headers"])
        params, fault = Params(), None
        try:
            content_type = headers.get(b"content-type", b"").decode()
            params = parse_params(scope["query_string"], content_type, body)
            fault = self._fault(name, params)
            if fault is not None:
                await self._strike(fault)
            result = await self._run(name, params, receive)
            status, document = 200, {"ok": True, "result": result}
        except ApiError as error:
            status, document = error.code, error.body()
        self._log(name, params, status, document)
        drop = fault.drop if fault is not None else None
        if drop == "after":
            raise _HungUpError
        await _respond(send, status, document, broken=drop == "middle")

    async def handle_file(self, scope: Scope, _receive: Receive, send: Send) -> None:
        """The download of a file by the path that ``getFile`` named."""
        files = self.world.files
        file_id = files.paths.get(scope["path_params"]["path"])
        if file_id is None or not self._is_me(scope["path_params"]["token"]):
            await _respond(send, 404, ApiError(404, "Not Found").body())
            return
        fault = self.faults.pick("file", None, file_id)
        try:
            if fault is not None:
                await self._strike(fault)
        except ApiError as error:
            await _respond(send, error.code, error.body())
            return
        if fault is not None and fault.drop == "after":
            raise _HungUpError
        data = files.read(file_id)
        kind = [(b"content-type", b"application/octet-stream")]
        broken = fault is not None and fault.drop == "middle"
        await _respond_bytes(send, 200, data, kind, broken=broken)

    def _is_me(self, token: str) -> bool:
        return hmac.compare_digest(token.encode(), self.token.encode())

    def _fault(self, name: str, params: Params) -> Fault | None:
        chat_id = params.integer("chat_id")
        query = self.world.queries.get(params.text("callback_query_id"))
        if not chat_id and query is not None:
            chat_id = query.chat_id
        return self.faults.pick(name, chat_id or None, params.text("file_id"))

    async def _strike(self, fault: Fault) -> None:
        if fault.latency:
            await asyncio.sleep(fault.latency)
        if fault.drop == "before":
            raise _HungUpError
        refusal = fault.refusal()
        if refusal is not None:
            raise refusal

    async def _run(self, name: str, params: Params, receive: Receive) -> Any:
        lowered = name.lower()
        if lowered == "getupdates":
            return await fetching.get_updates(self.world, params, receive)
        function = METHODS.get(lowered)
        if function is None:
            raise ApiError(404, "Not Found: method not found")
        return function(self.world, params)

    def _log(self, name: str, params: Params, status: int, document: Any) -> None:
        call = Call(name, params.loggable(), status, document, self.world.now())
        self.calls.append(call)
        if self.world.observers:
            data = {"method": name, "params": call.params, "status": status, "call": call}
            self.world.tell("call", params.integer("chat_id"), data=data)


class _Endpoint:
    """Lets a bound method be a route's ASGI application, without Starlette's request objects.

    A planned break of the connection ends here. A server closes the socket when an application
    returns in the middle of its answer. In process there is no socket: there the client gets
    the exception that a broken connection raises.
    """

    def __init__(self, handle: Any) -> None:
        self.handle = handle

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self.handle(scope, receive, send)
        except _HungUpError as hung_up:
            if "spec_version" not in scope["asgi"]:  # as servers give it, and httpx does not
                raise httpx.RemoteProtocolError(str(hung_up)) from None
            if hung_up.has_begun:
                return
            headers = [(b"content-length", b"1000")]
            await send({"type": "http.response.start", "status": 200, "headers": headers})
            await send({"type": "http.response.body", "body": b"{", "more_body": True})


class _HungUpError(Exception):
    """The connection is to be broken off now; says what a client says when it notices."""

    def __init__(self, sent: int | None = None, expected: int = 0) -> None:
        self.has_begun = sent is not None
        super().__init__(
            "peer closed connection without sending complete message body "
            f"(received {sent} bytes, expected {expected})"
            if self.has_begun
            else "Server disconnected without sending a response."
        )


def _unauthorized(token: str) -> str:
    number, colon, _ = token.partition(":")
    if not colon or not number.isdigit() or token.startswith("0"):
        return "Unauthorized: invalid token specified"
    return "Unauthorized"


async def _read(receive: Receive) -> bytes:
    message = await receive()
    body: bytes = message.get("body", b"")
    if not message.get("more_body"):
        return body
    chunks = [body]
    while message.get("more_body"):
        message = await receive()
        chunks.append(message.get("body", b""))
    return b"".join(chunks)


async def _respond(send: Send, status: int, document: Any, *, broken: bool = False) -> None:
    headers = list(_JSON)
    retry_after = document.get("parameters", {}).get("retry_after") if status == 429 else None
    if retry_after is not None:
        headers.append((b"retry-after", str(retry_after).encode()))
    await _respond_bytes(send, status, _encode(document), headers, broken=broken)


async def _respond_bytes(
    send: Send,
    status: int,
    body: bytes,
    headers: Iterable[tuple[bytes, bytes]],
    *,
    broken: bool = False,
) -> None:
    """Send an answer in pieces; where ``broken``, the line breaks after half of it."""
    length = (b"content-length", str(len(body)).encode())
    await send({"type": "http.response.start", "status": status, "headers": [*headers, length]})
    end = len(body) // 2 if broken else len(body)
    for start in range(0, end, CHUNK):
        stop = min(start + CHUNK, end)
        more = broken or stop < end
        await send({"type": "http.response.body", "body": body[start:stop], "more_body": more})
    if broken:
        raise _HungUpError(end, len(body))
    if not body:
        await send({"type": "http.response.body", "body": b""})
