"""What was asked, said and told."""

import asyncio
from datetime import timedelta

from sqlmodel import col, select

from bot.simulator.driver import Person
from storage.models import (
    HelpMessage,
    HelpRequest,
    OutboxMessage,
)
from tests.world import TestWorld

AN_HOUR = timedelta(hours=1)


async def requests(world: TestWorld) -> list[HelpRequest]:
    async with world.database.reading() as session:
        found = await session.exec(select(HelpRequest).order_by(col(HelpRequest.id)))
        return list(found.all())


async def said(world: TestWorld) -> list[tuple[str, str]]:
    async with world.database.reading() as session:
        found = await session.exec(select(HelpMessage).order_by(col(HelpMessage.id)))
        return [(one.said_as, one.text) for one in found.all()]


async def sent(world: TestWorld, kind: str, times: int = 1) -> None:
    """Wait until so many notices of a kind have been dealt with."""
    async with asyncio.timeout(30):
        while True:
            async with world.database.reading() as session:
                found = await session.exec(select(OutboxMessage).where(OutboxMessage.kind == kind))
                if len([one for one in found.all() if one.settled_at is not None]) >= times:
                    return
            await asyncio.sleep(0.01)


async def helped(world: TestWorld, rina: Person, desi: Person) -> None:
    """Let Rina ask and Desi take the request."""
    await rina.taps("Rencana")
    await rina.taps("Minta bantuan")
    await desi.sees("Rina Wati minta bantuan")
    await desi.taps("Ambil")
    await desi.sees("Anda yang membantu")
    await rina.sees("Desi Marlina membantu Anda sekarang")
