"""An operator of several schools writes to all of them."""

import pytest

from storage.broadcasts import drafting, moving, reaching, reading
from storage.broadcasts.audiences import AudienceKind, Counts
from storage.database import Database
from storage.errors import (
    NotAllowed,
)
from storage.models import (
    Account,
    Broadcast,
    Member,
    OutboxState,
    Role,
    School,
)
from storage.people import Actor, known_id
from tests.storage.broadcasts.staging import (
    BOOK,
    drafted,
    finish,
    now,
    rows,
    settle,
    standing,
    written,
)
from tests.storage.evidence.staging import NOW, Cast


@pytest.fixture
async def district(database: Database, cast: Cast) -> Actor:
    """The operator's seat in a second school, where there are two teachers."""
    async with database.transaction() as session:
        school = School(
            npsn="3", name="SMPN 3", timezone="Asia/Jayapura", ruleset="pmm-2024", created_at=NOW
        )
        session.add(school)
        await session.flush()
        seat = Member(
            school_id=known_id(school.id), name="Operator", roles=8, account_id=106,
            created_at=NOW,
        )  # fmt: skip
        account = Account(id=301, created_at=NOW)
        session.add_all([seat, account])
        await session.flush()
        session.add(
            Member(
                school_id=known_id(school.id),
                name="Wati",
                roles=1,
                account_id=301,
                created_at=NOW,
            )
        )
        session.add(Member(school_id=known_id(school.id), name="Yanti", roles=1, created_at=NOW))
        return Actor(known_id(seat.id), known_id(school.id), "Operator", Role.OPERATOR)


async def test_an_operator_of_several_schools_writes_to_all_of_them(
    database: Database, cast: Cast, district: Actor
) -> None:
    draft = await drafted(database, cast.operator, AudienceKind.TEACHERS)
    number = known_id(draft.id)
    async with database.transaction() as session:
        draft = await drafting.toggle_school(
            session, cast.operator, number, district.member_id, NOW
        )
        assert await reaching.reach(session, BOOK, draft, NOW) == Counts(4, 1, 0)
        await moving.start(session, cast.operator, BOOK, number, draft.revision, NOW)
    async with database.reading() as session:
        those = await reading.family(session, await session.get_one(Broadcast, number))
    assert [one.school_id for one in those] == [cast.operator.school_id, district.school_id]
    for one in those:
        await written(database, known_id(one.id))
        for row in (await rows(database, known_id(one.id))).values():
            assert row.school_id == one.school_id
    found = await standing(database, number)
    assert (found.waiting, found.not_joined) == (4, 1)
    for one in those:
        await settle(database, known_id(one.id), others=OutboxState.SENT)
    assert await finish(database, number)
    assert (await now(database, known_id(those[1].id))).status == "done"


async def test_it_is_sent_again_to_those_of_each_school_whom_it_failed_to_reach(
    database: Database, cast: Cast, district: Actor
) -> None:
    number = known_id((await drafted(database, cast.operator, AudienceKind.TEACHERS)).id)
    async with database.transaction() as session:
        draft = await drafting.toggle_school(
            session, cast.operator, number, district.member_id, NOW
        )
        await moving.start(session, cast.operator, BOOK, number, draft.revision, NOW)
        here, there = await reading.family(session, draft)
    for one, state in ((here, OutboxState.SENT), (there, OutboxState.FAILED)):
        await written(database, known_id(one.id))
        await settle(database, known_id(one.id), others=state)
    failed = set(await rows(database, known_id(there.id)))
    assert await finish(database, number)
    async with database.transaction() as session:
        again = await drafting.send_again(session, cast.operator, number, NOW)
        second = known_id(again.id)
        counts = await moving.start(session, cast.operator, BOOK, second, again.revision, NOW)
        assert counts == Counts(1, 0, 0)
        here, there = await reading.family(session, again)
    for one in (here, there):
        await written(database, known_id(one.id))
    assert await rows(database, second) == {}
    assert set(await rows(database, known_id(there.id))) == failed


async def test_cancelling_stops_it_in_all_schools(
    database: Database, cast: Cast, district: Actor
) -> None:
    number = known_id((await drafted(database, cast.operator)).id)
    async with database.transaction() as session:
        draft = await drafting.toggle_school(
            session, cast.operator, number, district.member_id, NOW
        )
        await moving.start(session, cast.operator, BOOK, number, draft.revision, NOW)
        those = await reading.family(session, draft)
    await written(database, known_id(those[1].id))
    async with database.transaction() as session:
        await moving.cancel(session, cast.operator, number, NOW)
    for one in those:
        assert (await now(database, known_id(one.id))).status == "cancelled"
        assert {row.state for row in (await rows(database, known_id(one.id))).values()} <= {
            "cancelled"
        }


async def test_a_school_that_is_not_ones_own_cannot_be_chosen(
    database: Database, cast: Cast, district: Actor
) -> None:
    for actor, seat in (
        (cast.operator, cast.stranger.member_id),
        (cast.operator, cast.rina.member_id),
        (cast.operator, cast.operator.member_id),
        (cast.coach, district.member_id),
        (cast.operator, 10**9),
    ):
        draft = await drafted(database, actor)
        async with database.transaction() as session:
            with pytest.raises(NotAllowed):
                await drafting.toggle_school(session, actor, known_id(draft.id), seat, NOW)


async def test_a_school_the_operator_has_left_is_left_out(
    database: Database, cast: Cast, district: Actor
) -> None:
    number = known_id((await drafted(database, cast.operator)).id)
    async with database.transaction() as session:
        draft = await drafting.toggle_school(
            session, cast.operator, number, district.member_id, NOW
        )
        seat = await session.get_one(Member, district.member_id)
        seat.roles = int(Role.TEACHER)
        session.add(seat)
        await session.flush()
        await moving.start(session, cast.operator, BOOK, number, draft.revision, NOW)
        assert len(await reading.family(session, draft)) == 1
