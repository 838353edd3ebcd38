"""What has to reach somebody: once for each occasion, in order of weight, lost by no crash."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from storage import members, outbox
from storage.database import Database
from storage.models import Account, OutboxMessage, OutboxState, Role, School
from storage.outbox import LEASE, Priority
from storage.people import known_id

NOW = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)


@pytest.fixture
async def school(database: Database) -> School:
    async with database.transaction() as session:
        return await members.found_school(
            session, npsn="1", name="SMPN 1", timezone="Asia/Jakarta", ruleset="pmm-2024", now=NOW
        )


@pytest.fixture
async def people(database: Database, school: School) -> list[int]:
    """Rina and Budi, who have joined, and Tono, who has not."""
    found = []
    async with database.transaction() as session:
        for number, name in enumerate(("Rina", "Budi", "Tono"), 1):
            one = await members.invite(session, school, name=name, roles=Role.TEACHER, now=NOW)
            if name != "Tono":
                account = Account(id=number, created_at=NOW)
                session.add(account)
                await session.flush()
                await members.join(session, account, one.token or "", NOW)
            found.append(known_id(one.member.id))
    return found


@pytest.fixture
async def other(database: Database, database_url: str) -> AsyncIterator[Database]:
    """The same database, as another process has it."""
    second = Database(database_url)
    yield second
    await second.close()


async def announce(
    database: Database,
    school: School,
    recipients: list[int],
    occasion: str,
    priority: Priority = Priority.NOTICE,
) -> bool:
    """Announce something; say whether the sender would be woken."""
    async with database.transaction() as session:
        await outbox.announce(
            session, school_id=known_id(school.id), recipients=recipients, occasion=occasion,
            kind="test", subject={"what": occasion}, now=NOW, priority=priority,
        )  # fmt: skip
        return bool(session.info.get(outbox.ANNOUNCED))


async def lease(database: Database, at: datetime = NOW, limit: int = 50) -> list[str]:
    async with database.transaction() as session:
        batch = await outbox.lease(session, at, limit)
        return [one.message.occasion for one in batch]


async def test_an_occasion_is_told_once_to_each(
    database: Database, school: School, people: list[int]
) -> None:
    rina, budi, _ = people
    assert await announce(database, school, [rina], "a")
    await announce(database, school, [rina, budi], "a")
    await announce(database, school, [rina, rina], "b")
    async with database.reading() as session:
        rows = (await session.exec(select(OutboxMessage))).all()
    assert sorted((row.occasion, row.member_id) for row in rows) == [
        ("a", rina),
        ("a", budi),
        ("b", rina),
    ]


async def test_what_was_told_is_not_told_again_after_delivery(
    database: Database, school: School, people: list[int]
) -> None:
    await announce(database, school, people[:1], "a")
    async with database.transaction() as session:
        (one,) = await outbox.lease(session, NOW)
        await outbox.settle(session, known_id(one.message.id), OutboxState.SENT, NOW)
    await announce(database, school, people[:1], "a")
    assert await lease(database, NOW + timedelta(days=1)) == []


async def test_nobody_to_tell_wakes_nobody(database: Database, school: School) -> None:
    assert not await announce(database, school, [], "a")


async def test_what_is_rolled_back_is_never_told(
    database: Database, school: School, people: list[int]
) -> None:
    async with database.writing() as session:
        await outbox.announce(
            session, school_id=known_id(school.id), recipients=people, occasion="a",
            kind="test", subject={}, now=NOW,
        )  # fmt: skip
        await session.rollback()
    assert await lease(database) == []


async def test_the_weightiest_goes_first_then_the_oldest(
    database: Database, school: School, people: list[int]
) -> None:
    for occasion, priority in (
        ("siaran", Priority.BROADCAST),
        ("pengingat", Priority.REMINDER),
        ("putusan 1", Priority.NOTICE),
        ("putusan 2", Priority.NOTICE),
    ):
        await announce(database, school, people[:1], occasion, priority)
    assert await lease(database, limit=3) == ["putusan 1", "putusan 2", "pengingat"]
    assert await lease(database) == ["siaran"]


async def test_what_is_leased_is_nobody_elses_until_the_lease_ends(
    database: Database, other: Database, school: School, people: list[int]
) -> None:
    await announce(database, school, people[:1], "a")
    assert await lease(database) == ["a"]
    # The sender has died here: nobody settles the message.
    assert await lease(other) == []
    assert await lease(other, NOW + LEASE - timedelta(seconds=1)) == []
    assert await lease(other, NOW + LEASE) == ["a"]
    async with database.reading() as session:
        (row,) = (await session.exec(select(OutboxMessage))).all()
    assert row.attempts == 2


async def test_two_senders_never_take_the_same(
    database: Database, other: Database, school: School, people: list[int]
) -> None:
    for number in range(20):
        await announce(database, school, people[:1], f"{number:02}")
    batches = await asyncio.gather(
        *(lease(where, limit=5) for where in (database, other, database, other, other))
    )
    taken = [occasion for batch in batches for occasion in batch]
    assert len(taken) == len(set(taken))
    left = await lease(database)
    assert sorted(taken + left) == [f"{number:02}" for number in range(20)]


async def test_what_is_postponed_waits_until_its_time(
    database: Database, school: School, people: list[int]
) -> None:
    await announce(database, school, people[:1], "a")
    later = NOW + timedelta(minutes=10)
    async with database.transaction() as session:
        (one,) = await outbox.lease(session, NOW)
        await outbox.postpone(session, known_id(one.message.id), later)
    async with database.reading() as session:
        assert await outbox.next_due(session) == later
    assert await lease(database, later - timedelta(seconds=1)) == []
    assert await lease(database, later) == ["a"]


async def test_nothing_waits_where_all_is_settled(
    database: Database, school: School, people: list[int]
) -> None:
    async with database.reading() as session:
        assert await outbox.next_due(session) is None
    await announce(database, school, people[:1], "a")
    async with database.transaction() as session:
        (one,) = await outbox.lease(session, NOW)
        await outbox.settle(session, known_id(one.message.id), OutboxState.FAILED, NOW, "x" * 500)
    async with database.reading() as session:
        assert await outbox.next_due(session) is None
        (row,) = (await session.exec(select(OutboxMessage))).all()
        assert row.settled_at == NOW
        assert row.outcome == "x" * 200


async def test_a_delivery_says_where_it_goes(
    database: Database, school: School, people: list[int]
) -> None:
    await announce(database, school, people, "a")
    async with database.transaction() as session:
        batch = await outbox.lease(session, NOW)
    found = {one.member.name: one.account.id if one.account else None for one in batch}
    assert found == {"Rina": 1, "Budi": 2, "Tono": None}
    assert {one.school.id for one in batch} == {school.id}


# ------------------------------------------------------------------------------- in bursts


async def gather(
    database: Database, school: School, recipients: list[int], at: datetime, topic: str = "bukti"
) -> None:
    async with database.transaction() as session:
        await outbox.announce_gathered(
            session, school_id=known_id(school.id), recipients=recipients, topic=topic,
            kind="test", subject={"since": at.isoformat()}, now=at,
        )  # fmt: skip


async def gathered(database: Database) -> list[tuple[int, datetime, str | None]]:
    """Give recipient, due time and `after` of each notice, as they are due."""
    async with database.reading() as session:
        rows = (await session.exec(select(OutboxMessage))).all()
    found = [(one.member_id, one.due_at, one.subject.get("after")) for one in rows]
    return sorted(found, key=lambda one: (one[1], one[2] or "", one[0]))


async def test_a_burst_is_told_soon_and_once_more_after_the_hour(
    database: Database, school: School, people: list[int]
) -> None:
    rina, budi, _ = people
    at = NOW + timedelta(minutes=7)
    for seconds in (0, 1, 30, 119, 121, 1800):
        await gather(database, school, [rina, budi], at + timedelta(seconds=seconds))
    soon, hour = at + outbox.GATHERING, NOW + timedelta(hours=1)
    assert await gathered(database) == [
        (rina, soon, None),
        (budi, soon, None),
        (rina, hour, soon.isoformat()),
        (budi, hour, soon.isoformat()),
    ]
    # What the first was told of counts from the first thing that happened.
    async with database.reading() as session:
        rows = (await session.exec(select(OutboxMessage))).all()
    assert {one.subject["since"] for one in rows} == {at.isoformat()}


async def test_the_next_hour_is_told_anew(
    database: Database, school: School, people: list[int]
) -> None:
    at = NOW + timedelta(minutes=7)
    await gather(database, school, people[:1], at)
    await gather(database, school, people[:1], at + timedelta(hours=1))
    assert len(await gathered(database)) == 4


async def test_topics_and_people_are_told_apart(
    database: Database, school: School, people: list[int]
) -> None:
    await gather(database, school, people[:1], NOW)
    await gather(database, school, people[:1], NOW, "lain")
    await gather(database, school, people[:2], NOW)
    await gather(database, school, [], NOW, "kepada siapa pun")
    assert len(await gathered(database)) == 6


async def test_a_burst_at_the_end_of_the_hour_is_told_once_it_is_over(
    database: Database, school: School, people: list[int]
) -> None:
    """The second notice never comes before the first."""
    at = NOW + timedelta(minutes=59, seconds=30)
    await gather(database, school, people[:1], at)
    soon = at + outbox.GATHERING
    assert [due for _, due, _ in await gathered(database)] == [soon, soon]
    assert await lease(database, soon - timedelta(seconds=1)) == []
    first, rest = await lease(database, soon)
    assert first.endswith(":first")
    assert rest.endswith(":rest")


async def test_a_burst_that_was_delivered_is_not_told_again(
    database: Database, school: School, people: list[int]
) -> None:
    await gather(database, school, people[:1], NOW)
    soon = NOW + outbox.GATHERING
    async with database.transaction() as session:
        (one,) = await outbox.lease(session, soon)
        await outbox.settle(session, known_id(one.message.id), OutboxState.SENT, soon)
    await gather(database, school, people[:1], soon + timedelta(seconds=1))
    assert await lease(database, NOW + timedelta(minutes=59)) == []
    assert len(await lease(database, NOW + timedelta(hours=1))) == 1


async def test_two_processes_tell_of_one_burst_once(
    database: Database, other: Database, school: School, people: list[int]
) -> None:
    await asyncio.gather(
        *(gather(where, school, people[:2], NOW) for where in (database, other) * 3)
    )
    assert len(await gathered(database)) == 4


# ------------------------------------------------------------------------------- broadcasts


async def test_a_broadcast_is_counted_and_can_be_withdrawn(
    database: Database, school: School, people: list[int]
) -> None:
    async with database.transaction() as session:
        await outbox.announce(
            session, school_id=known_id(school.id), recipients=people, occasion="broadcast:7",
            kind="test", subject={}, now=NOW, priority=Priority.BROADCAST, broadcast_id=7,
        )  # fmt: skip
    await announce(database, school, people, "something else")
    async with database.transaction() as session:
        assert await outbox.tally(session, 7) == {OutboxState.PENDING: 3}
        first, *_ = [
            one
            for one in await outbox.lease(session, NOW)
            if one.message.occasion == "broadcast:7" and one.member.id == people[0]
        ]
        await outbox.settle(
            session, known_id(first.message.id), OutboxState.SENT, NOW, message_id=55
        )
        assert await outbox.in_state(session, 7, OutboxState.SENT) == people[:1]
        await outbox.postpone(session, known_id(first.message.id) + 1, NOW)
        assert await outbox.cancel_broadcast(session, 7, NOW) == 1
        assert await outbox.tally(session, 7) == {
            OutboxState.SENT: 1,
            OutboxState.SENDING: 1,  # in a sender's hand: it still arrives
            OutboxState.CANCELLED: 1,
        }
        found = await outbox.sent_as(session, people[0], 55)
        assert found is not None
        assert found.occasion == "broadcast:7"
        assert await outbox.sent_as(session, people[1], 55) is None
