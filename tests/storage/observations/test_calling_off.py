"""A lesson that will not be."""

import pytest
from sqlmodel import select

from storage import members
from storage.database import Database
from storage.erasure import erase_member
from storage.errors import NotAllowed, ObservationNotNow, OtherMomentNow, ReasonMissing
from storage.models import Booking, Observation, OutboxMessage, Role
from storage.observations import calling_off, observers, scheduling
from storage.observations.reading import moves_of
from storage.plans import FullPlan
from tests.storage.evidence.staging import NOW, Cast, overtaking, told
from tests.storage.observing import BOOK, LATER, LESSON, agreed, observed


async def test_a_lesson_is_called_off_with_a_reason_and_can_be_agreed_on_anew(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
        with pytest.raises(ReasonMissing):
            await calling_off.call_off(session, cast.rina, plan.id, 1, BOOK, NOW, reason=" ")
        for stale in (0, 2):
            with pytest.raises(OtherMomentNow):
                await calling_off.call_off(
                    session, cast.rina, plan.id, stale, BOOK, NOW, reason="Sakit"
                )
        with pytest.raises(NotAllowed):
            await calling_off.call_off(session, cast.budi, plan.id, 1, BOOK, NOW, reason="Sakit")
        cycle = await calling_off.call_off(
            session, cast.rina, plan.id, 1, BOOK, NOW, reason="Sakit"
        )
        assert (cycle.booking, cycle.row.meets_at, cycle.row.sequence) == (Booking.OPEN, None, 2)
        with pytest.raises(OtherMomentNow):  # the same finger twice
            await calling_off.call_off(session, cast.rina, plan.id, 1, BOOK, NOW, reason="Sakit")
        await session.flush()
        move, _by = (await moves_of(session, cycle, 1))[0]
        assert (move.before, move.after, move.reason) == (LESSON, None, "Sakit")
    assert await told(database, "observation_off") == [cast.principal.member_id]
    async with database.transaction() as session:
        await scheduling.propose(session, cast.rina, plan.id, 2, LATER, BOOK, NOW)
        cycle = await scheduling.confirm(session, cast.principal, plan.id, 3, BOOK, NOW)
        assert (cycle.agreed_at, cycle.row.sequence) == (LATER, 3)


async def test_of_calling_off_and_moving_at_once_one_wins(
    database: Database, other: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
    first, second = await overtaking(
        database, other,
        lambda s: calling_off.call_off(s, cast.rina, plan.id, 1, BOOK, NOW, reason="Sakit"),
        lambda s: scheduling.propose(
            s, cast.principal, plan.id, 1, LATER, BOOK, NOW, reason="Rapat"
        ),
    )  # fmt: skip
    assert not isinstance(first, Exception)
    assert isinstance(second, OtherMomentNow)


async def test_what_has_been_observed_is_not_called_off(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
        await observed(session, cast.principal, plan.id)
        with pytest.raises(ObservationNotNow):
            await calling_off.call_off(
                session, cast.rina, plan.id, 1, BOOK, LESSON, reason="Sakit"
            )


@pytest.mark.parametrize("erased", [False, True], ids=["no teacher any more", "erased"])
async def test_the_lessons_of_a_teacher_who_leaves_go_out_of_calendars(
    database: Database, cast: Cast, plan: FullPlan, *, erased: bool
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
    async with database.transaction() as session:
        if erased:
            await erase_member(session, cast.operator, cast.rina.member_id, NOW)
        else:
            await members.change_roles(
                session, cast.operator, cast.rina.member_id, Role.COACH, NOW
            )
    heard = [cast.principal.member_id, *([] if erased else [cast.rina.member_id])]
    assert sorted(await told(database, "observation_off")) == sorted(heard)
    async with database.reading() as session:
        rows = (await session.exec(select(Observation))).all()
        assert [(one.booking, one.sequence) for one in rows] == ([] if erased else [("open", 2)])
        message = (
            await session.exec(
                select(OutboxMessage).where(OutboxMessage.kind == "observation_off").limit(1)
            )
        ).one()
        assert (message.subject["lesson"], message.subject["sequence"]) == (plan.id, 2)


async def test_another_observer_takes_a_lesson_out_of_the_calendar_of_the_one_before(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
        for observer in (cast.coach, cast.budi):
            await observers.name_observer(
                session, cast.principal, plan.id, observer.member_id, BOOK, NOW
            )
    # The principal had agreed to the day and so observed; then the coach did.
    expected = [cast.principal.member_id, cast.coach.member_id]
    assert sorted(await told(database, "observation_off")) == sorted(expected)
