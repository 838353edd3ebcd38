"""Replacing a piece, taking it away, bringing it back, using it again."""

from datetime import timedelta

import pytest
from sqlmodel import col, select

from storage.database import Database
from storage.errors import (
    EvidenceChanged,
    NotAllowed,
    NotFound,
    SameFileHere,
    TooMany,
)
from storage.evidence import checking, describing, filing, reading, receiving, replacing
from storage.evidence.reading import Piece
from storage.models import AuditEntry, EvidencePage, EvidenceStatus
from storage.people import Actor
from storage.plans import FullPlan
from tests.storage.evidence.staging import (
    A_MINUTE,
    DAY,
    NOW,
    RULES,
    Cast,
    arrives,
    files,
    moves,
    refuses,
    sends,
    told,
    words_of,
)


async def test_a_replacement_carries_on_what_was_said(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        old = await files(session, cast.rina, plan, "lama", kind="dokumen_relevan")
        await describing.say_date(session, cast.rina, old.id, DAY, NOW)
        await describing.say_note(session, cast.rina, old.id, "asli", NOW)
        await describing.say_covers(session, cast.rina, RULES, plan, old.id, 3, NOW)
        shown = old.evidence.revision
        await checking.send_back(session, cast.principal, old.id, shown, NOW, reason="Buram")
        spare = await sends(session, cast.rina, "baru")
        new = await replacing.replace(session, cast.rina, old.id, spare.id, NOW)
        assert new.id == spare.id
        assert (old.status, new.status) == (EvidenceStatus.REPLACED, EvidenceStatus.RECEIVED)
        evidence = new.evidence
        assert (evidence.plan_id, evidence.code) == (plan.id, "RHK-01")
        assert (evidence.kind, evidence.covers) == ("dokumen_relevan", 3)
        assert (evidence.dated_on, evidence.note) == (DAY, "asli")
        assert (evidence.decided_by, evidence.reason) == (None, "")
        # The old one keeps its pages and what was decided on it.
        assert words_of(await reading.own_piece(session, cast.rina, old.id)) == ["lama"]
        assert old.evidence.reason == "Buram"
        third = await sends(session, cast.rina, "lebih baru")
        newest = await replacing.replace(session, cast.rina, new.id, third.id, NOW)
        earlier = await reading.replaced_by(session, newest)
        assert [one.id for one in earlier] == [new.id, old.id]
        assert [one.id for one in await reading.pieces_of_plan(session, plan.id)] == [newest.id]


async def test_the_words_sent_with_a_replacement_are_kept(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        old = await files(session, cast.rina, plan, "lama")
        await describing.say_note(session, cast.rina, old.id, "asli menyusul", NOW)
        spare = await sends(session, cast.rina, "baru")
        spare.evidence.note = "sudah ditandatangani"
        new = await replacing.replace(session, cast.rina, old.id, spare.id, NOW)
        assert new.evidence.note == "sudah ditandatangani"


async def test_the_date_of_a_replacement_is_its_own_where_it_has_one(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        old = await files(session, cast.rina, plan, "lama")
        await describing.say_date(session, cast.rina, old.id, DAY, NOW)
        spare = await sends(session, cast.rina, "baru")
        other_day = DAY + timedelta(days=1)
        await describing.say_date(session, cast.rina, spare.id, other_day, NOW)
        new = await replacing.replace(session, cast.rina, old.id, spare.id, NOW)
        assert new.evidence.dated_on == other_day


async def test_what_is_unsorted_is_replaced_without_telling_anybody(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        old, spare = [await sends(session, cast.rina, words) for words in "ab"]
        new = await replacing.replace(session, cast.rina, old.id, spare.id, NOW)
        assert (old.status, new.status) == (EvidenceStatus.REPLACED, EvidenceStatus.UNSORTED)
    assert await told(database, "evidence_waiting") == []


async def test_only_what_is_unsorted_takes_a_place(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        old = await files(session, cast.rina, plan, "lama")
        filed = await files(session, cast.rina, plan, "lain")
        gone = await sends(session, cast.rina, "hilang")
        await replacing.take_away(session, cast.rina, gone.id, NOW)
        for by_id in (old.id, filed.id, gone.id):

            async def instead(by_id: int = by_id) -> object:
                return await replacing.replace(session, cast.rina, old.id, by_id, NOW)

            await refuses(session, EvidenceChanged, instead)


async def test_taking_away_leaves_a_trace(database: Database, cast: Cast, plan: FullPlan) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        await replacing.take_away(session, cast.rina, piece.id, NOW + A_MINUTE)
        assert piece.evidence.changed_at == NOW + A_MINUTE
        assert await reading.pieces_of_plan(session, plan.id) == []
        assert await checking.count_waiting(session, cast.principal) == 0
        kept = await reading.own_piece(session, cast.rina, piece.id)
        assert (kept.is_history, words_of(kept)) == (True, ["a"])
        await session.flush()
        trail = await session.exec(
            select(col(AuditEntry.action)).where(AuditEntry.member_id == cast.rina.member_id)
        )
        assert "evidence.remove" in trail.all()


async def test_what_was_taken_away_comes_back_as_it_was(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a", kind="dokumen_relevan")
        await describing.say_date(session, cast.rina, piece.id, DAY, NOW)
        await describing.say_note(session, cast.rina, piece.id, "asli", NOW)
        await describing.say_covers(session, cast.rina, RULES, plan, piece.id, 2, NOW)

        async def back(who: Actor = cast.rina) -> Piece:
            return await replacing.bring_back(session, who, piece.id, NOW)

        await refuses(session, EvidenceChanged, back)
        await replacing.take_away(session, cast.rina, piece.id, NOW)
        await refuses(session, NotAllowed, lambda: back(cast.budi))
        await refuses(session, NotFound, lambda: back(cast.stranger))
        again = await back()
        assert (await back()).id == again.id != piece.id
        old, new = piece.evidence, again.evidence
        assert (piece.status, again.status) == (EvidenceStatus.REMOVED, EvidenceStatus.RECEIVED)
        for same in ("plan_id", "step", "code", "kind", "covers", "dated_on", "note"):
            assert getattr(new, same) == getattr(old, same)
        assert words_of(again) == ["a"]
        assert [one.id for one in await reading.replaced_by(session, again)] == [piece.id]
        waiting = await checking.waiting_pieces(session, cast.principal, cast.rina.member_id)
        assert [one.id for one in waiting] == [again.id]
        # Taken away once more it can come back once more.
        await replacing.take_away(session, cast.rina, again.id, NOW)
        assert (await back()).id not in (piece.id, again.id)


async def test_what_was_sent_anew_meanwhile_need_not_come_back(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        loose = await sends(session, cast.rina, "b")
        for one in (piece, loose):
            await replacing.take_away(session, cast.rina, one.id, NOW)
        await files(session, cast.rina, plan, "a")

        async def back() -> object:
            return await replacing.bring_back(session, cast.rina, piece.id, NOW)

        await refuses(session, SameFileHere, back)
        # What belonged nowhere belongs nowhere.
        again = await replacing.bring_back(session, cast.rina, loose.id, NOW)
        assert (again.status, again.evidence.plan_id) == (EvidenceStatus.UNSORTED, None)


async def test_what_comes_back_unsorted_needs_room(
    database: Database, cast: Cast, plan: FullPlan, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MOST_UNSORTED", 2)
    async with database.transaction() as session:
        filed = await files(session, cast.rina, plan, "terpasang")
        loose = await sends(session, cast.rina, "lepas")
        for one in (filed, loose):
            await replacing.take_away(session, cast.rina, one.id, NOW)
        for words in ("a", "b"):
            await sends(session, cast.rina, words)
        await refuses(
            session, TooMany, lambda: replacing.bring_back(session, cast.rina, loose.id, NOW)
        )
        # What has its place takes none of that room.
        back = await replacing.bring_back(session, cast.rina, filed.id, NOW)
        assert back.status is EvidenceStatus.RECEIVED


async def test_files_are_used_again_as_a_piece_of_its_own(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        for at in (2, 1):
            arrival = arrives(f"hal {at}", at)
            sent = await receiving.receive(session, cast.rina, arrival, NOW, album="album")
        piece = await moves(session, cast.rina, plan, sent.piece.id, "RHK-01")
        await describing.say_date(session, cast.rina, piece.id, DAY, NOW)
        await checking.accept(session, cast.principal, piece.id, piece.evidence.revision, NOW)
        copy = await filing.use_again(session, cast.rina, piece.id, NOW)
        assert (copy.status, copy.evidence.dated_on) == (EvidenceStatus.UNSORTED, DAY)
        assert (copy.evidence.decided_by, copy.evidence.album) == (None, "")
    async with database.reading() as session:
        whole = await reading.own_piece(session, cast.rina, copy.id)
        assert words_of(whole) == ["hal 1", "hal 2"]
        pages = (await session.exec(select(EvidencePage))).all()
        assert len({page.id for page in pages}) == 4
        assert len({page.sha256 for page in pages}) == 2


async def test_what_is_unsorted_need_not_be_used_again(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        piece = await sends(session, cast.rina, "a")

        async def again() -> object:
            return await filing.use_again(session, cast.rina, piece.id, NOW)

        await refuses(session, EvidenceChanged, again)
