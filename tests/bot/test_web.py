"""The webhook, /healthz and /metrics, and that nothing comes in without the secret."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import select

from bot.application import Kawan
from bot.heartbeat import STANDS_STILL_AFTER_S
from bot.schedule import LONGEST_LOOK_S
from bot.settings import Settings
from bot.simulator import Simulator
from bot.web import LARGEST_UPDATE, SECRET_HEADER, Web
from storage import outbox
from storage.models import InboxUpdate, Member, Role
from tests.world import TOKEN, StoppedClock, TestWorld

SECRET = "rahasia-yang-panjang_1"
PATH = "/jalan/masuk"


@pytest.fixture
async def webhooked(sqlite_url: str, tmp_path: Path) -> AsyncIterator[TestWorld]:
    """A world whose bot takes its updates from the webhook."""
    clock = StoppedClock()
    settings = Settings(
        bot_token=TOKEN,
        database_url=sqlite_url,
        data_dir=tmp_path,
        webhook_url=f"https://kawan.test{PATH}",
        webhook_secret=SECRET,
        _env_file=None,
    )
    way_in = Deferred()
    sim = Simulator(token=TOKEN, now=clock.now, webhook_transport=way_in)
    world = TestWorld(settings, sim, clock)
    way_in.transport = httpx.ASGITransport(app=Web(world.kawan).app)
    await world.kawan.start(poll=False)
    yield world
    await sim.aclose()
    await world.kawan.stop()


class Deferred(httpx.AsyncBaseTransport):
    """A way to an application that is made later."""

    transport: httpx.ASGITransport | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        assert self.transport is not None
        return await self.transport.handle_async_request(request)


def client(kawan: Kawan) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=Web(kawan).app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="https://kawan.test")


def update(number: Any = 7) -> dict[str, Any]:
    """An update that needs no answer."""
    return {"update_id": number, "poll": {"id": "1"}}


async def stored(world: TestWorld, number: int) -> bool:
    async with world.database.reading() as session:
        return await session.get(InboxUpdate, number) is not None


async def test_a_conversation_over_the_webhook(webhooked: TestWorld) -> None:
    settings = webhooked.settings
    await webhooked.kawan.bot.set_webhook(
        settings.webhook_url, secret_token=settings.webhook_secret.get_secret_value()
    )
    rina = webhooked.sim.person("Rina", id=31)
    await rina.start()
    await rina.sees("undangan")


@pytest.mark.parametrize("given", [None, "", "salah", SECRET + "x", SECRET[:-1], "rahasi\u00e4"])
async def test_without_the_secret_nothing_comes_in(
    webhooked: TestWorld, given: str | None
) -> None:
    headers = [] if given is None else [(SECRET_HEADER.encode(), given.encode("latin-1"))]
    async with client(webhooked.kawan) as http:
        answer = await http.post(PATH, json=update(), headers=headers)
    assert answer.status_code == 403
    assert not await stored(webhooked, 7)


async def test_an_update_is_stored_before_it_is_acknowledged(webhooked: TestWorld) -> None:
    async with client(webhooked.kawan) as http:
        for _ in range(2):  # Telegram repeats what it thinks was lost
            answer = await http.post(PATH, json=update(), headers={SECRET_HEADER: SECRET})
            assert answer.status_code == 200
    assert await stored(webhooked, 7)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"7",
        b"null",
        b"{}",
        b"\xff\xfe",
        b'{"update_id": "7"}',
        b'{"update_id": true}',
        b'{"update_id": -1}',
        b'{"update_id": 9223372036854775808}',
        b'{"update_id": 1e3}',
        b"[" * 100_000,
    ],
    ids=repr,
)
async def test_what_is_no_update_is_refused(webhooked: TestWorld, body: bytes) -> None:
    async with client(webhooked.kawan) as http:
        answer = await http.post(PATH, content=body, headers={SECRET_HEADER: SECRET})
    assert answer.status_code == 400


async def test_an_unreadable_update_blocks_nothing(webhooked: TestWorld) -> None:
    broken = {"update_id": 8, "message": {"text": "tanpa kepala"}}
    async with client(webhooked.kawan) as http:
        answer = await http.post(PATH, json=broken, headers={SECRET_HEADER: SECRET})
    assert answer.status_code == 200


async def test_a_body_beyond_any_update_is_not_read(webhooked: TestWorld) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(100):
            yield b" " * (LARGEST_UPDATE // 10)

    async with client(webhooked.kawan) as http:
        answer = await http.post(PATH, content=endless(), headers={SECRET_HEADER: SECRET})
    assert answer.status_code == 413


async def test_only_post_and_only_there(webhooked: TestWorld, world: TestWorld) -> None:
    headers = {SECRET_HEADER: SECRET}
    async with client(webhooked.kawan) as http:
        assert (await http.get(PATH, headers=headers)).status_code == 405
        assert (await http.post("/", json=update(), headers=headers)).status_code == 404
    async with client(world.kawan) as http:  # a bot that polls has no webhook at all
        assert (await http.post(PATH, json=update(), headers=headers)).status_code == 404
        assert (
            await http.post("/", json=update(), headers={SECRET_HEADER: ""})
        ).status_code == 404


# ---------------------------------------------------------------- health and figures


async def test_health(world: TestWorld, webhooked: TestWorld) -> None:
    async with client(world.kawan) as http:
        answer = await http.get("/healthz")
    assert answer.status_code == 200
    good = {"ok": True, "database": True, "sender": True, "scheduler": True, "elected": True}
    assert answer.json() == good | {"polling": True}
    async with client(webhooked.kawan) as http:
        answer = await http.get("/healthz")
    # Both bots of this test have one database: this one came second.
    assert answer.json() == good | {"elected": False}


@pytest.mark.parametrize("part", ["polling", "sending"])
async def test_what_is_broken_is_named(world: TestWorld, part: str) -> None:
    task: asyncio.Task[Any] = getattr(world.kawan, part)
    task.cancel()
    await asyncio.wait([task])
    async with client(world.kawan) as http:
        answer = await http.get("/healthz")
    assert answer.status_code == 503
    assert [name for name, good in answer.json().items() if not good] == [
        "ok",
        {"polling": "polling", "sending": "sender"}[part],
    ]


async def test_a_database_that_does_not_answer_is_told(
    world: TestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OSError("no disk")

    monkeypatch.setattr(world.kawan.database, "reading", broken)
    async with client(world.kawan) as http:
        answer = await http.get("/healthz")
        figures = await http.get("/metrics")
    assert answer.status_code == 503
    assert answer.json()["database"] is False
    assert figures.status_code == 500


async def test_figures(world: TestWorld) -> None:
    rina = world.sim.person("Rina", id=31)
    await rina.start()
    await rina.sees("undangan")
    async with client(world.kawan) as http:
        answer = await http.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    figures = dict(
        line.rsplit(" ", 1) for line in answer.text.splitlines() if not line.startswith("#")
    )
    assert figures["kawan_updates_total"] == "1.0"
    assert figures["kawan_elected"] == "1.0"
    assert figures["kawan_outbox_refused_total"] == "0.0"
    assert figures['kawan_turn_seconds_count{kind="message"}'] == "1.0"
    assert not any(name.startswith("kawan_outbox_waiting") for name in figures)
    assert not any("_created" in name for name in figures)


async def test_queues_are_told_by_kind_with_the_age_of_the_oldest(
    world: TestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    rina = await world.joins("Rina Wati", Role.TEACHER)
    await world.kawan.election.resign()  # so that they wait
    async with world.database.transaction() as session:
        member = (await session.exec(select(Member).where(Member.account_id == rina.id))).one()
        for due in (timedelta(seconds=-90), timedelta(), timedelta(hours=1)):
            await outbox.announce(
                session, school_id=member.school_id, recipients=[member.id or 0],
                occasion=f"test:{due}", kind="test", subject={}, now=world.clock.now(),
                due_at=world.clock.now() + due,
            )  # fmt: skip
    async with client(world.kawan) as http:
        told = (await http.get("/metrics")).text
        monkeypatch.delattr(outbox, "queues")  # counted a moment ago: the database is spared
        assert (await http.get("/metrics")).status_code == 200
    assert 'kawan_outbox_waiting{kind="test"} 3.0' in told
    assert 'kawan_outbox_oldest_seconds{kind="test"} 90.0' in told


async def test_a_part_that_stands_still_is_named(
    world: TestWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its task is still there, but it no longer gets round."""

    def later() -> float:
        return time.monotonic() + STANDS_STILL_AFTER_S + 1

    kawan = world.kawan
    for part, heart in (
        ("sender", kawan.sender._hearts[0]),
        ("sender", kawan.sender._hearts[1]),
        ("scheduler", kawan.schedule._heart),
    ):
        with monkeypatch.context() as context:
            context.setattr(heart, "beat", lambda: None)
            context.setattr(heart, "ticks", later)
            async with client(kawan) as http:
                answer = await http.get("/healthz")
        assert answer.status_code == 503
        assert [name for name, good in answer.json().items() if not good] == ["ok", part]


async def test_a_look_that_does_not_end_is_told(world: TestWorld) -> None:
    begun = asyncio.Event()

    async def hang() -> None:
        begun.set()
        await asyncio.Event().wait()

    schedule = world.kawan.schedule
    looking = world.kawan.tasks.start(_call(schedule._minded(hang)), "look")
    await begun.wait()
    stands_still = [schedule.stands_still]
    since = schedule._under_way
    since.update(dict.fromkeys(since, time.monotonic() - LONGEST_LOOK_S - 1))
    stands_still.append(schedule.stands_still)
    looking.cancel()
    await asyncio.gather(looking, return_exceptions=True)
    stands_still.append(schedule.stands_still)
    assert stands_still == [False, True, False]


async def _call(look: Callable[[], Awaitable[None]]) -> None:
    await look()
