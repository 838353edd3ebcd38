"""What has been decided, told, taken back."""

import asyncio
from datetime import timedelta

from sqlmodel import select

from bot.simulator.driver import Person
from bot.simulator.models import Message
from storage import plans
from storage.models import Decision, OutboxMessage, Plan
from storage.people import find_account
from tests.world import TestWorld

AN_HOUR = timedelta(hours=1)
A_MINUTE = timedelta(minutes=1)


async def decisions_made(world: TestWorld) -> list[Decision]:
    async with world.database.reading() as session:
        return list((await session.exec(select(Decision))).all())


async def plan_now(world: TestWorld, plan_id: int) -> Plan:
    async with world.database.reading() as session:
        plan = await session.get(Plan, plan_id)
    assert plan is not None
    return plan


async def settled(world: TestWorld, kind: str, times: int = 1) -> None:
    """Wait until so many notices of a kind have been dealt with, whatever became of them.

    Where nothing is sent no screen changes, so the outbox itself is watched.
    """
    async with asyncio.timeout(30):
        while True:
            async with world.database.reading() as session:
                found = await session.exec(select(OutboxMessage).where(OutboxMessage.kind == kind))
                done = [one for one in found.all() if one.settled_at is not None]
            if len(done) >= times:
                return
            await asyncio.sleep(0.01)


def bot_messages(person: Person) -> list[Message]:
    return [one for one in person.messages if one.from_bot]


def labels(message: Message) -> str:
    return " ".join(message.buttons)


async def takes_back(world: TestWorld, person: Person, plan_id: int) -> None:
    now = world.clock.now()
    async with world.database.transaction() as session:
        _account, seats = await find_account(session, person.id, now)
        plan = await session.get(Plan, plan_id)
        assert plan is not None
        await plans.take_back(session, seats[0].actor(now), plan_id, plan.revision, now)
    world.kawan.sender.wake()
