"""What has to reach somebody: once for each occasion, in order of weight, lost by no crash."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import members, outbox
from storage.database import Database
from storage.models import Account, ArchivedMessage, OutboxMessage, OutboxState, Role, School
from storage.outbox import LEASE, Priority
from storage.people import known_id
from storage.receipts import Receipt
from tests.databases import fill

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
    """Take what is due, after what a sender that has died had taken; give the occasions."""
    async with database.transaction() as session:
        await outbox.take_back(session, at)
        batch = await outbox.lease(session, at, limit)
        return [one.occasion for one in batch]


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
        await outbox.settle(session, one.id, OutboxState.SENT, NOW)
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
    assert row.attempts == 0  # nobody knows of a try that failed


async def test_the_only_sender_need_not_wait_for_a_lease(
    database: Database, other: Database, school: School, people: list[int]
) -> None:
    for occasion in ("a", "b", "c"):
        await announce(database, school, people[:1], occasion)
    assert await lease(database, limit=2) == ["a", "b"]
    async with other.transaction() as session:
        rows = (await session.exec(select(OutboxMessage))).all()
        mine = [known_id(one.id) for one in rows if one.occasion == "b"]
        assert await outbox.take_back(session, leave_out=mine) == 1
    # What comes back stands where it stood.
    assert await lease(other) == ["a", "c"]


async def test_what_has_arrived_is_closed_by_its_receipt(
    database: Database, school: School, people: list[int]
) -> None:
    rina, budi, _ = people
    await announce(database, school, [rina], "a")
    await announce(database, school, [rina, budi], "b")
    async with database.transaction() as session:
        first, second, third = await outbox.lease(session, NOW)
        await outbox.release(session, third.id)
    receipts = [
        Receipt(first.id, rina, "a", 55),
        Receipt(second.id, rina, "of another database", 56),
        Receipt(second.id, budi, "b", 57),
        Receipt(third.id, budi, "b", 58),  # nobody was sending it
        Receipt(999, rina, "a", 59),
    ]
    async with database.transaction() as session:
        assert await outbox.accept(session, receipts, NOW) == 1
        assert await outbox.accept(session, receipts, NOW) == 0
        found = await outbox.sent_as(session, rina, 55)
        assert found is not None
        assert found.state == OutboxState.SENT
        await outbox.take_back(session)
    assert await lease(database) == ["b", "b"]


async def test_what_is_urgent_is_taken_beside_a_full_hand(
    database: Database, school: School, people: list[int]
) -> None:
    for number in range(4):
        await announce(database, school, people[:1], f"siaran {number}", Priority.BROADCAST)
        await announce(database, school, people[1:2], f"putusan {number}")
    async with database.transaction() as session:
        in_hand = {Priority.BROADCAST: 3}
        batch = await outbox.lease(session, NOW, 3, in_hand=in_hand)
        assert [one.occasion for one in batch] == ["putusan 0", "putusan 1", "putusan 2"]
        in_hand = {Priority.NOTICE: 1, Priority.BROADCAST: 1}
        batch = await outbox.lease(session, NOW, 4, in_hand=in_hand, leave_out=people[1:2])
        assert [one.occasion for one in batch] == ["siaran 0", "siaran 1"]


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


async def test_what_is_given_back_stands_where_it_stood(
    database: Database, school: School, people: list[int]
) -> None:
    for occasion in ("a", "b"):
        await announce(database, school, people[:1], occasion)
    for failed in (True, False):
        async with database.transaction() as session:
            (one,) = await outbox.lease(session, NOW, 1)
            assert one.occasion == "a"
            await outbox.release(session, one.id, failed=failed)
    async with database.reading() as session:
        assert await outbox.next_due(session) == NOW
        row = (await session.exec(select(OutboxMessage).order_by(col(OutboxMessage.id)))).first()
        assert row is not None
        assert (row.attempts, row.state, row.leased_until) == (1, OutboxState.PENDING, None)
    assert await lease(database) == ["a", "b"]


async def test_what_is_settled_is_not_settled_again(
    database: Database, school: School, people: list[int]
) -> None:
    await announce(database, school, people[:1], "a")
    async with database.transaction() as session:
        (one,) = await outbox.lease(session, NOW)
        number = one.id
        await outbox.settle(session, number, OutboxState.SENT, NOW, message_id=5)
        await outbox.settle(session, number, OutboxState.FAILED, NOW, "too late")
        await outbox.release(session, number)
    async with database.reading() as session:
        (row,) = (await session.exec(select(OutboxMessage))).all()
    assert (row.state, row.message_id, row.outcome) == (OutboxState.SENT, 5, "")


async def test_nothing_waits_where_all_is_settled(
    database: Database, school: School, people: list[int]
) -> None:
    async with database.reading() as session:
        assert await outbox.next_due(session) is None
    await announce(database, school, people[:1], "a")
    async with database.transaction() as session:
        (one,) = await outbox.lease(session, NOW)
        await outbox.settle(session, one.id, OutboxState.FAILED, NOW, "x" * 500)
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
    assert {one.member_id: one.account_id for one in batch} == dict(
        zip(people, (1, 2, None), strict=True)
    )
    assert {one.school_id for one in batch} == {school.id}


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
        await outbox.settle(session, one.id, OutboxState.SENT, soon)
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
            if one.occasion == "broadcast:7" and one.member_id == people[0]
        ]
        await outbox.settle(session, first.id, OutboxState.SENT, NOW, message_id=55)
        assert await outbox.in_state(session, 7, OutboxState.SENT) == people[:1]
        await outbox.release(session, first.id + 1)
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


# ------------------------------------------------------------------------------- the archive


async def broadcast(
    database: Database, school: School, recipients: list[int], outcomes: list[OutboxState | None]
) -> None:
    """Tell of broadcast 7; settle the first messages in these states, at NOW."""
    async with database.transaction() as session:
        await outbox.announce(
            session, school_id=known_id(school.id), recipients=recipients, occasion="broadcast:7",
            kind="test", subject={"kata": "é"}, now=NOW, broadcast_id=7,
        )  # fmt: skip
        batch = await outbox.lease(session, NOW)
        for at, (one, state) in enumerate(zip(batch, outcomes, strict=True)):
            number = one.id
            if state is None:
                await outbox.release(session, number)
            else:
                await outbox.settle(session, number, state, NOW, message_id=50 + at)


async def archived(database: Database, before: datetime, limit: int = 500) -> int:
    async with database.transaction() as session:
        return await outbox.archive(session, before, limit)


async def test_what_is_archived_is_still_known(
    database: Database, school: School, people: list[int]
) -> None:
    await broadcast(database, school, people, [OutboxState.SENT, OutboxState.BLOCKED, None])
    assert await archived(database, NOW) == 0
    later = NOW + timedelta(days=1)
    assert [await archived(database, later, limit=1) for _ in range(3)] == [1, 1, 0]
    async with database.transaction() as session:
        assert await outbox.tally(session, 7) == {
            OutboxState.SENT: 1,
            OutboxState.BLOCKED: 1,
            OutboxState.PENDING: 1,
        }
        assert await outbox.in_state(session, 7, OutboxState.BLOCKED) == people[1:2]
        found = await outbox.sent_as(session, people[0], 50)
        assert found is not None
        assert isinstance(found, ArchivedMessage)
        assert (found.occasion, found.subject, found.settled_at) == (
            "broadcast:7",
            {"kata": "é"},
            NOW,
        )
        assert await outbox.sent_as(session, people[1], 50) is None
        assert await outbox.cancel_broadcast(session, 7, NOW) == 1
        left = (await session.exec(select(OutboxMessage))).all()
    assert [one.member_id for one in left] == people[2:]


async def test_what_is_archived_is_not_told_again(
    database: Database, school: School, people: list[int]
) -> None:
    await broadcast(database, school, people[:1], [OutboxState.SENT])
    await archived(database, NOW + timedelta(days=1))
    await announce(database, school, people[:2], "broadcast:7")
    async with database.transaction() as session:
        batch = await outbox.lease(session, NOW)
    assert [one.member_id for one in batch] == people[1:2]


async def test_no_number_is_given_again_after_everything_was_archived(
    database: Database, school: School, people: list[int]
) -> None:
    """The archive keeps the numbers: a message that bore one could never be archived."""
    for occasion in ("a", "b"):
        await announce(database, school, people, occasion)
        async with database.transaction() as session:
            for one in await outbox.lease(session, NOW):
                await outbox.settle(session, one.id, OutboxState.SENT, NOW)
        assert await archived(database, NOW + timedelta(days=1)) == len(people)
    async with database.reading() as session:
        kept = (await session.exec(select(ArchivedMessage.id))).all()
    assert len(set(kept)) == 2 * len(people)


# ------------------------------------------------------------------------------- figures


async def test_queues_are_counted_by_kind(
    database: Database, school: School, people: list[int]
) -> None:
    async with database.transaction() as session:
        assert await outbox.queues(session, NOW) == []
        for kind, due in (("nanti", 5), ("kini", -3), ("kini", -1)):
            await outbox.announce(
                session, school_id=known_id(school.id), recipients=people[:1],
                occasion=f"{kind}{due}", kind=kind, subject={}, now=NOW,
                due_at=NOW + timedelta(minutes=due),
            )  # fmt: skip
        await outbox.lease(session, NOW, 1)
        found = await outbox.queues(session, NOW)
    assert sorted(found, key=lambda one: one.kind) == [
        outbox.Queue("kini", 2, NOW - timedelta(minutes=3)),
        outbox.Queue("nanti", 1, None),
    ]


def _message(number: int) -> dict[str, Any]:
    """One of many messages, of which most are closed."""
    state = (OutboxState.PENDING, OutboxState.SENDING)[number % 2] if number % 10 < 2 else "sent"
    return {
        "school_id": 1 + number % 10, "member_id": 1 + number % 100, "occasion": f"{number}",
        "kind": "kini", "subject": {}, "state": state, "created_at": NOW, "outcome": "",
        "priority": int(tuple(Priority)[number % 7 % len(Priority)]), "attempts": 0,
        "due_at": NOW - timedelta(seconds=number), "expires_at": None,
        "leased_until": NOW if state == OutboxState.SENDING else None,
        "settled_at": NOW if state == "sent" else None,
    }  # fmt: skip


async def test_queues_are_counted_from_their_indexes_alone(
    database: Database, school: School
) -> None:
    """However many messages are closed or archived: none of them is looked at."""
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            await fill(connection, OutboxMessage, [_message(number) for number in range(5000)])
        for statement, index in zip(
            outbox._QUEUES, ("ix_outbox_waiting", "ix_outbox_leased"), strict=True
        ):
            said = statement.params(now=NOW).compile(
                dialect=database.engine.dialect, compile_kwargs={"literal_binds": True}
            )
            plan = (await connection.exec_driver_sql(f"{explain} {said}")).all()
            told = " ".join(str(part) for row in plan for part in row)
            assert index in told, told
            assert "archive" not in told
            assert "Seq Scan" not in told
            assert ("SCAN outbox USING INDEX" in told) is database.is_sqlite


async def test_a_claim_walks_along_its_index(database: Database, school: School) -> None:
    """However many messages there are, none is looked at that is not taken."""
    dialect = database.engine.dialect
    looked = {"now": NOW, "left_out": [], **{f"room_{one.name}": 5 for one in Priority}}
    statements = [
        str(
            statement.params(**looked).compile(
                dialect=dialect, compile_kwargs={"literal_binds": True}
            )
        )
        for statement in (outbox._WAITING, outbox._FIRSTS)
    ]
    explain = "EXPLAIN QUERY PLAN" if database.is_sqlite else "EXPLAIN"
    async with database.engine.begin() as connection:
        if not database.is_sqlite:
            await fill(connection, OutboxMessage, [_message(number) for number in range(5000)])
        for statement in statements:
            plan = (await connection.exec_driver_sql(f"{explain} {statement}")).all()
            told = " ".join(str(part) for row in plan for part in row)
            assert told.count("ix_outbox_waiting") == len(Priority), told
            assert "Seq Scan on outbox" not in told, told
            assert "SCAN outbox" not in told


# ------------------------------------------------------------------------------- in a hurry


async def test_a_hurried_transaction_is_there_for_everybody(
    database: Database, other: Database, school: School, people: list[int]
) -> None:
    """It does without the disk's word, and those after it wait for the disk again."""
    await announce(database, school, people, "a")
    async with database.hurried() as session:
        (first, *_) = await outbox.lease(session, NOW, 1)
        await outbox.settle(session, first.id, OutboxState.SENT, NOW)
        assert await waits_for_disk(session) is False
    async with other.reading() as session:
        row = await session.get_one(OutboxMessage, first.id)
        assert row.state == OutboxState.SENT
    async with database.transaction() as session:
        assert await waits_for_disk(session) is True


async def test_a_hurried_transaction_is_rolled_back_like_any(
    database: Database, school: School, people: list[int]
) -> None:
    await announce(database, school, people[:1], "a")
    with contextlib.suppress(LookupError):
        async with database.hurried() as session:
            await outbox.lease(session, NOW)
            raise LookupError
    assert await lease(database) == ["a"]


async def waits_for_disk(session: AsyncSession) -> bool:
    connection = await session.connection()
    if connection.dialect.name == "sqlite":
        found = await connection.exec_driver_sql("PRAGMA synchronous")
        return bool(found.scalar_one() == 2)
    found = await connection.exec_driver_sql("SHOW synchronous_commit")
    return bool(found.scalar_one() == "on")
