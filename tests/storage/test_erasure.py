"""Erasing a person takes the evidence along, and leaves what the person decided for others."""

from datetime import timedelta

import pytest
from sqlmodel import SQLModel, select

from storage import cards, outbox, papers
from storage.cards import Subject
from storage.database import Database
from storage.erasure import ERASED_NAME, erase_member
from storage.errors import NotFound
from storage.evidence import checking, describing, flags, reading, receiving, replacing
from storage.models import (
    Card,
    Evidence,
    EvidenceComment,
    EvidenceLook,
    EvidencePage,
    OutboxMessage,
    OutboxState,
    PaperOrder,
    Plan,
    metadata,
)
from storage.people import Actor
from storage.plans import FullPlan
from tests.storage.evidence.staging import (
    NOW,
    Cast,
    arrives,
    digest,
    files,
    holds,
    sends,
)


@pytest.fixture
async def plan(database: Database, cast: Cast) -> FullPlan:
    async with database.transaction() as session:
        return await holds(session, cast.rina, cast.principal)


async def erase(database: Database, cast: Cast, who: Actor) -> None:
    async with database.transaction() as session:
        await erase_member(session, cast.operator, who.member_id, NOW)


async def count(database: Database, table: type[SQLModel]) -> int:
    async with database.reading() as session:
        return len((await session.exec(select(table))).all())


async def everything(database: Database) -> str:
    async with database.reading() as session:
        connection = await session.connection()
        tables = [(await connection.execute(one.select())).all() for one in metadata.sorted_tables]
        return str(tables)


async def test_all_that_was_sent_and_said_about_it_goes(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        for at in (1, 2):
            arrival = arrives(f"rahasia {at}", at)
            await receiving.receive(session, cast.rina, arrival, NOW, album="album")
        piece = await files(session, cast.rina, plan, "rahasia")
        await describing.say_note(session, cast.rina, piece.id, "catatan rahasia", NOW)
        link = "https://guru.id/rahasia"
        await receiving.receive_link(session, cast.rina, link, NOW)
        back = await files(session, cast.rina, plan, "rahasia lama")
        await checking.send_back(session, cast.principal, back.id, 2, NOW, reason="rahasia")
        spare = await sends(session, cast.rina, "rahasia baru")
        await replacing.replace(session, cast.rina, back.id, spare.id, NOW)
        gone = await files(session, cast.rina, plan, "rahasia hilang")
        await replacing.take_away(session, cast.rina, gone.id, NOW)
        for who in (cast.principal, cast.deputy):
            await checking.note_look(session, who, piece)
            await checking.comment(session, who, piece.id, "tentang rahasia", NOW)
            await cards.remember(
                session, school_id=who.school_id, member_id=who.member_id,
                place=(who.member_id, 1), subject=Subject(evidence_id=piece.id), view="x", now=NOW,
            )  # fmt: skip
        await papers.order(session, cast.rina, "pdf", {"plan": plan.id}, NOW)
        theirs = await sends(session, cast.budi, "milik Budi")
    await erase(database, cast, cast.rina)
    for table in (EvidenceLook, EvidenceComment, Card, PaperOrder, Plan):
        assert await count(database, table) == 0, table
    assert await count(database, Evidence) == await count(database, EvidencePage) == 1
    left = await everything(database)
    for trace in ("rahasia", "Rina", digest("rahasia"), digest("rahasia 1")):
        assert trace not in left
    async with database.reading() as session:
        assert (await reading.own_piece(session, cast.budi, theirs.id)).pages
        with pytest.raises(NotFound):
            await reading.read_piece(session, cast.principal, piece.id)


async def test_notices_about_it_are_not_sent_any_more(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        budis = await holds(session, cast.budi, cast.principal)
        for who, full in ((cast.rina, plan), (cast.budi, budis)):
            piece = await files(session, who, full, f"milik {who.name}")
            await cards.remember(
                session, school_id=who.school_id, member_id=cast.deputy.member_id,
                place=(cast.deputy.member_id, piece.id), subject=Subject(evidence_id=piece.id),
                view="x", now=NOW,
            )  # fmt: skip
            await checking.comment(session, cast.coach, piece.id, "Bagus", NOW)
            await checking.accept(session, cast.principal, piece.id, 2, NOW)
        await outbox.announce(
            session, school_id=cast.rina.school_id, recipients=[cast.coach.member_id],
            occasion="x", kind="x", subject={"teacher": cast.rina.member_id}, now=NOW,
        )  # fmt: skip
    await erase(database, cast, cast.rina)
    async with database.reading() as session:
        rows = (await session.exec(select(OutboxMessage))).all()
    told = sorted(
        (one.kind, one.member_id)
        for one in rows
        if one.kind.startswith("evidence") or one.kind == "x"
    )
    budi, deputy, principal = (one.member_id for one in (cast.budi, cast.deputy, cast.principal))
    assert told == [
        ("evidence_accepted", budi), ("evidence_accepted", budi),
        ("evidence_card_closed", deputy),
        ("evidence_comment", budi),
        # These name nobody: they say what waits when they are sent.
        ("evidence_waiting", deputy), ("evidence_waiting", deputy),
        ("evidence_waiting", principal), ("evidence_waiting", principal),
    ]  # fmt: skip


async def test_what_the_person_was_told_long_ago_goes_too(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        await outbox.announce(
            session, school_id=cast.rina.school_id,
            recipients=[cast.rina.member_id, cast.budi.member_id],
            occasion="dahulu", kind="x", subject={}, now=NOW,
        )  # fmt: skip
        for one in await outbox.lease(session, NOW):
            await outbox.settle(session, one.id, OutboxState.SENT, NOW, message_id=5)
        assert await outbox.archive(session, NOW + timedelta(seconds=1)) >= 2
    await erase(database, cast, cast.rina)
    async with database.reading() as session:
        assert await outbox.sent_as(session, cast.rina.member_id, 5) is None
        assert await outbox.sent_as(session, cast.budi.member_id, 5) is not None


async def test_a_file_that_came_before_what_it_replaces(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    """The number of what takes a place may be the smaller one."""
    async with database.transaction() as session:
        spare = await sends(session, cast.rina, "dikirim dulu")
        old = await files(session, cast.rina, plan, "dipasang")
        assert spare.id < old.id
        await replacing.replace(session, cast.rina, old.id, spare.id, NOW)
        later = await sends(session, cast.rina, "terakhir")
        await replacing.replace(session, cast.rina, spare.id, later.id, NOW)
    await erase(database, cast, cast.rina)
    assert await count(database, Evidence) == 0


async def test_what_the_erased_decided_on_others_pieces_stays_without_a_name(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        accepted = await files(session, cast.rina, plan, "a")
        waiting = await files(session, cast.rina, plan, "b")
        await checking.note_look(session, cast.deputy, waiting)
        await checking.comment(session, cast.deputy, waiting.id, "kata Wakil", NOW)
        await checking.comment(session, cast.coach, waiting.id, "kata coach", NOW)
        await checking.accept(session, cast.deputy, accepted.id, 2, NOW)
        await papers.order(session, cast.budi, "pdf", {"plan": 1}, NOW)
    await erase(database, cast, cast.deputy)
    async with database.reading() as session:
        piece = await reading.own_piece(session, cast.rina, accepted.id)
        assert (piece.status, piece.evidence.decided_by) == ("accepted", cast.deputy.member_id)
        by = await reading.decider_of(session, piece)
        assert by is not None
        assert by.name == ERASED_NAME
        said = await reading.comments_on(session, waiting.id)
        assert [one.text for one, _ in said] == ["kata coach"]
        assert (await session.exec(select(EvidenceLook))).all() == []
        assert len((await session.exec(select(PaperOrder))).all()) == 1
    assert "Wakil" not in await everything(database)


async def test_a_twin_of_what_was_erased_stands_alone(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await files(session, cast.rina, plan, "a", looks="0" * 64)
        same = await sends(session, cast.budi, "a", looks="0" * 64)
        alike = await sends(session, cast.budi, "b", looks="0" * 64)
        assert len(await flags.twins_of(session, alike)) == 2
    await erase(database, cast, cast.rina)
    async with database.reading() as session:
        (mine, other) = await reading.unsorted_of(session, cast.budi)
        assert (mine.id, other.id) == (same.id, alike.id)
        assert await flags.twins_of(session, mine) == ()
        assert [one.evidence.id for one in await flags.twins_of(session, other)] == [same.id]


async def test_another_schools_evidence_is_left_alone(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        theirs = await sends(session, cast.stranger, "a")
        await files(session, cast.rina, plan, "a")
    await erase(database, cast, cast.rina)
    async with database.reading() as session:
        (left,) = await reading.unsorted_of(session, cast.stranger)
        assert left.id == theirs.id
        assert len(left.pages) == 1
