"""Asking for help, helping and talking, each in a transaction of its own."""

from datetime import datetime, timedelta

from storage.database import Database
from storage.helping import asking, moving, talking, watching
from storage.helping.requests import FullRequest
from storage.helping.talking import Said
from storage.models import (
    HelpRequest,
)
from storage.people import Actor
from tests.storage.evidence.staging import (
    NOW,
    TODAY,
)

AN_HOUR = timedelta(hours=1)
A_MINUTE = timedelta(minutes=1)


async def asks(
    database: Database, who: Actor, where: str = "plan", now: datetime = NOW
) -> FullRequest:
    async with database.transaction() as session:
        return (await asking.ask(session, who, where, today=TODAY, now=now)).full


async def claims(
    database: Database, who: Actor, request_id: int, now: datetime = NOW
) -> FullRequest:
    async with database.transaction() as session:
        return await moving.claim(session, who, request_id, now)


async def says(
    database: Database, who: Actor, request_id: int, words: str, now: datetime = NOW
) -> talking.Delivered:
    async with database.transaction() as session:
        return await talking.say(session, who, request_id, Said(words), now)


async def looks(database: Database, now: datetime) -> int:
    async with database.transaction() as session:
        return await watching.look_after(session, now)


async def request_now(database: Database, request_id: int) -> HelpRequest:
    async with database.reading() as session:
        return await session.get_one(HelpRequest, request_id)
