"""Reminders of observations: lessons that are near, steps that are due, and nobody told twice."""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Database
from storage.errors import Refused
from storage.models import Marking, ObservationMark, OutboxMessage
from storage.observations import marking, observers, preparing, reminding, scheduling
from storage.observations.due import days_ahead, next_due, waits_for, who_is_asked
from storage.observations.reading import cycle_of
from storage.observations.reminding import Near, near
from storage.people import Actor
from storage.plans import FullPlan
from storage.reminders import scanning
from storage.reminders.calls import announce
from storage.rulesets import AskedOf
from storage.school_hours import Hours
from tests.databases import FreshDatabase
from tests.storage.evidence.staging import (
    CALM,
    NOW,
    PERIOD,
    RULES,
    TODAY,
    Cast,
    cast_for,
    holds,
    reopens,
    statements,
    told,
)
from tests.storage.machines import DatabaseMachine, run_machine
from tests.storage.observing import BOOK, JAKARTA, LATER, LESSON, agreed, begun, observed
from tests.storage.ratings.staging import does, final, opens_again

T = TypeVar("T")
HOURS = Hours(JAKARTA)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


async def looks(database: Database, now: datetime) -> int:
    """Look once for lessons that are near; say how many there were."""
    async with database.transaction() as session:
        calls = await reminding.find_due(session, now)
        await reminding.announce(session, calls, now)
        return len(calls)


def local(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=JAKARTA)


# --------------------------------------------------------------------- a lesson is near


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (LESSON - 16 * DAY, None),
        (local(date(2026, 9, 11), 6, 59), None),
        (local(date(2026, 9, 11), 7), Near.DAY),  # the Friday before
        (local(date(2026, 9, 11), 15, 59), Near.DAY),
        (local(date(2026, 9, 11), 16), None),
        (local(date(2026, 9, 13), 9), None),  # a Sunday
        (local(date(2026, 9, 14), 7), None),  # on the day itself the hour is enough
        (LESSON - HOUR - MINUTE, None),
        (LESSON - HOUR, Near.HOUR),
        (LESSON - MINUTE, Near.HOUR),
        (LESSON, None),
        (LESSON + DAY, None),
    ],
)
def test_when_a_lesson_is_near(now: datetime, expected: Near | None) -> None:
    assert near(HOURS, LESSON, now) is expected


async def test_both_are_reminded_the_day_before_and_an_hour_before(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
    friday = local(date(2026, 9, 11), 8)
    for moment in (friday, friday + MINUTE, LESSON - HOUR, LESSON - HOUR + MINUTE):
        await looks(database, moment)
    both = sorted([cast.rina.member_id, cast.principal.member_id])
    assert await told(database, "observation_near") == sorted(both * 2)
    assert await looks(database, LESSON - MINUTE) == 0


async def test_nobody_is_reminded_of_what_is_not_agreed_moved_observed_or_paused(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    soon = LESSON - HOUR
    async with database.transaction() as session:
        await begun(session, cast.rina, plan.id)
        await scheduling.propose(session, cast.rina, plan.id, 0, LESSON, BOOK, NOW)
    assert await looks(database, soon) == 0
    async with database.transaction() as session:
        await scheduling.confirm(session, cast.principal, plan.id, 1, BOOK, NOW)
        await scheduling.propose(session, cast.rina, plan.id, 1, LATER, BOOK, NOW, reason="Sakit")
    assert await looks(database, soon) == 0
    async with database.transaction() as session:
        await scheduling.confirm(session, cast.principal, plan.id, 2, BOOK, NOW)
        await reopens(session, cast.principal, plan.id)
    assert await looks(database, LATER - HOUR) == 0


async def test_an_observed_lesson_is_not_reminded_of(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        await agreed(session, cast.rina, cast.principal, plan.id)
        await observed(session, cast.principal, plan.id, NOW)
    assert await looks(database, LESSON - HOUR) == 0


# --------------------------------------------------------------------- a step is due


@pytest.mark.parametrize(
    ("left", "ahead"),
    [(9, None), (8, None), (7, 7), (4, 7), (3, 3), (2, 3), (1, 1), (0, 0), (-1, None)],
)
def test_days_before_a_step(left: int, ahead: int | None) -> None:
    due_on = date(2026, 8, 31)
    assert days_ahead(RULES, due_on, due_on - left * DAY) == ahead


async def test_whose_turn_it_is_decides_who_is_asked(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    day = date(2026, 8, 24)
    plans = {plan.id: (cast.rina.member_id, RULES, PERIOD, day)}

    async def asked(today: date = day) -> list[tuple[int, str]]:
        async with database.reading() as session:
            given = {plan.id: (cast.rina.member_id, RULES, PERIOD, today)}
            found = await who_is_asked(session, BOOK, given)
            return [(one.member_id, one.due.step.letter) for one in found]

    assert await asked() == [(cast.rina.member_id, "A")]
    assert await asked(TODAY) == []
    async with database.transaction() as session:
        await observers.name_observer(
            session, cast.principal, plan.id, cast.coach.member_id, BOOK, NOW
        )
        cycle = await begun(session, cast.rina, plan.id)
        assert waits_for(cycle, cycle.steps[0]) == {AskedOf.TEACHER}
        cycle = await scheduling.propose(session, cast.rina, plan.id, 0, LESSON, BOOK, NOW)
        # The words are still the teacher's; the day is now the observer's to answer.
        assert waits_for(cycle, cycle.steps[0]) == {AskedOf.TEACHER, AskedOf.OBSERVER}
        assert next_due(cycle.rules, cycle.steps, TODAY) is None
    assert len(await asked()) == 2
    async with database.reading() as session:
        with statements(database) as seen:
            await who_is_asked(session, BOOK, plans)
        assert len(seen) <= 4


async def test_one_message_a_day_until_the_step_is_done(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    day = date(2026, 8, 24)
    for hour in range(7, 16):
        now = local(day, hour, 50).astimezone(UTC)
        async with database.transaction() as session:
            calls = await scanning.scan(session, BOOK, now)
            await announce(session, calls, now)
    assert await told(database, "remind_step") == [cast.rina.member_id]


async def test_whoever_is_rated_is_asked_for_no_step_any_more(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    rating = await final(database, cast.principal, plan)
    now = local(date(2026, 8, 24), 15).astimezone(UTC)

    async def asked() -> list[str]:
        async with database.reading() as session:
            return [one.kind for one in await scanning.scan(session, BOOK, now)]

    assert "remind_step" not in await asked()
    await does(database, opens_again(cast.principal, plan, rating.revision))
    assert "remind_step" in await asked()


# --------------------------------------------------------------------- whatever people do


@dataclass
class World:
    """A database, its people, and what has been marked as far as everybody was told."""

    database: Database
    cast: Cast
    plan_id: int
    now: datetime = LESSON - 3 * DAY
    marked: dict[str, int] = field(default_factory=dict)
    looked_at: list[tuple[datetime, datetime | None]] = field(default_factory=list)


class Observing(DatabaseMachine):
    """Everybody taps on everything while time passes; what was shown may be outdated."""

    def __init__(self) -> None:
        super().__init__()
        cast, plan_id = self.runner.run(_stage(self.database))
        self.world = World(self.database, cast, plan_id)

    def _do(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T | None:
        async def attempt() -> T | None:
            try:
                async with self.world.database.transaction() as session:
                    return await work(session)
            except Refused:
                return None

        return self.runner.run(attempt())

    def _who(self, name: str) -> Actor:
        actor: Actor = getattr(self.world.cast, name)
        return actor

    people = st.sampled_from(["rina", "budi", "coach", "principal", "stranger"])

    @rule(who=people, hours=st.integers(-2, 96), number=st.integers(0, 6), why=st.booleans())
    def proposes(self, who: str, hours: int, number: int, why: bool) -> None:
        meets_at = self.world.now.replace(minute=0) + hours * HOUR
        reason = "Rapat" if why else ""
        done = self._do(
            lambda s: scheduling.propose(
                s, self._who(who), self.world.plan_id, number, meets_at, BOOK, self.world.now,
                reason=reason,
            )
        )  # fmt: skip
        assert done is None or who in ("rina", "coach", "principal")

    @rule(who=people, number=st.integers(0, 6))
    def confirms(self, who: str, number: int) -> None:
        self._do(
            lambda s: scheduling.confirm(
                s, self._who(who), self.world.plan_id, number, BOOK, self.world.now
            )
        )

    @rule(who=people, observer=st.sampled_from(["coach", "budi", "rina", None]))
    def names(self, who: str, observer: str | None) -> None:
        member = self._who(observer).member_id if observer else None
        done = self._do(
            lambda s: observers.name_observer(
                s, self._who(who), self.world.plan_id, member, BOOK, self.world.now
            )
        )
        assert done is None or (who == "principal" and observer != "rina")

    @rule(who=people, place=st.integers(1, 5), level=st.integers(-1, 3))
    def marks(self, who: str, place: int, level: int) -> None:
        code = f"IND-1.{place}"
        done = self._do(
            lambda s: marking.mark(
                s, self._who(who), self.world.plan_id, code, level, BOOK, self.world.now
            )
        )
        if done is not None:
            assert who not in ("rina", "stranger")
            self.world.marked[code] = level

    @rule(who=people, line=st.lists(st.integers(0, 4), min_size=3, max_size=5))
    def marks_all(self, who: str, line: list[int]) -> None:
        done = self._do(
            lambda s: marking.mark_line(
                s, self._who(who), self.world.plan_id, line, BOOK, self.world.now
            )
        )
        if done is not None:
            self.world.marked = {f"IND-1.{n}": level - 1 for n, level in enumerate(line, 1)}

    @rule(who=people)
    def finishes(self, who: str) -> None:
        self._do(
            lambda s: marking.finish(s, self._who(who), self.world.plan_id, BOOK, self.world.now)
        )

    @rule(who=people, revision=st.integers(0, 12))
    def signs(self, who: str, revision: int) -> None:
        done = self._do(
            lambda s: marking.sign_off(
                s, self._who(who), self.world.plan_id, revision, BOOK, self.world.now
            )
        )
        assert done is None or who == "principal"

    @rule(hours=st.integers(0, 10))
    def time_passes(self, hours: int) -> None:
        for _ in range(hours):
            self.world.now += HOUR
            self._look()

    @rule()
    def _look(self) -> None:
        self.runner.run(self._looks())

    async def _looks(self) -> None:
        world = self.world
        async with world.database.transaction() as session:
            cycle = await cycle_of(session, world.plan_id)
            assert cycle is not None
            calls = await reminding.find_due(session, world.now)
            for call in calls:
                # Only of the moment that holds, and only while the lesson is ahead.
                assert call.meets_at == cycle.agreed_at
                assert world.now < call.meets_at
                assert cycle.marking in (Marking.NONE, Marking.BEGUN)
            await reminding.announce(session, calls, world.now)

    @invariant()
    def nothing_is_lost_and_nobody_is_told_twice(self) -> None:
        self.runner.run(self._holds())

    async def _holds(self) -> None:
        async with self.world.database.reading() as session:
            marks = (await session.exec(select(ObservationMark))).all()
            assert {one.statement: one.level for one in marks} == self.world.marked
            near_ones = await session.exec(
                select(OutboxMessage.member_id, OutboxMessage.occasion).where(
                    col(OutboxMessage.kind) == "observation_near"
                )
            )
            assert max(Counter(near_ones.all()).values(), default=0) <= 1


async def _stage(database: Database) -> tuple[Cast, int]:
    cast = await cast_for(database)
    async with database.transaction() as session:
        full = await holds(session, cast.rina, cast.principal)
        await preparing.open_cycle(session, cast.rina, full.id, BOOK, NOW)
        await preparing.choose_indicator(session, cast.rina, full.id, "IND-1", BOOK, NOW)
    return cast, full.id


def test_whatever_people_do_marks_stay_and_reminders_are_true(fresh_sqlite: FreshDatabase) -> None:
    run_machine(Observing, fresh_sqlite, settings(CALM, max_examples=6, stateful_step_count=20))
