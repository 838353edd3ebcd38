"""A line to a server: HTTP/1.1 by `h11` over asyncio's connections, one call after the other."""

import asyncio
import ssl
import time
from typing import Self

import h11
import httpx

PIECE = 64 * 1024
"""Bytes handed to the connection at a time."""

IDLE_S = 30.0
"""A line unused for so long is not used again: the other side may be about to hang up."""

NEXT_ADDRESS_AFTER_S = 0.25
"""Where one address of the server does not answer (a broken IPv6, say), the next is tried."""


class Line(asyncio.Protocol):
    """An open connection. After a call that was interrupted it is of no more use: hang up."""

    def __init__(self) -> None:
        self._http = h11.Connection(h11.CLIENT)
        self._transport: asyncio.Transport | None = None
        self._change: asyncio.Future[None] | None = None
        self._heard = bytearray()
        self._ended = False
        self._full = False
        self._used_at = time.monotonic()

    @classmethod
    async def open(cls, url: httpx.URL, tls: ssl.SSLContext, patience: float) -> Self:
        """Connect to the server of an address."""
        encrypted = url.scheme == "https"
        try:
            async with asyncio.timeout(patience):
                _, line = await asyncio.get_running_loop().create_connection(
                    cls,
                    url.host,
                    url.port or (443 if encrypted else 80),
                    ssl=tls if encrypted else None,
                    happy_eyeballs_delay=NEXT_ADDRESS_AFTER_S,
                )
        except TimeoutError:
            raise httpx.ConnectTimeout("no connection") from None
        except OSError as error:  # the faults of TLS are among them
            raise httpx.ConnectError(str(error)) from error
        return line

    @property
    def is_usable(self) -> bool:
        """Whether another call may be made: the server is there, and has said nothing unasked."""
        is_fresh = time.monotonic() - self._used_at < IDLE_S
        is_idle = self._http.our_state is h11.IDLE
        return is_fresh and is_idle and not self._heard and not self._ended

    def hang_up(self) -> None:
        """Close the line."""
        if self._transport is not None:
            self._transport.close()

    async def call(self, request: httpx.Request) -> httpx.Response:
        """Send a request and read the whole answer."""
        timeouts = request.extensions["timeout"]
        try:
            await self._send(request, timeouts["write"])
            return await self._answer(timeouts["read"])
        except h11.LocalProtocolError as error:
            raise httpx.LocalProtocolError(str(error)) from error
        except h11.RemoteProtocolError as error:
            raise httpx.RemoteProtocolError(str(error)) from error

    async def _send(self, request: httpx.Request, patience: float) -> None:
        head = h11.Request(
            method=request.method, target=request.url.raw_path, headers=request.headers.raw
        )
        events = (head, h11.Data(data=request.read()), h11.EndOfMessage())
        # Head and body go in one piece: every piece costs a turn, here and at the server.
        content = b"".join(self._http.send(event) or b"" for event in events)
        for at in range(0, len(content), PIECE):
            if self._ended or self._transport is None:
                return  # the answer, or that there is none, says more
            self._transport.write(content[at : at + PIECE])
            await self._wait_for_room(patience)

    async def _wait_for_room(self, patience: float) -> None:
        try:
            while self._full and not self._ended:
                await self._change_within(patience)
        except TimeoutError:
            raise httpx.WriteTimeout("the server takes nothing") from None

    async def _answer(self, patience: float) -> httpx.Response:
        response: h11.Response | None = None
        body = bytearray()
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                await self._hear(patience)
            elif isinstance(event, h11.Response):
                response = event
            elif isinstance(event, h11.Data):
                body += event.data
            elif isinstance(event, h11.EndOfMessage) and response is not None:
                self._make_ready()
                headers = list(response.headers)
                return httpx.Response(response.status_code, headers=headers, content=bytes(body))
            elif isinstance(event, h11.ConnectionClosed):
                raise httpx.RemoteProtocolError("the server hung up without an answer")

    async def _hear(self, patience: float) -> None:
        try:
            while not self._heard and not self._ended:
                await self._change_within(patience)
        except TimeoutError:
            raise httpx.ReadTimeout("no answer") from None
        heard, self._heard = bytes(self._heard), bytearray()
        self._http.receive_data(heard)  # nothing at the end, which is how it is told

    def _make_ready(self) -> None:
        self._used_at = time.monotonic()
        if self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            self._http.start_next_cycle()

    async def _change_within(self, patience: float) -> None:
        self._change = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(patience):
                await self._change
        finally:
            self._change = None

    # -- what asyncio tells

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The line is open."""
        if isinstance(transport, asyncio.Transport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        """The server speaks."""
        self._heard += data
        self._tell()

    def eof_received(self) -> None:
        """The server has said everything; asyncio hangs up."""
        self._ended = True
        self._tell()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        """The line is closed, or broke."""
        self._ended = True
        self._tell()

    def pause_writing(self) -> None:
        """The server takes its time."""
        self._full = True

    def resume_writing(self) -> None:
        """The server takes more."""
        self._full = False
        self._tell()

    def _tell(self) -> None:
        if self._change is not None and not self._change.done():
            self._change.set_result(None)
