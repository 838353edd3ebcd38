"""The demo page over HTTP: the phones, the calendar, and the stream of what happens.

The page itself is plain files in `page/`. Everything a phone does is a POST here and becomes
what a person does in the simulator; everything that happens comes back as one stream of
server-sent events, whose first event is always the whole world.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any, Final, Literal, Protocol, get_args
from urllib.parse import quote, urlsplit

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.simulator.core import Simulator
from bot.simulator.driver import Person
from bot.simulator.models import Json
from bot.simulator.server import Call
from bot.simulator.views import message_view, world_view

Move = Literal["now", "+1d", "+1w", "deadline"]

BODY_LIMIT: Final = 25 * 1024 * 1024
HEARTBEAT_SECONDS: Final = 15.0
CALLS_SHOWN: Final = 200
FILES_AT_ONCE: Final = 10
TEXT_LIMIT: Final = 4096
CAPTION_LIMIT: Final = 1024
CALLBACK_BYTES: Final = 64
# More than this many events waiting for one slow page: it gets the world afresh instead.
EVENTS_WAITING: Final = 2000
# The cast changes when somebody joins, which no event announces.
CAST_CHECK_SECONDS: Final = 1.0

PAGE_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
# What somebody uploaded must never act as a page of ours.
FILE_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
SHOWN_INLINE: Final = frozenset(
    {"image/jpeg", "image/png", "image/webp", "image/gif", "application/pdf", "text/plain"}
)
STATIC_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class CastMember:
    """One person of the demo's school, as the page presents them."""

    id: int
    name: str
    caption: str
    """Role and subject, for example "Guru · IPA"; the part before the dot names the tab."""
    phone: int | None = None
    """Which of the three phones (0 to 2) this person holds at first."""
    invitation: str | None = None
    """The token of an invitation not used yet."""


class Stage(Protocol):
    """What the demo knows and the simulator does not: the cast, the calendar, starting afresh."""

    def cast(self) -> list[CastMember]:
        """Everybody who may hold a phone, in the order of the list."""

    def now(self) -> datetime:
        """The demo's present moment, aware of its zone."""

    async def move(self, to: Move) -> str:
        """Move the calendar; the answer is a sentence to show."""

    async def restart(self) -> None:
        """Begin again: the school as on the first day."""


class Refused(Exception):
    """A request the page must not make, with the sentence to show."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


def page_routes(sim: Simulator, stage: Stage) -> list[Route]:
    """The page's routes, ready for a Starlette application on the loopback address."""
    return _Page(sim, stage).routes()


class _Page:
    def __init__(self, sim: Simulator, stage: Stage) -> None:
        self.sim = sim
        self.stage = stage
        self.streams: set[_Stream] = set()
        self.restarting = asyncio.Lock()

    def routes(self) -> list[Route]:
        person = "/api/people/{person:int}"
        return [
            Route("/", self.index),
            Route("/page/{file}", self.static),
            Route("/api/world", self.world),
            Route("/api/events", self.events),
            Route("/api/files/{file_id}", self.file),
            Route(f"{person}/start", self.guarded(self.start), methods=["POST"]),
            Route(f"{person}/text", self.guarded(self.text), methods=["POST"]),
            Route(f"{person}/tap", self.guarded(self.tap), methods=["POST"]),
            Route(f"{person}/files", self.guarded(self.files), methods=["POST"]),
            Route(f"{person}/block", self.guarded(self.block), methods=["POST"]),
            Route("/api/clock", self.guarded(self.clock), methods=["POST"]),
            Route("/api/restart", self.guarded(self.restart), methods=["POST"]),
        ]

    # ---- the page's files ------------------------------------------------------------------

    async def index(self, request: Request) -> Response:
        return _static_file(request, "index.html")

    async def static(self, request: Request) -> Response:
        return _static_file(request, request.path_params["file"])

    # ---- what the page sees ----------------------------------------------------------------

    def snapshot(self) -> Json:
        """The whole world as one event."""
        for member in self.stage.cast():
            self.sim.person(member.name, id=member.id)  # everybody has a phone, used or not
        calls = [call for call in self.sim.calls if _worth_showing(call)]
        return {
            "type": "world",
            "world": world_view(self.sim),
            "cast": self.cast(),
            "now": self.stage.now().isoformat(),
            "calls": [self.call_view(call) for call in calls[-CALLS_SHOWN:]],
        }

    def cast(self) -> list[Json]:
        return [asdict(member) for member in self.stage.cast()]

    def clock_event(self) -> Json:
        return {"type": "clock", "now": self.stage.now().isoformat()}

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
        return _json(self.snapshot())

    async def events(self, request: Request) -> Response:  # noqa: ARG002
        return StreamingResponse(
            _Stream(self).run(),
            media_type="text/event-stream",
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )

    async def file(self, request: Request) -> Response:
        file_id: str = request.path_params["file_id"]
        stored = self.sim.world.files.files.get(file_id)
        if stored is None:
            return _refusal("Berkas ini tidak ada lagi.", 404)
        mime = stored.mime or ("image/jpeg" if stored.kind == "photo" else "")
        mime = mime or "application/octet-stream"
        inline = mime in SHOWN_INLINE and "download" not in request.query_params
        name = stored.name or stored.path.rpartition("/")[2]
        headers = {
            "Content-Disposition": f"{'inline' if inline else 'attachment'}; "
            f"filename*=UTF-8''{quote(name, safe='')}",
            "Cache-Control": "private, no-cache",
            "X-Content-Type-Options": "nosniff",
        }
        # The browser's own PDF viewer does not run inside a sandbox.
        if mime != "application/pdf":
            headers["Content-Security-Policy"] = FILE_POLICY
        return Response(self.sim.file_bytes(file_id), media_type=mime, headers=headers)

    # ---- what people do --------------------------------------------------------------------

    def guarded(self, action: Callable[[Request], Awaitable[Json]]) -> Endpoint:
        """An endpoint that only our own page can use, and that refuses in a sentence."""

        async def endpoint(request: Request) -> Response:
            try:
                _check_origin(request)
                _check_size(request)
                return _json(await action(request))
            except Refused as refused:
                return _refusal(str(refused), refused.status)
            except HTTPException:  # a form that cannot be read, or with too many files
                sentence = f"Kiriman tidak terbaca. Paling banyak {FILES_AT_ONCE} berkas."
                return _refusal(sentence, 400)

        return endpoint

    def person(self, request: Request) -> Person:
        """The person of the cast a request speaks for."""
        wanted: int = request.path_params["person"]
        for member in self.stage.cast():
            if member.id == wanted:
                return self.sim.person(member.name, id=member.id)
        raise Refused("Orang ini tidak ada di sekolah demo.", 404)

    def writer(self, request: Request) -> Person:
        """The same, for doing something that a blocked bot must not see."""
        person = self.person(request)
        if person.chat.blocked:
            raise Refused("Bot sedang diblokir. Buka blokirnya dahulu.", 409)
        return person

    async def start(self, request: Request) -> Json:
        person = self.person(request)
        token = _optional_text(await _body(request), "token")
        try:
            message = await person.start(token)
        except ValueError:
            raise Refused("Tautan undangan ini tidak lengkap.") from None
        return {"message_id": message.id}

    async def text(self, request: Request) -> Json:
        person = self.writer(request)
        body = await _body(request)
        text = _optional_text(body, "text").strip()
        if not 1 <= len(text) <= TEXT_LIMIT:
            raise Refused(f"Pesan harus berisi 1 sampai {TEXT_LIMIT} huruf.")
        reply_to = _optional_id(body, "reply_to")
        if reply_to is not None and reply_to not in person.chat.messages:
            reply_to = None
        message = await person.types(text, reply_to=reply_to)
        return {"message_id": message.id}

    async def tap(self, request: Request) -> Json:
        person = self.writer(request)
        body = await _body(request)
        message_id = _optional_id(body, "message_id")
        data = _optional_text(body, "data")
        if message_id is None or not 1 <= len(data.encode()) <= CALLBACK_BYTES:
            raise Refused("Tombol ini tidak dapat ditekan.")
        return {"callback_query_id": person.press(data, message_id).id}

    async def files(self, request: Request) -> Json:
        person = self.writer(request)
        async with request.form(max_files=FILES_AT_ONCE, max_fields=10) as form:
            uploads = [one for one in form.getlist("files") if isinstance(one, UploadFile)]
            caption = str(form.get("caption") or "").strip()
            as_photos = form.get("kind") == "photo"
            if not uploads:
                raise Refused("Pilih foto atau dokumen dahulu.")
            if len(caption) > CAPTION_LIMIT:
                raise Refused(f"Keterangan paling panjang {CAPTION_LIMIT} huruf.")
            contents = [(await one.read(), one) for one in uploads]
        if not all(data for data, _ in contents):
            raise Refused("Berkas kosong tidak dapat dikirim.")
        if as_photos:
            if not all((one.content_type or "").startswith("image/") for _, one in contents):
                raise Refused("Berkas ini bukan foto. Kirim sebagai dokumen.")
            return await _send_photos(person, [data for data, _ in contents], caption)
        documents = [
            (data, one.filename or "berkas", one.content_type or "application/octet-stream")
            for data, one in contents
        ]
        return await _send_documents(person, documents, caption)

    async def block(self, request: Request) -> Json:
        person = self.person(request)
        blocked = (await _body(request)).get("blocked")
        if not isinstance(blocked, bool):
            raise Refused("Pilih blokir atau buka blokir.")
        await (person.blocks_bot() if blocked else person.unblocks_bot())
        return {"blocked": person.chat.blocked}

    # ---- the demo itself -------------------------------------------------------------------

    async def clock(self, request: Request) -> Json:
        to = _optional_text(await _body(request), "to")
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


class _Stream:
    """One open page: the simulator's events in the page's words, in their order."""

    def __init__(self, page: _Page) -> None:
        self.page = page
        self.queue: asyncio.Queue[Json] = asyncio.Queue()
        self.unsubscribe: Callable[[], None] = lambda: None
        self.cast: list[Json] = []

    def put(self, event: Json) -> None:
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
        self.page.streams.add(self)
        self.start_over()
        spoke = time.monotonic()
        try:
            yield "retry: 1500\n\n"
            while True:
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
            shown = _worth_showing(call)
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


Endpoint = Callable[[Request], Awaitable[Response]]

STATE_FIELDS: Final = (
    "blocked",
    "commands",
    "force_reply",
    "menu_button",
    "pinned",
    "reply_keyboard",
)


async def _send_photos(person: Person, photos: list[bytes], caption: str) -> Json:
    if len(photos) == 1:
        return {"message_ids": [(await person.sends_photo(photos[0], caption=caption)).id]}
    sent = await person.sends_album(photos, caption=caption)
    return {"message_ids": [message.id for message in sent]}


async def _send_documents(
    person: Person, documents: list[tuple[bytes, str, str]], caption: str
) -> Json:
    if len(documents) == 1:
        data, name, mime = documents[0]
        message = await person.sends_document(data, name, mime, caption=caption)
        return {"message_ids": [message.id]}
    sent = await person.sends_album(documents, caption=caption)
    return {"message_ids": [message.id for message in sent]}


# ---- requests and answers ----------------------------------------------------------------------


def _check_origin(request: Request) -> None:
    """Other sites may open the page's address, but must not act through it.

    The header makes the browser ask first when another site tries, and nobody answers yes.
    """
    origin = request.headers.get("origin")
    if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
        raise Refused("Permintaan ini datang dari halaman lain.", 403)
    if request.headers.get("x-kawan-page") != "1":
        raise Refused("Permintaan ini tidak datang dari halaman demo.", 403)


def _check_size(request: Request) -> None:
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise Refused("Ukuran permintaan tidak diketahui.", 411)
    if int(length) > BODY_LIMIT:
        raise Refused("Berkas terlalu besar. Paling banyak 25 MB sekali kirim.", 413)


async def _body(request: Request) -> Json:
    try:
        body = await request.json()
    except (ValueError, UnicodeDecodeError):
        raise Refused("Permintaan tidak terbaca.") from None
    if not isinstance(body, dict):
        raise Refused("Permintaan tidak terbaca.")
    return body


def _optional_text(body: Json, name: str) -> str:
    value = body.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Refused(f"Isian '{name}' harus berupa teks.")
    return value


def _optional_id(body: Json, name: str) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool):
        raise Refused(f"Isian '{name}' harus berupa angka.")
    return value


def _json(document: Any, status: int = 200) -> Response:
    return JSONResponse(document, status, headers={"Cache-Control": "no-store"})


def _refusal(sentence: str, status: int) -> Response:
    return _json({"error": sentence}, status)


def _sse(event: Json) -> str:
    return f"data: {json.dumps(event, ensure_ascii=False)}\n\n"


def _worth_showing(call: Call) -> bool:
    """A long poll that brought nothing would only push the interesting calls away."""
    return call.method.lower() != "getupdates" or bool(call.response.get("result"))


def _readable(value: str) -> Any:
    """A parameter as the bot meant it: JSON in a text becomes what it stands for."""
    if value[:1] in {"{", "["}:
        with suppress(ValueError):
            return json.loads(value)
    return value


def _static_file(request: Request, name: str) -> Response:
    suffix = name[name.rfind(".") :] if "." in name else ""
    kind = STATIC_TYPES.get(suffix)
    source = files("bot.simulator") / "page" / name
    if kind is None or "/" in name or "\\" in name or not source.is_file():
        return _refusal("Tidak ada berkas ini.", 404)
    content = source.read_bytes()
    headers = {
        "Cache-Control": "no-cache",
        "Content-Security-Policy": PAGE_POLICY,
        "ETag": f'"{hashlib.sha256(content).hexdigest()[:24]}"',
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    if request.headers.get("if-none-match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(content, media_type=kind, headers=headers)
