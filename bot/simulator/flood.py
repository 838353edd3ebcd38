"""How many new messages Telegram takes: token buckets over a monotonic clock."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from bot.simulator.errors import too_many_requests


@dataclass(slots=True)
class Bucket:
    """A bucket of ``capacity`` tokens that fills at ``rate`` tokens a second."""

    rate: float
    capacity: float
    level: float
    at: float

    def wait(self, now: float, cost: float) -> float:
        """Fill up to ``now`` and return the seconds until ``cost`` tokens are there."""
        self.level = min(self.capacity, self.level + (now - self.at) * self.rate)
        self.at = now
        # A request larger than the bucket is let through once the bucket is full.
        missing = min(cost, self.capacity) - self.level
        return max(0.0, missing / self.rate)

    def take(self, cost: float) -> None:
        """Use tokens; an oversized request leaves a debt that has to be paid back."""
        self.level -= cost


@dataclass
class Flood:
    """Telegram's published limits, each in messages a second unless named otherwise.

    Only new messages count (an album counts each of its items toward the total). Edits have a
    bucket of their own that is off unless ``edits_per_second`` is given: Telegram limits them
    too, but has never said at what rate.
    """

    total_per_second: float = 30.0
    chat_per_second: float = 1.0
    chat_burst: float = 3.0
    group_per_minute: float = 20.0
    edits_per_second: float | None = None
    clock: Callable[[], float] = time.monotonic
    refused: int = field(default=0, init=False)
    _buckets: dict[object, Bucket] = field(default_factory=dict, init=False, repr=False)

    def admit(self, chat_id: int, cost: int = 1) -> None:
        """Count ``cost`` new messages to a chat, or refuse them all.

        Raises:
            ApiError: 429 with the seconds until the same call would be taken.
        """
        now = self.clock()
        per_chat, burst = self.chat_per_second, self.chat_burst
        if chat_id < 0:
            per_chat, burst = self.group_per_minute / 60, self.group_per_minute
        total = self._bucket("total", self.total_per_second, self.total_per_second, now)
        chat = self._bucket(chat_id, per_chat, burst, now)
        self._take([(total, float(cost)), (chat, 1.0)], now)

    def admit_edit(self, chat_id: int) -> None:
        """Count one edit, where a limit for edits is switched on."""
        if self.edits_per_second is None:
            return
        now = self.clock()
        rate = self.edits_per_second
        self._take([(self._bucket(("edit", chat_id), rate, max(1.0, rate * 5), now), 1.0)], now)

    def _bucket(self, key: object, rate: float, capacity: float, now: float) -> Bucket:
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(rate, capacity, capacity, now)
        return bucket

    def _take(self, wanted: list[tuple[Bucket, float]], now: float) -> None:
        wait = max(bucket.wait(now, cost) for bucket, cost in wanted)
        if wait > 1e-9:
            self.refused += 1
            raise too_many_requests(max(1, math.ceil(wait)))
        for bucket, cost in wanted:
            bucket.take(cost)
