"""Order within a chat, concurrency across chats, one transaction for each update.

An update waits for the chat's earlier ones and for nobody else's. It acts once: its row in the
inbox is marked in the transaction that acts. What the person gets leaves after the commit.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession
from telegram import Update
from telegram.ext import BaseUpdateProcessor

from bot.clock import Clock
from bot.failures import Failures
from bot.fetching import Fetching, attached
from bot.figures import Figures
from bot.replies import Replies, Spinner
from bot.tasks import Tasks
from conversations.callbacks.packing import Button
from conversations.callbacks.pictures import draws
from conversations.dialogue import press, reader_of
from conversations.everywhere import carry_on
from conversations.notices import prompt_of
from conversations.people import gets_cards, seat_of
from conversations.turn import Turn, current_turn
from storage import cards, inbox, outbox
from storage.database import Database
from storage.files import DiskFull, FileStore
from storage.models import Account, MessageRecord, Prompt
from storage.people import Membership, find_account, known_id, new_account
from storage.rulebook import RuleBook

logger = logging.getLogger(__name__)

# Waiting for its chat's turn costs an update next to nothing, so many may wait at once; a small
# number would let one busy chat keep everybody else out.
MOST_AT_ONCE = 10_000

PROMPT_LASTS = timedelta(hours=12)
"""After that, words are no longer taken for the answer unless they reply to the question."""


GATHERS_FOR_S = 1.0
"""An album counts as whole when for so long no further photo of it has come."""


@dataclass(frozen=True, slots=True)
class Gathering:
    """Updates that are answered together, by what a button would draw."""

    update: Update
    button: Button
    timer: asyncio.TimerHandle
    updates: list[int]

    @property
    def is_due(self) -> bool:
        """Whether nothing more has come for long enough."""
        return self.timer.when() <= asyncio.get_running_loop().time()


class Lanes:
    """A queue for each chat."""

    def __init__(self) -> None:
        self._locks: dict[int, tuple[asyncio.Lock, int]] = {}

    @asynccontextmanager
    async def of(self, chat_id: int) -> AsyncIterator[None]:
        """Wait for the chat's turn, in order of asking."""
        lock, users = self._locks.get(chat_id, (asyncio.Lock(), 0))
        self._locks[chat_id] = (lock, users + 1)
        try:
            async with lock:
                yield
        finally:
            lock, users = self._locks.pop(chat_id)
            if users > 1:
                self._locks[chat_id] = (lock, users - 1)


class Updates(BaseUpdateProcessor):
    """Takes updates through their turns."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        rulebook: RuleBook,
        replies: Replies,
        failures: Failures,
        fetching: Fetching,
        files: FileStore,
        tasks: Tasks,
        figures: Figures,
        wake_others: Callable[[], None],
    ) -> None:
        super().__init__(MOST_AT_ONCE)
        self._database = database
        self._clock = clock
        self._rulebook = rulebook
        self._replies = replies
        self._failures = failures
        self._fetching = fetching
        self._files = files
        self._tasks = tasks
        self._figures = figures
        self._wake_others = wake_others
        self._lanes = Lanes()
        self._drawing = asyncio.Lock()
        self._owed: dict[int, bool] = {}
        self._in_hand: dict[int, tuple[dict[str, Any], asyncio.Future[None]]] = {}
        self._gatherings: dict[tuple[int, str], Gathering] = {}
        self.gathers_for_s = GATHERS_FOR_S
        self.answered: list[int] = []

    async def initialize(self) -> None:
        """Nothing to prepare."""

    async def shutdown(self) -> None:
        """Nothing to give back."""

    def expect(self, payload: dict[str, Any]) -> tuple[asyncio.Future[None], bool]:
        """Note an update that is about to be handed on, and say whether it is new to the hand.

        The future is done once the update has acted and cannot be lost any more.
        """
        update_id = payload["update_id"]
        if update_id in self._in_hand:
            return self._in_hand[update_id][1], False
        acted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._in_hand[update_id] = (payload, acted)
        return acted, True

    def owe_answer(self, update_id: int, *, screen: bool) -> None:
        """Note that an update has acted before a stop, but its answer may not have arrived.

        Without `screen` only the wheel of its tap is stopped.
        """
        self._owed[update_id] = screen

    async def do_process_update(self, update: object, coroutine: Awaitable[Any]) -> None:
        """Take one update through its turn."""
        if not isinstance(update, Update):
            _discard(coroutine)
            return
        chat = update.effective_chat
        spinner = self._replies.watch(update)
        try:
            async with self._lanes.of(chat.id if chat else 0):
                await self._take_and_mind(update, coroutine, spinner)
        finally:
            _discard(coroutine)  # where a stop came before its turn

    async def _take_and_mind(
        self, update: Update, coroutine: Awaitable[Any], spinner: Spinner
    ) -> None:
        chat = update.effective_chat
        gathered = False
        try:
            gathered = await self._take(update, coroutine, spinner)
        except Exception as error:
            apology = await self._failures.outside(update, error)
            if chat is not None and _is_private(update):
                await self._replies.apologise(chat.id, spinner, apology)
        finally:
            spinner.stop()
            self._in_hand.pop(update.update_id, None)
            if not gathered:
                self.answered.append(update.update_id)
            self._figures.updates.inc()

    async def _take(self, update: Update, coroutine: Awaitable[Any], spinner: Spinner) -> bool:
        """Take one update through its turn; say whether its answer waits for more to come."""
        started = time.perf_counter()
        if update.effective_user is None or not _is_private(update):
            # Nobody to answer in private: groups and channels have handlers without a turn.
            await coroutine
            await self._mark(update)
            return False
        turn = await self._act(update, coroutine)
        if turn is None:
            return False
        if turn.answer.gathered is not None:
            self._gather(turn, turn.answer.gathered)
        else:
            await self._replies.give(turn, spinner)
        took, about = time.perf_counter() - started, _about(update)
        self._figures.turns.labels(about["kind"]).observe(took)
        logger.info(
            "turn",
            extra={
                **about,
                "member": turn.membership.member.id if turn.membership else None,
                "ms": round(took * 1000, 1),
            },
        )
        return turn.answer.gathered is not None

    async def _act(self, update: Update, coroutine: Awaitable[Any]) -> Turn | None:
        """Let the handlers act in one transaction; None when the update had acted before."""
        now = self._clock.now()
        owed = update.update_id in self._owed
        shows = self._owed.pop(update.update_id, False)
        file = None if owed else await self._file(update)
        async with self._queue_of(update), self._database.writing() as session:
            turn = await self._begin(session, update)
            turn.file = file
            reset = current_turn.set(turn)
            try:
                if owed:
                    _discard(coroutine)
                    if shows:
                        await carry_on(turn)
                else:
                    await coroutine
            finally:
                current_turn.reset(reset)
            if turn.failure is not None:
                await self._failures.inside(turn, turn.failure)
            if isinstance(file, DiskFull):
                await self._failures.no_room(turn)
            first_time = await self._mark_acted(session, update, now)
            if not first_time and not owed:
                self._cannot_be_lost(update)
                return None
            await self._remember_tapped(turn)
            await session.commit()
            self._cannot_be_lost(update)
            if session.info.get(outbox.ANNOUNCED):
                self._wake_others()
        return turn

    def _queue_of(self, update: Update) -> AbstractAsyncContextManager[Any]:
        """Let pictures stand in a queue of their own: a whole school may ask for them at once."""
        query = update.callback_query
        return self._drawing if query is not None and draws(query.data or "") else nullcontext()

    async def _begin(self, session: AsyncSession, update: Update) -> Turn:
        return await begin(session, update, self._clock.now(), self._rulebook, self._files)

    async def _file(self, update: Update) -> object:
        """Fetch and read the file that came in, if a dialogue wants it.

        This is done before the turn's transaction: nobody else waits for a slow download, and an
        update that a stop interrupts here is simply taken from the start.
        """
        if update.message is None or attached(update.message) is None:
            return None
        async with self._database.reading() as session:
            turn = await self._begin(session, update)
            reset = current_turn.set(turn)
            try:
                reader = reader_of(update)
            finally:
                current_turn.reset(reset)
        if reader is None or turn.membership is None:
            return None
        return await self._fetching.fetch(update.message, reader, turn.actor.school_id)

    # -- answers to what arrives in parts

    def _gather(self, turn: Turn, button: Button) -> None:
        """Answer an album once its last photo is there: Telegram does not say which it is."""
        key = (turn.account.id, button.pack())
        earlier = self._gatherings.get(key)
        timer = asyncio.get_running_loop().call_later(
            self.gathers_for_s, lambda: self._tasks.start(self._answer_all(key), "answer album")
        )
        updates = [turn.update.update_id]
        if earlier is not None:
            earlier.timer.cancel()
            updates = earlier.updates + updates
        self._gatherings[key] = Gathering(turn.update, button, timer, updates)

    async def _answer_all(self, key: tuple[int, str]) -> None:
        async with self._lanes.of(key[0]):
            gathering = self._gatherings.get(key)
            if gathering is None or not gathering.is_due:
                return  # one more photo came while this waited for its turn
            del self._gatherings[key]
            try:
                async with self._database.writing() as session:
                    turn = await self._begin(session, gathering.update)
                    await press(turn, gathering.button.pack())
                    await session.commit()
                await self._replies.give(turn, self._replies.watch(gathering.update))
            finally:
                self.answered += gathering.updates

    def drop_gatherings(self) -> None:
        """Leave unanswered albums to the next start, which finds that they are owed an answer."""
        for gathering in self._gatherings.values():
            gathering.timer.cancel()
        self._gatherings.clear()

    async def _remember_tapped(self, turn: Turn) -> None:
        """Keep track of what the tapped message shows: another decision, or something else."""
        answer = turn.answer
        if turn.membership is None:
            return
        if turn.tapped is None or not answer.in_place:
            if answer.screens and gets_cards(turn.actor):
                await cards.bury(turn.session, turn.actor.member_id, turn.now)
            return
        if answer.asks_about is None:
            if answer.screens and gets_cards(turn.actor):
                await cards.close(turn.session, turn.tapped, turn.now)
            return
        await cards.remember(
            turn.session,
            school_id=turn.school.id or 0,
            member_id=turn.actor.member_id,
            place=turn.tapped,
            subject=answer.asks_about,
            view=turn.account.view,
            now=turn.now,
        )

    async def _mark(self, update: Update) -> None:
        async with self._database.transaction() as session:
            await self._mark_acted(session, update, self._clock.now())
        self._cannot_be_lost(update)

    async def _mark_acted(self, session: AsyncSession, update: Update, now: datetime) -> bool:
        payload, _acted = self._in_hand.get(update.update_id, (None, None))
        return await inbox.mark_acted(session, update.update_id, now, payload)

    def _cannot_be_lost(self, update: Update) -> None:
        _payload, acted = self._in_hand.get(update.update_id, (None, None))
        if acted is not None and not acted.done():
            acted.set_result(None)


async def begin(
    session: AsyncSession, update: Update, now: datetime, rulebook: RuleBook, files: FileStore
) -> Turn:
    """Open a turn: who is speaking, and which question, if any, is being answered."""
    user = update.effective_user
    if user is None:
        raise ValueError("a turn belongs to a person")
    account, memberships = await find_account(session, user.id, now)
    account = account or new_account(user.id, now)
    if account.blocked_at is not None and update.my_chat_member is None:
        account.blocked_at = None
        session.add(account)
    prompt = await _prompt(session, update, account, seat_of(account, memberships), now)
    return Turn(
        session=session,
        now=now,
        rulebook=rulebook,
        files=files,
        account=account,
        memberships=memberships,
        update=update,
        prompt=prompt,
        waits_in=prompt.state if prompt else None,
    )


async def _prompt(
    session: AsyncSession,
    update: Update,
    account: Account,
    seat: Membership | None,
    now: datetime,
) -> Prompt | None:
    replied = update.message.reply_to_message if update.message else None
    if replied is not None:
        # Words typed without signal arrive late: the reply says which question they answer.
        found = await session.exec(
            select(Prompt).where(
                Prompt.account_id == account.id, Prompt.message_id == replied.message_id
            )
        )
        bound = found.first()
        if bound is not None:
            return bound
        notice = await _notice(session, seat, replied.message_id)
        answered = prompt_of(notice, account.id, now) if notice is not None else None
        if answered is not None:
            return answered
    if account.prompt_id is None:
        return None
    prompt = await session.get(Prompt, account.prompt_id)
    return prompt if prompt and now - prompt.asked_at < PROMPT_LASTS else None


async def _notice(
    session: AsyncSession, seat: Membership | None, message_id: int
) -> MessageRecord | None:
    """Find the notice that is being replied to, if it is one."""
    if seat is None:
        return None
    return await outbox.sent_as(session, known_id(seat.member.id), message_id)


def _is_private(update: Update) -> bool:
    chat = update.effective_chat
    return chat is not None and chat.type == chat.PRIVATE


def _about(update: Update) -> dict[str, Any]:
    kind = next((name for name in ("callback_query", "message") if getattr(update, name)), "other")
    return {"update": update.update_id, "kind": kind}


def _discard(coroutine: Awaitable[Any]) -> None:
    if isinstance(coroutine, Coroutine):
        coroutine.close()
