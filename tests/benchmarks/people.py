"""People with phones who use the bots as fast as the bots let them."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self

from bot.simulator import Message, Person, Simulator
from storage.database import Database
from storage.members import found_school, invite
from storage.models import Role

PATIENCE_S = 20.0
MORE, LESS = "Tambah", "Kurangi"


async def school_with(database_url: str, roles: Role, people: int) -> list[str]:
    """Found a school and invite people to it; give their tokens."""
    database = Database(database_url)
    await database.migrate()
    now = datetime.now(UTC)
    async with database.transaction() as session:
        school = await found_school(
            session, npsn="10304567", name="SMPN 1 Surian", timezone="Asia/Jakarta",
            ruleset="pmm-2024", now=now,
        )  # fmt: skip
        invited = [
            await invite(session, school, name=f"Guru {number:04}", roles=roles, now=now)
            for number in range(people)
        ]
    await database.close()
    return [one.token or "" for one in invited]


async def join(sim: Simulator, number: int, token: str) -> Person:
    """Bring one person in the way people come in: link, "it is me", consent."""
    person = sim.person(f"Guru {number}", id=5000 + number)
    await person.start(token)
    await person.taps("Ya, ini saya", within=PATIENCE_S)
    await person.taps("Setuju", within=PATIENCE_S)
    await person.sees_button("Rencana", within=PATIENCE_S)
    return person


async def open_item(person: Person) -> "Tapper":
    """Walk to the card of the first item."""
    for words in ("Rencana", "Pengembangan diri", "1. "):
        card = person.last
        before = card.content
        await person.taps(words, on=card, within=PATIENCE_S)
        await person.until(lambda: card.content is not before, PATIENCE_S)  # noqa: B023
    return Tapper(person, person.last)


class Tapper:
    """Somebody who taps more and less in turn on one card."""

    def __init__(self, person: Person, card: Message) -> None:
        self.person = person
        self._card = card
        self._next = (MORE, LESS)

    async def tap(self) -> float:
        """Tap once; give the seconds until the card has changed and the wheel has stopped."""
        label, then = self._next
        self._next = (then, label)
        data = next(
            button["callback_data"]
            for row in self._card.rows
            for button in row
            if label in button["text"]
        )
        before, started = self._card.content, time.perf_counter()
        query = self.person.press(data, self._card)
        world, chat_id = self.person.world, self.person.id
        async with asyncio.timeout(PATIENCE_S):
            while query.answer is None or self._card.content is before:
                await world.changed(chat_id)
        return time.perf_counter() - started


@dataclass(slots=True)
class Taps:
    """How long taps took, and for how long people tapped."""

    seconds: list[float]
    lasted: float

    @property
    def per_s(self) -> float:
        """Taps a second."""
        return len(self.seconds) / self.lasted

    def percentile_ms(self, percent: float) -> float:
        """The time within which so many percent of the taps were done, in milliseconds."""
        ordered = sorted(self.seconds)
        at = min(len(ordered) - 1, int(len(ordered) * percent / 100))
        return ordered[at] * 1000

    def __add__(self, other: Self) -> "Taps":
        return Taps(self.seconds + other.seconds, self.lasted + other.lasted)


async def tap_for(tappers: Sequence[Tapper], seconds: float) -> Taps:
    """Have people tap side by side, each waiting for the card before tapping again."""
    started = time.perf_counter()
    until = started + seconds
    taken: list[float] = []

    async def keep_tapping(tapper: Tapper) -> None:
        while time.perf_counter() < until:
            taken.append(await tapper.tap())

    async with asyncio.TaskGroup() as group:
        for tapper in tappers:
            group.create_task(keep_tapping(tapper))
    return Taps(taken, time.perf_counter() - started)


@dataclass(frozen=True, slots=True)
class Card:
    """What our bot puts on the phone for a tap, for another bot to put there too."""

    text: str
    keyboard: list[list[dict[str, Any]]]


async def cards_of(sim: Simulator, tapper: Tapper) -> dict[str, Card]:
    """Give the cards that follow a tap on more and one on less."""
    cards = {}
    for label in (MORE, LESS):
        await tapper.tap()
        edit = next(one for one in reversed(sim.calls) if one.method == "editMessageText")
        rows = json.loads(edit.params["reply_markup"])["inline_keyboard"]
        cards[label] = Card(edit.params["text"], rows)
    return cards


def write_cards(cards: dict[str, Card], path: Path) -> None:
    """Write the cards where another process finds them."""
    path.write_text(json.dumps({label: asdict(card) for label, card in cards.items()}))


def read_cards(path: Path) -> dict[str, Card]:
    """Read the cards again."""
    return {label: Card(**card) for label, card in json.loads(path.read_text()).items()}
