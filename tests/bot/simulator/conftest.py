from __future__ import annotations

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio
from PIL import Image
from playwright.async_api import Browser
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.simulator import Person, Simulator
from tests.bot.simulator.page_helpers import DESKTOP, PHONE, Demo, Size, browser, served_demo

Api = Callable[..., Awaitable[dict[str, Any]]]


class Clock:
    """Monotonic seconds and a calendar that move only when told to."""

    def __init__(self) -> None:
        self.seconds = 1000.0
        self.day = datetime(2026, 1, 12, 3, 0, tzinfo=UTC)

    def monotonic(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return self.day

    def passes(self, seconds: float = 0.0, **calendar: float) -> None:
        self.seconds += seconds
        self.day += timedelta(seconds=seconds) + timedelta(**calendar)


def in_process(sim: Simulator) -> HTTPXRequest:
    return HTTPXRequest(httpx_kwargs={"transport": httpx.ASGITransport(app=sim.app)})


def picture(width: int = 1600, height: int = 1200) -> bytes:
    file = io.BytesIO()
    Image.new("L", (width, height)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(autouse=True)
def _durations(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the library give durations as such; the old way warns, and warnings are errors."""
    monkeypatch.setenv("PTB_TIMEDELTA", "1")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sim(clock: Clock) -> Simulator:
    return Simulator(now=clock.now, clock=clock.monotonic)


@pytest.fixture
async def bot(sim: Simulator) -> AsyncIterator[Bot]:
    async with Bot(sim.token, request=in_process(sim), get_updates_request=in_process(sim)) as bot:
        yield bot


@pytest.fixture
async def rina(sim: Simulator) -> Person:
    person = sim.person("Rina Wati", id=1001)
    await person.start()
    return person


@pytest.fixture
async def api(sim: Simulator) -> AsyncIterator[Api]:
    """The Bot API without a library, where the exact words of a refusal matter."""
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=sim.app), base_url="http://simulator"
    ) as client:

        async def call(method: str, **params: Any) -> dict[str, Any]:
            response = await client.post(f"/bot{sim.token}/{method}", json=params)
            document: dict[str, Any] = response.json()
            if not document["ok"]:
                assert response.status_code == document["error_code"]
            return document

        yield call


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def size(request: pytest.FixtureRequest) -> Size:
    """The page is looked at on a desk and on a phone."""
    wanted: Size = request.param
    return wanted


@pytest_asyncio.fixture(loop_scope="session")
async def demo() -> AsyncIterator[Demo]:
    async with served_demo() as ready:
        yield ready


@pytest_asyncio.fixture(loop_scope="session", scope="session")
async def chrome() -> AsyncIterator[Browser]:
    async with browser() as ready:
        yield ready
