"""*When* to look; what is due is the database's business."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC
from typing import Any

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.broadcasting import Broadcaster
from bot.election import Election
from bot.heartbeat import Heartbeat
from bot.intake import Intake
from bot.rounds import Rounds

TIDY_EVERY_S = 2
START_EVERY_S = 15
GRACE_S = 3600
ENDS_WITHIN_S = 5.0
LONGEST_LOOK_S = 600.0
"""No look takes that long unless it hangs."""
HELP_EVERY_S = 60
DRAFTS_EVERY_S = 5


class Schedule:
    """Has looks taken at their hours; all but one only where this process is elected."""

    def __init__(
        self, intake: Intake, rounds: Rounds, broadcaster: Broadcaster, election: Election
    ) -> None:
        self._intake = intake
        self._election = election
        self._heart = Heartbeat()
        self._under_way: dict[asyncio.Task[Any], float] = {}
        # One busy second must not skip a look: the library's own grace is one second.
        self._scheduler = AsyncIOScheduler(
            timezone=UTC,
            job_defaults={"misfire_grace_time": GRACE_S, "coalesce": True, "max_instances": 1},
        )
        self._scheduler.add_job(self._minded(self._tidy), "interval", seconds=TIDY_EVERY_S)
        self._look(broadcaster.start_due, "interval", seconds=START_EVERY_S)
        self._look(rounds.archive, "interval", minutes=10)
        self._look(rounds.sweep, "interval", hours=1)
        self._look(rounds.forget_old, "interval", hours=6)
        self._look(rounds.look_after_help, "interval", seconds=HELP_EVERY_S)
        self._look(rounds.refresh_drafts, "interval", seconds=DRAFTS_EVERY_S)
        self._look(rounds.remind, "cron", minute="*/15")
        self._look(rounds.remind_of_observations, "cron", minute="*")

    def start(self) -> None:
        """Begin looking; needs a running event loop."""
        self._heart.beat()
        self._scheduler.start()

    async def stop(self) -> None:
        """Stop looking; what is being looked at may end."""
        if not self._scheduler.running:
            return
        self._scheduler.pause()
        if self._under_way:
            # The library would break them off wherever they are.
            await asyncio.wait(self._under_way, timeout=ENDS_WITHIN_S)
        self._scheduler.shutdown(wait=False)

    @property
    def stands_still(self) -> bool:
        """Whether nothing is looked at any more, or one look does not end."""
        now = self._heart.ticks()
        hangs = any(now - since > LONGEST_LOOK_S for since in self._under_way.values())
        return hangs or self._heart.stands_still

    def _look(self, look: Callable[[], Awaitable[Any]], trigger: str, **when: Any) -> None:
        self._scheduler.add_job(self._minded(self._where_elected(look)), trigger, **when)

    def _minded(self, look: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """Make a look that a stop waits for, and that is missed if it hangs."""

        async def minded() -> None:
            task = asyncio.current_task()
            if task is None:
                raise RuntimeError("a look is taken in a task of its own")
            self._under_way[task] = self._heart.ticks()
            try:
                await look()
            finally:
                del self._under_way[task]

        return minded

    def _where_elected(self, look: Callable[[], Awaitable[Any]]) -> Callable[[], Awaitable[None]]:
        """Make a look that only one of several processes takes."""

        async def look_if_elected() -> None:
            if self._election.is_won:
                await look()

        return look_if_elected

    async def _tidy(self) -> None:
        self._heart.beat()
        await self._intake.tidy()
