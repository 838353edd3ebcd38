"""Asking to be erased: once, withdrawn, refused, carried out, by whom and when."""

from datetime import timedelta

import pytest
from sqlmodel import select

from storage import erasure_requests, farewells, members
from storage.database import Database
from storage.erasure import ERASED_NAME, erase_member
from storage.errors import (
    ErasureNotNow,
    LastOperator,
    NotAllowed,
    NotFound,
    ReasonMissing,
    TooLong,
)
from storage.models import Account, ErasureRequest, ErasureState, Farewell, Member, Role, School
from storage.people import Actor, Membership
from tests.storage.evidence.staging import NOW, Cast, attempt, told


@pytest.fixture
async def request_id(database: Database, cast: Cast) -> int:
    async with database.transaction() as session:
        return (await erasure_requests.ask(session, cast.rina, NOW)).id


async def second_operator(database: Database, cast: Cast) -> Actor:
    async with database.transaction() as session:
        invited = await members.invite(
            session, cast.school, name="Operator Dua", roles=Role.OPERATOR, now=NOW
        )
        account = Account(id=201, created_at=NOW)
        session.add(account)
        await session.flush()
        member = await members.join(session, account, invited.token or "", NOW)
        school = await session.get_one(School, cast.rina.school_id)
        return Membership(member, school).actor(NOW)


async def rows(database: Database) -> list[ErasureRequest]:
    async with database.reading() as session:
        return list((await session.exec(select(ErasureRequest))).all())


async def test_asked_twice_is_one_request_and_the_operators_are_told_once(
    database: Database, cast: Cast, request_id: int
) -> None:
    async with database.transaction() as session:
        assert (await erasure_requests.ask(session, cast.rina, NOW)).id == request_id
    assert len(await rows(database)) == 1
    assert await told(database, "erasure_asked") == [cast.operator.member_id]
    async with database.reading() as session:
        assert await erasure_requests.count_waiting(session, cast.operator) == 1
        assert await erasure_requests.count_waiting(session, cast.stranger) == 0
        (one,) = await erasure_requests.waiting(session, cast.operator)
        assert one.member.name == "Rina"
        with pytest.raises(NotAllowed):
            await erasure_requests.waiting(session, cast.principal)


async def test_it_is_withdrawn_by_whoever_asked_and_may_be_asked_again(
    database: Database, cast: Cast, request_id: int
) -> None:
    for who, why in (
        (cast.budi, NotAllowed), (cast.operator, NotAllowed), (cast.stranger, NotFound),
    ):  # fmt: skip
        refused = await attempt(
            database,
            lambda session, who=who: erasure_requests.withdraw(session, who, request_id, NOW),  # type: ignore[misc]
        )
        assert isinstance(refused, why)
    async with database.transaction() as session:
        await erasure_requests.withdraw(session, cast.rina, request_id, NOW)
    for work in (
        lambda session: erasure_requests.withdraw(session, cast.rina, request_id, NOW),
        lambda session: erasure_requests.carry_out(session, cast.operator, request_id, NOW),
        lambda session: erasure_requests.refuse(session, cast.operator, request_id, "tidak", NOW),
    ):
        refused = await attempt(database, work)
        assert isinstance(refused, ErasureNotNow)
        assert refused.state == ErasureState.WITHDRAWN
    async with database.transaction() as session:
        assert (await erasure_requests.ask(session, cast.rina, NOW)).id != request_id


async def test_it_is_refused_with_a_reason_that_the_person_gets(
    database: Database, cast: Cast, request_id: int
) -> None:
    for reason, why in (("", ReasonMissing), (" … ", ReasonMissing), ("x" * 501, TooLong)):
        refused = await attempt(
            database,
            lambda session, reason=reason: erasure_requests.refuse(  # type: ignore[misc]
                session, cast.operator, request_id, reason, NOW
            ),
        )
        assert isinstance(refused, why)
    async with database.transaction() as session:
        await erasure_requests.refuse(session, cast.operator, request_id, "Nilai belum ada", NOW)
    assert await told(database, "erasure_refused") == [cast.rina.member_id]
    (one,) = await rows(database)
    assert (one.state, one.reason) == (ErasureState.REFUSED, "Nilai belum ada")


async def test_carried_out_it_leaves_no_name_and_a_last_word(
    database: Database, cast: Cast, request_id: int
) -> None:
    for who, why in (
        (cast.rina, NotAllowed), (cast.principal, NotAllowed), (cast.stranger, NotAllowed),
    ):  # fmt: skip
        refused = await attempt(
            database,
            lambda session, who=who: erasure_requests.carry_out(session, who, request_id, NOW),  # type: ignore[misc]
        )
        assert isinstance(refused, why)
    async with database.transaction() as session:
        await erasure_requests.carry_out(session, cast.operator, request_id, NOW)
    async with database.reading() as session:
        member = await session.get_one(Member, cast.rina.member_id)
        assert (member.name, member.account_id) == (ERASED_NAME, None)
        assert await session.get(Account, 101) is None
        (due,) = await farewells.due(session, NOW)
        assert (due.chat_id, due.language, due.is_too_late) == (101, "id", False)
        (late,) = await farewells.due(session, NOW + timedelta(days=2))
        assert late.is_too_late
    again = await attempt(
        database,
        lambda session: erasure_requests.carry_out(session, cast.operator, request_id, NOW),
    )
    assert isinstance(again, ErasureNotNow)
    async with database.transaction() as session:
        await farewells.forget(session, due.id)
    async with database.reading() as session:
        assert (await session.exec(select(Farewell))).all() == []


async def test_erased_from_the_list_of_members_the_request_is_answered_too(
    database: Database, cast: Cast, request_id: int
) -> None:
    async with database.transaction() as session:
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
        await erase_member(session, cast.operator, cast.budi.member_id, NOW)
    (one,) = await rows(database)
    assert (one.state, one.closed_at) == (ErasureState.DONE, NOW)
    async with database.reading() as session:
        # Budi had not asked: it is the operator who tells him.
        assert [due.chat_id for due in await farewells.due(session, NOW)] == [101]


async def test_a_person_in_two_schools_is_erased_in_the_one_that_was_asked(
    database: Database, cast: Cast, request_id: int
) -> None:
    async with database.transaction() as session:
        school = await session.get_one(School, cast.stranger.school_id)
        invited = await members.invite(
            session, school, name="Rina di Sana", roles=Role.TEACHER, now=NOW
        )
        account = await session.get_one(Account, 101)
        there = await members.join(session, account, invited.token or "", NOW)
        await session.flush()
        await erasure_requests.ask(session, Membership(there, school).actor(NOW), NOW)
    async with database.transaction() as session:
        await erasure_requests.carry_out(session, cast.operator, request_id, NOW)
    async with database.reading() as session:
        kept = await session.get_one(Member, there.id)
        assert (kept.name, kept.account_id) == ("Rina di Sana", 101)
        (due,) = await farewells.due(session, NOW)
        assert due.school == cast.school.name
        asked = {one.school_id: one.state for one in await rows(database)}
    assert asked == {cast.rina.school_id: "done", cast.stranger.school_id: "asked"}


async def test_the_last_operator_cannot_ask(database: Database, cast: Cast) -> None:
    refused = await attempt(
        database, lambda session: erasure_requests.ask(session, cast.operator, NOW)
    )
    assert isinstance(refused, LastOperator)
    second = await second_operator(database, cast)
    async with database.transaction() as session:
        asked = (await erasure_requests.ask(session, cast.operator, NOW)).id
    assert await told(database, "erasure_asked") == [second.member_id]
    # Meanwhile the other one goes: then nobody would be left.
    async with database.transaction() as session:
        await members.change_roles(session, cast.operator, second.member_id, Role.COACH, NOW)
    refused = await attempt(
        database, lambda session: erasure_requests.carry_out(session, cast.operator, asked, NOW)
    )
    assert isinstance(refused, LastOperator)
    assert [one.state for one in await rows(database)] == [ErasureState.ASKED]
