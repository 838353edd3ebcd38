"""What is asked at each tap, and every few seconds, reads no table from beginning to end."""

from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from storage.database import Database
from storage.helping import following, watching
from storage.members import found_school, invite, join
from storage.models import Account, Role
from storage.people import deciders, find_account, known_id
from tests.benchmarks.query_plans import large_tables, overheard, plans_of

NOW = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)


async def test_deputies_and_requests_for_help_are_found_by_an_index(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    async with database.transaction() as session:
        school = await found_school(
            session, npsn="1", name="SMPN 1", timezone="Asia/Jakarta", ruleset="pmm-2024", now=NOW
        )
        invited = await invite(session, school, name="Rina", roles=Role.TEACHER, now=NOW)
        account = Account(id=1, created_at=NOW)
        session.add(account)
        await session.flush()
        await join(session, account, invited.token or "", NOW)
    with overheard(database) as heard:
        async with database.transaction() as session:
            _account, (seat,) = await find_account(session, 1, NOW)
            await deciders(session, known_id(seat.school.id), NOW.date())
            await following.find_due(session, NOW)
            await watching.look_after(session, NOW)
    await database.close()
    queries = plans_of(_path(database), heard)
    asked = {one.statement for one in queries}
    assert any("deputy" in one for one in asked)
    assert any("help_request" in one for one in asked)
    assert [one for one in queries if {"deputy", "help_request"} & set(one.reads_whole)] == []


async def test_a_table_that_is_read_whole_is_noticed(sqlite_url: str) -> None:
    database = Database(sqlite_url)
    with overheard(database) as heard:
        async with database.engine.connect() as connection:
            for words in ("name = 'Rina'", "id = 1", "id = 1 AND name = 'Rina'"):
                await connection.execute(text(f"SELECT m.name FROM member AS m WHERE m.{words}"))
    await database.close()
    path = _path(database)
    whole = {one.statement: one.reads_whole for one in plans_of(path, heard)}
    assert sorted(whole.values()) == [(), (), ("member",)]
    assert large_tables(path) == set()
    assert "alembic_version" in large_tables(path, 0)


def _path(database: Database) -> Path:
    return Path(database.url.database or "")
