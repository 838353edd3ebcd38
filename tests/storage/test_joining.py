"""Somebody new joins: in one transaction, and once."""

from typing import Any

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import members
from storage.database import Database
from storage.errors import (
    InvitationUsed,
)
from storage.models import (
    Account,
    Member,
    Role,
)
from storage.people import known_id
from tests.storage.plans.staging import (
    MONDAY,
    Work,
    a_school,
    race,
)


@pytest.fixture
async def other(database: Database, database_url: str) -> Any:
    """The same database, as another process has it."""
    second = Database(database_url)
    yield second
    await second.close()


async def test_one_token_lets_one_in_however_many_try_at_once(
    database: Database, other: Database
) -> None:
    async with database.transaction() as session:
        school = await a_school(session, "10304567", "SMPN 1 Surian")
        invited = await members.invite(
            session, school, name="Rina", roles=Role.TEACHER, now=MONDAY
        )
        accounts = [Account(id=number, created_at=MONDAY) for number in (1, 2, 3, 4)]
        session.add_all(accounts)

    def join(number: int) -> Work:
        async def work(session: AsyncSession) -> Member:
            account = await session.get_one(Account, number)
            return await members.join(session, account, invited.token or "", MONDAY)

        return work

    results = await race(
        (database, join(1)), (other, join(2)), (database, join(3)), (other, join(4)),
        (other, join(1)),
    )  # fmt: skip
    joined = [one for one in results if isinstance(one, Member)]
    assert len(joined) == 1
    assert all(isinstance(one, InvitationUsed) for one in results if one is not joined[0])
    async with database.reading() as session:
        (member,) = (await session.exec(select(Member))).all()
        assert member.account_id == joined[0].account_id
        accounts_in = await session.exec(select(Account).where(Account.member_id == member.id))
        assert [one.id for one in accounts_in.all()] == [member.account_id]


async def test_a_new_person_joins_in_one_transaction(database: Database) -> None:
    """The account is stored with the seat that refers to it."""
    async with database.transaction() as session:
        school = await a_school(session, "10304567", "SMPN 1 Surian")
        invited = await members.invite(
            session, school, name="Rina", roles=Role.TEACHER, now=MONDAY
        )
    async with database.transaction() as session:
        account = Account(id=7, created_at=MONDAY)
        member = await members.join(session, account, invited.token or "", MONDAY)
    async with database.reading() as session:
        stored = await session.get_one(Member, known_id(member.id))
        assert stored.account_id == 7
