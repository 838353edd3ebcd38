"""Delivers updates to the bot's web address, in order, until each was taken."""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass

import httpx

from bot.simulator.models import Json
from bot.simulator.updates import Updates

SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105  a header's name
MAX_PAUSE = 60.0


@dataclass(slots=True)
class WebhookState:
    """What was set with ``setWebhook`` and how the delivery goes."""

    url: str = ""
    secret_token: str = ""
    max_connections: int = 40
    error_at: int = 0
    error: str = ""


class Webhook:
    """One delivery after the other; a failed one is repeated after a growing pause."""

    def __init__(self, updates: Updates, transport: httpx.AsyncBaseTransport | None) -> None:
        self.updates = updates
        self.transport = transport
        self.state = WebhookState()
        # Seconds before the first repetition; doubled each time, up to MAX_PAUSE.
        self.first_pause = 1.0
        self._task: asyncio.Task[None] | None = None
        self._wake = asyncio.Event()
        updates.arrived.append(self._wake.set)

    def set(self, url: str, secret_token: str, max_connections: int) -> None:
        """Deliver to ``url`` from now on."""
        self._cancel()
        self.state = WebhookState(url, secret_token, max_connections)
        self._task = asyncio.create_task(self._run())

    def resume(self) -> None:
        """Go on with a webhook that was set before a restart."""
        if self.state.url and self._task is None:
            self._task = asyncio.create_task(self._run())

    def delete(self) -> None:
        """Stop delivering; what was not taken waits for ``getUpdates``."""
        self._cancel()
        self.state = WebhookState()

    async def aclose(self) -> None:
        """Stop delivering and wait until nothing is under way."""
        task = self._task
        self._cancel()
        if task is not None:
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def info(self) -> Json:
        """The answer of ``getWebhookInfo``."""
        info: Json = {
            "url": self.state.url,
            "has_custom_certificate": False,
            "pending_update_count": len(self.updates.queue),
        }
        if self.state.url:
            info["max_connections"] = self.state.max_connections
        if self.state.error_at:
            info["last_error_date"] = self.state.error_at
            info["last_error_message"] = self.state.error
        if self.updates.allowed:
            info["allowed_updates"] = self.updates.allowed
        return info

    def _cancel(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _run(self) -> None:
        async with httpx.AsyncClient(transport=self.transport, timeout=60.0) as client:
            pause = self.first_pause
            while True:
                self._wake.clear()
                if not self.updates.queue:
                    await self._wake.wait()
                elif await self._deliver(client, self.updates.queue[0]):
                    pause = self.first_pause
                else:
                    await asyncio.sleep(pause)
                    pause = min(MAX_PAUSE, pause * 2)

    async def _deliver(self, client: httpx.AsyncClient, update: Json) -> bool:
        headers = {SECRET_HEADER: self.state.secret_token} if self.state.secret_token else {}
        error = await _post(client, self.state.url, update, headers)
        if error:
            self.state.error, self.state.error_at = error, int(time.time())
            return False
        self.updates.confirm(update["update_id"] + 1)
        return True


async def _post(client: httpx.AsyncClient, url: str, update: Json, headers: dict[str, str]) -> str:
    """Send one update; the reason why it was not taken, or ``""``."""
    try:
        response = await client.post(url, json=update, headers=headers)
    except httpx.HTTPError as error:
        return f"Connection failed: {type(error).__name__}"
    if response.is_success:
        return ""
    return f"Wrong response from the webhook: {response.status_code} {response.reason_phrase}"
