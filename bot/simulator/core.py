"""The simulator: one bot, its world, and the Bot API that the bot talks to."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.routing import Route

from bot.simulator import keeping
from bot.simulator.driver import Group, Person
from bot.simulator.faults import Faults
from bot.simulator.flood import Flood
from bot.simulator.models import Chat, Event, User
from bot.simulator.server import BotApi, Call
from bot.simulator.views import event_view
from bot.simulator.world import World


def _utc_now() -> datetime:
    return datetime.now(UTC)


class Simulator:
    """A strict Bot API for one bot, with people who use it.

    Args:
        token: the bot's token; calls with another are refused with a 401.
        username: the bot's username, without ``@``.
        name: the bot's first name.
        now: the calendar: dates of messages and the 48 hours for deletion follow it.
        clock: monotonic seconds: how long a tap may still be answered.
        flood: Telegram's limits on new messages, ``None`` for no limits.
        seed: for faults that strike by chance.
        webhook_transport: reaches the bot's webhook in process; ``None`` for the network.

    Use one simulator on one event loop only.
    """

    def __init__(
        self,
        token: str = "123456:TEST",  # noqa: S107  the simulator's own, opens nothing
        username: str = "kawan_uji_bot",
        *,
        name: str = "Kawan Kinerja",
        now: Callable[[], datetime] = _utc_now,
        clock: Callable[[], float] = time.monotonic,
        flood: Flood | None = None,
        seed: int = 0,
        webhook_transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        bot = User(int(token.partition(":")[0]), name, username=username, is_bot=True)
        self.token = token
        self.world = World(bot, now, clock, flood, webhook_transport)
        self.faults = Faults(seed)
        self.api = BotApi(token, self.world, self.faults)
        self.routes: list[Route] = self.api.routes
        self.app = Starlette(routes=self.routes, lifespan=self.lifespan)

    @property
    def calls(self) -> list[Call]:
        """The bot's recent calls, newest last."""
        return list(self.api.calls)

    @contextlib.asynccontextmanager
    async def lifespan(self, _app: Starlette) -> AsyncIterator[None]:
        """For the application that serves :attr:`routes`: webhooks go on, and all ends well."""
        self.world.webhook.resume()
        yield
        await self.aclose()

    async def aclose(self) -> None:
        """End a waiting long poll and stop delivering to a webhook."""
        self.world.updates.release()
        await self.world.webhook.aclose()

    async def polled(self, within: float = 5.0) -> None:
        """Wait until the bot waits for updates: from then on it is up.

        Raises:
            TimeoutError: it did not ask in time.
        """
        async with asyncio.timeout(within):
            await self.world.updates.polling.wait()

    # -- people ----------------------------------------------------------------------------

    def person(
        self,
        name: str = "",
        id: int | None = None,  # noqa: A002  the name Telegram uses
        language_code: str = "id",
        username: str = "",
    ) -> Person:
        """Somebody with a phone; the same ``id`` (or name, without one) is the same person."""
        user = self._find_user(name, id)
        if user is None:
            first, _, last = (name or f"Orang {id}").partition(" ")
            user_id = id if id is not None else max([1000, *self.world.people_ids()]) + 1
            user = User(user_id, first, last, username, language_code)
        self.world.person_chat(user)
        return Person(self.world, user)

    def _find_user(self, name: str, user_id: int | None) -> User | None:
        if user_id is not None:
            return self.world.users.get(user_id)
        people = (user for user in self.world.users.values() if not user.is_bot)
        return next((user for user in people if user.name == name), None)

    def group(
        self,
        title: str,
        id: int = -1_001_000_000_001,  # noqa: A002
        *,
        type: str = "supergroup",  # noqa: A002
    ) -> Group:
        """A group or channel (``type="channel"``) that the bot may be added to."""
        chat = self.world.chats.get(id)
        if chat is None:
            chat = self.world.chats[id] = Chat(id, type, title, membership="left")
        return Group(self.world, chat)

    # -- reading ---------------------------------------------------------------------------

    def subscribe(self, callback: Callable[[dict[str, Any]], None]) -> Callable[[], None]:
        """Have ``callback`` told of every change; returns what ends it."""

        def observer(event: Event) -> None:
            callback(event_view(self, event))

        self.world.observers.append(observer)
        return lambda: self.world.observers.remove(observer)

    def file_bytes(self, file_id: str) -> bytes:
        """The bytes of a file.

        Raises:
            KeyError: there is no such file.
        """
        return self.world.files.read(file_id)

    def forget_files(self, *file_ids: str) -> None:
        """Let ids of files go stale, by default all there are; files sent later have good ones.

        From then on the bot gets "wrong file identifier/HTTP URL specified" where it sends by
        such an id, and "wrong file_id or the file is temporarily unavailable" from ``getFile``.
        People still see what they have on their screens.

        Raises:
            KeyError: there is no such file.
        """
        self.world.files.forget(file_ids)

    def clear(self) -> None:
        """Begin again with nobody and nothing said."""
        self.world.clear()
        self.api.calls.clear()

    # -- keeping ---------------------------------------------------------------------------

    def save(self, folder: Path | str) -> None:
        """Keep the whole state in a folder; an interrupted write leaves the former state."""
        keeping.save(self.world, Path(folder))

    @classmethod
    def load(cls, folder: Path | str, **options: Any) -> Simulator:
        """A simulator with the state kept in ``folder``, or a new one where there is none.

        ``options`` are those of the constructor.
        """
        simulator = cls(**options)
        keeping.load(simulator.world, Path(folder))
        return simulator
