"""Orders of papers: each made once, oldest first, over a crash, and given up in the end."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import members, outbox, papers
from storage.database import Database
from storage.errors import NotFound
from storage.models import Account, PaperOrder, PaperStatus, Role, School
from storage.papers import GIVEN_UP_AFTER, MOST_ATTEMPTS
from storage.people import Actor, known_id

NOW = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)
A_SECOND = timedelta(seconds=1)
ENDS = (PaperStatus.DONE, PaperStatus.FAILED, PaperStatus.CANCELLED)


@dataclass
class Cast:
    rina: Actor
    budi: Actor
    stranger: Actor


@pytest.fixture
async def cast(database: Database) -> Cast:
    async with database.transaction() as session:
        here, there = [
            await members.found_school(
                session, npsn=npsn, name=npsn, timezone="Asia/Jakarta", ruleset="pmm-2024", now=NOW
            )
            for npsn in ("10304567", "10304568")
        ]
        return Cast(
            rina=await _seat(session, here, "Rina", 1),
            budi=await _seat(session, here, "Budi", 2),
            stranger=await _seat(session, there, "Lain", 3),
        )


async def _seat(session: AsyncSession, school: School, name: str, account_id: int) -> Actor:
    invited = await members.invite(session, school, name=name, roles=Role.TEACHER, now=NOW)
    account = Account(id=account_id, created_at=NOW)
    session.add(account)
    await session.flush()
    member = await members.join(session, account, invited.token or "", NOW)
    return Actor(known_id(member.id), known_id(school.id), name, Role.TEACHER)


async def orders(
    database: Database, actor: Actor, kind: str = "pdf", at: datetime = NOW, **subject: object
) -> int:
    async with database.transaction() as session:
        made, _is_new = await papers.order(session, actor, kind, subject or {"plan": 1}, at)
        return known_id(made.id)


async def takes(database: Database) -> int | None:
    async with database.transaction() as session:
        taken = await papers.take_next(session)
        return taken.id if taken else None


async def ends(database: Database, order_id: int, status: PaperStatus = PaperStatus.DONE) -> bool:
    async with database.transaction() as session:
        return await papers.end(session, order_id, status, NOW + A_SECOND, "x")


async def starts_anew(database: Database, at: datetime = NOW) -> None:
    async with database.transaction() as session:
        await papers.take_up_again(session, at)


async def row(database: Database, order_id: int) -> PaperOrder:
    async with database.reading() as session:
        return await session.get_one(PaperOrder, order_id)


# ------------------------------------------------------------------------------- ordering


async def test_an_open_order_is_not_made_twice(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        first, is_new = await papers.order(session, cast.rina, "pdf", {"plan": 1}, NOW)
        assert (is_new, first.status, first.attempts) == (True, PaperStatus.WAITING, 0)
        assert session.info[outbox.ANNOUNCED]
    async with database.transaction() as session:
        again, is_new = await papers.order(session, cast.rina, "pdf", {"plan": 1}, NOW + A_SECOND)
        assert (again.id, is_new, again.asked_at) == (first.id, False, NOW)
        assert outbox.ANNOUNCED not in session.info
    for actor, kind, subject in (
        (cast.rina, "zip", {"plan": 1}),
        (cast.rina, "pdf", {"plan": 2}),
        (cast.rina, "pdf", {"plan": 1, "straightened": 0}),
        (cast.budi, "pdf", {"plan": 1}),
    ):
        async with database.transaction() as session:
            another, is_new = await papers.order(session, actor, kind, subject, NOW)
            assert is_new
            assert another.id != first.id


@pytest.mark.parametrize("end", ENDS)
async def test_what_has_ended_can_be_ordered_again(
    database: Database, cast: Cast, end: PaperStatus
) -> None:
    first = await orders(database, cast.rina)
    assert await takes(database) == first
    assert await orders(database, cast.rina) == first
    assert await ends(database, first, end)
    assert await orders(database, cast.rina) != first


async def test_other_peoples_orders_are_not_found(database: Database, cast: Cast) -> None:
    order = await orders(database, cast.rina)
    async with database.reading() as session:
        assert (await papers.own_order(session, cast.rina, order)).id == order
        for who, which in ((cast.budi, order), (cast.stranger, order), (cast.rina, 10**9)):
            with pytest.raises(NotFound):
                await papers.own_order(session, who, which)


# ------------------------------------------------------------------------------- taking


async def test_the_oldest_is_taken_first(database: Database, cast: Cast) -> None:
    third = await orders(database, cast.rina, at=NOW + 2 * A_SECOND)
    first = await orders(database, cast.budi, at=NOW)
    second = await orders(database, cast.stranger, at=NOW + A_SECOND)
    same_moment = await orders(database, cast.budi, "zip", at=NOW + A_SECOND)
    assert [await takes(database) for _ in range(5)] == [first, second, same_moment, third, None]
    assert {(await row(database, one)).status for one in (first, third)} == {PaperStatus.MAKING}


@pytest.mark.parametrize("end", ENDS)
async def test_what_has_ended_is_not_taken(
    database: Database, cast: Cast, end: PaperStatus
) -> None:
    order = await orders(database, cast.rina)
    assert await ends(database, order, end)
    assert await takes(database) is None
    async with database.transaction() as session:
        await papers.wait_again(session, order)
    await starts_anew(database)
    assert await takes(database) is None
    assert (await row(database, order)).status == end


async def test_two_makers_never_take_the_same(
    database: Database, other: Database, cast: Cast
) -> None:
    for number in range(4):
        await orders(database, cast.rina, plan=number)
    taken = await asyncio.gather(*(takes(where) for where in (database, other) * 2))
    found = [one for one in taken if one is not None]
    assert len(set(found)) == len(found)
    left = [one for one in [await takes(database) for _ in range(5)] if one is not None]
    assert len({*found, *left}) == 4
    assert len(found) + len(left) == 4


# ------------------------------------------------------------------------------- crashes


async def test_a_crash_is_taken_up_again_so_often_and_not_more(
    database: Database, cast: Cast
) -> None:
    """What takes its maker down with it each time must not do so for ever."""
    order = await orders(database, cast.rina)
    later = await orders(database, cast.budi, at=NOW + A_SECOND)
    for attempt in range(1, MOST_ATTEMPTS + 1):
        assert await takes(database) == order
        assert (await row(database, order)).attempts == attempt
        await starts_anew(database)
    given_up = await row(database, order)
    assert (given_up.status, given_up.ended_at) == (PaperStatus.FAILED, NOW)
    # Whoever stood behind it gets a turn.
    assert await takes(database) == later
    assert await orders(database, cast.rina) != order


async def test_nobody_waits_for_ever(database: Database, cast: Cast) -> None:
    order = await orders(database, cast.rina)
    await starts_anew(database, NOW + GIVEN_UP_AFTER)
    assert (await row(database, order)).status == PaperStatus.WAITING
    await starts_anew(database, NOW + GIVEN_UP_AFTER + A_SECOND)
    assert (await row(database, order)).status == PaperStatus.FAILED
    assert await takes(database) is None


async def test_what_waits_again_is_taken_again(database: Database, cast: Cast) -> None:
    order = await orders(database, cast.rina)
    assert await takes(database) == order
    async with database.transaction() as session:
        await papers.wait_again(session, order)
    assert await takes(database) == order
    assert (await row(database, order)).attempts == 2


# ------------------------------------------------------------------------------- ending


async def test_an_order_ends_once(database: Database, cast: Cast) -> None:
    order = await orders(database, cast.rina)
    assert await takes(database) == order
    assert await ends(database, order, PaperStatus.CANCELLED)
    for end in ENDS:
        assert not await ends(database, order, end)
    ended = await row(database, order)
    assert (ended.status, ended.ended_at) == (PaperStatus.CANCELLED, NOW + A_SECOND)
    assert not await ends(database, 10**9)


async def test_cancelled_or_done_but_not_both(
    database: Database, other: Database, cast: Cast
) -> None:
    for number in range(4):
        order = await orders(database, cast.rina, plan=number)
        assert await takes(database) == order
        sides = [(database, PaperStatus.DONE), (other, PaperStatus.CANCELLED)]
        won = await asyncio.gather(*(ends(where, order, end) for where, end in sides))
        assert sum(won) == 1
        assert (await row(database, order)).status == sides[won.index(True)][1]


async def test_a_long_story_of_a_failure_is_cut(database: Database, cast: Cast) -> None:
    order = await orders(database, cast.rina)
    async with database.transaction() as session:
        await papers.end(session, order, PaperStatus.FAILED, NOW, "x" * 500)
    async with database.reading() as session:
        outcomes = (await session.exec(select(col(PaperOrder.outcome)))).all()
    assert list(outcomes) == ["x" * 200]
