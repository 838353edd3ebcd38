"""Updates are kept before they are acknowledged, and act once."""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlmodel import select

from storage import inbox
from storage.database import Database
from storage.models import InboxUpdate

NOW = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)


def update(number: int, text: str = "halo") -> dict[str, Any]:
    return {"update_id": number, "message": {"text": text}}


async def store(database: Database, *updates: dict[str, Any]) -> set[int]:
    async with database.transaction() as session:
        return await inbox.store(session, updates, NOW)


async def test_only_what_is_new_is_handed_on(database: Database) -> None:
    assert await store(database, update(1), update(2)) == {1, 2}
    assert await store(database, update(2), update(3)) == {3}
    assert await store(database, update(1), update(2), update(3)) == set()


async def test_an_update_twice_in_one_batch_is_one(database: Database) -> None:
    assert await store(database, update(1), update(1)) == {1}


async def test_the_first_text_stays(database: Database) -> None:
    await store(database, update(1, "asli"))
    await store(database, update(1, "lain"))
    async with database.reading() as session:
        (left,) = await inbox.unfinished(session)
    assert left.payload["message"]["text"] == "asli"


async def test_an_update_acts_once(database: Database) -> None:
    await store(database, update(1))
    marks = []
    for _ in range(2):
        async with database.transaction() as session:
            marks.append(await inbox.mark_acted(session, 1, NOW))
    assert marks == [True, False]


async def test_acting_on_an_update_that_was_not_stored_stores_it(database: Database) -> None:
    async with database.transaction() as session:
        assert await inbox.mark_acted(session, 99, NOW, update(99))
    async with database.transaction() as session:
        assert not await inbox.mark_acted(session, 99, NOW, update(99))
        assert await inbox.store(session, [update(99)], NOW) == set()
        (left,) = await inbox.unfinished(session)
    assert (left.payload["update_id"], left.acted) == (99, True)


async def test_what_a_stopped_process_left_comes_in_order(database: Database) -> None:
    await store(database, update(7), update(5), update(6), update(8))
    async with database.transaction() as session:
        await inbox.mark_acted(session, 6, NOW)
        await inbox.mark_acted(session, 5, NOW)
        await inbox.mark_answered(session, [5], NOW)
    async with database.reading() as session:
        left = await inbox.unfinished(session)
    assert [(one.payload["update_id"], one.acted) for one in left] == [
        (6, True),
        (7, False),
        (8, False),
    ]


async def test_what_was_written_goes_with_the_answer(database: Database) -> None:
    await store(database, update(1, "rahasia"))
    async with database.transaction() as session:
        await inbox.mark_answered(session, [1], NOW)
    async with database.reading() as session:
        (row,) = (await session.exec(select(InboxUpdate))).all()
    assert row.payload is None
    assert row.answered_at == NOW


async def test_a_number_is_remembered_for_days_then_forgotten(database: Database) -> None:
    await store(database, update(1), update(2))
    async with database.transaction() as session:
        await inbox.mark_answered(session, [1], NOW)
    for later, left in ((timedelta(days=2), 2), (timedelta(days=4), 1)):
        async with database.transaction() as session:
            await inbox.forget_old(session, NOW + later)
        async with database.reading() as session:
            assert len((await session.exec(select(InboxUpdate))).all()) == left
