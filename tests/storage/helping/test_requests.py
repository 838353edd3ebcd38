"""A request for help: asked, taken, given back, ended."""

from collections.abc import Awaitable, Callable

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import (
    members,
)
from storage.cards import Subject, remember
from storage.database import Database
from storage.errors import (
    HelpTaken,
    NotAllowed,
    NotFound,
)
from storage.helping import asking, moving, requests, talking
from storage.helping.requests import FullRequest
from storage.helping.talking import Said
from storage.models import (
    Card,
    HelpStatus,
    Role,
)
from storage.people import Actor
from tests.storage.evidence.staging import (
    NOW,
    TODAY,
    Cast,
    overtaking,
    told,
)
from tests.storage.helping.staging import A_MINUTE, asks, claims, request_now


async def test_asking_again_adds_the_place_to_the_one_request(
    database: Database, cast: Cast
) -> None:
    first = await asks(database, cast.rina, "plan")
    again = await asks(database, cast.rina, "evidence")
    same = await asks(database, cast.rina, "plan")
    assert first.id == again.id == same.id
    assert (await request_now(database, first.id)).places == ["plan", "evidence"]
    coach = cast.coach.member_id
    assert await told(database, "help_wanted") == [coach, coach]


async def test_without_coaches_the_principal_is_asked(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        await members.change_roles(session, cast.operator, cast.coach.member_id, Role.TEACHER, NOW)
    async with database.transaction() as session:
        helpers = await asking.call_for_help(
            session, cast.rina, "plan", today=TODAY, now=NOW, said=Said("Saya bingung")
        )
    assert {one.name for one in helpers} == {"Kepala", "Wakil"}
    assert set(await told(database, "help_wanted")) == {
        cast.principal.member_id, cast.deputy.member_id,
    }  # fmt: skip


async def test_two_who_ask_at_once_have_one_request(
    database: Database, other: Database, cast: Cast
) -> None:
    first, second = await overtaking(
        database, other,
        lambda session: asking.ask(session, cast.rina, "plan", today=TODAY, now=NOW),
        lambda session: asking.ask(session, cast.rina, "status", today=TODAY, now=NOW),
    )  # fmt: skip
    assert isinstance(first, asking.Asked)
    assert isinstance(second, asking.Asked)
    assert first.full.id == second.full.id


# --------------------------------------------------------------------- helping


async def test_two_who_claim_at_once_have_one_winner(
    database: Database, other: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    first, second = await overtaking(
        database, other,
        lambda session: moving.claim(session, cast.coach, full.id, NOW),
        lambda session: moving.claim(session, cast.principal, full.id, NOW),
    )  # fmt: skip
    assert isinstance(first, FullRequest)
    assert isinstance(second, HelpTaken)
    assert second.by_name == "Penggerak"


async def test_cards_of_the_others_close_when_one_claims(database: Database, cast: Cast) -> None:
    full = await asks(database, cast.rina)
    async with database.transaction() as session:
        for who in (cast.coach, cast.principal):
            await remember(
                session, school_id=who.school_id, member_id=who.member_id,
                place=(who.member_id, 1), subject=Subject(help_id=full.id), view="x", now=NOW,
            )  # fmt: skip
        await moving.claim(session, cast.coach, full.id, NOW, (cast.coach.member_id, 1))
    async with database.reading() as session:
        cards = (await session.exec(select(Card))).all()
    assert all(card.closed_at is not None for card in cards)
    assert await told(database, "help_card_closed") == [cast.principal.member_id]


async def test_nobody_of_another_school_sees_or_does_anything(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    works: list[Callable[[AsyncSession], Awaitable[object]]] = [
        lambda session: requests.read(session, cast.stranger, full.id),
        lambda session: moving.claim(session, cast.stranger, full.id, NOW),
        lambda session: moving.close(session, cast.stranger, full.id, NOW),
        lambda session: talking.say(session, cast.stranger, full.id, Said("Halo"), NOW),
    ]
    for work in works:
        with pytest.raises(NotFound):
            async with database.transaction() as session:
                await work(session)
    async with database.reading() as session:
        assert await requests.queue(session, cast.stranger) == []
        assert await requests.count_open(session, cast.stranger) == 0


async def test_teachers_help_neither_each_other_nor_themselves(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    for who in (cast.rina, cast.budi):
        with pytest.raises(NotAllowed):
            await claims(database, who, full.id)
    with pytest.raises(NotAllowed):
        async with database.reading() as session:
            await requests.queue(session, cast.budi)


async def test_the_queue_has_the_open_and_ones_own_oldest_first(
    database: Database, cast: Cast
) -> None:
    rinas = await asks(database, cast.rina)
    budis = await asks(database, cast.budi, now=NOW + A_MINUTE)
    await claims(database, cast.coach, budis.id)

    async def queue(who: Actor) -> list[int]:
        async with database.reading() as session:
            return [one.id for one in await requests.queue(session, who)]

    assert await queue(cast.coach) == [rinas.id, budis.id]
    assert await queue(cast.principal) == [rinas.id]


async def test_not_helped_puts_it_back_into_the_queue(database: Database, cast: Cast) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    async with database.transaction() as session:
        await moving.close(session, cast.coach, full.id, NOW + A_MINUTE)
    assert await told(database, "help_ended") == [cast.rina.member_id]
    with pytest.raises(NotAllowed):
        async with database.transaction() as session:
            await moving.answer(session, cast.coach, full.id, helped=True, today=TODAY, now=NOW)
    later = NOW + 2 * A_MINUTE
    async with database.transaction() as session:
        back = await moving.answer(
            session, cast.rina, full.id, helped=False, today=TODAY, now=later
        )
    assert (back.status, back.request.queued_at, back.request.helped) == (
        HelpStatus.OPEN, later, False,
    )  # fmt: skip
    assert await told(database, "help_wanted") == [cast.coach.member_id] * 2


async def test_an_answer_to_an_old_request_never_makes_a_second_open_one(
    database: Database, cast: Cast
) -> None:
    old = await asks(database, cast.rina)
    await claims(database, cast.coach, old.id)
    async with database.transaction() as session:
        await moving.close(session, cast.coach, old.id, NOW)
    new = await asks(database, cast.rina)
    assert new.id != old.id
    async with database.transaction() as session:
        got = await moving.answer(session, cast.rina, old.id, helped=False, today=TODAY, now=NOW)
    assert got.id == new.id
    assert (await request_now(database, old.id)).status == HelpStatus.CLOSED
