"""What a teacher sends is kept once, in order, and belongs nowhere yet."""

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Database
from storage.errors import (
    EvidenceChanged,
    NotAllowed,
    TooMany,
)
from storage.evidence import checking, filing, reading, receiving, replacing
from storage.evidence.reading import Piece
from storage.models import EvidenceStatus
from storage.people import Actor
from storage.plans import FullPlan
from tests.storage.evidence.staging import (
    NOW,
    Cast,
    arrives,
    cast_for,
    digest,
    files,
    moves,
    refuses,
    sends,
    told,
    words_of,
)


async def test_what_is_sent_is_kept_and_belongs_nowhere_yet(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        piece = await sends(session, cast.rina, "sertifikat", position=7)
    async with database.reading() as session:
        (kept,) = await reading.unsorted_of(session, cast.rina)
        assert kept.status is EvidenceStatus.UNSORTED
        assert (kept.evidence.member_id, kept.evidence.plan_id) == (cast.rina.member_id, None)
        (page,) = kept.pages
        assert (page.position, page.sha256) == (7, digest("sertifikat"))
        assert page.telegram_id == "at telegram: sertifikat"
        assert kept.id == piece.id
        assert await receiving.count_unsorted(session, cast.rina) == 1
        assert await reading.unsorted_of(session, cast.budi) == []
    assert await told(database, "evidence_waiting") == []


async def test_what_was_cleaned_is_not_shown_from_telegram(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        piece = await sends(session, cast.rina, "foto", cleaned=True)
        (page,) = piece.pages
        assert page.telegram_id == ""
        assert (page.original_sha256, page.sha256) == (digest("foto"), digest("cleaned foto"))


async def test_a_file_is_kept_once_for_a_teacher(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        first = await receiving.receive(session, cast.rina, arrives("a"), NOW)
        again = await receiving.receive(session, cast.rina, arrives("a", 2), NOW)
        assert (first.known, again.known) == (False, True)
        assert again.piece.id == first.piece.id
        await moves(session, cast.rina, plan, first.piece.id, "RHK-01")
        again = await receiving.receive(session, cast.rina, arrives("a", 3), NOW)
        assert (again.known, again.piece.id) == (True, first.piece.id)
        # A colleague may have the same file, and keeps it too.
        theirs = await receiving.receive(session, cast.budi, arrives("a"), NOW)
        assert not theirs.known
        # What was taken away can be sent anew.
        await replacing.take_away(session, cast.rina, first.piece.id, NOW)
        anew = await receiving.receive(session, cast.rina, arrives("a", 4), NOW)
        assert not anew.known
        assert anew.piece.id != first.piece.id


async def test_an_album_keeps_a_page_that_was_sent_by_itself_before(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await files(session, cast.rina, plan, "hal 2")
        for at in (1, 2, 3):
            arrival = arrives(f"hal {at}", at)
            sent = await receiving.receive(session, cast.rina, arrival, NOW, album="album")
            assert not sent.known
        assert words_of(sent.piece) == ["hal 1", "hal 2", "hal 3"]
        # The whole album once more is known page by page.
        for at in (1, 2, 3):
            arrival = arrives(f"hal {at}", at + 3)
            again = await receiving.receive(session, cast.rina, arrival, NOW, album="again")
            assert (again.known, again.piece.id) == (True, sent.piece.id)


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1)])
async def test_the_pages_of_an_album_join_in_the_order_of_its_messages(
    database: Database, cast: Cast, order: tuple[int, ...]
) -> None:
    for at in order:
        async with database.transaction() as session:
            arrival = arrives(f"hal {at}", at)
            sent = await receiving.receive(session, cast.rina, arrival, NOW, album="album")
            assert [page.position for page in sent.piece.pages] == sorted(
                order[: order.index(at) + 1]
            )
            # Somebody else's album of the same name is another one.
            await receiving.receive(session, cast.budi, arrives(f"b {at}", at), NOW, album="album")
    async with database.reading() as session:
        (mine,) = await reading.unsorted_of(session, cast.rina)
        (theirs,) = await reading.unsorted_of(session, cast.budi)
    assert words_of(mine) == ["hal 1", "hal 2", "hal 3"]
    assert words_of(theirs) == ["b 1", "b 2", "b 3"]


async def test_late_pages_join_an_album_until_it_is_accepted(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async def page(session: AsyncSession, at: int) -> Piece:
        arrival = arrives(f"hal {at}", at)
        return (await receiving.receive(session, cast.rina, arrival, NOW, album="x" * 50)).piece

    async with database.transaction() as session:
        piece = await page(session, 1)
        await moves(session, cast.rina, plan, piece.id, "RHK-01")
        shown = piece.evidence.revision
        assert (await page(session, 2)).id == piece.id
        with pytest.raises(EvidenceChanged):  # the one who decides has not seen this page
            await checking.accept(session, cast.principal, piece.id, shown, NOW)
        revision = piece.evidence.revision
        await checking.send_back(session, cast.principal, piece.id, revision, NOW, reason="Kurang")
        joined = await page(session, 3)
        assert (joined.id, joined.status) == (piece.id, EvidenceStatus.RECEIVED)
        await checking.accept(session, cast.principal, piece.id, joined.evidence.revision, NOW)
        late = await page(session, 4)
        assert late.id != piece.id
        assert late.status is EvidenceStatus.UNSORTED
        whole = await reading.own_piece(session, cast.rina, piece.id)
        assert words_of(whole) == ["hal 1", "hal 2", "hal 3"]


async def test_an_album_has_its_limit(
    database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MOST_PAGES", 2)
    async with database.transaction() as session:
        for at in (1, 2):
            await receiving.receive(session, cast.rina, arrives(f"hal {at}", at), NOW, album="a")

        async def third() -> object:
            return await receiving.receive(session, cast.rina, arrives("hal 3", 3), NOW, album="a")

        await refuses(session, TooMany, third)


async def test_a_whole_gallery_is_refused_but_nothing_of_it_is_lost(
    database: Database, cast: Cast, plan: FullPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MOST_UNSORTED", 3)
    async with database.transaction() as session:
        filed = await files(session, cast.rina, plan, "terpasang")
        first, *_ = [await sends(session, cast.rina, f"foto {at}") for at in range(3)]
        await receiving.receive(session, cast.budi, arrives("milik Budi"), NOW)

        async def a_file() -> object:
            return await sends(session, cast.rina, "foto 4")

        async def a_link() -> object:
            return await receiving.receive_link(session, cast.rina, "guru.id/artikel", NOW)

        async def a_copy() -> object:
            return await filing.use_again(session, cast.rina, filed.id, NOW)

        await refuses(session, TooMany, a_file, a_link, a_copy)
        # What is known already still comes to light, and one that is filed makes room.
        assert (await receiving.receive(session, cast.rina, arrives("foto 0"), NOW)).known
        await moves(session, cast.rina, plan, first.id, "RHK-01")
        await a_file()


async def test_only_teachers_send(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        for who in (cast.principal, cast.coach, cast.operator):

            async def a_file(who: Actor = who) -> object:
                return await sends(session, who, "a")

            async def a_link(who: Actor = who) -> object:
                return await receiving.receive_link(session, who, "https://guru.id/a", NOW)

            await refuses(session, NotAllowed, a_file, a_link)


async def test_two_schools_keep_the_same_file_apart(database: Database) -> None:
    cast = await cast_for(database)
    async with database.transaction() as session:
        ours = await receiving.receive(session, cast.rina, arrives("a"), NOW)
        theirs = await receiving.receive(session, cast.stranger, arrives("a"), NOW)
        assert not ours.known
        assert not theirs.known
        assert theirs.piece.evidence.school_id == cast.stranger.school_id
