"""Whose turn it is in an observation whose step is due soon: for the daily reminders."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Booking, Observation
from storage.observations.reading import FullCycle, load
from storage.observations.steps import StepState, steps_before_all
from storage.rulebook import RuleBook
from storage.rulesets import AskedOf, FieldKind, Period, RuleSet


@dataclass(frozen=True, slots=True)
class Due:
    """A step that is due so many days (`ahead`, one of the rule set's) before `due_on`."""

    step: StepState
    ahead: int

    def occasion(self, period: str, side: AskedOf) -> str:
        """Name the occasion, for all schools alike."""
        return f"step:{period}:{side}:{self.step.id}:{self.step.due_on:%Y%m%d}:{self.ahead}"


@dataclass(frozen=True, slots=True)
class Asked:
    """A member, a side, and the step of a plan that is due and waits for that side."""

    member_id: int
    side: AskedOf
    plan_id: int
    period: str
    due: Due


def days_ahead(rules: RuleSet, due_on: date, today: date) -> int | None:
    """Say which of the rule set's days before a step was the last to come; None if none was."""
    left = (due_on - today).days
    if left < 0:
        return None
    return min((one for one in rules.observation_rules.remind_days if one >= left), default=None)


def next_due(rules: RuleSet, steps: tuple[StepState, ...], today: date) -> Due | None:
    """Give the first step that is not done, if it is due soon and can be worked on."""
    step = next((one for one in steps if one.done_at is None), None)
    if step is None or not step.is_open:
        return None
    ahead = days_ahead(rules, step.due_on, today)
    return Due(step, ahead) if ahead is not None else None


def is_any_near(rules: RuleSet, period: Period, today: date) -> bool:
    """Whether any step is due soon: on most days none is, and nobody need be looked at."""
    dues = (rules.observation_due(one, period) for one in rules.observation_steps)
    return any(days_ahead(rules, due, today) is not None for due in dues)


def waits_for(cycle: FullCycle | None, step: StepState) -> Collection[AskedOf]:
    """Say which sides a step waits for; a proposed day waits for the side that did not propose."""
    sides = {one.asked for one in step.missing if one.kind is not FieldKind.MOMENT}
    if any(one.kind is FieldKind.MOMENT for one in step.missing):
        by_teacher = (
            cycle is not None
            and cycle.booking is Booking.PROPOSED
            and cycle.row.proposed_by == cycle.row.member_id
        )
        sides.add(AskedOf.OBSERVER if by_teacher else AskedOf.TEACHER)
    return sides


async def who_is_asked(
    session: AsyncSession,
    rulebook: RuleBook,
    plans: Mapping[int, tuple[int, RuleSet, Period, date]],
) -> list[Asked]:
    """Say of whom something is asked; a handful of statements for all plans.

    `plans` gives for each plan its teacher, the school's rules and period, and the day it is
    there. Where nobody was named, those who decide see it on their board instead.
    """
    cycles = await load(session, rulebook, col(Observation.plan_id).in_(plans))
    by_plan = {one.plan_id: one for one in cycles}
    found = []
    for plan_id, (teacher_id, rules, period, today) in plans.items():
        cycle = by_plan.get(plan_id)
        if cycle is not None:
            rules, period, steps = cycle.rules, cycle.period, cycle.steps
        else:
            steps = steps_before_all(rules, period)
        due = next_due(rules, steps, today)
        if due is None:
            continue
        sides = waits_for(cycle, due.step)
        observer = cycle.observer if cycle is not None else None
        if AskedOf.TEACHER in sides:
            found.append(Asked(teacher_id, AskedOf.TEACHER, plan_id, period.id, due))
        if AskedOf.OBSERVER in sides and observer is not None and observer.id is not None:
            found.append(Asked(observer.id, AskedOf.OBSERVER, plan_id, period.id, due))
    return found
