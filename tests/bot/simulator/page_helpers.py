"""The demo page in a real browser: a served simulator, a bot to script, phones to look at."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import socket
import struct
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import uvicorn
from playwright.async_api import Browser, FilePayload, Locator, Page, async_playwright
from starlette.applications import Starlette

from bot.simulator import Simulator
from bot.simulator.web import CastMember, Move, Sample, SampleFile, page_routes

WIB = ZoneInfo("Asia/Jakarta")
FIRST_DAY = datetime(2026, 1, 12, 10, 0, tzinfo=WIB)

RINA, HENDRA, MEGA, SITI = 1001, 1002, 1003, 1004

Size = tuple[int, int]
DESKTOP, PHONE = (1440, 900), (390, 844)

_BROWSERS = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
    "chrome",
    "microsoft-edge",
    "microsoft-edge-stable",
    "msedge",
)
_PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    "C:/Program Files/Google/Chrome/Application/chrome.exe",
    "C:/Program Files (x86)/Microsoft/Edge/Application/msedge.exe",
)
_ARGUMENTS = (
    "--no-sandbox",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find_browser() -> str:
    """The browser of this machine; without one the test is skipped, in CI it fails."""
    for name in _BROWSERS:
        if found := shutil.which(name):
            return found
    for place in _PLACES:
        if Path(place).exists():
            return place
    reason = "no Chromium, Chrome or Edge on this machine: the demo page was not tested"
    if os.environ.get("CI"):
        pytest.fail(reason)
    pytest.skip(reason)


@asynccontextmanager
async def browser() -> AsyncIterator[Browser]:
    """A browser; each page that is opened in it knows nothing of the others."""
    path = find_browser()
    async with async_playwright() as playwright:
        opened = await playwright.chromium.launch(executable_path=path, args=list(_ARGUMENTS))
        try:
            yield opened
        finally:
            await opened.close()


@dataclass
class School:
    """A stage for the page: four people, a calendar, a fresh start."""

    moment: datetime = FIRST_DAY
    restarts: int = 0
    sampled: list[tuple[str, int]] = field(default_factory=list)
    sim: Simulator | None = None
    people: list[CastMember] = field(
        default_factory=lambda: [
            CastMember(RINA, "Rina Wati", "Guru · IPA", 0, "undangan-rina"),
            CastMember(HENDRA, "Hendra Saputra", "Kepala sekolah", 1),
            CastMember(MEGA, "Mega Lestari", "Guru penggerak · IPS", 2),
            CastMember(SITI, "Siti <b> & Aminah", "Guru · PAI", None, "undangan-siti"),
        ]
    )

    def cast(self) -> list[CastMember]:
        return list(self.people)

    def now(self) -> datetime:
        return self.moment

    def joined(self, person: int) -> None:
        self.people = [
            replace(one, invitation=None) if one.id == person else one for one in self.people
        ]

    async def move(self, to: Move) -> str:
        days = {"now": 0, "+1d": 1, "+1w": 7, "deadline": 14}[to]
        self.moment += timedelta(days=days)
        return f"Kalender maju {days} hari."

    def is_over(self) -> bool:
        return False

    def hint(self) -> str:
        return "pilih Rina Wati pada ponsel Guru."

    def samples(self) -> list[Sample]:
        return [
            Sample("photo", "Contoh foto", "photo"),
            Sample("album", "Contoh album", "album"),
            Sample("pdf", "Contoh PDF", "document"),
        ]

    async def sample(self, sample_id: str, person: int) -> list[SampleFile]:
        self.sampled.append((sample_id, person))
        if sample_id == "pdf":
            return [SampleFile("Laporan <1>.pdf", "application/pdf", b"%PDF-1.4 contoh")]
        count = 2 if sample_id == "album" else 1
        return [SampleFile(f"{n}.png", "image/png", picture(60 + n)) for n in range(count)]

    async def restart(self) -> None:
        self.restarts += 1
        self.moment = FIRST_DAY
        if self.sim is not None:
            self.sim.clear()


class ScriptedBot:
    """A bot that does what the test says, through the Bot API itself."""

    def __init__(self, client: httpx.AsyncClient, token: str) -> None:
        self.client = client
        self.token = token
        self.offset = 0
        self.waiting: list[dict[str, Any]] = []

    async def call(self, method: str, **params: Any) -> Any:
        uploads = {name: value for name, value in params.items() if isinstance(value, tuple)}
        data = {
            name: value if isinstance(value, str) else json.dumps(value)
            for name, value in params.items()
            if name not in uploads
        }
        address = f"/bot{self.token}/{method}"
        response = await self.client.post(address, data=data, files=uploads or None)
        answer = response.json()
        assert answer["ok"], answer
        return answer["result"]

    async def says(self, person: int, text: str, *rows: list[dict[str, Any]], **more: Any) -> int:
        """Send a message, perhaps with inline buttons; its id."""
        markup = {"reply_markup": {"inline_keyboard": list(rows)}} if rows else {}
        message = await self.call(
            "sendMessage", chat_id=person, text=text, parse_mode="HTML", **markup, **more
        )
        return int(message["message_id"])

    async def hears(self, kind: str = "message") -> dict[str, Any]:
        """The next update of a kind."""
        while True:
            for update in self.waiting:
                if kind in update:
                    self.waiting.remove(update)
                    found: dict[str, Any] = update[kind]
                    return found
            updates = await self.call("getUpdates", offset=self.offset, timeout=10)
            assert updates, f"the bot heard no {kind} within 10 seconds"
            self.offset = updates[-1]["update_id"] + 1
            self.waiting += updates

    async def answers(self, query: dict[str, Any], text: str = "", *, alert: bool = False) -> None:
        await self.call(
            "answerCallbackQuery", callback_query_id=query["id"], text=text, show_alert=alert
        )


def key(text: str, data: str = "x", **more: Any) -> dict[str, Any]:
    """An inline button."""
    action = {} if {"url", "copy_text"} & more.keys() else {"callback_data": data}
    return {"text": text} | action | more


@dataclass
class Demo:
    """What a test of the page works with."""

    sim: Simulator
    school: School
    bot: ScriptedBot
    url: str

    async def greet(self, *people: int) -> None:
        """Let people have pressed START before the page opens."""
        for person in people:
            await self.sim.person(id=person).start()
            await self.bot.hears()


@asynccontextmanager
async def served_demo() -> AsyncIterator[Demo]:
    """Simulator and page on a port of their own."""
    school = School()
    sim = school.sim = Simulator(now=school.now)
    for member in school.people:
        sim.person(member.name, id=member.id)
    app = Starlette(routes=[*sim.routes, *page_routes(sim, school)])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(
            app, log_level="warning", ws="none", lifespan="off", timeout_graceful_shutdown=1
        )
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        async with httpx.AsyncClient(base_url=url, timeout=30) as client:
            yield Demo(sim, school, ScriptedBot(client, sim.token), url)
        server.should_exit = True
        await sim.aclose()
        await serving


@dataclass
class Screen:
    """An open page; complains at the end about anything the browser complained about."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def phone(self, index: int = 0) -> Locator:
        return self.page.locator(f"#phone-{index}")

    def bubble(self, words: str, phone: int = 0) -> Locator:
        return self.phone(phone).locator("li.message").filter(has_text=words)

    def key(self, label: str, phone: int = 0) -> Locator:
        return self.phone(phone).locator(".inline-keyboard button").filter(has_text=label)

    def field(self, phone: int = 0) -> Locator:
        return self.phone(phone).locator("textarea")

    async def tab(self, index: int) -> None:
        """Look at another phone; on a wide screen all are in sight."""
        tab = self.page.locator(f"#tab-{index}")
        if await tab.is_visible():
            await tab.click()

    async def has_no_overflow(self) -> bool:
        wide: bool = await self.page.evaluate(
            "[document.documentElement, ...document.querySelectorAll('.scroller, .screen, .top')]"
            ".some((one) => one.scrollWidth > one.clientWidth + 1)"
        )
        return not wide


@asynccontextmanager
async def opened(
    browser: Browser,
    demo: Demo,
    size: Size = DESKTOP,
    *,
    hint: bool = False,
    **more: Any,
) -> AsyncIterator[Screen]:
    """The page at a size, ready; ``hint`` leaves the strip for newcomers in place."""
    width, height = size
    context = await browser.new_context(
        viewport={"width": width, "height": height},
        has_touch=width < 600,
        reduced_motion=more.pop("reduced_motion", "reduce"),
        **more,
    )
    await context.grant_permissions(["clipboard-read", "clipboard-write"], origin=demo.url)
    page = await context.new_page()
    screen = Screen(page)
    page.on("pageerror", lambda error: screen.complaints.append(str(error)))
    page.on(
        "console",
        lambda message: (
            screen.complaints.append(message.text)
            if message.type in {"error", "warning"}
            else None
        ),
    )
    await page.goto(demo.url)
    await page.locator("body:not(.loading)").wait_for()
    if not hint:
        await page.locator("#hint-close").click()
    yield screen
    overflow = not await screen.has_no_overflow()
    await context.close()
    assert screen.complaints == []
    assert not overflow, "something is wider than the screen"


def picture(
    width: int = 64, height: int = 48, colour: tuple[int, int, int] = (70, 130, 160)
) -> bytes:
    """A small PNG."""
    rows = (b"\0" + bytes(colour) * width) * height
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in parts
    )


def upload(name: str, data: bytes, mime: str = "image/png") -> FilePayload:
    """A file for a file chooser."""
    return {"name": name, "mimeType": mime, "buffer": data}
