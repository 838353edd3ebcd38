"""When a message may leave: Telegram's limits, and the patience it asks for.

Telegram passes on a 429 for the one request and never says whether it means the chat or the bot.
We keep both limits ourselves, so the first refusal is taken to mean its chat, and everybody waits
once a second chat is refused soon after.
"""

import math
import time
from collections.abc import Callable

TOTAL_PER_S = 29.7
"""Telegram takes about 30; a hair below, so that its bucket never runs dry before ours."""
TOTAL_BURST = 20.0
"""Of Telegram's 30: messages that a slow line has held up arrive together."""
CHAT_PER_S = 1.0
CHAT_BURST = 2.0
REFUSED_TOGETHER_S = 5.0
LINE_IS_DOWN_AFTER = 3
"""So many chats in a row that cannot be reached are no trouble of a chat any more."""
LONGEST_PAUSE_S = 30.0

Ticks = Callable[[], float]
"""A clock that only goes forward, in seconds."""


class Bucket:
    """A token bucket: `rate` tokens a second, at most `burst` saved up; `level` to begin with."""

    def __init__(self, rate: float, burst: float, level: float, now: float) -> None:
        self._rate = rate
        self._burst = burst
        self._level = level
        self._at = now

    def level(self, now: float) -> float:
        """Fill up; give the tokens that are there, below 0 what is owed."""
        self._level = min(self._burst, self._level + max(0.0, now - self._at) * self._rate)
        self._at = max(self._at, now)
        return self._level

    def wait(self, tokens: float, now: float) -> float:
        """Give the seconds until so many tokens are there."""
        wait = (tokens - self.level(now)) / self._rate
        # The sum of many small steps may never reach a whole.
        return wait if wait > 1e-6 else 0.0

    def take(self, now: float) -> None:
        """Use a token, one that is not there yet if need be."""
        self._level = self.level(now) - 1

    def empty_until(self, then: float, now: float) -> None:
        """Forget what was saved up, and save nothing before then."""
        self._level = min(0.0, self.level(now))
        self._at = then

    def is_full(self, now: float) -> bool:
        """Whether nothing was taken for so long that the bucket can be forgotten."""
        return self.level(now) >= self._burst


class Pace:
    """Says how long the next message waits, in the machine's seconds and not the calendar's."""

    def __init__(self, ticks: Ticks = time.monotonic) -> None:
        self.ticks = ticks
        self._total = Bucket(TOTAL_PER_S, TOTAL_BURST, 0.0, ticks())
        self._chats: dict[int, Bucket] = {}
        self._refused: dict[int, float] = {}
        self._unreached: set[int] = set()
        self._troubles = 0
        self._quiet_until = 0.0

    def begin(self) -> None:
        """Begin with nothing saved: a process that has just died may have used it up."""
        self._total.empty_until(self.ticks(), self.ticks())

    def wait(self, in_flight: int) -> float:
        """Give the seconds until one more message may leave beside those in flight.

        As few are in flight as keep up with the limit, for those in flight when a process is
        killed are sent again: two tokens saved up let one more go. Requests that hang let tokens
        gather, so a slow line, or a chat that hangs, holds up nobody.
        """
        now = self.ticks()
        tokens = max(1.0, 2.0 * in_flight)
        if tokens > TOTAL_BURST:
            return math.inf
        return max(self._total.wait(tokens, now), self._quiet_until - now)

    def wait_for(self, chat_id: int) -> float:
        """Give the seconds until a chat may get its next message."""
        bucket = self._chats.get(chat_id)
        return bucket.wait(1.0, self.ticks()) if bucket else 0.0

    def take(self, chat_id: int | None) -> None:
        """Count a message that leaves now; an edit is for no chat."""
        now = self.ticks()
        self._total.take(now)
        if chat_id is not None:
            if chat_id not in self._chats:
                self._chats[chat_id] = Bucket(CHAT_PER_S, CHAT_BURST, CHAT_BURST, now)
            self._chats[chat_id].take(now)

    def forget_idle(self) -> None:
        """Let go of the buckets that are full again."""
        now = self.ticks()
        self._chats = {chat: one for chat, one in self._chats.items() if not one.is_full(now)}

    # -- trouble

    @property
    def is_quiet(self) -> bool:
        """Whether nobody may get anything for now."""
        return self._quiet_until > self.ticks()

    def refused(self, chat_id: int, seconds: float) -> None:
        """Note a 429 with the seconds it asks for; the chat's own rest is the caller's affair."""
        now = self.ticks()
        recent = {chat: at for chat, at in self._refused.items() if now - at < REFUSED_TOGETHER_S}
        self._refused = recent | {chat_id: now}
        if recent.keys() - {chat_id}:
            self._be_quiet(seconds)

    def broke(self, chat_id: int) -> bool:
        """Note a broken call; say whether the trouble may be the chat's own."""
        self._unreached.add(chat_id)
        if len(self._unreached) < LINE_IS_DOWN_AFTER:
            return True
        self._be_quiet(min(2.0**self._troubles, LONGEST_PAUSE_S))
        self._troubles += 1
        return False

    def arrived(self) -> None:
        """Note that the line works."""
        self._unreached.clear()
        self._troubles = 0

    def _be_quiet(self, seconds: float) -> None:
        now = self.ticks()
        self._quiet_until = max(self._quiet_until, now + seconds)
        self._total.empty_until(self._quiet_until, now)
