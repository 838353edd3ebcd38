"""A class observation as it stands, and who may see it."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import NotAllowed, NotFound
from storage.models import (
    Booking,
    Marking,
    Member,
    Observation,
    ObservationMark,
    ObservationMove,
    Plan,
    PlanEntry,
    Role,
    School,
)
from storage.observations.answers import Given, given_in
from storage.observations.steps import StepState, steps_of
from storage.people import Actor, known_id
from storage.rulebook import RuleBook
from storage.rulesets import (
    ChoiceSource,
    FieldKind,
    Focus,
    Indicator,
    ObservationField,
    Period,
    RuleSet,
)

FINISHED = frozenset({Marking.FINISHED, Marking.SIGNED})

# Made once: to lay out the columns of an alias takes longer than to read a teacher's cycle.
_TEACHER, _OBSERVER = aliased(Member), aliased(Member)


@dataclass(frozen=True, slots=True)
class Mark:
    """What was seen of one statement. `level` is a place in the rule set's levels, from 0."""

    level: int | None
    note: str = ""
    voice_id: str = ""
    voice_seconds: int = 0


@dataclass(slots=True)
class FullCycle:
    """A cycle with its people, rules, marks (by statement) and answers (by blank)."""

    row: Observation
    plan: Plan
    school: School
    teacher: Member
    named: Member | None
    rules: RuleSet
    planned: str = ""
    marks: dict[str, Mark] = field(default_factory=dict)
    given: dict[str, Given] = field(default_factory=dict)

    @property
    def plan_id(self) -> int:
        """The number of the plan, by which a cycle is known."""
        return self.row.plan_id

    @property
    def booking(self) -> Booking:
        """How far the day and hour are."""
        return Booking(self.row.booking)

    @property
    def marking(self) -> Marking:
        """How far the marks are."""
        return Marking(self.row.marking)

    @property
    def period(self) -> Period:
        """The period of the plan."""
        return self.rules.period(self.plan.period)

    @property
    def observer(self) -> Member | None:
        """Who observes, unless the person has left; None where those who decide do."""
        return self.named if self.named is not None and self.named.roles else None

    @property
    def indicator(self) -> str:
        """The code of the practice indicator, from the plan or chosen here; empty without one."""
        return self.row.indicator or self.planned

    @property
    def rubric(self) -> Indicator | None:
        """The indicator with its statements; None while none is chosen."""
        return self.rules.indicator(self.indicator) if self.indicator else None

    @property
    def behaviour(self) -> str:
        """The code of the focus behaviour; empty without one of the present indicator."""
        return self.focus.code if self.focus is not None else ""

    @property
    def focus(self) -> Focus | None:
        """The focus behaviour; None while none of the present indicator is chosen."""
        choices = self.rubric.focus if self.rubric is not None else ()
        return next((one for one in choices if one.code == self.row.behaviour), None)

    @property
    def agreed_at(self) -> datetime | None:
        """The moment of the observation, once both have agreed to it."""
        return self.row.meets_at if self.booking is Booking.CONFIRMED else None

    @property
    def signed_off_at(self) -> datetime | None:
        """When the marks became final."""
        return self.row.signed_off_at

    @property
    def answers(self) -> dict[str, str]:
        """The words by blank; empty where only a voice note or files were sent."""
        return {name: one.words for name, one in self.given.items()}

    @property
    def steps(self) -> tuple[StepState, ...]:
        """All steps, as far as they are."""
        is_signed = self.marking is Marking.SIGNED
        return steps_of(self.rules, self.period, self.given_at, is_signed=is_signed)

    @property
    def next_step(self) -> StepState | None:
        """The first step that is not done; None when all are."""
        return next((one for one in self.steps if one.done_at is None), None)

    @property
    def waits_for_signature(self) -> bool:
        """Whether somebody who decides has to sign the marks off."""
        return self.marking is Marking.FINISHED

    @property
    def unmarked(self) -> tuple[int, ...]:
        """The places, from 1, of the statements without a level."""
        statements = self.rubric.statements if self.rubric is not None else ()
        return tuple(
            place
            for place, one in enumerate(statements, 1)
            if one.code not in self.marks or self.marks[one.code].level is None
        )

    def step(self, wanted: str) -> StepState:
        """Give one step by id. Raises `NotFound`."""
        found = next((one for one in self.steps if one.id == wanted), None)
        if found is None:
            raise NotFound
        return found

    def given_at(self, blank: ObservationField) -> datetime | None:
        """Say since when a blank is filled in."""
        row = self.row
        finished_at = row.marked_at if self.marking in FINISHED else None
        match blank.kind:
            case FieldKind.INDICATOR:
                return (row.chosen_at or row.created_at) if self.indicator else None
            case FieldKind.BEHAVIOUR:
                return (row.chosen_at or row.created_at) if self.behaviour else None
            case FieldKind.MOMENT:
                # A lesson may be observed without a date in the bot: nobody is held up by that.
                confirmed = self.booking is Booking.CONFIRMED
                return row.confirmed_at if confirmed else finished_at
            case FieldKind.RUBRIC:
                return finished_at
            case _:
                return self.given[blank.id].at if blank.id in self.given else None

    def is_teacher(self, actor: Actor) -> bool:
        """Whether the actor is the one who is observed."""
        return self.row.member_id == actor.member_id

    def is_observer(self, actor: Actor) -> bool:
        """Whether the actor observes: who was named, or else whoever decides."""
        if self.is_teacher(actor):
            return False
        if self.observer is not None:
            return self.observer.id == actor.member_id
        return actor.decides

    def may_read(self, actor: Actor) -> bool:
        """Whether the actor takes part, or decides."""
        return self.is_teacher(actor) or self.is_observer(actor) or actor.decides

    def may_see_marks(self, actor: Actor) -> bool:
        """Whether the actor may see the marks: the teacher not before they are signed off."""
        return self.marking is Marking.SIGNED or not self.is_teacher(actor)


async def cycle_of(
    session: AsyncSession, plan_id: int, rulebook: RuleBook | None = None
) -> FullCycle | None:
    """Give the cycle of a plan; None while there is none. Checks nothing.

    Without a rule book, a school's own corrections are not regarded.
    """
    found = await load(session, rulebook or RuleBook(), col(Observation.plan_id) == plan_id)
    return found[0] if found else None


async def read(session: AsyncSession, actor: Actor, plan_id: int, rulebook: RuleBook) -> FullCycle:
    """Give a cycle to its teacher, to who observes, or to who decides."""
    cycle = await cycle_of(session, plan_id, rulebook)
    if cycle is None or cycle.row.school_id != actor.school_id:
        raise NotFound
    if not cycle.teacher.roles & Role.TEACHER:
        raise NotFound
    if not cycle.may_read(actor):
        raise NotAllowed
    return cycle


async def observed_by(
    session: AsyncSession, actor: Actor, period_id: str, rulebook: RuleBook
) -> list[FullCycle]:
    """Give the cycles of a period in which the actor observes, by the teachers' names."""
    return await load(
        session, rulebook,
        col(Observation.observer_id) == actor.member_id, col(Plan.period) == period_id,
    )  # fmt: skip


async def cycles_of(
    session: AsyncSession, actor: Actor, plans: Collection[int], rulebook: RuleBook
) -> list[FullCycle]:
    """Give the cycles of some plans of the actor's school whose teachers still teach there."""
    found = await load(
        session, rulebook,
        col(Observation.plan_id).in_(plans), col(Observation.school_id) == actor.school_id,
    )  # fmt: skip
    return [one for one in found if one.teacher.roles & Role.TEACHER]


async def moves_of(
    session: AsyncSession, cycle: FullCycle, most: int
) -> list[tuple[ObservationMove, Member]]:
    """Give the newest proposals of a day with who made them, the newest first."""
    found = await session.exec(
        select(ObservationMove, Member)
        .join(Member, col(Member.id) == col(ObservationMove.member_id))
        .where(ObservationMove.observation_id == cycle.row.id)
        .order_by(col(ObservationMove.sequence).desc())
        .limit(most)
    )
    return list(found.all())


async def move_at(
    session: AsyncSession, cycle: FullCycle, sequence: int
) -> tuple[ObservationMove, Member] | None:
    """Give one change of the day, with who made it."""
    found = await session.exec(
        select(ObservationMove, Member)
        .join(Member, col(Member.id) == col(ObservationMove.member_id))
        .where(ObservationMove.observation_id == cycle.row.id)
        .where(ObservationMove.sequence == sequence)
    )
    return found.first()


async def load(session: AsyncSession, rulebook: RuleBook, *conditions: Any) -> list[FullCycle]:
    """Give the cycles for which conditions hold, by the teachers' names.

    However many they are, it takes the same number of statements.
    """
    found = await session.exec(
        select(Observation, Plan, School, _TEACHER, _OBSERVER)  # type: ignore[call-overload]
        .join(Plan, col(Plan.id) == col(Observation.plan_id))
        .join(School, col(School.id) == col(Observation.school_id))
        .join(_TEACHER, col(_TEACHER.id) == col(Observation.member_id))
        .join(_OBSERVER, col(_OBSERVER.id) == col(Observation.observer_id), isouter=True)
        .where(*conditions)
        .order_by(col(_TEACHER.name), col(_TEACHER.id))
        .execution_options(populate_existing=True)
    )
    cycles = [
        FullCycle(row, plan, school, who, named, rulebook.of_plan(school, plan))
        for row, plan, school, who, named in found.all()
    ]
    if cycles:
        await _add_planned(session, cycles)
        await _add_marks(session, cycles)
        answers = await given_in(session, [one.plan_id for one in cycles])
        for one in cycles:
            one.given = answers.get(one.plan_id, {})
    return cycles


def planning_steps(rules: RuleSet) -> tuple[str, ...]:
    """Give the steps of the plan in which the indicator is chosen; none where it is not there."""
    return tuple(one.id for one in rules.steps if one.choices is ChoiceSource.INDICATORS)


async def _add_planned(session: AsyncSession, cycles: Sequence[FullCycle]) -> None:
    steps = {one.plan_id: planning_steps(one.rules) for one in cycles}
    planned = {plan_id: some for plan_id, some in steps.items() if some}
    if not planned:
        return
    found = await session.exec(
        select(PlanEntry.plan_id, PlanEntry.step, PlanEntry.code)
        .where(col(PlanEntry.plan_id).in_(planned))
        .where(col(PlanEntry.step).in_({one for some in planned.values() for one in some}))
    )
    codes = {(plan_id, step): code for plan_id, step, code in found.all()}
    for one in cycles:
        chosen = (codes.get((one.plan_id, step), "") for step in steps[one.plan_id])
        one.planned = next((code for code in chosen if code), "")


async def _add_marks(session: AsyncSession, cycles: Iterable[FullCycle]) -> None:
    by_id = {known_id(one.row.id): one for one in cycles if one.marking is not Marking.NONE}
    if not by_id:
        return
    found = await session.exec(
        select(ObservationMark).where(col(ObservationMark.observation_id).in_(by_id))
    )
    for one in found.all():
        mark = Mark(one.level, one.note, one.voice_id, one.voice_seconds)
        by_id[one.observation_id].marks[one.statement] = mark
