"""The wire to Telegram: `httpx` without what a bot has no use for.

A call by way of `httpx.AsyncClient` costs a millisecond of computing, and two while twenty others
are under way: cookies, redirects, sign-in, and a pool that looks at all its connections at every
call. A bot sends one kind of request to one server; a request and a free connection are enough.
"""

import asyncio
import ssl
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpx
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData

from bot.lines import Line

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 20.0
WRITE_TIMEOUT_S = 60.0

EDITS = ("/editMessageText", "/editMessageReplyMarkup")
JUST_DONE = b'{"ok":true,"result":true}'

# There are as many addresses as methods, and reading one takes longer than sending it.
_parsed = lru_cache(maxsize=64)(httpx.URL)


def wire_to(address: str, connections: int) -> BaseRequest:
    """Make the client that talks to the Bot API at an address, over so many connections."""
    if _is_behind_proxy(address):
        # The library's own client knows how to go by a proxy.
        return HTTPXRequest(
            connection_pool_size=connections,
            connect_timeout=CONNECT_TIMEOUT_S,
            read_timeout=READ_TIMEOUT_S,
            write_timeout=WRITE_TIMEOUT_S,
        )
    return Wire(Connections(connections))


def _is_behind_proxy(address: str) -> bool:
    parts, proxies = urlsplit(address), getproxies()
    has_proxy = parts.scheme in proxies or "all" in proxies
    return has_proxy and not proxy_bypass(parts.hostname or "")


class Wire(BaseRequest):
    """Sends the library's requests through a transport, which tests may exchange."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self._transport = transport

    @property
    def read_timeout(self) -> float:
        """How long to wait for an answer, in seconds, where a call does not say."""
        return READ_TIMEOUT_S

    async def initialize(self) -> None:
        """Nothing to prepare: connections are opened when they are needed."""

    async def shutdown(self) -> None:
        """Close the connections."""
        await self._transport.aclose()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: Any = BaseRequest.DEFAULT_NONE,
        write_timeout: Any = BaseRequest.DEFAULT_NONE,
        connect_timeout: Any = BaseRequest.DEFAULT_NONE,
        pool_timeout: Any = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """Make one call; give its status and its answer."""
        timeouts = {
            "read": _or(read_timeout, READ_TIMEOUT_S),
            "write": _or(write_timeout, WRITE_TIMEOUT_S),
            "connect": _or(connect_timeout, CONNECT_TIMEOUT_S),
            "pool": _or(pool_timeout, READ_TIMEOUT_S),
        }
        request = httpx.Request(
            method,
            _parsed(url),
            headers={"User-Agent": self.USER_AGENT},
            data=request_data.json_parameters if request_data else None,
            files=request_data.multipart_data if request_data else None,
            extensions={"timeout": timeouts},
        )
        try:
            response = await self._transport.handle_async_request(request)
            answer = await response.aread()
        except httpx.TimeoutException as error:
            raise TimedOut(f"{type(error).__name__}: {error}") from error
        except httpx.TransportError as error:
            raise NetworkError(f"{type(error).__name__}: {error}") from error
        if response.status_code == httpx.codes.OK and url.endswith(EDITS):
            # The message as it has just been sent: dozens of objects that nobody looks at.
            return response.status_code, JUST_DONE
        return response.status_code, answer


class Connections(httpx.AsyncBaseTransport):
    """Up to so many connections to one server; the one that was used last is used next."""

    def __init__(self, most: int, tls: ssl.SSLContext | None = None) -> None:
        self._free: list[Line] = []
        self._turns = asyncio.Semaphore(most)
        self._tls = tls or httpx.create_ssl_context()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on a free connection and read the whole answer."""
        timeouts = request.extensions["timeout"]
        if self._turns.locked():
            await self._wait_for_turn(timeouts["pool"])
        else:
            await self._turns.acquire()
        try:
            line = self._take() or await Line.open(request.url, self._tls, timeouts["connect"])
            try:
                response = await line.call(request)
            except BaseException:
                # Whatever state it is in, nobody must go on from there.
                line.hang_up()
                raise
            self._free.append(line)
            return response
        finally:
            self._turns.release()

    async def _wait_for_turn(self, patience: float) -> None:
        try:
            async with asyncio.timeout(patience):
                await self._turns.acquire()
        except TimeoutError:
            raise httpx.PoolTimeout("all connections are in use") from None

    def _take(self) -> Line | None:
        while self._free:
            line = self._free.pop()
            if line.is_usable:
                return line
            line.hang_up()
        return None

    async def aclose(self) -> None:
        """Close every connection."""
        free, self._free = self._free, []
        for line in free:
            line.hang_up()


def _or(given: Any, default: float) -> Any:
    return default if given is BaseRequest.DEFAULT_NONE else given
