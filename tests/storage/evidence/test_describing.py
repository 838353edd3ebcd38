"""Saying what a piece is: kind, date, note, how many it covers."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from storage.database import Database
from storage.errors import (
    AlreadyDecided,
    EvidenceChanged,
    NotFound,
    OutOfRange,
    ReasonMissing,
    TooLong,
)
from storage.evidence import checking, describing, filing, replacing
from storage.models import EvidenceStatus
from storage.plans import FullPlan
from tests.storage.evidence.changes import CHANGES, Change
from tests.storage.evidence.staging import (
    DAY,
    NOW,
    RULES,
    Cast,
    files,
    refuses,
    sends,
    told,
)


async def test_describing_a_piece(database: Database, cast: Cast, plan: FullPlan) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        said = (session, cast.rina, RULES, plan, piece.id)
        await describing.say_kind(*said, "dokumen_relevan", NOW)
        await describing.say_covers(*said, 3, NOW)
        await describing.say_date(session, cast.rina, piece.id, DAY, NOW)
        await describing.say_note(session, cast.rina, piece.id, "  asli\n menyusul ", NOW)

        async def other_kind() -> object:
            return await describing.say_kind(*said, "sk", NOW)

        async def no_note() -> object:
            return await describing.say_note(session, cast.rina, piece.id, " \n", NOW)

        async def long_note() -> object:
            return await describing.say_note(session, cast.rina, piece.id, "a" * 301, NOW)

        async def none() -> object:
            return await describing.say_covers(*said, 0, NOW)

        async def too_many() -> object:
            return await describing.say_covers(*said, 5, NOW)

        await refuses(session, NotFound, other_kind)
        await refuses(session, ReasonMissing, no_note)
        await refuses(session, TooLong, long_note)
        await refuses(session, OutOfRange, none, too_many)
        with pytest.raises(OutOfRange) as refusal:
            await too_many()
        assert (refusal.value.lowest, refusal.value.highest) == (1, 4)
        evidence = piece.evidence
        assert (evidence.kind, evidence.covers) == ("dokumen_relevan", 3)
        assert (evidence.dated_on, evidence.note) == (DAY, "asli menyusul")
        assert (evidence.revision, evidence.status) == (6, "received")


async def test_what_is_unsorted_can_be_dated_but_has_no_kind(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await sends(session, cast.rina, "a")
        await describing.say_date(session, cast.rina, piece.id, DAY, NOW)
        await describing.say_note(session, cast.rina, piece.id, "asli", NOW)
        assert piece.status is EvidenceStatus.UNSORTED
        said = (session, cast.rina, RULES, plan, piece.id)

        async def kind() -> object:
            return await describing.say_kind(*said, "sertifikat_topik", NOW)

        async def covers() -> object:
            return await describing.say_covers(*said, 1, NOW)

        await refuses(session, NotFound, kind, covers)


async def test_what_is_handed_in_again_is_told_to_those_who_check(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    later = NOW + timedelta(hours=2)
    both = sorted([cast.principal.member_id, cast.deputy.member_id] * 2)
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        shown = piece.evidence.revision
        await checking.send_back(session, cast.principal, piece.id, shown, NOW, reason="Ubah")
    assert await told(database, "evidence_waiting") == both
    async with database.transaction() as session:
        await describing.say_note(session, cast.rina, piece.id, "sudah diganti", later)
    assert await told(database, "evidence_waiting") == sorted(both * 2)
    async with database.transaction() as session:
        # A further word on what waits already is no news.
        await describing.say_date(session, cast.rina, piece.id, DAY, later + timedelta(hours=2))
    assert await told(database, "evidence_waiting") == sorted(both * 2)


@pytest.mark.parametrize("change", CHANGES)
async def test_a_change_to_what_was_given_back_hands_it_in_again(
    database: Database, cast: Cast, plan: FullPlan, change: str
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        shown = piece.evidence.revision
        await checking.send_back(session, cast.principal, piece.id, shown, NOW, reason="Ubah")
        await CHANGES[change](session, cast.rina, plan, piece.id)
        assert piece.status is EvidenceStatus.RECEIVED
        assert piece.evidence.revision == shown + 1
        # Who gave it back, and why, is still known to whoever checks it anew.
        assert (piece.evidence.reason, piece.evidence.decided_by) == (
            "Ubah", cast.principal.member_id,
        )  # fmt: skip
        (waiting,) = await checking.waiting_pieces(session, cast.principal, cast.rina.member_id)
        assert waiting.id == piece.id


@pytest.mark.parametrize("final", ["accepted", "replaced", "removed"])
async def test_nothing_changes_any_more_at_the_end(
    database: Database, cast: Cast, plan: FullPlan, final: str
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        loose = await sends(session, cast.rina, "b")
        if final == "accepted":
            await checking.accept(session, cast.principal, piece.id, 2, NOW)
        elif final == "replaced":
            spare = await sends(session, cast.rina, "c")
            await replacing.replace(session, cast.rina, piece.id, spare.id, NOW)
        else:
            await replacing.take_away(session, cast.rina, piece.id, NOW)
        assert piece.status == final
        error = AlreadyDecided if final == "accepted" else EvidenceChanged

        def doing(change: Change) -> Callable[[], Awaitable[object]]:
            return lambda: change(session, cast.rina, plan, piece.id)

        async def instead() -> object:
            return await replacing.replace(session, cast.rina, piece.id, loose.id, NOW)

        async def away() -> object:
            return await replacing.take_away(session, cast.rina, piece.id, NOW)

        await refuses(session, error, *(doing(one) for one in CHANGES.values()), instead, away)
        if final == "accepted":
            with pytest.raises(AlreadyDecided) as refusal:
                await away()
            assert (refusal.value.by_name, refusal.value.verdict) == ("Kepala", "accepted")
        else:

            async def again() -> object:
                return await filing.use_again(session, cast.rina, piece.id, NOW)

            await refuses(session, EvidenceChanged, again)
