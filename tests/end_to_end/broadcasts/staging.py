"""Writing a broadcast and seeing it go."""

import asyncio
from dataclasses import dataclass

from sqlmodel import select

from bot.simulator.driver import Person
from bot.simulator.models import Message
from storage.models import (
    Broadcast,
    OutboxMessage,
)
from tests.world import TestWorld


@dataclass
class Phones:
    """A coach and two teachers who have joined, and one who has not."""

    coach: Person
    rina: Person
    budi: Person


async def writes(coach: Person, text: str, audience: str = "Semua") -> Message:
    """Write a draft; gives the card below the preview."""
    await coach.types("/siaran")
    offered = await coach.sees("Untuk siapa?", after=coach.last)
    await coach.taps(audience, on=offered)
    await coach.sees("Tulis pesannya", after=offered.id - 1)
    await coach.types(text)
    return await coach.sees("Pratinjau", after=offered)


async def sends(coach: Person, text: str, audience: str = "Semua") -> None:
    """Write and send."""
    await writes(coach, text, audience)
    await coach.taps("Kirim sekarang")


async def state_of(world: TestWorld, status: str) -> list[Broadcast]:
    async with world.database.reading() as session:
        found = await session.exec(select(Broadcast).where(Broadcast.status == status))
        return list(found.all())


async def settled(world: TestWorld, state: str) -> None:
    """Wait until a message of a broadcast is in a state, which no screen shows."""
    async with asyncio.timeout(30):
        while True:
            async with world.database.reading() as session:
                found = await session.exec(
                    select(OutboxMessage).where(
                        OutboxMessage.kind == "broadcast", OutboxMessage.state == state
                    )
                )
                if found.first() is not None:
                    return
            await asyncio.sleep(0.01)
