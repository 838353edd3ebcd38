"""Questions of both sides, before the lesson and after."""

import pytest
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import forms
from storage.database import Database
from storage.erasure import erase_member
from storage.errors import NotAllowed, NotFound, ObservationPaused, StepNotOpen
from storage.evidence.reading import FormPlace
from storage.models import FormAnswer
from storage.observations import following_up
from storage.observations.answers import FORM
from storage.observations.reading import read
from storage.people import Actor
from storage.plans import FullPlan
from tests.storage.evidence.staging import NOW, Cast, reopens, told
from tests.storage.observing import BOOK, LESSON, agreed, observed


def place(plan: FullPlan, field: str) -> FormPlace:
    return FormPlace(plan.id, FORM, field)


async def test_each_side_answers_its_own_questions_once_they_are_open(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    rina, principal, guard = cast.rina, cast.principal, following_up.may_answer

    async def writes(session: AsyncSession, who: Actor, field: str) -> None:
        await forms.write(session, who, place(plan, field), f"Kata {field}", LESSON, guard)

    async with database.transaction() as session:
        with pytest.raises(NotFound):  # the cycle has not begun
            await writes(session, rina, "upaya_mempelajari")
        await agreed(session, rina, principal, plan.id)
        with pytest.raises(StepNotOpen) as closed:
            await writes(session, rina, "refleksi_observasi")
        assert closed.value.before == "B"
        for who, field, refusal in (
            (principal, "upaya_mempelajari", NotAllowed),
            (cast.budi, "upaya_mempelajari", NotAllowed),
            (rina, "jadwal_observasi", NotFound),
            (rina, "pesta", NotFound),
            (cast.stranger, "upaya_mempelajari", NotFound),
        ):
            with pytest.raises(refusal):
                await writes(session, who, field)
        await writes(session, rina, "upaya_mempelajari")
        cycle = await read(session, rina, plan.id, BOOK)
        assert [one.id for one in cycle.steps[0].missing] == ["rpp_atau_modul_ajar"]
        await observed(session, principal, plan.id)
        await writes(session, rina, "refleksi_observasi")
        await writes(session, rina, "tindak_lanjut")
        with pytest.raises(NotAllowed):
            await writes(session, rina, "dukungan")
        await writes(session, principal, "dukungan")
        for who in (rina, principal, rina):
            cycle = await read(session, who, plan.id, BOOK)
            await following_up.tell_done(session, who, cycle, LESSON)
        assert cycle.answers["dukungan"] == "Kata dukungan"
        assert cycle.step("diskusi_tindak_lanjut").done_at == LESSON
    # Of the step that the principal has completed only the teacher hears, and once.
    assert await told(database, "observation_step") == [rina.member_id]
    async with database.transaction() as session:
        await reopens(session, principal, plan.id)
        with pytest.raises(ObservationPaused):
            await writes(session, rina, "upaya")
        await erase_member(session, cast.operator, rina.member_id, NOW)
        assert (await session.exec(select(FormAnswer))).all() == []
