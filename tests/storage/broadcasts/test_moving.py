"""What follows what: scheduled, started, given back, and once."""

from datetime import timedelta

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.broadcasts import moving
from storage.broadcasts.audiences import Counts
from storage.broadcasts.moving import STARTS_WITHIN, TRANSITIONS, Action
from storage.database import Database
from storage.errors import (
    BroadcastNotNow,
    TimeIsPast,
)
from storage.models import (
    Broadcast,
    BroadcastStatus,
    Member,
    OutboxMessage,
    Role,
)
from storage.people import known_id
from tests.storage.broadcasts.staging import (
    AN_HOUR,
    BOOK,
    drafted,
    now,
)
from tests.storage.evidence.staging import NOW, Cast, overtaking


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("status", BroadcastStatus)
async def test_only_what_the_table_says_can_follow(
    database: Database, cast: Cast, status: BroadcastStatus, action: Action
) -> None:
    draft = await drafted(database, cast.coach)
    async with database.transaction() as session:
        broadcast = await session.get_one(Broadcast, draft.id)
        broadcast.status = status
        session.add(broadcast)
    outcome: object = None
    async with database.transaction() as session:
        broadcast = await session.get_one(Broadcast, draft.id)
        try:
            await moving.move(session, broadcast, action)
        except BroadcastNotNow as refused:
            outcome = refused
    after = (await now(database, known_id(draft.id))).status
    if (status, action) in TRANSITIONS:
        assert outcome is None
        assert after == TRANSITIONS[status, action]
    else:
        assert isinstance(outcome, BroadcastNotNow)
        assert after == status


async def test_of_two_who_start_at_once_one_does(
    database: Database, other: Database, cast: Cast
) -> None:
    draft = await drafted(database, cast.coach)

    async def start(session: AsyncSession) -> Counts:
        return await moving.start(
            session, cast.coach, BOOK, known_id(draft.id), draft.revision, NOW
        )

    first, second = await overtaking(database, other, start, start)
    assert isinstance(first, Counts)
    assert isinstance(second, BroadcastNotNow)


async def test_a_schedule_can_be_changed_and_withdrawn_until_it_starts(
    database: Database, cast: Cast
) -> None:
    number = known_id((await drafted(database, cast.coach)).id)
    async with database.transaction() as session:
        with pytest.raises(TimeIsPast):
            await moving.schedule(session, cast.coach, number, NOW, NOW)
        await moving.schedule(session, cast.coach, number, NOW + AN_HOUR, NOW)
        moved = await moving.schedule(session, cast.coach, number, NOW + 2 * AN_HOUR, NOW)
        assert moved.due_at == NOW + 2 * AN_HOUR
        assert await moving.due(session, NOW + AN_HOUR) == []
        assert await moving.due(session, NOW + 2 * AN_HOUR) == [number]
        back = await moving.withdraw(session, cast.coach, number, NOW)
        assert (back.status, back.due_at) == ("draft", None)
        assert await moving.due(session, NOW + 2 * AN_HOUR) == []


async def start_due(database: Database, number: int, at: timedelta) -> bool:
    async with database.transaction() as session:
        return await moving.start_due(session, BOOK, number, NOW + at)


async def test_it_starts_when_its_hour_has_come_and_once(database: Database, cast: Cast) -> None:
    number = known_id((await drafted(database, cast.coach)).id)
    async with database.transaction() as session:
        await moving.schedule(session, cast.coach, number, NOW + AN_HOUR, NOW)
    assert not await start_due(database, number, AN_HOUR / 2)
    assert await start_due(database, number, AN_HOUR)
    assert not await start_due(database, number, AN_HOUR)
    assert (await now(database, number)).status == "sending"


@pytest.mark.parametrize("late", [STARTS_WITHIN, STARTS_WITHIN + timedelta(seconds=1)])
async def test_what_is_long_overdue_is_given_back_and_told(
    database: Database, cast: Cast, late: timedelta
) -> None:
    number = known_id((await drafted(database, cast.coach)).id)
    async with database.transaction() as session:
        await moving.schedule(session, cast.coach, number, NOW + AN_HOUR, NOW)
    in_time = late == STARTS_WITHIN
    assert await start_due(database, number, AN_HOUR + late) is in_time
    assert (await now(database, number)).status == ("sending" if in_time else "draft")
    async with database.reading() as session:
        found = await session.exec(
            select(OutboxMessage).where(OutboxMessage.kind == "broadcast_not_started")
        )
        told = [(one.kind, one.member_id) for one in found.all()]
    assert told == ([] if in_time else [("broadcast_not_started", cast.coach.member_id)])


async def test_who_lost_the_role_sends_nothing_any_more(database: Database, cast: Cast) -> None:
    number = known_id((await drafted(database, cast.coach)).id)
    async with database.transaction() as session:
        await moving.schedule(session, cast.coach, number, NOW + AN_HOUR, NOW)
        member = await session.get_one(Member, cast.coach.member_id)
        member.roles = int(Role.TEACHER)
        session.add(member)
    assert not await start_due(database, number, AN_HOUR)
    assert (await now(database, number)).status == "cancelled"
    async with database.reading() as session:
        found = await session.exec(
            select(OutboxMessage).where(OutboxMessage.kind == "broadcast_not_started")
        )
        assert [one.subject["why"] for one in found.all()] == ["role"]


async def test_a_deputy_s_broadcast_starts_on_the_days_of_the_deputation(
    database: Database, cast: Cast
) -> None:
    number = known_id((await drafted(database, cast.deputy)).id)
    async with database.transaction() as session:
        await moving.schedule(session, cast.deputy, number, NOW + AN_HOUR, NOW)
    assert await start_due(database, number, AN_HOUR)
