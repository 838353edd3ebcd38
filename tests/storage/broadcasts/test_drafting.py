"""Who may write to many, and what is put together."""

import pytest

from storage.broadcasts import drafting, moving, reading
from storage.broadcasts.audiences import AudienceKind
from storage.broadcasts.drafting import Attachment
from storage.database import Database
from storage.errors import (
    BroadcastChanged,
    BroadcastEmpty,
    NobodyInReach,
    NotAllowed,
    NotFound,
    TooLong,
)
from storage.people import known_id
from tests.storage.broadcasts.staging import (
    ALL,
    BOOK,
    drafted,
    everybody_but,
    now,
    rows,
    started,
    written,
)
from tests.storage.evidence.staging import NOW, Cast, attempt


async def test_those_with_the_role_may_write_to_many(database: Database, cast: Cast) -> None:
    for actor in (cast.coach, cast.principal, cast.operator, cast.deputy):
        await drafted(database, actor)
    async with database.transaction() as session:
        with pytest.raises(NotAllowed):
            await drafting.begin(session, cast.rina, ALL, NOW)


async def test_a_broadcast_is_its_senders_alone(database: Database, cast: Cast) -> None:
    draft = await drafted(database, cast.coach)
    number = known_id(draft.id)
    for actor in (cast.principal, cast.operator, cast.stranger):
        async with database.transaction() as session:
            for work in (
                reading.own(session, actor, number),
                drafting.write(session, actor, number, "x", NOW),
                moving.cancel(session, actor, number, NOW),
                moving.start(session, actor, BOOK, number, draft.revision, NOW),
            ):
                with pytest.raises(NotFound):
                    await work
    assert (await now(database, number)).status == "draft"


async def test_it_reaches_nobody_of_another_school(database: Database, cast: Cast) -> None:
    for kind in (ALL, AudienceKind.TEACHERS, AudienceKind.BEHIND, AudienceKind.NOT_STARTED):
        number = await started(database, cast.coach, kind)
        await written(database, number)
        reached = set(await rows(database, number))
        assert reached
        assert reached <= everybody_but(cast, cast.coach)


async def test_people_of_another_school_cannot_be_named(database: Database, cast: Cast) -> None:
    draft = await drafted(database, cast.coach, AudienceKind.PEOPLE)
    for member_id in (cast.stranger.member_id, cast.coach.member_id, 10**9, -1):
        async with database.transaction() as session:
            with pytest.raises(NotFound):
                await drafting.toggle_person(
                    session, cast.coach, known_id(draft.id), member_id, NOW
                )
    async with database.transaction() as session:
        number = known_id(draft.id)
        await drafting.toggle_person(session, cast.coach, number, cast.rina.member_id, NOW)
        draft = await drafting.toggle_person(session, cast.coach, number, cast.budi.member_id, NOW)
        assert draft.people == sorted([cast.rina.member_id, cast.budi.member_id])
        draft = await drafting.toggle_person(session, cast.coach, number, cast.rina.member_id, NOW)
        assert draft.people == [cast.budi.member_id]


# ------------------------------------------------------------------------------- drafts


async def test_there_is_one_draft_and_its_words_are_kept(database: Database, cast: Cast) -> None:
    first = await drafted(database, cast.coach)
    async with database.transaction() as session:
        again = await drafting.begin(session, cast.coach, AudienceKind.RETURNED, NOW)
        assert again.id == first.id
        assert (again.audience, again.text) == ("returned", "Halo {nama}")
        assert again.revision > first.revision
        found = await reading.draft_of(session, cast.coach)
        assert found is not None
        assert found.id == first.id


async def test_too_many_words_are_refused_and_not_cut(database: Database, cast: Cast) -> None:
    draft = await drafted(database, cast.coach)
    refused = await attempt(
        database,
        lambda session: drafting.write(session, cast.coach, known_id(draft.id), "x" * 4097, NOW),
    )
    assert isinstance(refused, TooLong)
    assert (await now(database, known_id(draft.id))).text == "Halo {nama}"


async def test_what_was_changed_since_it_was_shown_is_not_sent(
    database: Database, cast: Cast
) -> None:
    draft = await drafted(database, cast.coach)
    number, shown = known_id(draft.id), draft.revision
    async with database.transaction() as session:
        await drafting.attach(session, cast.coach, number, Attachment("file", "photo"), NOW)
    refused = await attempt(
        database,
        lambda session: moving.start(session, cast.coach, BOOK, number, shown, NOW),
    )
    assert isinstance(refused, BroadcastChanged)


async def test_nothing_and_to_nobody_is_not_sent(database: Database, cast: Cast) -> None:
    empty = await drafted(database, cast.coach, text="")
    refused = await attempt(
        database,
        lambda session: moving.start(
            session, cast.coach, BOOK, known_id(empty.id), empty.revision, NOW
        ),
    )
    assert isinstance(refused, BroadcastEmpty)
    nobody = await drafted(database, cast.coach, AudienceKind.RETURNED)
    refused = await attempt(
        database,
        lambda session: moving.start(
            session, cast.coach, BOOK, known_id(nobody.id), nobody.revision, NOW
        ),
    )
    assert isinstance(refused, NobodyInReach)
    assert (await now(database, known_id(nobody.id))).status == "draft"
