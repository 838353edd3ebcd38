"""What is answered in words and photos before and after the lesson, and by whom."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import NotAllowed, NotFound, ObservationPaused, StepNotOpen
from storage.evidence.changing import OPEN_PLANS
from storage.models import Plan
from storage.observations.changing import tell
from storage.observations.reading import FullCycle, cycle_of
from storage.people import Actor
from storage.rulesets import AskedOf, FieldKind, ObservationField

ANSWERED = frozenset({FieldKind.WORDS, FieldKind.DOCUMENT})
"""Blanks that are filled in as questions of a form."""


def asked_of(cycle: FullCycle, actor: Actor) -> AskedOf | None:
    """Say on which side the actor is; None for somebody who only looks on."""
    if cycle.is_teacher(actor):
        return AskedOf.TEACHER
    return AskedOf.OBSERVER if cycle.is_observer(actor) else None


def questions_of(cycle: FullCycle, actor: Actor, step: str) -> list[ObservationField]:
    """Give the blanks of a step that the actor answers, in their order."""
    side = asked_of(cycle, actor)
    fields = [
        cycle.rules.observation_field(one) for one in cycle.rules.observation_step(step).fields
    ]
    return [one for one in fields if one.kind in ANSWERED and one.asked is side]


async def may_answer(session: AsyncSession, actor: Actor, plan: Plan, field: str) -> None:
    """Raise unless the actor may answer this blank now. A `Guard` of `storage.forms`.

    Raises `NotAllowed`, `ObservationPaused` while the plan is being changed, `StepNotOpen`.
    """
    cycle = await cycle_of(session, plan.id or 0)
    blank = next(
        (one for one in cycle.rules.observation_fields if one.id == field), None
    ) if cycle is not None else None  # fmt: skip
    if cycle is None or blank is None or blank.kind not in ANSWERED:
        raise NotFound
    if blank.asked is not asked_of(cycle, actor):
        raise NotAllowed
    if plan.status not in OPEN_PLANS:
        raise ObservationPaused(plan.status)
    require_open_step(cycle, blank.step)


def require_open_step(cycle: FullCycle, step: str) -> None:
    """Raise `StepNotOpen` while a step has to wait for the observation."""
    if cycle.step(step).is_open:
        return
    rubric = cycle.rules.field_of_kind(FieldKind.RUBRIC)
    before = cycle.rules.observation_step(rubric.step).step if rubric is not None else ""
    raise StepNotOpen(before)


async def tell_done(session: AsyncSession, actor: Actor, cycle: FullCycle, now: datetime) -> None:
    """Tell the other side of each step that words have completed; of each once."""
    if asked_of(cycle, actor) is None or cycle.plan.status not in OPEN_PLANS:
        return
    for step in cycle.steps:
        kinds = {
            cycle.rules.observation_field(one).kind
            for one in cycle.rules.observation_step(step.id).fields
        }
        if step.done_at is not None and kinds <= ANSWERED:
            await tell(
                session, cycle, actor, "observation_step", f"step:{step.id}", now, step=step.id
            )
