"""The demo: simulator, bot and web page in one process, with a school to play with.

Needs no token and no account. What happens is kept under `data/` between runs, apart for each
rule set.
"""

import asyncio
import contextlib
import json
import logging
import shutil
import socket
import sys
from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import uvicorn
from sqlmodel import col, select
from starlette.applications import Starlette

from bot.application import Kawan
from bot.clock import Clock
from bot.demo_confirming import confirm_some
from bot.demo_evidence import make_ready, send_in
from bot.demo_observing import agree_on_a_day
from bot.demo_plans import SCRIPTS
from bot.demo_samples import SAMPLES, make_sample
from bot.demo_school import NPSN, PEOPLE, Progress, found, hand_out_phones
from bot.logs import set_up_logs
from bot.settings import Settings
from bot.signals import when_asked_to_end
from bot.simulator import Flood, Simulator
from bot.simulator.web import CastMember, Move, Sample, SampleFile, page_routes
from bot.tasks import Tasks
from bot.web import Server
from conversations.words import Words
from storage.deadlines import lay_out, moves_in
from storage.members import find_school
from storage.models import Account, DeadlineMove
from storage.people import known_id
from storage.rulesets import Period, RuleSet, load_ruleset

logger = logging.getLogger(__name__)

ZONE = ZoneInfo("Asia/Jakarta")
TOKEN = "1030:demo"  # noqa: S105 - opens nothing but the demo
USERNAME = "KawanKinerjaBot"
RULESET = "pmm-2024"
"""What is played unless somebody asks for another."""

FOLDER = Path("data/demo")
MORNING = timedelta(hours=2)
"""How long ago the school's day began when the curtain rises."""

MONDAY_AND_WEEKEND = (0, 5, 6)
"""Days that the school did not work on, or the day after them: yesterday much was done."""

REMINDED_BY = time(15)
"""An hour before the school's usual day ends, everybody's turn has come."""

SAVE_EVERY_S = 1.0
HOST = "127.0.0.1"


class Demo:
    """Everything on stage: what the page needs beyond the simulator (its `Stage`)."""

    def __init__(self, folder: Path, port: int, ruleset: str = RULESET) -> None:
        self._folder = folder
        self._port = port
        self._clock = Clock()
        self._rules: RuleSet = load_ruleset(ruleset)
        self._tokens: dict[int, str] = {}
        self._joined: set[int] = set()
        self._given: Counter[tuple[str, int]] = Counter()
        self._changed = False
        self._is_over = False
        self._kawan: Kawan | None = None
        self._read_notes()
        self.sim = Simulator.load(
            folder / "telegram",
            token=TOKEN,
            username=USERNAME,
            now=self._clock.now,
            flood=Flood(),
        )
        self.sim.subscribe(self._note_change)

    # -- what the page asks for

    def cast(self) -> list[CastMember]:
        """Everybody who may hold a phone."""
        return [
            CastMember(
                id=one.account,
                name=one.name,
                caption=one.caption,
                phone=one.phone,
                invitation=None if one.account in self._joined else self._tokens.get(one.account),
            )
            for one in PEOPLE
        ]

    def now(self) -> datetime:
        """The demo's present moment at the school."""
        return self._clock.now().astimezone(ZONE)

    async def move(self, to: Move) -> str:
        """Move the calendar; notices that have become due go out by themselves."""
        if self._kawan is not None:
            # Else a day that is skipped within minutes would be missing from the board's trend.
            await self._kawan.rounds.note_boards()
        steps = {"+1d": timedelta(days=1), "+1w": timedelta(weeks=1)}
        if to in steps:
            self._clock.offset += steps[to]
        elif to == "now":
            self._clock.offset = timedelta()
        else:
            self._clock.offset += await self._next_deadline() - self._clock.now()
        self._write_notes()
        if self._kawan is not None:
            await self._kawan.rounds.remind()
            await self._kawan.rounds.remind_of_observations()
            await self._kawan.rounds.note_boards()
            self._kawan.sender.wake()
        return f"Kalender menunjukkan {Words('id', ZONE).moment(self._clock.now())}."

    def is_over(self) -> bool:
        """Whether the curtain has fallen."""
        return self._is_over

    def hint(self) -> str:
        """What a newcomer may try first."""
        return SCRIPTS[self._rules.id].hint

    def samples(self) -> list[Sample]:
        """What visitors may attach who have no certificate at hand."""
        return list(SAMPLES)

    async def sample(self, sample_id: str, person: int) -> list[SampleFile]:
        """Draw a sample in somebody's name, dated in this period; each time another one."""
        which = self._given[sample_id, person]
        self._given[sample_id, person] += 1
        today = self.now().date()
        day = max(self._rules.period_at(today).start, today - timedelta(days=2))
        holder = next(one for one in PEOPLE if one.account == person)
        return await asyncio.to_thread(make_sample, sample_id, holder, which, day, self._rules)

    async def restart(self) -> None:
        """Begin again: the school as on the first day."""
        await self.stop()
        self.sim.clear()
        shutil.rmtree(self._folder, ignore_errors=True)
        self._clock.offset = timedelta()
        self._tokens.clear()
        self._joined.clear()
        self._given.clear()
        await self.start()

    # -- running

    async def start(self) -> None:
        """Start the bot; the first time, found the school."""
        self._folder.mkdir(parents=True, exist_ok=True)
        kawan = self._kawan = Kawan(self._settings(), self._clock)
        is_new = not (self._folder / "kawan.db").exists()
        await kawan.database.migrate()
        if is_new:
            await self._found(kawan)
        await kawan.start()
        if is_new:
            await self._say_hello()
            # What has arrived so far is not from just now: the next submission is news again.
            self._clock.offset += MORNING
            self._write_notes()
        await self._look_who_joined()

    async def stop(self) -> None:
        """Stop the bot and keep everything."""
        if self._kawan is not None:
            await self._kawan.stop()
            self._kawan = None
        self._save()

    def end(self) -> None:
        """Let open pages go: the server waits for them only so long, and complains."""
        self._is_over = True

    async def keep_saving(self) -> None:
        """Save what has changed every now and then, so that even a power cut loses little."""
        while True:
            await asyncio.sleep(SAVE_EVERY_S)
            if self._changed:
                await self._look_who_joined()
                self._save()

    def _settings(self) -> Settings:
        return Settings(
            _env_file=None,
            bot_token=TOKEN,
            telegram_api_url=f"http://{HOST}:{self._port}",
            database_url=f"sqlite+aiosqlite:///{self._folder}/kawan.db",
            data_dir=self._folder,
        )

    async def _found(self, kawan: Kawan) -> None:
        self._clock.offset = self._planning_time() - datetime.now(UTC)
        today = self.now().date()
        period = self._rules.period_at(today)
        ready = []
        if self._rules.upload.required:
            ready = await asyncio.to_thread(make_ready, kawan.files, period, today)
        async with kawan.database.transaction() as session:
            now = self._clock.now()
            school = await found(session, self._rules, ZONE.key, now)
            await send_in(session, kawan.files, self._rules, school.actors, ready, now, today)
            await confirm_some(session, self._rules, school.actors, now)
            await agree_on_a_day(session, self._rules, school.actors, ZONE, now)
        self._tokens = school.tokens
        hand_out_phones(self.sim)
        self._write_notes()

    async def _say_hello(self) -> None:
        """Everybody who has joined opens the home card, below what the bot has told them."""
        for account, button in SCRIPTS[self._rules.id].news:
            await self.sim.person(id=account).sees_button(button, within=30)
        joined = [one for one in PEOPLE if one.progress is not Progress.INVITED]
        await asyncio.gather(*(self._opens_home(one.account) for one in joined))

    async def _opens_home(self, account: int) -> None:
        phone = self.sim.person(id=account)
        await phone.types("/menu")
        await phone.sees_button("Bahasa", within=30)

    def _planning_time(self) -> datetime:
        """A school morning in the planning phase of the present period."""
        today = datetime.now(ZONE).date()
        window = self._rules.planning_window(self._rules.period_at(today))
        if window.start <= today <= window.end:
            return datetime.now(UTC) - MORNING
        day = window.start + timedelta(days=5)
        while day.weekday() in MONDAY_AND_WEEKEND:
            day += timedelta(days=1)
        return datetime.combine(day, time(8), ZONE).astimezone(UTC)

    async def _next_deadline(self) -> datetime:
        """The next last day for something, at an hour at which everybody has been reminded."""
        now = self.now()
        period = self._rules.period_at(now.date())
        days = [
            one.ends_on
            for each in (period, self._rules.next_period(period))
            for one in lay_out(self._rules, each, await self._moves(each))
        ]
        moments = [datetime.combine(day, REMINDED_BY, ZONE) for day in days]
        return min(moment for moment in moments if moment > now)

    async def _moves(self, period: Period) -> list[DeadlineMove]:
        """What the school has moved in a period."""
        if self._kawan is None:
            return []
        async with self._kawan.database.reading() as session:
            school = await find_school(session, NPSN)
            return await moves_in(session, known_id(school.id), period.id) if school else []

    async def _look_who_joined(self) -> None:
        if self._kawan is None:
            return
        async with self._kawan.database.reading() as session:
            joined = await session.exec(
                select(Account.id).where(col(Account.member_id).is_not(None))
            )
            self._joined = set(joined.all())

    def _note_change(self, _event: object) -> None:
        self._changed = True

    def _save(self) -> None:
        self._changed = False
        self._folder.mkdir(parents=True, exist_ok=True)
        self.sim.save(self._folder / "telegram")
        self._write_notes()

    @property
    def _notes(self) -> Path:
        return self._folder / "demo.json"

    def _read_notes(self) -> None:
        if self._notes.exists():
            notes = json.loads(self._notes.read_text(encoding="utf-8"))
            self._clock.offset = timedelta(seconds=notes["offset_s"])
            self._tokens = {int(account): token for account, token in notes["tokens"].items()}

    def _write_notes(self) -> None:
        notes = {"offset_s": self._clock.offset.total_seconds(), "tokens": self._tokens}
        self._notes.parent.mkdir(parents=True, exist_ok=True)
        self._notes.write_text(json.dumps(notes), encoding="utf-8")


@contextlib.asynccontextmanager
async def on_stage(
    port: int, folder: Path, ruleset: str = RULESET
) -> AsyncIterator[tuple[Demo, str]]:
    """Have the demo running at an address (port 0: any that is free), kept in a folder."""
    listener = _listen(port)
    port = listener.getsockname()[1]
    demo = Demo(folder, port, ruleset)
    app = Starlette(
        routes=[*demo.sim.routes, *page_routes(demo.sim, demo)], lifespan=demo.sim.lifespan
    )
    config = uvicorn.Config(
        app, log_level="warning", access_log=False, timeout_graceful_shutdown=2
    )
    server, tasks = Server(config), Tasks()
    serving = tasks.start(server.serve(sockets=[listener]), "page")
    try:
        await demo.start()
        tasks.start(demo.keep_saving(), "saving")
        yield demo, f"http://{HOST}:{port}"
    finally:
        demo.end()
        await demo.stop()
        await demo.sim.aclose()
        server.should_exit = True
        await serving
        await tasks.cancel()


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    # Else each answer waits some 40 ms: its body for the acknowledgement of its head.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.bind((HOST, port))
    return listener


async def run_until_stopped(port: int, folder: Path, ruleset: str) -> None:
    """Run the demo until the process is asked to end."""
    stop = asyncio.Event()
    when_asked_to_end(stop.set)
    async with on_stage(port, folder, ruleset) as (_demo, address):
        sys.stdout.write(f"Kawan Kinerja: {address}\n")
        sys.stdout.flush()
        await stop.wait()


def folder_of(ruleset: str) -> Path:
    """Say where the demo of a rule set is kept: each has its own, so that none loses another."""
    return FOLDER if ruleset == RULESET else FOLDER.with_name(f"{FOLDER.name}-{ruleset}")


def run_demo(port: int, ruleset: str = RULESET) -> None:
    """Run the demo in the foreground. Raises `OSError` when the port is taken."""
    set_up_logs("WARNING", "text", [TOKEN])
    asyncio.run(run_until_stopped(port, folder_of(ruleset), ruleset))
