"""The page: its routes, the world as it shows it, the calendar, and starting afresh."""

from __future__ import annotations

import asyncio
import json
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Final, get_args

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from bot.simulator.core import Simulator
from bot.simulator.models import Json
from bot.simulator.server import Call
from bot.simulator.views import world_view
from bot.simulator.web.answers import Refused, body_of, guarded, json_answer, optional_text
from bot.simulator.web.people import Phones
from bot.simulator.web.serving import static_file, stored_file
from bot.simulator.web.stage import Move, Stage
from bot.simulator.web.stream import Stream, worth_showing

CALLS_SHOWN: Final = 200


def page_routes(sim: Simulator, stage: Stage) -> list[Route]:
    """The page's routes, ready for a Starlette application on the loopback address."""
    return _Page(sim, stage).routes()


class _Page:
    def __init__(self, sim: Simulator, stage: Stage) -> None:
        self.sim = sim
        self.stage = stage
        self.streams: set[Stream] = set()
        self.restarting = asyncio.Lock()

    def routes(self) -> list[Route]:
        return [
            Route("/", self.index),
            Route("/page/{file}", self.static),
            Route("/api/world", self.world),
            Route("/api/events", self.events),
            Route("/api/files/{file_id}", self.file),
            *Phones(self.sim, self.stage).routes(),
            Route("/api/clock", guarded(self.clock), methods=["POST"]),
            Route("/api/restart", guarded(self.restart), methods=["POST"]),
        ]

    async def index(self, request: Request) -> Response:
        return static_file(request, "index.html")

    async def static(self, request: Request) -> Response:
        return static_file(request, request.path_params["file"])

    async def file(self, request: Request) -> Response:
        return stored_file(request, self.sim.world.files, request.path_params["file_id"])

    # ---- what the page sees ----------------------------------------------------------------

    def snapshot(self) -> Json:
        """The whole world as one event."""
        for member in self.stage.cast():
            self.sim.person(member.name, id=member.id)  # everybody has a phone, used or not
        calls = [call for call in self.sim.calls if worth_showing(call)]
        return {
            "type": "world",
            "world": world_view(self.sim),
            "cast": self.cast(),
            "samples": [asdict(sample) for sample in self.stage.samples()],
            "hint": self.stage.hint(),
            "now": self.stage.now().isoformat(),
            "calls": [self.call_view(call) for call in calls[-CALLS_SHOWN:]],
        }

    def cast(self) -> list[Json]:
        return [asdict(member) for member in self.stage.cast()]

    def clock_event(self) -> Json:
        return {"type": "clock", "now": self.stage.now().isoformat()}

    def is_over(self) -> bool:
        return self.stage.is_over()

    def call_view(self, call: Call) -> Json:
        chat = call.params.get("chat_id", "")
        user = self.sim.world.users.get(int(chat)) if chat.isdecimal() else None
        return {
            "method": call.method,
            "status": call.status,
            "at": call.at.timestamp(),
            "person": user.name if user else chat,
            "params": {name: _readable(value) for name, value in call.params.items()},
            "response": call.response,
        }

    async def world(self, request: Request) -> Response:  # noqa: ARG002
        return json_answer(self.snapshot())

    async def events(self, request: Request) -> Response:  # noqa: ARG002
        return StreamingResponse(
            Stream(self).run(),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    # ---- the demo itself -------------------------------------------------------------------

    async def clock(self, request: Request) -> Json:
        to = optional_text(await body_of(request), "to")
        for move in get_args(Move):
            if to == move:
                sentence = await self.stage.move(move)
                self.tell(self.clock_event())
                return {"sentence": sentence, "now": self.stage.now().isoformat()}
        raise Refused("Kalender tidak mengenal langkah ini.")

    async def restart(self, request: Request) -> Json:  # noqa: ARG002
        if self.restarting.locked():
            raise Refused("Demo sedang dimulai dari awal.", 409)
        async with self.restarting:
            await self.stage.restart()
        for stream in tuple(self.streams):
            stream.start_over(afresh=True)
        return {"now": self.stage.now().isoformat()}

    def tell(self, event: Json) -> None:
        """Say something of our own (not the simulator's) to every open page."""
        for stream in tuple(self.streams):
            stream.put(event)


def _readable(value: str) -> Any:
    """A parameter as the bot meant it: JSON in a text becomes what it stands for."""
    if value[:1] in {"{", "["}:
        with suppress(ValueError):
            return json.loads(value)
    return value
