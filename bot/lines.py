"""Connections by asyncio's own means, for `httpcore`.

What `httpcore` brings itself goes by way of `anyio`, which surrounds each read and write with
scopes for cancelling; and it sends a request's head and body one by one. Here what is written
waits for the next read, so that a call goes out in one piece.
"""

import asyncio
import ssl
from collections.abc import Iterable
from typing import Any

import httpcore

MOST_HELD = 64 * 1024
"""Bytes; more than that is sent at once."""

NEXT_ADDRESS_AFTER_S = 0.25
"""Where one address of the server does not answer (a broken IPv6, say), the next is tried."""


class Lines(httpcore.AsyncNetworkBackend):
    """Opens connections."""

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the interface's
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[Any] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        """Open a connection to a host."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                transport, end = await loop.create_connection(
                    _End, host, port, happy_eyeballs_delay=NEXT_ADDRESS_AFTER_S
                )
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(str(error)) from error
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from error
        return Line(transport, end)

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await asyncio.sleep(seconds)


class _End(asyncio.Protocol):
    """Our end of a connection: keeps what arrives, and wakes who waits for it."""

    def __init__(self) -> None:
        self.arrived = bytearray()
        self.ended = False
        self.full = False
        self._change: asyncio.Future[None] | None = None

    def data_received(self, data: bytes) -> None:
        self.arrived += data
        self._wake()

    def eof_received(self) -> None:
        self.ended = True
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        self.ended = True
        self.full = False
        self._wake()

    def pause_writing(self) -> None:
        self.full = True

    def resume_writing(self) -> None:
        self.full = False
        self._wake()

    async def changed(self) -> None:
        """Wait until something arrives, the other side hangs up, or there is room to write."""
        self._change = asyncio.get_running_loop().create_future()
        try:
            await self._change
        finally:
            self._change = None

    def _wake(self) -> None:
        if self._change is not None and not self._change.done():
            self._change.set_result(None)


class Line(httpcore.AsyncNetworkStream):
    """One connection."""

    def __init__(self, transport: asyncio.Transport, end: _End) -> None:
        self._transport = transport
        self._end = end
        self._held = bytearray()

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ASYNC109
        """Send what was held back, then give what arrives; nothing at the end."""
        end = self._end
        try:
            async with asyncio.timeout(timeout):
                await self._send()
                while not end.arrived and not end.ended:
                    await end.changed()
        except TimeoutError as error:
            raise httpcore.ReadTimeout(str(error)) from error
        piece = bytes(end.arrived[:max_bytes])
        del end.arrived[:max_bytes]
        return piece

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ASYNC109
        """Take bytes to be sent with the next read, or now when they are many."""
        self._held += buffer
        if len(self._held) < MOST_HELD:
            return
        try:
            async with asyncio.timeout(timeout):
                await self._send()
        except TimeoutError as error:
            raise httpcore.WriteTimeout(str(error)) from error

    async def _send(self) -> None:
        held, self._held = self._held, bytearray()
        # On a closed connection the next read finds the end, which says it better.
        if held and not self._transport.is_closing():
            self._transport.write(held)
        while self._end.full:
            await self._end.changed()

    async def aclose(self) -> None:
        """Hang up."""
        self._transport.close()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ASYNC109
    ) -> httpcore.AsyncNetworkStream:
        """Go on encrypted."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                transport = await loop.start_tls(
                    self._transport, self._end, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError as error:
            self._transport.abort()
            raise httpcore.ConnectTimeout(str(error)) from error
        except (OSError, ssl.SSLError) as error:
            self._transport.abort()
            raise httpcore.ConnectError(str(error)) from error
        if transport is None:
            raise httpcore.ConnectError("the connection was lost")
        return Line(transport, self._end)

    def get_extra_info(self, info: str) -> Any:
        """Tell about the connection; `is_readable` on an idle one means that it is over."""
        if info == "is_readable":
            return self._end.ended or bool(self._end.arrived) or self._transport.is_closing()
        return self._transport.get_extra_info(
            {"client_addr": "sockname", "server_addr": "peername"}.get(info, info)
        )
