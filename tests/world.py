"""A school with its people, the bot and the simulator in one process: the front door."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
from sqlmodel import or_, select

from bot.application import Kawan
from bot.clock import Clock
from bot.settings import Settings
from bot.simulator import Simulator
from bot.simulator.driver import Person
from bot.wire import Wire
from storage.database import Database
from storage.inspecting import Inspector
from storage.members import found_school, invite, join
from storage.models import Account, OutboxMessage, Role, School
from storage.outbox import PENDING, SENDING
from storage.people import find_account, new_account

TOKEN = "123456:TEST"
MONDAY = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)
"""Senin, 6 Juli 2026, pukul 10.00 WIB: the planning phase of July–December."""

INSPECTOR = Inspector()
"""One process looks into the files of all worlds: it has no memory of its own."""


class StoppedClock(Clock):
    """A clock that moves only when it is told to."""

    def __init__(self, at: datetime = MONDAY) -> None:
        super().__init__()
        self.at = at

    def now(self) -> datetime:
        """Give the moment it was set to."""
        return self.at

    def forward(self, step: timedelta) -> None:
        """Let time pass."""
        self.at += step


class TestWorld:
    """What a test gets: `kawan` (the bot), `sim` (Telegram), the clock; and ways to join."""

    __test__ = False

    def __init__(self, settings: Settings, sim: Simulator, clock: StoppedClock) -> None:
        self.settings = settings
        self.sim = sim
        self.clock = clock
        self.kawan = self._make_bot()
        self.school: School | None = None

    def _make_bot(self) -> Kawan:
        transport = httpx.ASGITransport(app=self.sim.app)
        kawan = Kawan(self.settings, self.clock, lambda _connections: Wire(transport), INSPECTOR)
        # An album in a test comes at once.
        kawan.updates.gathers_for_s = 0.05
        return kawan

    @property
    def database(self) -> Database:
        """The database of the running bot."""
        return self.kawan.database

    async def restart(self) -> None:
        """Stop the bot and start a new one on the same data."""
        await self.kawan.stop()
        self.kawan = self._make_bot()
        await self.kawan.start()

    async def delivered(self, within: float = 30.0) -> None:
        """Let the sender finish, in its own time, with all that is due, and write it down."""
        self.kawan.sender.wake()
        due = select(OutboxMessage.id).where(OutboxMessage.due_at <= self.clock.now())
        waiting = select(or_(due.where(PENDING).exists(), due.where(SENDING).exists()))
        async with asyncio.timeout(within):
            while True:
                async with self.database.reading() as session:
                    if not (await session.exec(waiting)).one():
                        return
                await asyncio.sleep(0.002)

    async def blocked_by(self, person: Person, within: float = 30.0) -> None:
        """Let somebody block the bot, and wait until it knows."""
        await person.blocks_bot()
        async with asyncio.timeout(within):
            while not await self._knows_blocked(person):  # noqa: ASYNC110 - no event tells it
                await asyncio.sleep(0.002)

    async def _knows_blocked(self, person: Person) -> bool:
        async with self.database.reading() as session:
            return (await session.get_one(Account, person.id)).blocked_at is not None

    async def founds(self, npsn: str = "10304567", name: str = "SMPN 1 Surian") -> School:
        """Found a school."""
        async with self.database.transaction() as session:
            school = await found_school(
                session,
                npsn=npsn,
                name=name,
                timezone="Asia/Jakarta",
                ruleset=self.settings.ruleset,
                now=self.clock.now(),
            )
        self.school = self.school or school
        return school

    async def invites(
        self, name: str, roles: Role, school: School | None = None, nip: str | None = None
    ) -> str:
        """Invite somebody; give the token."""
        school = school or self.school or await self.founds()
        async with self.database.transaction() as session:
            invited = await invite(
                session, school, name=name, roles=roles, nip=nip, now=self.clock.now()
            )
        return invited.token or ""

    async def comes_in(self, name: str, roles: Role) -> Person:
        """Bring somebody in the way people come in: link, "it is me", consent."""
        token = await self.invites(name, roles)
        person = self.sim.person(name, id=1000 + sum(map(ord, name)))
        await person.start(token)
        await person.sees("Apakah ini Bapak/Ibu?")
        await person.taps("Ya, ini saya")
        await person.sees("Yang disimpan")
        await person.taps("Setuju")
        await person.sees_button("Bantuan")
        return person

    async def joins(
        self, name: str, roles: Role, school: School | None = None, person: Person | None = None
    ) -> Person:
        """Bring somebody in, and home. The steps that people take are held by their own tests."""
        token = await self.invites(name, roles, school)
        person = person or self.sim.person(name, id=1000 + sum(map(ord, name)))
        now = self.clock.now()
        async with self.database.transaction() as session:
            account, _seats = await find_account(session, person.id, now)
            account = account or new_account(person.id, now)
            session.add(account)
            await session.flush()
            await join(session, account, token, now)
        await person.types("/menu")
        await person.sees_button("Bantuan")
        return person


@asynccontextmanager
async def open_world(
    database_url: str, folder: Path, *, ruleset: str = "pmm-2024"
) -> AsyncIterator[TestWorld]:
    """Start a world and stop it at the end."""
    clock = StoppedClock()
    settings = Settings(
        bot_token=TOKEN,
        database_url=database_url,
        data_dir=folder,
        ruleset=ruleset,
        _env_file=None,
    )
    sim = Simulator(token=TOKEN, now=clock.now)
    world = TestWorld(settings, sim, clock)
    await world.kawan.start()
    try:
        yield world
    finally:
        await world.kawan.stop()
        await sim.aclose()
