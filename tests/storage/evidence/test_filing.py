"""Filing what was sent under what was planned, where it may be."""

from datetime import timedelta

import pytest
from sqlmodel import select

from storage import decisions, plans
from storage.database import Database
from storage.errors import (
    NotAllowed,
    NotFound,
    PlanNotOpen,
    SameFileHere,
)
from storage.evidence import changing, describing, filing, reading, receiving, replacing
from storage.evidence.reading import Piece
from storage.models import AuditEntry, EvidenceStatus, PlanStatus
from storage.people import known_id
from storage.plans import FullPlan
from tests.storage.evidence.staging import (
    A_MINUTE,
    DAY,
    NOW,
    PICKS,
    RULES,
    TODAY,
    Cast,
    drafted,
    entry_of,
    files,
    holds,
    moves,
    refuses,
    reopens,
    sends,
    told,
    words_of,
)


async def test_filing_is_kept_told_and_waits(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await sends(session, cast.rina, "a")
        before = piece.evidence.revision
        piece = await moves(session, cast.rina, plan, piece.id, "RHK-01", NOW + A_MINUTE)
        evidence = piece.evidence
        assert piece.status is EvidenceStatus.RECEIVED
        assert (evidence.plan_id, evidence.code) == (plan.id, "RHK-01")
        assert evidence.step == RULES.steps[0].id
        assert (evidence.revision, evidence.changed_at) == (before + 1, NOW + A_MINUTE)
        assert evidence.received_at == NOW
        await session.flush()
        trail = await session.exec(select(AuditEntry).where(AuditEntry.action == "evidence.send"))
        assert [one.subject for one in trail.all()] == [f"evidence:{piece.id}"]
    # Soon, and once more after the hour, to each who decides.
    both = [cast.principal.member_id, cast.deputy.member_id]
    assert await told(database, "evidence_waiting") == sorted(both * 2)


async def test_nobody_is_told_of_their_own_evidence(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        full = await holds(session, cast.deputy, cast.principal)
        await files(session, cast.deputy, full, "milik wakil")
    assert await told(database, "evidence_waiting") == [cast.principal.member_id] * 2


async def test_a_deputy_is_told_on_the_days_of_the_deputation(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    later = NOW + timedelta(days=31)
    async with database.transaction() as session:
        piece = await sends(session, cast.rina, "a")
        entry_id = known_id(entry_of(plan, "RHK-01").id)
        await filing.file_under(session, cast.rina, RULES, plan, piece.id, entry_id, later)
    assert await told(database, "evidence_waiting") == [cast.principal.member_id] * 2


@pytest.mark.parametrize("status", ["draft", "submitted", "returned", "approved", "agreed"])
async def test_filing_needs_a_plan_that_was_approved(
    database: Database, cast: Cast, status: str
) -> None:
    async with database.transaction() as session:
        piece = await sends(session, cast.rina, "a")
        if status in ("approved", "agreed"):
            full = await holds(session, cast.rina, cast.principal, agreed=status == "agreed")
        else:
            full = await drafted(session, cast.rina)
        if status in ("submitted", "returned"):
            await plans.submit(session, cast.rina, RULES, full.id, 0, today=TODAY, now=NOW)
        if status == "returned":
            await decisions.send_back(session, cast.principal, full.id, 1, NOW, reason="Ubah")
        assert full.status == status

        async def file() -> Piece:
            return await moves(session, cast.rina, full, piece.id, "RHK-01")

        if status in ("approved", "agreed"):
            assert (await file()).status is EvidenceStatus.RECEIVED
            return
        await refuses(session, PlanNotOpen, file)
        with pytest.raises(PlanNotOpen) as refusal:
            await changing.own_open_plan(session, cast.rina, full.id)
        assert refusal.value.status == status
        assert [one.id for one in await reading.unsorted_of(session, cast.rina)] == [piece.id]


async def test_a_plan_opened_again_keeps_what_was_filed(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        filed = await files(session, cast.rina, plan, "a")
        loose = await sends(session, cast.rina, "b")
        full = await reopens(session, cast.principal, plan.id)
        assert full.status is PlanStatus.DRAFT

        async def file() -> object:
            return await moves(session, cast.rina, full, loose.id, "RHK-07")

        async def move() -> object:
            return await moves(session, cast.rina, full, filed.id, "RHK-07")

        await refuses(session, PlanNotOpen, file, move)
        kept = await reading.own_piece(session, cast.rina, filed.id)
        assert (kept.status, kept.evidence.code) == (EvidenceStatus.RECEIVED, "RHK-01")


async def test_filing_under_what_is_not_planned(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        budis = await holds(session, cast.budi, cast.principal)
        piece = await sends(session, cast.rina, "a")
        guide = next(one for one in plan.entries if one.step == "perilaku_kerja")
        elsewhere = entry_of(budis, "RHK-01")
        for entry_id in (0, -1, 10**9, known_id(guide.id), known_id(elsewhere.id)):

            async def file(entry_id: int = entry_id) -> object:
                return await filing.file_under(
                    session, cast.rina, RULES, plan, piece.id, entry_id, NOW
                )

            await refuses(session, NotFound, file)


async def test_nothing_is_filed_under_a_colleagues_plan(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        budis = await holds(session, cast.budi, cast.principal)
        piece = await sends(session, cast.rina, "a")

        async def file() -> object:
            return await moves(session, cast.rina, budis, piece.id, "RHK-01")

        await refuses(session, NotAllowed, file)


async def test_a_piece_belongs_to_its_own_plan_alone(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    """The next period's plan may have the same activity: what is proven there is not known yet."""
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        loose = await sends(session, cast.rina, "b")
        following = RULES.period_at(TODAY + timedelta(days=200))
        full = await plans.open_plan(session, cast.rina, RULES, following, NOW)
        full = await plans.take_picks(session, cast.rina, RULES, full.id, PICKS, NOW)
        one = filing.provable_of(RULES, plan, piece)
        assert one is not None
        assert one.entry.code == "RHK-01"
        assert filing.provable_of(RULES, full, piece) is None
        assert filing.provable_of(RULES, plan, loose) is None
        assert await reading.evidence_of_plan(session, full.id) == []


async def test_the_kind_is_what_was_guessed_said_or_what_lacks(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:

        async def kind_of(words: str, code: str, guess: str = "") -> str:
            return (await files(session, cast.rina, plan, words, code, kind=guess)).evidence.kind

        # The one kind that was planned; a guess that fits; one that does not is left aside.
        assert await kind_of("a", "RHK-01") == "sertifikat_topik"
        assert await kind_of("b", "RHK-01", "dokumen_relevan") == "dokumen_relevan"
        assert await kind_of("c", "RHK-01", "sk") == "sertifikat_topik"
        # A duty needs two papers: nobody knows which one this is, until one of them is there.
        assert await kind_of("d", "TT-01") == ""
        assert await kind_of("e", "TT-01", "sk") == "sk"
        assert await kind_of("f", "TT-01") == "laporan_tugas"
        assert await kind_of("g", "TT-01") == ""


async def test_the_same_file_is_refused_in_an_entry_and_allowed_in_another(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        copy = await filing.use_again(session, cast.rina, piece.id, NOW)
        assert copy.status is EvidenceStatus.UNSORTED
        assert words_of(copy) == ["a"]

        async def here() -> object:
            return await moves(session, cast.rina, plan, copy.id, "RHK-01")

        await refuses(session, SameFileHere, here)
        with pytest.raises(SameFileHere) as refusal:
            await here()
        assert refusal.value.evidence_id == piece.id
        await moves(session, cast.rina, plan, copy.id, "RHK-07")
        # Nor can it be moved, or put in the place of another, to where it is already.
        await refuses(session, SameFileHere, here)
        third = await files(session, cast.rina, plan, "b")
        again = await filing.use_again(session, cast.rina, piece.id, NOW)

        async def instead() -> object:
            return await replacing.replace(session, cast.rina, third.id, again.id, NOW)

        await refuses(session, SameFileHere, instead)
        # In the place of itself it is welcome, and where the other is gone as well.
        await replacing.replace(session, cast.rina, piece.id, again.id, NOW)
        await replacing.take_away(session, cast.rina, again.id, NOW)
        await here()


async def test_the_same_link_is_refused_in_an_entry(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        sent = await receiving.receive_link(session, cast.rina, "https://guru.id/a", NOW)
        await moves(session, cast.rina, plan, sent.piece.id, "RHK-01")
        copy = await filing.use_again(session, cast.rina, sent.piece.id, NOW)
        assert copy.evidence.link == "https://guru.id/a"
        with pytest.raises(SameFileHere):
            await moves(session, cast.rina, plan, copy.id, "RHK-01")
        other = await receiving.receive_link(session, cast.rina, "https://guru.id/b", NOW)
        await moves(session, cast.rina, plan, other.piece.id, "RHK-01")


async def test_a_piece_moves_with_all_that_was_said_of_it(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        await describing.say_date(session, cast.rina, piece.id, DAY, NOW)
        await describing.say_note(session, cast.rina, piece.id, "asli di map", NOW)
        await describing.say_covers(session, cast.rina, RULES, plan, piece.id, 4, NOW)
        revision = piece.evidence.revision
        await moves(session, cast.rina, plan, piece.id, "RHK-07")
        evidence = piece.evidence
        assert (evidence.code, evidence.dated_on, evidence.note) == ("RHK-07", DAY, "asli di map")
        # Two are planned there, so it proves two at most; its kind is what that entry takes.
        assert (evidence.covers, evidence.kind) == (2, "sertifikat")
        assert evidence.revision == revision + 1
