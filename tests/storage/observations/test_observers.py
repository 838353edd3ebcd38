"""Who observes: named, replaced, signed off."""

from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from storage import outbox
from storage.database import Database
from storage.erasure import ERASED_NAME, erase_member
from storage.errors import MarksChanged, NotAllowed, NotFound, ObservationNotNow, ObserverTaken
from storage.models import (
    Marking,
    Member,
    Observation,
    ObservationMark,
    ObservationMove,
    OutboxMessage,
    OutboxState,
    Plan,
    PlanStatus,
    Role,
)
from storage.observations import marking, observers, scheduling
from storage.observations.reading import observed_by
from storage.people import Actor, known_id
from storage.plans import FullPlan
from tests.storage.evidence.staging import NOW, PERIOD, Cast, overtaking, told
from tests.storage.observing import BOOK, LESSON, agreed, begun, observed

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


async def test_a_named_observer_marks_and_those_who_decide_sign_off(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    coach, principal = cast.coach, cast.principal
    async with database.transaction() as session:
        await begun(session, cast.rina, plan.id)
        await observers.toggle_observer(session, principal, plan.id, coach.member_id, BOOK, NOW)
        await scheduling.propose(session, coach, plan.id, 0, LESSON, BOOK, NOW)
        await scheduling.confirm(session, cast.rina, plan.id, 1, BOOK, NOW)
        with pytest.raises(ObserverTaken):
            await marking.mark(session, principal, plan.id, "IND-2.1", 1, BOOK, LESSON)
        cycle = await observed(session, coach, plan.id)
        assert (cycle.marking, cycle.signed_off_at) == (Marking.FINISHED, None)
        assert cycle.waits_for_signature
        assert not cycle.may_see_marks(cast.rina)
        shown = cycle.row.revision
        # Until it is signed the observer may mend it, and then what was shown is outdated.
        await marking.mark(session, coach, plan.id, "IND-2.1", 0, BOOK, LESSON)
        with pytest.raises(MarksChanged):
            await marking.sign_off(session, principal, plan.id, shown, BOOK, LESSON)
        with pytest.raises(NotAllowed):
            await marking.sign_off(session, coach, plan.id, shown + 1, BOOK, LESSON)
        cycle = await marking.sign_off(session, principal, plan.id, shown + 1, BOOK, LESSON)
        assert cycle.marking is Marking.SIGNED
        assert cycle.may_see_marks(cast.rina)
        with pytest.raises(ObservationNotNow):
            await observers.name_observer(session, principal, plan.id, None, BOOK, LESSON)
    both = sorted([cast.rina.member_id, coach.member_id])
    assert await told(database, "observation_named") == [cast.rina.member_id]
    assert await told(database, observers.OBSERVER_NEWS) == [coach.member_id]
    assert await told(database, "observation_signed") == both
    # The deputation is over by then.
    assert await told(database, "observation_to_sign") == [principal.member_id]


async def test_whoever_is_named_for_twenty_in_a_row_hears_it_once(
    database: Database, cast: Cast
) -> None:
    plan_ids = await _twenty_plans(database, cast)

    async def names(who: Actor | None, plans: list[int], now: datetime) -> None:
        for plan_id in plans:
            async with database.transaction() as session:
                await observers.name_observer(
                    session, cast.principal, plan_id, who.member_id if who else None, BOOK, now
                )

    async def heard(now: datetime) -> list[tuple[int, list[list[int]]]]:
        async with database.transaction() as session:
            found = await outbox.lease(session, now, 100)
            for one in found:
                await outbox.settle(session, one.id, OutboxState.SENT, now)
        news = [one for one in found if one.kind == observers.OBSERVER_NEWS]
        return [(one.member_id, one.subject["all"]) for one in news]

    # One a second: nothing goes out while the principal is at it.
    for at, plan_id in enumerate(plan_ids):
        await names(cast.coach, [plan_id], NOW + at * SECOND)
        assert await heard(NOW + at * SECOND) == []
    last = NOW + 19 * SECOND
    assert await heard(last + outbox.PAUSE - SECOND) == []
    everything = [[plan_id, False] for plan_id in plan_ids]
    assert await heard(last + outbox.PAUSE) == [(cast.coach.member_id, everything)]
    # What comes after a message went out is in the next one, and in that alone.
    later = last + outbox.PAUSE + SECOND
    await names(cast.budi, plan_ids[:2], later)
    await names(None, plan_ids[2:3], later)
    assert sorted(await heard(later + outbox.PAUSE)) == [
        (cast.budi.member_id, [[plan_id, False] for plan_id in plan_ids[:2]]),
        (cast.coach.member_id, [[plan_id, True] for plan_id in plan_ids[:3]]),
    ]
    assert await heard(later + DAY) == []
    # Each teacher got the own notice, one for each change.
    assert len(await told(database, "observation_named")) == 23


async def test_two_who_name_the_same_observer_at_once_tell_it_in_one_message(
    database: Database, other: Database, cast: Cast
) -> None:
    first, second = (await _twenty_plans(database, cast, 2))[:2]
    done = await overtaking(
        database, other,
        lambda s: observers.name_observer(
            s, cast.principal, first, cast.coach.member_id, BOOK, NOW
        ),
        lambda s: observers.name_observer(
            s, cast.deputy, second, cast.coach.member_id, BOOK, NOW
        ),
    )  # fmt: skip
    assert not [one for one in done if isinstance(one, Exception)]
    async with database.reading() as session:
        news = OutboxMessage.kind == observers.OBSERVER_NEWS
        (message,) = (await session.exec(select(OutboxMessage).where(news))).all()
    assert message.subject["all"] == [[first, False], [second, False]]


async def _twenty_plans(database: Database, cast: Cast, count: int = 20) -> list[int]:
    """Let so many teachers have a plan that holds, however they came by it."""
    ids = []
    async with database.transaction() as session:
        for number in range(count):
            member = Member(
                school_id=cast.principal.school_id, name=f"Guru {number:02}",
                roles=int(Role.TEACHER), created_at=NOW,
            )  # fmt: skip
            session.add(member)
            await session.flush()
            plan = Plan(
                school_id=member.school_id, member_id=known_id(member.id), period=PERIOD.id,
                ruleset="pmm-2024", ruleset_version=1, status=PlanStatus.AGREED,
                created_at=NOW, changed_at=NOW,
            )  # fmt: skip
            session.add(plan)
            await session.flush()
            ids.append(known_id(plan.id))
    return ids


async def test_who_can_be_named_and_by_whom(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        for who in (cast.rina, cast.coach, cast.operator):
            with pytest.raises(NotAllowed):
                await observers.name_observer(
                    session, who, plan.id, cast.coach.member_id, BOOK, NOW
                )
        for wrong, refusal in (
            (cast.rina.member_id, NotAllowed),
            (cast.operator.member_id, NotFound),
            (cast.stranger.member_id, NotFound),
        ):
            with pytest.raises(refusal):
                await observers.name_observer(session, cast.principal, plan.id, wrong, BOOK, NOW)
        await observers.toggle_observer(
            session, cast.principal, plan.id, cast.budi.member_id, BOOK, NOW
        )
        assert len(await observed_by(session, cast.budi, PERIOD.id, BOOK)) == 1
        cycle = await observers.toggle_observer(
            session, cast.principal, plan.id, cast.budi.member_id, BOOK, NOW + DAY
        )
        assert cycle.observer is None
        assert await observed_by(session, cast.budi, PERIOD.id, BOOK) == []


async def test_an_observer_who_leaves_is_replaced_by_those_who_decide(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await begun(session, cast.rina, plan.id)
        await observers.name_observer(
            session, cast.principal, plan.id, cast.coach.member_id, BOOK, NOW
        )
        await marking.note_by_voice(
            session, cast.coach, plan.id, "IND-2.1", "suara", 9, BOOK, LESSON
        )
        await marking.mark(session, cast.coach, plan.id, "IND-2.1", 2, BOOK, LESSON)
        await erase_member(session, cast.operator, cast.coach.member_id, NOW)
    async with database.transaction() as session:
        cycle = await marking.mark(session, cast.principal, plan.id, "IND-2.2", 1, BOOK, LESSON)
        assert cycle.observer is not None
        assert cycle.observer.name == "Kepala"
        assert cycle.marks["IND-2.1"].level == 2
        assert cycle.marks["IND-2.1"].voice_id == ""
        assert cycle.observer.name != ERASED_NAME


async def test_a_teacher_who_leaves_takes_the_observation_along(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
        await observed(session, cast.principal, plan.id)
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
    async with database.transaction() as session:
        for table in (Observation, ObservationMark, ObservationMove):
            assert (await session.exec(select(table))).all() == []
        with pytest.raises(NotFound):
            await marking.mark(session, cast.principal, plan.id, "IND-2.1", 1, BOOK, LESSON)
