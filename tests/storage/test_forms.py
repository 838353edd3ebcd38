"""Answers to the questions of forms: words, voice notes and files, each kept at once."""

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import forms, periods
from storage.database import Database
from storage.erasure import erase_member
from storage.errors import (
    EvidenceChanged,
    NotAllowed,
    NotFound,
    PeriodClosed,
    ReasonMissing,
    SameFileHere,
    TooLong,
    TooMany,
    VoiceTooLong,
)
from storage.evidence import checking, filing, flags, reading, receiving, replacing
from storage.evidence.reading import FormPlace
from storage.forms import Answer, Part, Voice
from storage.models import ClosedPeriod, Evidence, EvidenceStatus, FormAnswer, Plan
from storage.people import Actor
from storage.plans import FullPlan
from tests.storage.evidence.staging import (
    NOW,
    Cast,
    Work,
    arrives,
    attempt,
    files,
    overtaking,
    progress_of,
)

FORM = "report"


async def owner_only(_session: AsyncSession, actor: Actor, plan: Plan, _field: str) -> None:
    """The guard of a form that only the teacher answers."""
    if plan.member_id != actor.member_id:
        raise NotAllowed


async def anybody(_session: AsyncSession, _actor: Actor, _plan: Plan, _field: str) -> None:
    """The guard of a form that everybody of the school answers."""


@pytest.fixture
def place(plan: FullPlan) -> FormPlace:
    return FormPlace(plan.id, FORM, "refleksi")


async def answer(database: Database, place: FormPlace) -> Answer:
    async with database.reading() as session:
        found = await forms.answers_of(session, place.plan_id, place.form)
    return found.get(place.field, Answer())


async def writes(database: Database, actor: Actor, place: FormPlace, text: str) -> None:
    async with database.transaction() as session:
        await forms.write(session, actor, place, text, NOW, owner_only)


# ------------------------------------------------------------------------------- words


async def test_words_are_added_and_only_the_newest_can_be_kept(
    database: Database, cast: Cast, place: FormPlace
) -> None:
    await writes(database, cast.rina, place, "  Murid   lebih\n\n\n\nberani. ")
    assert (await answer(database, place)).text == "Murid lebih\n\nberani."
    await writes(database, cast.rina, place, "Saya juga.")
    kept = await answer(database, place)
    assert (kept.text, kept.newest) == ("Murid lebih\n\nberani.\nSaya juga.", "Saya juga.")
    for _twice in range(2):
        async with database.transaction() as session:
            await forms.keep_newest(session, cast.rina, place, NOW, owner_only)
        kept = await answer(database, place)
        assert (kept.text, kept.newest, kept.by) == ("Saya juga.", "", cast.rina.member_id)


@pytest.mark.parametrize("sign", ["a", "🙂", "\u0627", "\u202eא"])
async def test_four_thousand_characters_are_kept_whole_and_one_more_is_refused(
    database: Database, cast: Cast, place: FormPlace, sign: str
) -> None:
    long = (sign * 4000)[:4000]
    await writes(database, cast.rina, place, long)
    assert (await answer(database, place)).text == long
    with pytest.raises(TooLong) as refused:
        await writes(database, cast.rina, place, "b")
    assert (refused.value.length, refused.value.longest) == (4002, 4000)
    assert (await answer(database, place)).text == long


@pytest.mark.parametrize("nothing", ["", "  \n ", "\u200f", "\x00"])
async def test_nothing_visible_is_no_answer(
    database: Database, cast: Cast, place: FormPlace, nothing: str
) -> None:
    with pytest.raises(ReasonMissing):
        await writes(database, cast.rina, place, nothing)
    assert not await answer(database, place)


async def test_two_people_add_to_one_answer_and_nothing_is_lost(
    database: Database, database_url: str, cast: Cast, place: FormPlace
) -> None:
    await writes(database, cast.rina, place, "satu")
    other = Database(database_url)

    def adds(actor: Actor, text: str) -> Work:
        return lambda session: forms.write(session, actor, place, text, NOW, anybody)

    await overtaking(database, other, adds(cast.rina, "dua"), adds(cast.principal, "tiga"))
    await other.close()
    assert (await answer(database, place)).text == "satu\ndua\ntiga"


# ------------------------------------------------------------------------------- voice


async def test_a_voice_note_is_kept_and_one_of_half_an_hour_is_refused(
    database: Database, cast: Cast, place: FormPlace
) -> None:
    async with database.transaction() as session:
        await forms.speak(session, cast.rina, place, Voice("suara 1", 300), NOW, owner_only)
        with pytest.raises(VoiceTooLong) as refused:
            await forms.speak(session, cast.rina, place, Voice("suara 2", 1800), NOW, owner_only)
    assert (refused.value.length_s, refused.value.longest_s) == (1800, 300)
    assert (await answer(database, place)).voice == Voice("suara 1", 300)
    await writes(database, cast.rina, place, "kata")
    async with database.transaction() as session:
        await forms.clear(session, cast.rina, place, Part.VOICE, NOW, owner_only)
    kept = await answer(database, place)
    assert (kept.text, kept.voice) == ("kata", None)
    async with database.transaction() as session:
        await forms.clear(session, cast.rina, place, Part.TEXT, NOW, owner_only)
    assert not await answer(database, place)


# ------------------------------------------------------------------------------- who may


async def test_only_who_may_answers_and_only_in_an_open_period(
    database: Database, cast: Cast, place: FormPlace
) -> None:
    async def words(actor: Actor) -> object:
        return await attempt(
            database, lambda session: forms.write(session, actor, place, "x", NOW, owner_only)
        )

    assert isinstance(await words(cast.budi), NotAllowed)
    assert isinstance(await words(cast.stranger), NotFound)
    async with database.transaction() as session:
        plan = await session.get_one(Plan, place.plan_id)
        closed = ClosedPeriod(school_id=plan.school_id, period=plan.period, closed_at=NOW)
        session.add(closed)
    assert isinstance(await words(cast.rina), PeriodClosed)
    async with database.reading() as session:
        with pytest.raises(PeriodClosed):
            await periods.require_open(session, place.plan_id)
    assert not await answer(database, place)


# ------------------------------------------------------------------------------- files


async def attached(
    session: AsyncSession,
    actor: Actor,
    place: FormPlace,
    words: str,
    position: int = 1,
    album: str = "",
) -> receiving.Sent:
    return await forms.take_file(
        session, actor, place, arrives(words, position), NOW, owner_only, album=album
    )


async def test_a_file_of_a_form_is_nowhere_evidence(
    database: Database, cast: Cast, plan: FullPlan, place: FormPlace
) -> None:
    async with database.transaction() as session:
        before = await progress_of(session, plan)
        sent = await attached(session, cast.rina, place, "modul ajar")
        assert (sent.known, sent.piece.status) == (False, EvidenceStatus.ATTACHED)
    number = sent.piece.id
    async with database.transaction() as session:
        assert await progress_of(session, plan) == before
        assert await reading.pieces_of_plan(session, plan.id) == []
        assert await reading.pieces_of_member(session, cast.coach, plan.id) == []
        assert await reading.unsorted_of(session, cast.rina) == []
        assert await receiving.count_unsorted(session, cast.rina) == 0
        assert await checking.count_waiting(session, cast.principal) == 0
        # The buttons of evidence do not reach it, forged or not.
        for look in (reading.own_piece, reading.read_piece, replacing.take_away, filing.use_again):
            more = (NOW,) if look in (replacing.take_away, filing.use_again) else ()
            with pytest.raises(NotFound):
                await look(session, cast.rina, number, *more)
        with pytest.raises(NotFound):
            await checking.comment(session, cast.coach, number, "Bagus", NOW)
        # The same file may be evidence too, and is not held against it.
        piece = await files(session, cast.rina, plan, "modul ajar")
        assert piece.id != number
        assert await flags.twins_of(session, piece) == ()
    ((kept,),) = [(await answer(database, place)).files]
    assert (kept.id, len(kept.pages)) == (number, 1)


async def test_an_album_is_one_file_and_the_same_file_is_kept_once(
    database: Database, cast: Cast, place: FormPlace
) -> None:
    for at in (1, 2, 3):
        async with database.transaction() as session:
            await attached(session, cast.rina, place, f"foto {at}", at, album="album")
    async with database.transaction() as session:
        again = await attached(session, cast.rina, place, "foto 2", 9)
    ((piece,), known) = (await answer(database, place)).files, again.known
    assert ([page.position for page in piece.pages], known) == ([1, 2, 3], True)


async def test_a_file_taken_off_belongs_nowhere(
    database: Database, cast: Cast, plan: FullPlan, place: FormPlace
) -> None:
    async with database.transaction() as session:
        sent = await attached(session, cast.rina, place, "foto")
    elsewhere = FormPlace(place.plan_id, place.form, "lain")
    async with database.transaction() as session:
        with pytest.raises(NotFound):
            await forms.detach(session, cast.rina, elsewhere, sent.piece.id, NOW, owner_only)
        with pytest.raises(NotAllowed):
            await forms.detach(session, cast.budi, place, sent.piece.id, NOW, owner_only)
        await forms.detach(session, cast.rina, place, sent.piece.id, NOW, owner_only)
    assert not await answer(database, place)
    async with database.transaction() as session:
        back = await replacing.bring_back(session, cast.rina, sent.piece.id, NOW)
        assert (back.status, back.evidence.plan_id) == (EvidenceStatus.UNSORTED, None)
        assert await reading.pieces_of_plan(session, plan.id) == []


async def test_only_what_belongs_nowhere_is_attached_and_not_without_end(
    database: Database, cast: Cast, plan: FullPlan, place: FormPlace
) -> None:
    async with database.transaction() as session:
        filed = await files(session, cast.rina, plan, "sertifikat")
        with pytest.raises(EvidenceChanged):
            await forms.attach(session, cast.rina, place, filed, NOW, owner_only)
        mine = (await receiving.receive(session, cast.rina, arrives("foto"), NOW)).piece
        with pytest.raises(EvidenceChanged):
            await forms.attach(session, cast.principal, place, mine, NOW, anybody)
        await forms.attach(session, cast.rina, place, mine, NOW, owner_only)
        twin = (await receiving.receive(session, cast.rina, arrives("foto", 2), NOW)).piece
        with pytest.raises(SameFileHere):
            await forms.attach(session, cast.rina, place, twin, NOW, owner_only)
        for at in range(1, forms.MOST_FILES):
            await attached(session, cast.rina, place, f"foto {at}", at)
        with pytest.raises(TooMany):
            await attached(session, cast.rina, place, "satu lagi")


async def test_who_is_no_teacher_may_attach_where_the_form_allows(
    database: Database, cast: Cast, place: FormPlace
) -> None:
    async with database.transaction() as session:
        sent = await forms.take_file(
            session, cast.principal, place, arrives("catatan"), NOW, anybody
        )
        await forms.speak(session, cast.principal, place, Voice("suara", 9), NOW, anybody)
    assert sent.piece.evidence.member_id == cast.principal.member_id


# ------------------------------------------------------------------------------- erasing


async def test_erasing_a_teacher_takes_all_answers_and_files(
    database: Database, cast: Cast, place: FormPlace
) -> None:
    await writes(database, cast.rina, place, "rahasia")
    async with database.transaction() as session:
        await forms.take_file(session, cast.principal, place, arrives("dari KS"), NOW, anybody)
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
    async with database.reading() as session:
        for table in (FormAnswer, Evidence):
            assert (await session.exec(select(table))).all() == []


async def test_erasing_an_observer_leaves_the_words_and_takes_the_voice(
    database: Database, cast: Cast, place: FormPlace
) -> None:
    async with database.transaction() as session:
        await forms.write(session, cast.budi, place, "Kelas tertib", NOW, anybody)
        await forms.speak(session, cast.budi, place, Voice("suara Budi", 9), NOW, anybody)
        await erase_member(session, cast.operator, cast.budi.member_id, NOW)
    kept = await answer(database, place)
    assert (kept.text, kept.voice) == ("Kelas tertib", None)
    async with database.reading() as session:
        rows = (await session.exec(select(FormAnswer).order_by(col(FormAnswer.id)))).all()
    assert [one.voice_id for one in rows] == [""]
