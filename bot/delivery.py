"""Empties the outbox into Telegram, within Telegram's limits.

Only the elected process does. It takes a handful of messages, draws the first of them, and lets
each go as soon as the pace allows: notices before reminders before broadcasts, one at a time to
each chat, and what one chat waits for holds up no other. How a message ended is written down at
once: after a crash only what was in flight is sent again.
"""

import asyncio
import contextlib
import heapq
import logging
from contextlib import AbstractAsyncContextManager
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from bot.bell import Bell
from bot.clock import Clock
from bot.courier import Broken, Courier, Refused, Result, Settled
from bot.election import Election
from bot.figures import Figures
from bot.hand import Hand, lane_of
from bot.heartbeat import Heartbeat
from bot.pacing import Pace
from bot.tasks import Tasks
from conversations.notices import Notice
from storage import outbox
from storage.database import Database
from storage.models import OutboxState
from storage.outbox import LEASE, Delivery
from storage.receipts import Receipt, Receipts

logger = logging.getLogger(__name__)

HAND = 60
"""So many messages are taken ahead: two seconds' worth, for the disk may be busy for one."""
LOW = 30
AHEAD = 4
"""So many messages are drawn before they may leave; more would be drawn from what is stale."""
LOOK_EVERY_S = 0.5
MOST_ATTEMPTS = 40
LONGEST_REST_S = 600.0
"""Together with the attempts: some five hours in which only this chat cannot be reached."""
FINISH_WITHIN_S = 2.0


class Sender:
    """Delivers what waits in the outbox."""

    def __init__(
        self,
        courier: Courier,
        database: Database,
        clock: Clock,
        election: Election,
        figures: Figures,
        receipts: Receipts,
    ) -> None:
        self._courier = courier
        self._database = database
        self._clock = clock
        self._election = election
        self._figures = figures
        self._receipts = receipts
        self.pace = Pace()
        self._tasks = Tasks()
        self._hearts = (Heartbeat(), Heartbeat())

        self._hand = Hand()
        self._drawing: dict[int, Delivery] = {}
        self._ready: list[tuple[tuple[int, datetime, int], Delivery, Notice]] = []
        self._in_flight: set[asyncio.Task[None]] = set()
        self._parts: tuple[asyncio.Task[None], ...] = ()
        self._resting: dict[int, float] = {}
        self._go_on = asyncio.Event()

        self._settled: list[Settled] = []
        self._noting = 0
        self._released: list[tuple[int, bool]] = []
        self._books = Bell()
        self._woken = False
        self._more = False
        self._looked_at = 0.0
        self._took_back_at: float | None = None

    def wake(self) -> None:
        """Say that there is something to send."""
        self._woken = True
        self._books.ring()

    @property
    def stands_still(self) -> bool:
        """Whether this process should send and does not get round to it."""
        hearts = self._hearts if self._election.is_won else (self._election.heart,)
        return any(heart.stands_still for heart in hearts)

    async def run(self) -> None:
        """Deliver while elected, until cancelled."""
        try:
            while True:
                await self._election.won()
                await self._serve_a_term()
        except asyncio.CancelledError:
            await self._finish()
            raise

    async def _serve_a_term(self) -> None:
        self._forget_everything()
        self.pace.begin()
        for heart in self._hearts:
            heart.beat()
        self._parts = (
            self._tasks.start(self._dispatch(), "dispatch"),
            self._tasks.start(self._keep_books(), "keep books"),
            self._tasks.start(self._election.lost(), "term of office"),
        )
        await asyncio.wait(self._parts, return_when=asyncio.FIRST_COMPLETED)
        await self._tasks.cancel()
        self._receipts.close()
        for part in self._parts:
            if not part.cancelled() and part.exception() is not None:
                raise RuntimeError("the sender broke") from part.exception()

    def _forget_everything(self) -> None:
        """Begin anew: whoever is elected next takes back what was taken."""
        self._hand.clear()
        self._drawing.clear()
        self._ready.clear()
        self._in_flight.clear()
        self._settled.clear()
        self._released.clear()
        self._noting = 0
        self._woken, self._took_back_at = True, None

    async def _finish(self) -> None:
        """Let what is in flight arrive, and write it down."""
        for part in self._parts:
            part.cancel()
        await asyncio.gather(*self._parts, return_exceptions=True)
        if self._in_flight:
            await asyncio.wait(self._in_flight, timeout=FINISH_WITHIN_S)
        await self._tasks.cancel()
        if self._settled:
            with contextlib.suppress(Exception):
                await self._exchange(take=False)
        self._receipts.close()

    # -- from the hand to the phone

    async def _dispatch(self) -> None:
        while True:
            self._hearts[0].beat()
            self._draw_ahead()
            pause = min(self._send_ready(), LOOK_EVERY_S)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._go_on.wait()
            self._go_on.clear()

    def _draw_ahead(self) -> None:
        if self.pace.is_quiet:
            return
        while delivery := self._hand.pick(lambda chat: not self.pace.wait_for(chat)):
            place = delivery.rank
            begun = [one.rank for one in self._drawing.values()] + [
                ready[0] for ready in self._ready
            ]
            if sum(one < place for one in begun) >= AHEAD:
                return
            self._hand.begin(delivery)
            self._drawing[delivery.id] = delivery
            self._tasks.start(self._draw(delivery), "draw")

    async def _draw(self, delivery: Delivery) -> None:
        drawn = await self._courier.draw(delivery)
        self._drawing.pop(delivery.id, None)
        if isinstance(drawn, Settled):
            self._take_in(drawn)
        else:
            heapq.heappush(self._ready, (delivery.rank, delivery, drawn))
            self._go_on.set()

    def _send_ready(self) -> float:
        """Let go what may go; give the seconds until there may be more."""
        if self.pace.is_quiet:
            # It may last: they are drawn anew from what is true then.
            for _, delivery, _ in self._ready:
                self._hand.put_back(delivery)
            self._ready.clear()
            return self.pace.wait(0)
        while self._ready:
            pause = self.pace.wait(len(self._in_flight))
            if pause:
                return pause
            _, delivery, notice = heapq.heappop(self._ready)
            self.pace.take(None if notice.replaces else lane_of(delivery))
            sending = self._tasks.start(self._send(delivery, notice), "send")
            self._in_flight.add(sending)
            sending.add_done_callback(self._in_flight.discard)
        return min(map(self.pace.wait_for, self._hand.waiting_chats()), default=LOOK_EVERY_S)

    async def _send(self, delivery: Delivery, notice: Notice) -> None:
        result: Result | None = await self._courier.send(delivery, notice)
        if not isinstance(result, Broken):
            self.pace.arrived()
        if isinstance(result, Settled) and notice.asks_about is not None:
            # No receipt: a card that nobody remembers would be worse than one that comes twice.
            result = await self._noted_at_once(result)
        elif isinstance(result, Settled) and result.place is not None:
            self._keep_receipt(delivery, result.place[1])
        if result is not None:
            self._take_in(result)

    def _keep_receipt(self, delivery: Delivery, message_id: int) -> None:
        try:
            self._receipts.add(
                Receipt(delivery.id, delivery.member_id, delivery.occasion, message_id)
            )
        except OSError:
            # The database is told in a moment; the receipt is for a kill in between.
            logger.warning("no receipt kept", exc_info=True)

    async def _noted_at_once(self, settled: Settled) -> Settled | None:
        """Write down a card that asks for a decision before anybody can tap on it."""
        self._noting += 1
        try:
            async with self._database.transaction() as session:
                await self._courier.note(session, settled)
        except Exception:
            logger.exception("delivery stumbled")
            return settled
        finally:
            self._noting -= 1
        self._hand.end(settled.delivery)
        self._figures.closed(settled.delivery.kind, settled.state)
        self._go_on.set()
        return None

    def _take_in(self, result: Result) -> None:
        delivery = result.delivery
        match result:
            case Settled():
                self._hand.end(delivery)
                self._settled.append(result)
            case Refused():
                self._figures.refused.inc()
                self.pace.refused(lane_of(delivery), result.seconds)
                self._rest(delivery, result.seconds)
            case Broken():
                self._broke(result)
        self._books.ring()
        self._go_on.set()

    def _broke(self, result: Broken) -> None:
        delivery, tries = result.delivery, result.delivery.attempts + 1
        # While nobody can be reached, it is no fault of the message.
        counts = self.pace.broke(lane_of(delivery))
        if counts and tries >= MOST_ATTEMPTS:
            self._hand.end(delivery)
            now = self._clock.now()
            self._settled.append(Settled(delivery, now, OutboxState.FAILED, result.why))
        else:
            self._rest(delivery, min(2.0**tries, LONGEST_REST_S), failed=counts)

    def _rest(self, delivery: Delivery, seconds: float, *, failed: bool = False) -> None:
        """Give a person nothing for so long: what comes later must not overtake."""
        until = self.pace.ticks() + seconds
        for one in self._hand.drop_lane(delivery):
            self._resting[one.member_id] = until
            self._released.append((one.id, failed and one is delivery))

    # -- between the hand and the outbox

    async def _keep_books(self) -> None:
        while True:
            self._hearts[1].beat()
            try:
                await self._exchange(take=await self._wants_more())
            except Exception:
                logger.exception("delivery stumbled")
                await asyncio.sleep(LOOK_EVERY_S)
            else:
                await self._until_there_is_something_to_note()

    async def _until_there_is_something_to_note(self) -> None:
        if self._more and len(self._hand) < LOW:
            return
        # Other processes write to the outbox too, so it is looked at now and then in any case.
        await self._books.wait(LOOK_EVERY_S)

    async def _wants_more(self) -> bool:
        if self._woken or (self._more and len(self._hand) < LOW):
            return True
        if self.pace.ticks() - self._looked_at < LOOK_EVERY_S:
            return False
        self._looked_at = self.pace.ticks()
        self.pace.forget_idle()
        # Without taking SQLite's only right to write when there is nothing to take.
        async with self._database.reading() as session:
            due = await outbox.next_due(session)
        return due is not None and due <= self._clock.now()

    async def _exchange(self, *, take: bool) -> None:
        """Write down what is done and take more, in one transaction."""
        settled, released, woken = self._settled, self._released, self._woken and take
        if not (settled or released or take):
            return
        self._settled, self._released, self._woken = [], [], self._woken and not take
        taken: list[Delivery] = []
        try:
            async with self._writing(lasting=take) as session:
                for one in settled:
                    await self._courier.note(session, one)
                for outbox_id, failed in released:
                    await outbox.release(session, outbox_id, failed=failed)
                if take:
                    await self._take_back(session)
                    taken = await outbox.lease(
                        session,
                        self._clock.now(),
                        HAND,
                        in_hand=self._hand.by_priority,
                        leave_out=self._not_now(),
                    )
        except BaseException:
            self._settled[:0], self._released[:0] = settled, released
            self._woken = self._woken or woken
            raise
        if not (self._settled or self._noting):
            self._receipts.clear()
        for one in settled:
            self._figures.closed(one.delivery.kind, one.state)
        self._hand.add(taken)
        self._more = bool(taken) if take else self._more
        self._go_on.set()

    def _writing(self, *, lasting: bool) -> AbstractAsyncContextManager[AsyncSession]:
        """Begin a transaction; where messages are only closed, it does not wait for the disk.

        So it is over in a moment, and a kill in between is rare. What a power cut undoes is what
        was closed since messages were last taken, a second ago.
        """
        return self._database.transaction() if lasting else self._database.hurried()

    async def _take_back(self, session: AsyncSession) -> None:
        """Take back what a sender before us had: everything at first, later what is overdue."""
        now = self.pace.ticks()
        if self._took_back_at is None:
            await outbox.accept(session, self._receipts.left(), self._clock.now())
            found = await outbox.take_back(session)
        elif now - self._took_back_at > LEASE.total_seconds():
            ours = [one.id for one in self._hand]
            found = await outbox.take_back(session, self._clock.now(), leave_out=ours)
        else:
            return
        self._took_back_at = now
        if found:
            logger.info("messages taken back from a sender that is gone", extra={"count": found})

    def _not_now(self) -> set[int]:
        now = self.pace.ticks()
        self._resting = {member: until for member, until in self._resting.items() if until > now}
        return self._resting.keys() | self._hand.full_members
