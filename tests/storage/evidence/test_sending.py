"""What a teacher does with evidence: sent once, filed where it may be, never lost on the way."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import decisions, plans
from storage.database import Database
from storage.errors import (
    AlreadyDecided,
    EvidenceChanged,
    NotAllowed,
    NotFound,
    OutOfRange,
    PlanNotOpen,
    ReasonMissing,
    Refused,
    SameFileHere,
    TooLong,
    TooMany,
)
from storage.evidence import changing, checking, describing, filing, reading, receiving, replacing
from storage.evidence.reading import Piece
from storage.evidence.receiving import NotALink, read_link
from storage.models import AuditEntry, EvidencePage, EvidenceStatus, PlanStatus
from storage.people import Actor, known_id
from storage.plans import FullPlan
from tests.storage.evidence.staging import (
    A_MINUTE,
    CALM,
    NOW,
    PICKS,
    RULES,
    TODAY,
    Cast,
    arrives,
    cast_for,
    digest,
    drafted,
    entry_of,
    files,
    holds,
    moves,
    reopens,
    rows_of,
    sends,
    told,
)

DAY = date(2026, 7, 2)


async def refuses(
    session: AsyncSession, error: type[Refused], *works: Callable[[], Awaitable[object]]
) -> None:
    """Each of these is refused so, and nothing at all has changed."""
    before = await rows_of(session)
    for work in works:
        with pytest.raises(error):
            await work()
        assert await rows_of(session) == before


def words_of(piece: Piece) -> list[str]:
    return [page.name.removesuffix(".jpg") for page in piece.pages]


# ------------------------------------------------------------------------------- sending


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


# ------------------------------------------------------------------------------- links


async def test_a_link_is_kept_once(database: Database, cast: Cast) -> None:
    address = "https://guru.kemdikbud.go.id/bukti-karya/artikel/123"
    async with database.transaction() as session:
        sent = await receiving.receive_link(session, cast.rina, f" {address}\n", NOW)
        assert (sent.known, sent.piece.evidence.link, sent.piece.pages) == (False, address, [])
        again = await receiving.receive_link(session, cast.rina, address, NOW)
        assert (again.known, again.piece.id) == (True, sent.piece.id)
        assert not (await receiving.receive_link(session, cast.budi, address, NOW)).known


@pytest.mark.parametrize("scheme", ["", "https://"])
async def test_the_longest_link_is_kept_whole(database: Database, cast: Cast, scheme: str) -> None:
    link = "https://guru.id/".ljust(receiving.LONGEST_LINK, "a")
    typed = scheme + link.removeprefix("https://")
    async with database.transaction() as session:
        with pytest.raises(TooLong) as refusal:
            await receiving.receive_link(session, cast.rina, f"{typed}a", NOW)
        assert (refusal.value.longest, refusal.value.length) == (2000, 2001)
        sent = await receiving.receive_link(session, cast.rina, typed, NOW)
    async with database.reading() as session:
        kept = await reading.own_piece(session, cast.rina, sent.piece.id)
        assert kept.evidence.link == link


@pytest.mark.parametrize(
    ("typed", "link"),
    [
        ("https://guru.kemdikbud.go.id/artikel/1", "https://guru.kemdikbud.go.id/artikel/1"),
        ("HTTP://Guru.ID", "HTTP://Guru.ID"),
        ("  guru.id/a?b=c&d=é#e  ", "https://guru.id/a?b=c&d=é#e"),
        ("youtu.be/dQw4w9WgXcQ", "https://youtu.be/dQw4w9WgXcQ"),
        ("https://sekolah.sch.id:8443/x", "https://sekolah.sch.id:8443/x"),
        ("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"),
        ("https://bücher.example/", "https://bücher.example/"),
        ("https://drive.google.com/file/d/1-_A/view?usp=sharing",
         "https://drive.google.com/file/d/1-_A/view?usp=sharing"),
    ],
)  # fmt: skip
def test_an_ordinary_address_is_read(typed: str, link: str) -> None:
    assert read_link(typed) == link


@pytest.mark.parametrize(
    "typed",
    [
        "", " ", "https://", "https:///a", "artikel saya", "artikel", "https://guru .id/a",
        "ftp://guru.id/a", "file:///etc/passwd", "javascript:alert(1)", "javascript://guru.id/%0a",
        "data:text/html,<b>", "tg://resolve?domain=x", "mailto:rina@guru.id",
        "https://rina:rahasia@guru.id/", "https://@guru.id/", "rina@guru.id",
        "https://localhost/a", "http://127.0.0.1/", "http://[::1]/", "http://[::1/", "https://.id",
        "https://guru.", "https://guru.i", "https://guru.id:http/", "https://guru.id:99999/",
        "https://guru.id/a\u202eb", "https://guru.id/a\u0000b", "https://guru.id/\ud800",
        "https://guru.id/a https://guru.id/b", "12/7/2026", "3.5", "https://ℂ℀.id/",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    with pytest.raises(NotALink):
        read_link(typed)


@CALM
@given(
    st.one_of(
        st.text(),
        st.text(alphabet="htps:/.@[]%?#\\ aid0١-_é\u200b\ufffd"),
        st.from_regex(r"(https?://)?[\w.@:\[\]-]{0,30}(/.{0,20})?", fullmatch=True),
        st.text(alphabet="a.", min_size=1900, max_size=2100),
    )
)
def test_no_text_makes_reading_a_link_stumble(typed: str) -> None:
    try:
        link = read_link(typed)
    except TooLong:
        assert len(typed) > receiving.LONGEST_LINK - len("https://")
    except NotALink:
        pass
    else:
        assert len(link) <= receiving.LONGEST_LINK
        assert link.lower().startswith(("http://", "https://"))
        assert link.endswith(typed.strip())
        assert read_link(link) == link
        link.encode()


# ------------------------------------------------------------------------------- filing


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


# ------------------------------------------------------------------------------- describing


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


Change = Callable[[AsyncSession, Actor, FullPlan, int], Awaitable[Piece]]


def _dates(session: AsyncSession, who: Actor, _plan: FullPlan, piece: int) -> Awaitable[Piece]:
    return describing.say_date(session, who, piece, DAY, NOW)


def _notes(session: AsyncSession, who: Actor, _plan: FullPlan, piece: int) -> Awaitable[Piece]:
    return describing.say_note(session, who, piece, "asli menyusul", NOW)


CHANGES: dict[str, Change] = {
    "kind": lambda session, who, plan, piece: describing.say_kind(
        session, who, RULES, plan, piece, "dokumen_relevan", NOW
    ),
    "covers": lambda session, who, plan, piece: describing.say_covers(
        session, who, RULES, plan, piece, 2, NOW
    ),
    "date": _dates,
    "note": _notes,
    "move": lambda session, who, plan, piece: moves(session, who, plan, piece, "RHK-07"),
}


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


# ------------------------------------------------------------------------------- replacing


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


# ------------------------------------------------------------------------------- whose it is


async def test_a_piece_is_its_senders_alone_to_change(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        loose = await sends(session, cast.rina, "b")
        theirs = await sends(session, cast.budi, "c")
        both = replace(cast.budi, decides=True)
        for who, error in (
            (cast.budi, NotAllowed), (cast.principal, NotAllowed), (cast.coach, NotAllowed),
            (both, NotAllowed), (cast.stranger, NotFound),
        ):  # fmt: skip

            def doing(change: Change, who: Actor = who) -> Callable[[], Awaitable[object]]:
                return lambda: change(session, who, plan, piece.id)

            def act(
                work: Callable[..., Awaitable[Any]], *rest: Any, who: Actor = who, **named: Any
            ) -> Callable[[], Awaitable[object]]:
                return lambda: work(session, who, *rest, **named)

            await refuses(
                session, error, *(doing(one) for one in CHANGES.values()),
                act(replacing.take_away, piece.id, NOW),
                act(filing.use_again, piece.id, NOW),
                act(replacing.replace, piece.id, loose.id, NOW),
                act(replacing.replace, piece.id, theirs.id, NOW),
                act(reading.own_piece, piece.id),
                act(changing.own_open_plan, plan.id),
            )  # fmt: skip

        # Nor does somebody else's file take the place of one's own.
        async def instead() -> object:
            return await replacing.replace(session, cast.rina, piece.id, theirs.id, NOW)

        async def nothing() -> object:
            return await reading.own_piece(session, cast.rina, 10**9)

        await refuses(session, NotAllowed, instead)
        await refuses(session, NotFound, nothing)


async def test_two_schools_keep_the_same_file_apart(database: Database) -> None:
    cast = await cast_for(database)
    async with database.transaction() as session:
        ours = await receiving.receive(session, cast.rina, arrives("a"), NOW)
        theirs = await receiving.receive(session, cast.stranger, arrives("a"), NOW)
        assert not ours.known
        assert not theirs.known
        assert theirs.piece.evidence.school_id == cast.stranger.school_id
