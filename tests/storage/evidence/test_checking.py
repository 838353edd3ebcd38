"""Checking evidence: in order, by those who may, each revision once, all after all was seen."""

from collections.abc import Awaitable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import cards, decisions, plans
from storage.cards import Subject
from storage.database import Database
from storage.errors import (
    AlreadyDecided,
    EvidenceChanged,
    NotAllowed,
    NotAllSeen,
    NotFound,
    PlanReopened,
    ReasonMissing,
    Refused,
    TooLong,
)
from storage.evidence import checking, describing, filing, reading, receiving, replacing
from storage.evidence.reading import Piece
from storage.models import AuditEntry, Card, EvidenceStatus, OutboxMessage
from storage.people import Actor, find_account, known_id
from storage.plans import FullPlan
from tests.storage.evidence.staging import (
    A_MINUTE,
    DUTY,
    NOW,
    PERIOD,
    RULES,
    TODAY,
    Cast,
    files,
    holds,
    moves,
    progress_of,
    reopens,
    rows_of,
    sends,
    statements,
    told,
)


async def refuses(session: AsyncSession, error: type[Refused], work: Awaitable[object]) -> Refused:
    """It is refused so, and nothing at all has changed."""
    before = await rows_of(session)
    with pytest.raises(error) as refusal:
        await work
    assert await rows_of(session) == before
    return refusal.value


def ids(pieces: list[Piece]) -> list[int]:
    return [one.id for one in pieces]


async def shows(session: AsyncSession, actor: Actor, piece: Piece, message: int) -> None:
    """Have a card about a piece on somebody's screen."""
    await cards.remember(
        session, school_id=actor.school_id, member_id=actor.member_id,
        place=(actor.member_id, message), subject=Subject(evidence_id=piece.id), view="x", now=NOW,
    )  # fmt: skip


async def open_cards(session: AsyncSession) -> list[tuple[int, int | None]]:
    found = await session.exec(
        select(Card.member_id, Card.evidence_id)
        .where(col(Card.closed_at).is_(None))
        .order_by(col(Card.id))
    )
    return list(found.all())


# ------------------------------------------------------------------------------- the queue


async def test_who_has_waited_longest_comes_first(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        budis = await holds(session, cast.budi, cast.principal)
        deputys = await holds(session, cast.deputy, cast.principal)
        first = await files(session, cast.budi, budis, "b1", now=NOW + A_MINUTE)
        await files(session, cast.rina, plan, "r1", now=NOW + 2 * A_MINUTE)
        await files(session, cast.budi, budis, "b2", now=NOW + 5 * A_MINUTE)
        await files(session, cast.deputy, deputys, "w1", now=NOW + 3 * A_MINUTE)
        await sends(session, cast.rina, "belum dipasang")
        waiting = await checking.waiting_teachers(session, cast.principal)
        assert [(one.name, one.count) for one in waiting] == [
            ("Budi", 2),
            ("Rina", 1),
            ("Wakil", 1),
        ]
        assert (waiting[0].since, waiting[0].latest) == (NOW + A_MINUTE, NOW + 5 * A_MINUTE)
        assert await checking.count_waiting(session, cast.principal) == 4
        # Nobody's own evidence waits for them.
        own = await checking.waiting_teachers(session, cast.deputy)
        assert [one.name for one in own] == ["Budi", "Rina"]
        assert await checking.count_waiting(session, cast.deputy) == 3
        deputy_id = cast.deputy.member_id
        assert await checking.waiting_pieces(session, cast.deputy, deputy_id) == []
        # What was changed waits from then on.
        await describing.say_note(session, cast.budi, first.id, "asli", NOW + 9 * A_MINUTE)
        waiting = await checking.waiting_teachers(session, cast.principal)
        assert [one.name for one in waiting] == ["Rina", "Wakil", "Budi"]
        # Another school sees none of it.
        assert await checking.waiting_teachers(session, cast.stranger) == []
        assert await checking.count_waiting(session, cast.stranger) == 0
        rina_id = cast.rina.member_id
        assert await checking.waiting_pieces(session, cast.stranger, rina_id) == []


async def test_a_teachers_pieces_come_entry_by_entry(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        duty = await files(session, cast.rina, plan, "tugas", "TT-01")
        seventh = await files(session, cast.rina, plan, "bimtek", "RHK-07")
        first = await files(session, cast.rina, plan, "mandiri 1")
        second = await files(session, cast.rina, plan, "mandiri 2")
        found = await checking.waiting_pieces(session, cast.principal, cast.rina.member_id)
        assert ids(found) == [first.id, second.id, seventh.id, duty.id]
        assert [len(one.pages) for one in found] == [1] * 4
        places = [(one.evidence.step, one.evidence.code, one.id) for one in found]
        assert places == sorted(places)


async def test_entries_come_in_the_same_order_on_every_database(
    database: Database, cast: Cast
) -> None:
    """Whoever steps through them compares places, and would go round in circles otherwise."""
    async with database.transaction() as session:
        full = await plans.open_plan(session, cast.budi, RULES, PERIOD, NOW)
        await plans.add_own_duty(session, cast.budi, RULES, full.id, "Pembina pramuka", NOW)
        full = await holds(session, cast.budi, cast.principal)
        for code in ("own1", DUTY):
            await files(session, cast.budi, full, code, code)
        found = await checking.waiting_pieces(session, cast.principal, cast.budi.member_id)
        assert [one.evidence.code for one in found] == sorted(["own1", DUTY])


async def test_only_what_belongs_to_a_plan_that_holds_waits(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        await checking.note_look(session, cast.principal, piece)
        shown = piece.evidence.revision
        await reopens(session, cast.principal, plan.id)
        assert await checking.waiting_teachers(session, cast.principal) == []
        assert await checking.count_waiting(session, cast.principal) == 0
        decide = checking.accept(session, cast.principal, piece.id, shown, NOW)
        await refuses(session, PlanReopened, decide)
        back = checking.send_back(session, cast.principal, piece.id, shown, NOW, reason="x")
        await refuses(session, PlanReopened, back)
        assert await checking.accept_all(session, cast.principal, cast.rina.member_id, NOW) == []
        number = plan.plan.revision
        await plans.submit(session, cast.rina, RULES, plan.id, number, today=TODAY, now=NOW)
        assert await checking.count_waiting(session, cast.principal) == 0
        await decisions.approve(session, cast.principal, plan.id, number + 1, NOW)
        assert await checking.count_waiting(session, cast.principal) == 1
        await checking.accept(session, cast.principal, piece.id, shown, NOW)


async def test_reading_the_queue_takes_as_many_statements_however_much_there_is(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async def look_at_all() -> int:
        async with database.reading() as session:
            with statements(database) as seen:
                await checking.count_waiting(session, cast.principal)
                await checking.waiting_teachers(session, cast.principal)
                found = await checking.waiting_pieces(session, cast.principal, cast.rina.member_id)
                await checking.unseen(session, cast.principal, found)
                await receiving.count_unsorted(session, cast.rina)
                await reading.unsorted_of(session, cast.rina)
                await reading.pieces_of_plan(session, plan.id)
                await reading.pieces_of_member(session, cast.coach, plan.id)
                await progress_of(session, plan)
            return len(seen)

    async with database.transaction() as session:
        await files(session, cast.rina, plan, "a")
        await sends(session, cast.rina, "b")
    few = await look_at_all()
    async with database.transaction() as session:
        budis = await holds(session, cast.budi, cast.principal)
        for at in range(10):
            await files(session, cast.rina, plan, f"a {at}")
            await files(session, cast.budi, budis, f"c {at}")
            await sends(session, cast.rina, f"b {at}")
    assert await look_at_all() == few


# ------------------------------------------------------------------------------- deciding


async def test_what_is_accepted_counts_and_is_told(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        for message, who in enumerate((cast.principal, cast.deputy)):
            await shows(session, who, piece, message)
        revision = piece.evidence.revision
        place = (cast.principal.member_id, 0)
        at = NOW + A_MINUTE
        await checking.accept(session, cast.principal, piece.id, revision, at, place)
        evidence = piece.evidence
        assert (piece.status, evidence.revision) == (EvidenceStatus.ACCEPTED, revision)
        assert (evidence.decided_by, evidence.decided_at) == (cast.principal.member_id, at)
        by = await reading.decider_of(session, piece)
        assert by is not None
        assert by.name == "Kepala"
        assert (await progress_of(session, plan)).accepted_points == 8
        assert await open_cards(session) == []
        assert await checking.accepted_since(session, cast.rina, at) == 1
        assert await checking.accepted_since(session, cast.rina, at + A_MINUTE) == 0
        assert await checking.accepted_since(session, cast.budi, NOW) == 0
    # The card that was tapped is drawn by whoever was tapped; the other one follows.
    assert await told(database, "evidence_card_closed") == [cast.deputy.member_id]
    assert await told(database, "evidence_accepted") == [cast.rina.member_id] * 2


async def test_what_is_given_back_says_why(database: Database, cast: Cast, plan: FullPlan) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        revision = piece.evidence.revision

        def back(reason: str) -> Awaitable[object]:
            return checking.send_back(session, cast.deputy, piece.id, revision, NOW, reason=reason)

        await refuses(session, ReasonMissing, back(" \n "))
        await refuses(session, TooLong, back("a" * (checking.LONGEST_REASON + 1)))
        await back("  Foto\n buram ")
        assert (piece.status, piece.evidence.reason) == (EvidenceStatus.RETURNED, "Foto buram")
        assert (await progress_of(session, plan)).sent == 0
        await session.flush()
        found = await session.exec(
            select(OutboxMessage).where(OutboxMessage.kind == "evidence_returned")
        )
        (message,) = found.all()
        assert message.member_id == cast.rina.member_id
        assert message.subject == {"evidence": piece.id, "revision": revision}


@pytest.mark.parametrize("first", ["accept", "send_back"])
async def test_one_revision_is_decided_once(
    database: Database, cast: Cast, plan: FullPlan, first: str
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        revision = piece.evidence.revision

        def accept(who: Actor, shown: int) -> Awaitable[object]:
            return checking.accept(session, who, piece.id, shown, NOW)

        def back(who: Actor, shown: int) -> Awaitable[object]:
            return checking.send_back(session, who, piece.id, shown, NOW, reason="Buram")

        for shown in (revision - 1, revision + 1):
            await refuses(session, EvidenceChanged, accept(cast.principal, shown))
            await refuses(session, EvidenceChanged, back(cast.principal, shown))
        await (accept if first == "accept" else back)(cast.principal, revision)
        for work in (accept, back):
            for who in (cast.principal, cast.deputy):
                refusal = await refuses(session, AlreadyDecided, work(who, revision))
                assert isinstance(refusal, AlreadyDecided)
                assert (refusal.by_name, refusal.verdict) == ("Kepala", piece.status)
                assert refusal.by_member == cast.principal.member_id
        if first == "send_back":
            # Handed in again it is another revision, to be decided on by whoever looks first.
            await describing.say_note(session, cast.rina, piece.id, "sudah", NOW)
            await refuses(session, EvidenceChanged, accept(cast.principal, revision))
            await accept(cast.deputy, revision + 1)
            assert piece.evidence.reason == ""
        await session.flush()
        trail = await session.exec(
            select(AuditEntry.action, AuditEntry.member_id)
            .where(col(AuditEntry.action).in_(["evidence.accepted", "evidence.returned"]))
            .order_by(col(AuditEntry.id))
        )
        expected = [("evidence.accepted", cast.principal.member_id)]
        if first == "send_back":
            expected = [
                ("evidence.returned", cast.principal.member_id),
                ("evidence.accepted", cast.deputy.member_id),
            ]
        assert list(trail.all()) == expected


async def test_what_changes_under_the_hand_is_not_decided_on(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        moved, dated, kinded, replaced, gone = [
            await files(session, cast.rina, plan, words) for words in "abcde"
        ]
        spare = await sends(session, cast.rina, "pengganti")
        for message, piece in enumerate((moved, dated, kinded, replaced, gone)):
            await shows(session, cast.principal, piece, message)
        await moves(session, cast.rina, plan, moved.id, "RHK-07")
        await describing.say_date(session, cast.rina, dated.id, TODAY, NOW)
        await describing.say_kind(
            session, cast.rina, RULES, plan, kinded.id, "dokumen_relevan", NOW
        )
        await replacing.replace(session, cast.rina, replaced.id, spare.id, NOW)
        await replacing.take_away(session, cast.rina, gone.id, NOW)
        assert await open_cards(session) == []
        loose = await sends(session, cast.rina, "f")
        for piece, error in (
            (moved, EvidenceChanged), (dated, EvidenceChanged), (kinded, EvidenceChanged),
            (replaced, NotFound), (gone, NotFound), (loose, NotFound),
        ):  # fmt: skip
            await refuses(
                session, error, checking.accept(session, cast.principal, piece.id, 2, NOW)
            )
    assert await told(database, "evidence_card_closed") == [cast.principal.member_id] * 5


async def test_only_deciders_of_the_school_decide_and_never_on_their_own(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        deputys = await holds(session, cast.deputy, cast.principal)
        piece = await files(session, cast.rina, plan, "a")
        own = await files(session, cast.deputy, deputys, "b")
        for who, which, error in (
            (cast.coach, piece.id, NotAllowed),
            (cast.rina, piece.id, NotAllowed),
            (cast.budi, piece.id, NotAllowed),
            (cast.operator, piece.id, NotAllowed),
            (cast.deputy, own.id, NotAllowed),
            (cast.stranger, piece.id, NotFound),
            (cast.principal, 10**9, NotFound),
        ):
            back = checking.send_back(session, who, which, 2, NOW, reason="x")
            await refuses(session, error, checking.accept(session, who, which, 2, NOW))
            await refuses(session, error, back)
            await refuses(session, error, checking.piece_to_check(session, who, which))
        for who in (cast.coach, cast.rina, cast.operator):
            rina_id = cast.rina.member_id
            await refuses(session, NotAllowed, checking.waiting_teachers(session, who))
            await refuses(session, NotAllowed, checking.waiting_pieces(session, who, rina_id))
            await refuses(session, NotAllowed, checking.accept_all(session, who, rina_id, NOW))
        assert await checking.accept_all(session, cast.stranger, cast.rina.member_id, NOW) == []


async def test_a_deputy_decides_on_the_days_of_the_deputation(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        for days, decides in ((-1, False), (0, True), (30, True), (31, False)):
            at = NOW + timedelta(days=days)
            _account, seats = await find_account(session, 103, at)
            who = seats[0].actor(at)
            assert who.decides == decides
            if not decides:
                await refuses(session, NotAllowed, checking.accept(session, who, piece.id, 2, at))
            else:
                assert (await checking.piece_to_check(session, who, piece.id)).id == piece.id


# ------------------------------------------------------------------------------- all of them


async def test_all_are_accepted_once_all_were_seen(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        budis = await holds(session, cast.budi, cast.principal)
        elses = await files(session, cast.budi, budis, "milik Budi")
        pieces = [await files(session, cast.rina, plan, words) for words in "abc"]
        given_back = await files(session, cast.rina, plan, "d")
        await checking.send_back(session, cast.deputy, given_back.id, 2, NOW, reason="Buram")

        def accept_all(who: Actor) -> Awaitable[list[Piece]]:
            return checking.accept_all(session, who, cast.rina.member_id, NOW)

        for left, piece in zip((3, 2, 1), pieces, strict=True):
            refusal = await refuses(session, NotAllSeen, accept_all(cast.principal))
            assert isinstance(refusal, NotAllSeen)
            assert refusal.unseen == left
            await checking.note_look(session, cast.principal, piece)
            await checking.note_look(session, cast.principal, piece)
        # What somebody else has seen is not seen; what has changed since is not either.
        await refuses(session, NotAllSeen, accept_all(cast.deputy))
        await describing.say_note(session, cast.rina, pieces[0].id, "asli", NOW)
        assert ids(await checking.unseen(session, cast.principal, pieces)) == [pieces[0].id]
        await refuses(session, NotAllSeen, accept_all(cast.principal))
        await checking.note_look(session, cast.principal, pieces[0])
        done = await accept_all(cast.principal)
        assert sorted(ids(done)) == sorted(ids(pieces))
        assert {one.status for one in pieces} == {EvidenceStatus.ACCEPTED}
        assert elses.status is EvidenceStatus.RECEIVED
        assert given_back.status is EvidenceStatus.RETURNED
        assert await accept_all(cast.principal) == []
        await session.flush()
        trail = await session.exec(
            select(AuditEntry).where(AuditEntry.action == "evidence.accepted")
        )
        assert len(trail.all()) == 3
    # One notice soon and one after the hour, however many were accepted.
    assert await told(database, "evidence_accepted") == [cast.rina.member_id] * 2


# ------------------------------------------------------------------------------- who may read


async def test_who_may_read_a_piece(database: Database, cast: Cast, plan: FullPlan) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        loose = await sends(session, cast.rina, "b")
        gone = await files(session, cast.rina, plan, "c")
        await replacing.take_away(session, cast.rina, gone.id, NOW)
        former = replace(cast.principal, decides=False)
        for who in (cast.rina, cast.principal, cast.deputy, cast.coach, former):
            assert (await reading.read_piece(session, who, piece.id)).id == piece.id
        for who in (cast.principal, cast.deputy, cast.coach):
            for hidden in (loose.id, gone.id):
                with pytest.raises(NotFound):
                    await reading.read_piece(session, who, hidden)
        for own in (loose.id, gone.id):
            assert (await reading.read_piece(session, cast.rina, own)).id == own
        for who in (cast.budi, cast.operator):
            for each in (piece.id, loose.id, gone.id):
                with pytest.raises(NotAllowed):
                    await reading.read_piece(session, who, each)
            with pytest.raises(NotAllowed):
                await reading.pieces_of_member(session, who, plan.id)
        for who in (cast.principal, cast.deputy, cast.coach):
            assert ids(await reading.pieces_of_member(session, who, plan.id)) == [piece.id]
        with pytest.raises(NotFound):
            await reading.read_piece(session, cast.stranger, piece.id)
        assert await reading.pieces_of_member(session, cast.stranger, plan.id) == []
        assert (await reading.sender_of(session, piece)).name == "Rina"
        assert await reading.decider_of(session, piece) is None


async def test_a_file_that_had_to_be_uploaded_anew_keeps_its_new_name(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        piece = await sends(session, cast.rina, "a")
        await reading.note_telegram_id(session, known_id(piece.pages[0].id), "baru")
        await reading.note_telegram_id(session, 10**9, "tidak ada")
    async with database.reading() as session:
        kept = await reading.own_piece(session, cast.rina, piece.id)
        assert [page.telegram_id for page in kept.pages] == ["baru"]


# ------------------------------------------------------------------------------- comments


async def test_coaches_and_deciders_comment_without_deciding(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        revision = piece.evidence.revision
        for who, words in ((cast.coach, " Bagus,\n lanjutkan "), (cast.principal, "Tanggalnya?")):
            await checking.comment(session, who, piece.id, words, NOW)
        said = await reading.comments_on(session, piece.id)
        assert [(one.text, by.name) for one, by in said] == [
            ("Bagus, lanjutkan", "Penggerak"), ("Tanggalnya?", "Kepala"),
        ]  # fmt: skip
        assert (piece.status, piece.evidence.revision) == (EvidenceStatus.RECEIVED, revision)

        def comment(who: Actor, text: str = "x") -> Awaitable[object]:
            return checking.comment(session, who, piece.id, text, NOW)

        await refuses(session, ReasonMissing, comment(cast.coach, "  "))
        await refuses(session, TooLong, comment(cast.coach, "a" * 501))
        for who, error in (
            (cast.rina, NotAllowed), (cast.budi, NotAllowed), (cast.operator, NotAllowed),
            (cast.stranger, NotFound),
        ):  # fmt: skip
            await refuses(session, error, comment(who))
        await checking.accept(session, cast.principal, piece.id, revision, NOW)
        await comment(cast.coach, "Selamat")
        await filing.use_again(session, cast.rina, piece.id, NOW)
    assert await told(database, "evidence_comment") == [cast.rina.member_id] * 3
