"""Two people, or two devices, at once: one wins, the other is told and changes nothing."""

import asyncio

import pytest
from sqlmodel import col, select

from storage.database import Database
from storage.errors import AlreadyDecided, EvidenceChanged, NotAllSeen, NotFound, Refused
from storage.evidence import checking, describing, reading, receiving, replacing
from storage.evidence.reading import Piece
from storage.models import AuditEntry, Evidence, EvidenceStatus
from storage.people import Actor
from storage.plans import FullPlan
from tests.storage.evidence.staging import (
    NOW,
    RULES,
    TODAY,
    Cast,
    Work,
    arrives,
    attempt,
    files,
    moves,
    overtaking,
    rows_of,
    sends,
)

BOTH_WAYS = pytest.mark.parametrize("swapped", [False, True])


def accepts(who: Actor, piece: Piece) -> Work:
    revision = piece.evidence.revision
    return lambda session: checking.accept(session, who, piece.id, revision, NOW)


def gives_back(who: Actor, piece: Piece) -> Work:
    revision = piece.evidence.revision
    return lambda session: checking.send_back(
        session, who, piece.id, revision, NOW, reason="Buram"
    )


def replaces(who: Actor, piece: Piece, by: Piece) -> Work:
    return lambda session: replacing.replace(session, who, piece.id, by.id, NOW)


async def statuses(database: Database) -> list[str]:
    async with database.reading() as session:
        return list((await session.exec(select(Evidence.status).order_by(col(Evidence.id)))).all())


async def decided(database: Database) -> list[str]:
    async with database.reading() as session:
        found = await session.exec(
            select(AuditEntry.action)
            .where(col(AuditEntry.action).in_(["evidence.accepted", "evidence.returned"]))
            .order_by(col(AuditEntry.id))
        )
        return list(found.all())


async def one_wins(database: Database, other: Database, first: Work, second: Work) -> Refused:
    """`first` is done; `second`, which began before that was known, leaves no trace."""
    done, late = await overtaking(database, other, first, second)
    assert isinstance(done, Piece | list)
    assert isinstance(late, Refused), late
    async with database.reading() as session:
        after = await rows_of(session)
    again = await attempt(other, second)
    assert isinstance(again, Refused)
    async with database.reading() as session:
        assert await rows_of(session) == after
    return late


async def test_accepted_while_it_was_being_replaced(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "lama")
        spare = await sends(session, cast.rina, "baru")
    late = await one_wins(
        database, other, accepts(cast.principal, piece), replaces(cast.rina, piece, spare)
    )
    assert isinstance(late, AlreadyDecided)
    assert (late.verdict, late.by_name) == ("accepted", "Kepala")
    # Both are kept: the new one is still there to be filed elsewhere.
    assert await statuses(database) == ["accepted", "unsorted"]
    async with database.reading() as session:
        new = await reading.own_piece(session, cast.rina, spare.id)
        assert (new.evidence.plan_id, new.evidence.replaces_id) == (None, None)


async def test_replaced_while_it_was_being_accepted(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "lama")
        spare = await sends(session, cast.rina, "baru")
    late = await one_wins(
        database, other, replaces(cast.rina, piece, spare), accepts(cast.principal, piece)
    )
    assert isinstance(late, EvidenceChanged | NotFound)
    assert await statuses(database) == ["replaced", "received"]
    assert await decided(database) == []


async def test_whoever_is_first_one_of_both_wins(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    for number in range(4):
        async with database.transaction() as session:
            piece = await files(session, cast.rina, plan, f"lama {number}")
            spare = await sends(session, cast.rina, f"baru {number}")
        sides = [
            (database, accepts(cast.principal, piece)),
            (other, replaces(cast.rina, piece, spare)),
        ]
        results = await asyncio.gather(*(attempt(*one) for one in sides[:: (-1) ** number]))
        assert sum(isinstance(one, Piece) for one in results) == 1
        assert sum(isinstance(one, Refused) for one in results) == 1
        assert await statuses(database) in (
            [*["accepted", "removed"] * number, "accepted", "unsorted"],
            [*["accepted", "removed"] * number, "replaced", "received"],
        )
        async with database.transaction() as session:  # the same end for both, for the next round
            for one in (await session.exec(select(Evidence))).all():
                one.status = "accepted" if one.id == piece.id else one.status
                one.status = "removed" if one.id == spare.id else one.status
                session.add(one)


@BOTH_WAYS
async def test_two_deciders_make_one_decision(
    database: Database, other: Database, cast: Cast, plan: FullPlan, swapped: bool
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
    works = [accepts(cast.principal, piece), gives_back(cast.deputy, piece)]
    first, second = works[::-1] if swapped else works
    late = await one_wins(database, other, first, second)
    assert isinstance(late, AlreadyDecided)
    assert late.by_name == ("Wakil" if swapped else "Kepala")
    verdict = "returned" if swapped else "accepted"
    assert await statuses(database) == [verdict]
    assert await decided(database) == [f"evidence.{verdict}"]


async def test_many_fingers_make_one_decision(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
    results = await asyncio.gather(
        *(
            attempt(where, work(who, piece))
            for where, who in ((database, cast.principal), (other, cast.deputy))
            for work in (accepts, gives_back, accepts)
        )
    )
    assert sum(isinstance(one, Piece) for one in results) == 1
    assert sum(isinstance(one, AlreadyDecided) for one in results) == 5
    assert len(await decided(database)) == 1


async def test_a_piece_is_filed_under_one_entry_by_two_devices(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await sends(session, cast.rina, "a")

    def file(code: str) -> Work:
        return lambda session: moves(session, cast.rina, plan, piece.id, code)

    done, late = await overtaking(database, other, file("RHK-01"), file("RHK-07"))
    assert isinstance(done, Piece)
    if database.is_sqlite:
        # The second device's turn comes after the first one's: it moves what it finds.
        assert isinstance(late, Piece)
    else:
        assert isinstance(late, EvidenceChanged)
    async with database.reading() as session:
        (kept,) = (await session.exec(select(Evidence))).all()
    assert kept.code == ("RHK-07" if database.is_sqlite else "RHK-01")


@BOTH_WAYS
async def test_a_decision_or_a_change_but_not_both(
    database: Database, other: Database, cast: Cast, plan: FullPlan, swapped: bool
) -> None:
    """Whatever the teacher changes: nobody accepts what they have not seen."""
    changes: list[Work] = [
        lambda session: describing.say_date(session, cast.rina, 1, TODAY, NOW),
        lambda session: moves(session, cast.rina, plan, 2, "RHK-07"),
        lambda session: replacing.take_away(session, cast.rina, 3, NOW),
        lambda session: describing.say_covers(session, cast.rina, RULES, plan, 4, 2, NOW),
    ]
    async with database.transaction() as session:
        pieces = [await files(session, cast.rina, plan, words) for words in "abcd"]
    for piece, change in zip(pieces, changes, strict=True):
        works = [accepts(cast.principal, piece), change]
        first, second = works[::-1] if swapped else works
        done, late = await overtaking(database, other, first, second)
        assert isinstance(done, Piece)
        assert isinstance(late, EvidenceChanged | NotFound if swapped else AlreadyDecided)
    assert (await decided(database) == []) == swapped


async def test_accepting_all_accepts_all_or_nothing(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        pieces = [await files(session, cast.rina, plan, words) for words in "abc"]
        for piece in pieces:
            await checking.note_look(session, cast.principal, piece)
    done, late = await overtaking(
        database, other,
        lambda session: describing.say_date(session, cast.rina, pieces[1].id, TODAY, NOW),
        lambda session: checking.accept_all(session, cast.principal, cast.rina.member_id, NOW),
    )  # fmt: skip
    assert isinstance(done, Piece)
    assert isinstance(late, NotAllSeen if database.is_sqlite else EvidenceChanged)
    assert await statuses(database) == ["received"] * 3
    assert await decided(database) == []


async def test_what_takes_a_place_is_not_filed_elsewhere_meanwhile(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    """Otherwise the earlier piece would be gone and nothing in its place."""
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "lama")
        spare = await sends(session, cast.rina, "baru")
    file: Work = lambda session: moves(session, cast.rina, plan, spare.id, "RHK-07")  # noqa: E731
    if database.is_sqlite:
        assert isinstance(await attempt(database, file), Piece)
        late = await attempt(other, replaces(cast.rina, piece, spare))
    else:
        async with other.writing() as session:
            # The dialogue has read it before.
            seen = await reading.own_piece(session, cast.rina, spare.id)
            assert isinstance(await attempt(database, file), Piece)
            assert seen.status is EvidenceStatus.UNSORTED
            with pytest.raises(EvidenceChanged):
                await replaces(cast.rina, piece, spare)(session)
            await session.commit()  # as where the refusal is told and the turn goes on
        late = EvidenceChanged()
    assert isinstance(late, EvidenceChanged)
    assert await statuses(database) == ["received", "received"]


async def test_what_is_filed_while_it_takes_a_place_stays_there(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "lama")
        spare = await sends(session, cast.rina, "baru")
    file: Work = lambda session: moves(session, cast.rina, plan, spare.id, "RHK-07")  # noqa: E731
    done, late = await overtaking(database, other, replaces(cast.rina, piece, spare), file)
    assert isinstance(done, Piece)
    assert isinstance(late, Piece if database.is_sqlite else EvidenceChanged)
    assert await statuses(database) == [EvidenceStatus.REPLACED, EvidenceStatus.RECEIVED]


async def test_a_page_of_an_album_that_is_accepted_meanwhile_is_kept_by_itself(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        sent = await receiving.receive(session, cast.rina, arrives("satu"), NOW, album="A")
        piece = await moves(session, cast.rina, plan, sent.piece.id, "RHK-01")
    done, late = await overtaking(
        database, other,
        accepts(cast.principal, piece),
        lambda session: receiving.receive(session, cast.rina, arrives("dua"), NOW, album="A"),
    )  # fmt: skip
    assert isinstance(done, Piece)
    assert isinstance(late, receiving.Sent), late
    assert await statuses(database) == ["accepted", "unsorted"]
    async with database.reading() as session:
        first = await reading.own_piece(session, cast.rina, piece.id)
        alone = await reading.own_piece(session, cast.rina, late.piece.id)
    assert (len(first.pages), len(alone.pages)) == (1, 1)
