"""What whoever checks a piece ought to know: the same file, look-alikes, days, poor photos."""

from datetime import date

import pytest

from storage.database import Database
from storage.evidence import describing, filing, flags, reading, receiving, replacing
from storage.evidence.flags import Flags
from storage.evidence.reading import Piece
from storage.inspecting import ALIKE_WITHIN, Complaint, likeness
from storage.plans import FullPlan
from tests.storage.evidence.staging import (
    NOW,
    PERIOD,
    Cast,
    arrives,
    files,
    look,
    sends,
    statements,
)

ALIKE = look(*range(ALIKE_WITHIN))
"""As far from `look()` as two photos of one thing can be."""
ANOTHER = look(*range(ALIKE_WITHIN + 1))


async def twins(database: Database, piece: Piece) -> list[tuple[int | None, str, bool]]:
    async with database.reading() as session:
        found = await flags.twins_of(session, piece)
        return [(one.evidence.id, one.name, one.exact) for one in found]


# ------------------------------------------------------------------------------- the same file


async def test_the_same_file_is_seen_from_both_sides(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        # With other metadata in it the stored file differs; what came in was the same.
        mine = await sends(session, cast.rina, "a")
        theirs = await sends(session, cast.budi, "a")
        await sends(session, cast.budi, "b")
        await sends(session, cast.stranger, "a")
    assert await twins(database, mine) == [(theirs.id, "Budi", True)]
    assert await twins(database, theirs) == [(mine.id, "Rina", True)]


async def test_one_page_in_common_is_enough(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        for at, words in enumerate("abc"):
            arrival = arrives(words, at)
            sent = await receiving.receive(session, cast.rina, arrival, NOW, album="album")
        theirs = await sends(session, cast.budi, "b")
    assert await twins(database, sent.piece) == [(theirs.id, "Budi", True)]
    assert await twins(database, theirs) == [(sent.piece.id, "Rina", True)]


async def test_what_is_used_again_is_marked(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        copy = await filing.use_again(session, cast.rina, piece.id, NOW)
    assert await twins(database, piece) == [(copy.id, "Rina", True)]
    assert await twins(database, copy) == [(piece.id, "Rina", True)]


async def test_history_is_nobodys_twin(database: Database, cast: Cast, plan: FullPlan) -> None:
    async with database.transaction() as session:
        gone = await sends(session, cast.budi, "a", looks=look())
        await replacing.take_away(session, cast.budi, gone.id, NOW)
        old = await files(session, cast.rina, plan, "a", looks=look())
        spare = await sends(session, cast.rina, "b", looks=ALIKE)
        new = await replacing.replace(session, cast.rina, old.id, spare.id, NOW)
    # A better photo of the same document replaces the first: that is no second use of it.
    assert await twins(database, new) == []


async def test_a_link_has_no_twins(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        for who in (cast.rina, cast.budi):
            sent = await receiving.receive_link(session, who, "https://guru.id/a", NOW)
    assert await twins(database, sent.piece) == []


# ------------------------------------------------------------------------------- look-alikes


async def test_photos_that_look_the_same_are_marked_on_the_later_one(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        first = await sends(session, cast.rina, "a", looks=look())
        far = await sends(session, cast.budi, "b", looks=ANOTHER)
        later = await sends(session, cast.budi, "c", looks=ALIKE)
    assert likeness(ALIKE, look()) == ALIKE_WITHIN
    assert first.pages[0].alike == []
    assert far.pages[0].alike == []
    # The last one is like the first by just so much, and like the one between by a bit.
    assert later.pages[0].alike == [first.id, far.id]
    assert await twins(database, later) == [(first.id, "Rina", False), (far.id, "Budi", False)]


async def test_the_same_file_comes_before_a_look_alike(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        alike = await sends(session, cast.rina, "a", looks=look())
        same = await sends(session, cast.budi, "b", looks=ALIKE)
        piece = await sends(session, cast.deputy, "b", looks=ALIKE)
    assert await twins(database, piece) == [(same.id, "Budi", True), (alike.id, "Rina", False)]


async def test_pages_of_one_piece_may_look_alike(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        for at in (1, 2):
            arrival = arrives(f"hal {at}", at, looks=look(at))
            sent = await receiving.receive(session, cast.rina, arrival, NOW, album="album")
    assert [page.alike for page in sent.piece.pages] == [[], []]
    assert await twins(database, sent.piece) == []


async def test_look_alikes_are_sought_in_ones_own_school_alone(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        await sends(session, cast.stranger, "a", looks=look())
        mine = await sends(session, cast.rina, "b", looks=look())
        document = await sends(session, cast.budi, "laporan")
    assert mine.pages[0].alike == []
    assert document.pages[0].alike == []


async def test_seeking_look_alikes_reads_two_columns(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        for at in range(12):
            await sends(session, cast.rina, f"foto {at}", looks=look(at))
    async with database.reading() as session:
        with statements(database) as seen:
            found = await flags.find_alike(
                session, cast.rina.school_id, look(), "x", lambda one, other: one != other
            )
        assert len(found) == 12
        (statement,) = seen
        assert statement.partition("FROM")[0].count(",") == 1
        assert not session.sync_session.identity_map.values()
        with statements(database) as seen:
            assert await flags.find_alike(session, 1, "", "x", lambda *_: True) == []
        assert seen == []


# ------------------------------------------------------------------------------- other flags


@pytest.mark.parametrize(
    ("day", "outside"),
    [
        (PERIOD.start, False),
        (PERIOD.end, False),
        (date(2026, 6, 30), True),
        (date(2027, 1, 1), True),
        (None, False),
    ],
)
async def test_a_document_is_made_within_its_period(
    database: Database, cast: Cast, day: date | None, outside: bool
) -> None:
    async with database.transaction() as session:
        piece = await sends(session, cast.rina, "a")
        if day is not None:
            await describing.say_date(session, cast.rina, piece.id, day, NOW)
        found = await flags.flags_of(session, piece, PERIOD)
        assert found == Flags(outside, (), ())
        assert bool(found) == outside
        # Nobody knows the period before there is a plan.
        assert not await flags.flags_of(session, piece, None)


async def test_complaints_of_all_pages_are_told_once(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        for at, complaints in enumerate(
            ((Complaint.DARK,), (), (Complaint.BLURRED, Complaint.DARK))
        ):
            arrival = arrives(f"hal {at}", at, complaints=complaints)
            await receiving.receive(session, cast.rina, arrival, NOW, album="album")
    async with database.reading() as session:
        (piece,) = await reading.unsorted_of(session, cast.rina)
        found = await flags.flags_of(session, piece, PERIOD)
        assert found.complaints == ("dark", "blurred")
        assert found
