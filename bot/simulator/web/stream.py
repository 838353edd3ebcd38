"""The stream of what happens, for each open page; its first event is the whole world."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Final, Protocol

from bot.simulator.core import Simulator
from bot.simulator.models import Json
from bot.simulator.server import Call
from bot.simulator.views import message_view

HEARTBEAT_SECONDS: Final = 15.0
# More than this many events waiting for one slow page: it gets the world afresh instead.
EVENTS_WAITING: Final = 2000
# The cast changes when somebody joins, which no event announces.
CAST_CHECK_SECONDS: Final = 1.0

STATE_FIELDS: Final = (
    "blocked",
    "commands",
    "force_reply",
    "menu_button",
    "pinned",
    "reply_keyboard",
)


class Shown(Protocol):
    """What a stream tells of."""

    sim: Simulator
    streams: set[Stream]

    def snapshot(self) -> Json:
        """The whole world as one event."""

    def cast(self) -> list[Json]:
        """Everybody who may hold a phone."""

    def clock_event(self) -> Json:
        """What the calendar says."""

    def is_over(self) -> bool:
        """Whether the demo is ending."""

    def call_view(self, call: Call) -> Json:
        """A call of the bot for people to read."""


def worth_showing(call: Call) -> bool:
    """A long poll that brought nothing would only push the interesting calls away."""
    return call.method.lower() != "getupdates" or bool(call.response.get("result"))


class Stream:
    """One open page: the simulator's events in the page's words, in their order."""

    def __init__(self, page: Shown) -> None:
        self.page = page
        self.queue: asyncio.Queue[Json] = asyncio.Queue()
        self.unsubscribe: Callable[[], None] = lambda: None
        self.cast: list[Json] = []

    def put(self, event: Json) -> None:
        """Let an event wait for its turn."""
        if self.queue.qsize() >= EVENTS_WAITING:
            self.start_over()
        else:
            self.queue.put_nowait(event)

    def start_over(self, *, afresh: bool = False) -> None:
        """Forget what waits and send the whole world; ``afresh`` says that it is a new one."""
        self._end()
        while not self.queue.empty():
            self.queue.get_nowait()
        self.unsubscribe = self.page.sim.subscribe(self._happened)
        snapshot = self.page.snapshot() | {"afresh": afresh}
        self.cast = snapshot["cast"]
        self.queue.put_nowait(snapshot)

    async def run(self) -> AsyncIterator[str]:
        """What goes down the line, until the page is closed."""
        self.page.streams.add(self)
        self.start_over()
        spoke = time.monotonic()
        try:
            yield "retry: 1500\n\n"
            while not self.page.is_over():
                event = await self._next()
                if event is None and time.monotonic() - spoke >= HEARTBEAT_SECONDS:
                    event = self.page.clock_event()
                if event is not None:
                    yield _sse(event)
                    spoke = time.monotonic()
                if self.queue.empty() and (cast := self.page.cast()) != self.cast:
                    self.cast = cast
                    yield _sse({"type": "cast", "cast": cast})
        finally:
            self.page.streams.discard(self)
            self._end()

    async def _next(self) -> Json | None:
        try:
            async with asyncio.timeout(CAST_CHECK_SECONDS):
                return await self.queue.get()
        except TimeoutError:
            return None

    def _end(self) -> None:
        # After a fresh start the old world, and with it the subscription, may be gone.
        with suppress(ValueError):
            self.unsubscribe()
        self.unsubscribe = lambda: None

    def _happened(self, event: Json) -> None:
        for told in self._translate(event):
            self.put(told)

    def _translate(self, event: Json) -> list[Json]:
        kind, person = event["type"], event["person"]
        sim = self.page.sim
        if kind == "call":
            call = sim.api.calls[-1]
            shown = worth_showing(call)
            return [{"type": "call", "call": self.page.call_view(call)}] if shown else []
        if kind == "reaction":
            message = sim.world.chats[person].messages.get(event["message_id"])
            if message is None:
                return []
            view = message_view(sim.world, message)
            return [{"type": "edit", "person": person, "message": view}]
        if kind in {"message", "edit"}:
            told: list[Json] = [{"type": kind, "person": person, "message": event["message"]}]
            return told + self._state(event)
        if kind == "delete":
            gone = {"type": "delete", "person": person, "message_id": event["message_id"]}
            # What was deleted may have been pinned.
            pinned = list(sim.world.chats[person].pinned)
            return [gone, *self._state({"person": person, "pinned": pinned})]
        if kind in {"answer", "action"}:
            return [event]
        return self._state(event)

    def _state(self, event: Json) -> list[Json]:
        state = {name: event[name] for name in STATE_FIELDS if name in event}
        return [{"type": "state", "person": event["person"], "state": state}] if state else []


def _sse(event: Json) -> str:
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n"
