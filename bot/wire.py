"""The wire to Telegram: `httpx` without what a bot has no use for.

A call by way of `httpx.AsyncClient` costs a millisecond of computing, and two while twenty others
are under way: cookies, redirects, sign-in, and a pool that looks at all its connections at every
call. A bot sends one kind of request to one server; a request and a free connection are enough.
"""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx
from telegram.error import NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, HTTPXRequest, RequestData

CONNECT_TIMEOUT_S = 5.0
READ_TIMEOUT_S = 20.0
WRITE_TIMEOUT_S = 60.0
IDLE_S = 30.0
"""A connection unused for so long is not used again: the other side may be about to close it."""

Sink = Callable[[bytes], object]
"""Takes the next piece of a file."""

POURS_INTO = "pours_into"
"""A request's extension: the sink that the answer goes to as it comes, instead of into memory."""

EDITS = ("/editMessageText", "/editMessageCaption", "/editMessageReplyMarkup")
JUST_DONE = b'{"ok":true,"result":true}'

# There are as many addresses as methods, and reading one takes longer than sending it.
_parsed = lru_cache(maxsize=64)(httpx.URL)


class LargerThanSaid(TelegramError):
    """More of a file came than may come; trying again would bring as much."""


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
        timeouts = _timeouts(
            read=_or(read_timeout, READ_TIMEOUT_S),
            write=_or(write_timeout, WRITE_TIMEOUT_S),
            connect=_or(connect_timeout, CONNECT_TIMEOUT_S),
            pool=_or(pool_timeout, READ_TIMEOUT_S),
        )
        request = httpx.Request(
            method,
            _parsed(url),
            headers={"User-Agent": self.USER_AGENT},
            data=request_data.json_parameters if request_data else None,
            files=request_data.multipart_data if request_data else None,
            extensions={"timeout": timeouts},
        )
        with _telegrams_errors():
            response = await self._transport.handle_async_request(request)
            answer = await response.aread()
        if response.status_code == httpx.codes.OK and url.endswith(EDITS):
            # The message as it has just been sent: dozens of objects that nobody looks at.
            return response.status_code, JUST_DONE
        return response.status_code, answer

    async def pour(self, url: str, sink: Sink, most_bytes: int) -> None:
        """Fetch a file piece by piece, so that a large one takes no memory."""
        arrived = 0

        def take(piece: bytes) -> None:
            nonlocal arrived
            arrived += len(piece)
            if arrived > most_bytes:
                raise LargerThanSaid(f"more than {most_bytes} bytes")
            sink(piece)

        request = httpx.Request(
            "GET",
            _parsed(url),
            headers={"User-Agent": self.USER_AGENT},
            extensions={"timeout": _timeouts(), POURS_INTO: take},
        )
        with _telegrams_errors():
            response = await self._transport.handle_async_request(request)
            left = await response.aread()  # all of it, where the transport knows no sinks
        if response.status_code != httpx.codes.OK:
            raise NetworkError(f"the file is not handed out: {response.status_code}")
        take(left)


async def download(request: BaseRequest, url: str, sink: Sink, most_bytes: int) -> None:
    """Fetch a file from the Bot API into a sink.

    Raises the library's errors, such as `NetworkError` when the file does not arrive whole, and
    `LargerThanSaid` beyond `most_bytes`; what has come by then is in the sink.
    """
    if isinstance(request, Wire):
        await request.pour(url, sink, most_bytes)
    else:
        # Behind a proxy the library's own client speaks, which knows whole files only.
        sink(await request.retrieve(url))


@contextmanager
def _telegrams_errors() -> Iterator[None]:
    """Name what goes wrong on the wire as the library does."""
    try:
        yield
    except httpx.TimeoutException as error:
        raise TimedOut(f"{type(error).__name__}: {error}") from error
    except httpx.TransportError as error:
        raise NetworkError(f"{type(error).__name__}: {error}") from error


def _timeouts(
    read: float = READ_TIMEOUT_S,
    write: float = WRITE_TIMEOUT_S,
    connect: float = CONNECT_TIMEOUT_S,
    pool: float = READ_TIMEOUT_S,
) -> dict[str, float]:
    return {"read": read, "write": write, "connect": connect, "pool": pool}


class Connections(httpx.AsyncBaseTransport):
    """Up to so many connections; the one that was used last is used next."""

    def __init__(self, most: int) -> None:
        self._free: list[httpcore.AsyncHTTPConnection] = []
        self._turns = asyncio.Semaphore(most)
        self._ssl_context = httpx.create_ssl_context()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send a request on a free connection and read the whole answer."""
        timeouts = request.extensions["timeout"]
        if self._turns.locked():
            await self._wait_for_turn(timeouts["pool"])
        else:
            await self._turns.acquire()
        try:
            return await self._exchange(request, timeouts)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError) as error:
            # The two libraries name the same faults alike.
            same = getattr(httpx, type(error).__name__)
            raise same(str(error), request=request) from error
        finally:
            self._turns.release()

    async def _wait_for_turn(self, patience: float) -> None:
        try:
            async with asyncio.timeout(patience):
                await self._turns.acquire()
        except TimeoutError:
            raise httpx.PoolTimeout("all connections are in use") from None

    async def _exchange(
        self, request: httpx.Request, timeouts: Mapping[str, float]
    ) -> httpx.Response:
        url = request.url
        sent = httpcore.Request(
            request.method,
            httpcore.URL(
                scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=url.raw_path
            ),
            headers=request.headers.raw,
            content=request.stream,
            extensions={"timeout": timeouts},
        )
        connection = await self._take(sent.url.origin)
        try:
            response = await connection.handle_async_request(sent)
            content = await _read(response, request.extensions.get(POURS_INTO))
            await response.aclose()
        except BaseException:
            # Whatever state it is in, nobody must go on from there.
            await connection.aclose()
            raise
        self._free.append(connection)
        return httpx.Response(response.status, headers=response.headers, content=content)

    async def _take(self, origin: httpcore.Origin) -> httpcore.AsyncHTTPConnection:
        while self._free:
            connection = self._free.pop()
            usable = connection.is_available() and not connection.has_expired()
            if usable and connection.can_handle_request(origin):
                return connection
            await connection.aclose()
        return httpcore.AsyncHTTPConnection(
            origin, ssl_context=self._ssl_context, keepalive_expiry=IDLE_S
        )

    async def aclose(self) -> None:
        """Close every connection."""
        free, self._free = self._free, []
        for connection in free:
            await connection.aclose()


async def _read(response: httpcore.Response, sink: Sink | None) -> bytes:
    """Read an answer; one that a sink takes leaves nothing to give."""
    if sink is None or response.status != httpx.codes.OK:
        return await response.aread()
    async for piece in response.aiter_stream():
        sink(piece)
    return b""


def _or(given: Any, default: float) -> Any:
    return default if given is BaseRequest.DEFAULT_NONE else given
