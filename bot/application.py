"""Puts the bot together: the only place that knows every part."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from telegram import Bot, BotCommand, BotCommandScopeAllPrivateChats, MenuButtonCommands
from telegram.error import TelegramError
from telegram.ext import Application
from telegram.request import BaseRequest

from bot.broadcasting import Broadcaster
from bot.calls import insist
from bot.clock import Clock
from bot.courier import Courier
from bot.delivery import Sender
from bot.election import Election
from bot.failures import Failures
from bot.farewells import Farewells
from bot.fetching import Fetching
from bot.figures import Figures
from bot.handlers import add_handlers
from bot.intake import Intake
from bot.pictures import Pictures
from bot.replies import Replies
from bot.rounds import Rounds
from bot.schedule import Schedule
from bot.settings import Settings
from bot.tasks import Tasks
from bot.updates import Updates
from bot.wire import wire_to
from bot.workshop import Workshop
from conversations.pictures.drawing import Drawer
from conversations.words import LANGUAGES, Words
from storage import ruleset_choices
from storage.database import Database
from storage.errors import RulesBroken
from storage.files import FileStore
from storage.inspecting import Inspector
from storage.receipts import Receipts
from storage.rulebook import RuleBook
from storage.seats import seat_beside

logger = logging.getLogger(__name__)

# 210 taps a second at a district's peak are two calls each of about 100 ms.
CONNECTIONS = 64

RequestFactory = Callable[[int], BaseRequest]


class Kawan:
    """The bot, ready to be started.

    `make_request` lets tests reach a simulator in process. An `inspector` that is given may serve
    several bots: it is not closed.
    """

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        make_request: RequestFactory | None = None,
        inspector: Inspector | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock or Clock()
        self.database = Database(settings.database_url)
        self.files = FileStore(settings.data_dir / "files")
        self._inspector = inspector or Inspector()
        self._closes_inspector = inspector is None
        self.rulebook = RuleBook(settings.data_dir / "rulesets")
        make_request = make_request or partial(wire_to, settings.telegram_api_url)
        self._polling_request = make_request(2)
        wire = make_request(CONNECTIONS)
        base = settings.telegram_api_url.rstrip("/")
        self.bot = Bot(
            settings.token,
            base_url=f"{base}/bot",
            base_file_url=f"{base}/file/bot",
            request=wire,
            get_updates_request=self._polling_request,
        )
        self.tasks = Tasks()
        self.figures = Figures()
        self.election = Election(seat_beside(settings.database_url))
        self.sender = Sender(
            Courier(self.bot, self.database, self.clock, self.rulebook, self.files),
            self.database,
            self.clock,
            self.election,
            self.figures,
            Receipts(settings.data_dir / "receipts"),
        )
        self.broadcaster = Broadcaster(
            self.bot,
            self.database,
            self.clock,
            self.rulebook,
            self.files,
            self.election,
            self.sender.wake,
        )
        self.farewells = Farewells(self.bot, self.database, self.clock, self.election)
        self.workshop = Workshop(
            self.bot,
            self.database,
            self.clock,
            self.rulebook,
            self.files,
            settings.data_dir / "papers",
        )
        self.drawer = Drawer()
        self.pictures = Pictures(self.bot, self.database, self.clock, self.drawer, self.tasks)
        self.replies = Replies(self.bot, self.database, self.clock, self.tasks, self.pictures)
        self.updates = Updates(
            self.database,
            self.clock,
            self.rulebook,
            self.replies,
            Failures(self.database, self.clock),
            Fetching(wire, self.files, self._inspector.inspect),
            self.files,
            self.tasks,
            self.figures,
            self._wake,
        )
        queue: asyncio.Queue[object] = asyncio.Queue()
        # Our own intake stores updates before it acknowledges them, and our own scheduler looks
        # in the database: the library's updater and job queue stay switched off.
        self.application: Application[Any, Any, Any, Any, Any, Any] = (
            Application.builder()
            .bot(self.bot)
            .updater(None)
            .job_queue(None)
            .concurrent_updates(self.updates)
            .update_queue(queue)
            .build()
        )
        add_handlers(self.application, self.replies, self.database, self.clock)
        self.intake = Intake(
            self.bot,
            self._polling_request,
            f"{base}/bot{settings.token}",
            self.database,
            self.clock,
            self.updates,
            queue,
        )
        self.rounds = Rounds(self.database, self.files, self.clock, self.rulebook, self._wake)
        self.schedule = Schedule(self.intake, self.rounds, self.broadcaster, self.election)
        self.sending: asyncio.Task[Any] | None = None
        self.polling: asyncio.Task[Any] | None = None

    async def start(self, *, poll: bool = True) -> None:
        """Bring the schema up to date, take up what was left, and begin to work."""
        await self.database.migrate()
        await self._look_at_rules()
        await insist(self.application.initialize)
        await self.application.start()
        await self.intake.replay()
        await self.election.look()
        self.tasks.start(self.election.run(), "election")
        self.sending = self.tasks.start(self.sender.run(), "sender")
        self.tasks.start(self.broadcaster.run(), "broadcaster")
        self.tasks.start(self.workshop.run(), "workshop")
        self.tasks.start(self.farewells.run(), "farewells")
        self.schedule.start()
        if poll:
            await insist(self.bot.delete_webhook)
            self.polling = self.tasks.start(self.intake.poll(), "polling")
        self.tasks.start(self._introduce(), "introduce")
        logger.info("started", extra={"bot": self.bot.username})

    async def stop(self) -> None:
        """Finish what is in hand, then give everything back."""
        await self.schedule.stop()
        self.updates.drop_gatherings()
        await self.tasks.cancel()
        await self.election.resign()
        if self.application.running:
            await self.application.stop()
        try:
            await self.intake.tidy()
            await self.pictures.write_down()
        finally:
            await self.application.shutdown()
            await self.drawer.close()
            if self._closes_inspector:
                await asyncio.to_thread(self._inspector.close)
            await self.database.close()

    async def _look_at_rules(self) -> None:
        """Log which rule sets of schools are gone or wrong; whoever needs none goes on."""
        async with self.database.reading() as session:
            for school, ruleset in await ruleset_choices.in_use(session):
                with suppress(RulesBroken):
                    self.rulebook.named(school, ruleset)

    def _wake(self) -> None:
        """Something may be waiting that no tap answers."""
        self.sender.wake()
        self.broadcaster.wake()
        self.workshop.wake()
        self.farewells.wake()

    async def _introduce(self) -> None:
        """Tell Telegram the bot's name, its description and what a stranger may type."""
        try:
            for language in LANGUAGES:
                words = Words(language)
                code = None if language == LANGUAGES[0] else language
                commands = [BotCommand("bantuan", words.label("commands.bantuan"))]
                await self.bot.set_my_commands(
                    commands, scope=BotCommandScopeAllPrivateChats(), language_code=code
                )
                await self.bot.set_my_description(
                    words.label("profile.description"), language_code=code
                )
                await self.bot.set_my_short_description(
                    words.label("profile.short"), language_code=code
                )
            await self.bot.set_chat_menu_button(menu_button=MenuButtonCommands())
        except TelegramError as error:
            # Only looks: the bot works without.
            logger.warning("profile not set: %s", type(error).__name__)
