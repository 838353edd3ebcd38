"""Own cost per tap: our bot, a bare handler and a plain one, in turns."""

import statistics
from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

from storage.models import Role
from tests.benchmarks import bots
from tests.benchmarks.bots import Bot
from tests.benchmarks.databases import KINDS, Databases
from tests.benchmarks.figures import Figure, at_least
from tests.benchmarks.people import (
    Tapper,
    Taps,
    cards_of,
    join,
    open_item,
    school_with,
    tap_for,
    write_cards,
)
from tests.benchmarks.telegram import telegram

CHATS = (1, 20)
WARM_UP_S = 1.0
GOAL = 0.6


@dataclass(slots=True)
class Contender:
    """One bot with its people, and the rounds it has been through."""

    name: str
    bot: Bot
    tappers: list[Tapper]
    rounds: dict[int, list[Taps]] = field(default_factory=lambda: {one: [] for one in CHATS})
    computed_s: dict[int, float] = field(default_factory=lambda: dict.fromkeys(CHATS, 0.0))

    async def go(self, chats: int, seconds: float) -> None:
        """Tap for one round."""
        before = self.bot.computed_s
        self.rounds[chats].append(await tap_for(self.tappers[:chats], seconds))
        self.computed_s[chats] += self.bot.computed_s - before


async def measure(databases: Databases, folder: Path, rounds: int, seconds: float) -> list[Figure]:
    """Let all contenders tap in turns, so that what slows the machine slows all alike."""
    async with AsyncExitStack() as stack:
        contenders: list[Contender] = []
        cards = folder / "cards.json"
        for kind in KINDS:
            url = await databases.fresh(kind)
            tokens = await school_with(url, Role.TEACHER, max(CHATS))
            sim = await stack.enter_async_context(telegram())
            home = folder / kind
            home.mkdir()
            bot = await stack.enter_async_context(bots.ours(sim, url, home))
            people = [await join(sim.sim, at, token) for at, token in enumerate(tokens)]
            tappers = [await open_item(person) for person in people]
            contenders.append(Contender(f"ours, {kind}", bot, tappers))
            write_cards(await cards_of(sim.sim, tappers[0]), cards)
        for name, kind in (("bare", ""), *(("plain", kind) for kind in KINDS)):
            url = await databases.fresh(kind) if kind else ""
            sim = await stack.enter_async_context(telegram())
            bot = await stack.enter_async_context(
                bots.compared(sim, name, cards, url, folder / f"{name}{kind}.log")
            )
            tappers = []
            for at in range(max(CHATS)):
                person = sim.sim.person(f"Guru {at}", id=5000 + at)
                await person.start()
                tappers.append(Tapper(person, await person.sees_button("Tambah")))
            contenders.append(Contender(f"{name}, {kind}" if kind else name, bot, tappers))
        for contender in contenders:
            await tap_for(contender.tappers, WARM_UP_S)
        for _ in range(rounds):
            for chats in CHATS:
                for contender in contenders:
                    await contender.go(chats, seconds)
    return [figure for chats in CHATS for figure in _figures(contenders, chats)]


def _figures(contenders: Sequence[Contender], chats: int) -> list[Figure]:
    group = "Taps, one chat" if chats == 1 else f"Taps, {chats} chats at once"
    bare = next(one for one in contenders if one.name == "bare").rounds[chats]
    figures = []
    for contender in contenders:
        rounds = contender.rounds[chats]
        # Each round is compared with the bare handler's in the same minute.
        ratio = statistics.median(
            one.per_s / other.per_s for one, other in zip(rounds, bare, strict=True)
        )
        taps = sum(rounds[1:], start=rounds[0])
        p50, p95 = taps.percentile_ms(50), taps.percentile_ms(95)
        computing = contender.computed_s[chats] / len(taps.seconds) * 1000
        figures.append(
            Figure(
                group,
                f"{contender.name}: of the bare handler",
                ratio,
                goal=at_least(GOAL) if contender.name.startswith("ours") else None,
                note=f"{taps.per_s:.0f} taps/s, p50 {p50:.1f} ms, p95 {p95:.1f} ms, "
                f"computing {computing:.1f} ms",
                details={
                    "taps_per_s": taps.per_s,
                    "p50_ms": p50,
                    "p95_ms": p95,
                    "computing_ms": computing,
                },
            )
        )
    return figures
