"""Reminders of observations: a lesson that is near, and a step that is due."""

from datetime import date
from typing import Any

from conversations.callbacks.observing import Observed, OpenObservation, PickDay, ShowCycle
from conversations.notices import Notice, notice
from conversations.observation_views import next_of
from conversations.people import Person
from conversations.reminding import put_off
from conversations.screens import Key, Row, Screen, Style
from conversations.teacher.observing import cycle_for
from storage import plans
from storage.evidence.changing import OPEN_PLANS
from storage.observations import reading
from storage.observations.due import waits_for
from storage.observations.reading import FINISHED, FullCycle
from storage.observations.reminding import Near
from storage.observations.steps import StepState
from storage.plans import FullPlan
from storage.ratings.reading import finally_rated
from storage.reminders import tasks
from storage.rulesets import AskedOf


@notice("observation_near")
async def observation_near(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Remind of a lesson; nothing when it was moved, observed, or another observes by now."""
    cycle = await cycle_for(person, subject)
    takes_part = cycle.is_teacher(person.actor) or cycle.is_observer(person.actor)
    is_other = cycle.row.sequence != subject["sequence"] or cycle.marking in FINISHED
    holds = cycle.plan.status in OPEN_PLANS
    if cycle.agreed_at is None or is_other or not takes_part or not holds:
        return None
    text = person.words.body(
        "observing.near", who=person.salutation, cycle=cycle,
        own=cycle.is_teacher(person.actor), soon=subject["near"] == Near.HOUR,
        days=(cycle.agreed_at.astimezone(person.words.zone).date() - person.today).days,
    )  # fmt: skip
    words, plan = person.words, cycle.plan_id
    rows: list[Row] = [(Key(words.label("observing.open"), ShowCycle(plan), Style.NEXT),)]
    rows.append((Key(words.label("observing.day_confirmed"), PickDay(plan, 0)),))
    return Notice(Screen(text, tuple(rows), view=ShowCycle(plan)))


@notice("remind_step")
async def remind_step(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Remind of a step that is due; nothing when it is done, rated, or waits for others by now."""
    if await tasks.is_in_dialogue(person.session, person.account, person.now):
        return None
    due_on = date.fromisoformat(subject["due_on"])
    if subject["period"] != person.period.id or due_on < person.today:
        return None
    if subject["side"] == AskedOf.OBSERVER:
        return await _of_observer(person, subject["step"], due_on)
    return await _of_teacher(person, subject["step"], due_on)


async def _of_teacher(person: Person, step_id: str, due_on: date) -> Notice | None:
    full = await plans.find_plan(person.session, person.actor.member_id, person.period.id)
    if full is None or full.status not in OPEN_PLANS:
        return None
    if await finally_rated(person.session, [full.id]):
        return None
    cycle = await reading.cycle_of(person.session, full.id, person.rulebook)
    if cycle is None:
        return _begin(person, full, step_id, due_on)
    step = cycle.next_step
    if step is None or step.id != step_id or AskedOf.TEACHER not in waits_for(cycle, step):
        return None
    after = next_of(person, cycle)
    text = _words(person, step.letter, step.title, due_on, names=[])
    key = after.key or Key(person.words.label("observing.open"), ShowCycle(full.id), Style.NEXT)
    return Notice(Screen(text, ((key,), *put_off(person)), view=ShowCycle(full.id)))


def _begin(person: Person, full: FullPlan, step_id: str, due_on: date) -> Notice:
    rules = person.rulebook.of_plan(person.school, full.plan)
    step = rules.observation_step(step_id)
    text = _words(person, step.step, step.title, due_on, names=[])
    key = Key(person.words.label("observing.open"), OpenObservation(), Style.NEXT)
    return Notice(Screen(text, ((key,), *put_off(person)), view=OpenObservation()))


async def _of_observer(person: Person, step_id: str, due_on: date) -> Notice | None:
    found = await reading.observed_by(
        person.session, person.actor, person.period.id, person.rulebook
    )
    rated = await finally_rated(person.session, [one.plan_id for one in found])
    waiting = [
        one for one in found if one.plan_id not in rated and _waits_for_observer(one, step_id)
    ]
    if not waiting:
        return None
    step: StepState = waiting[0].step(step_id)
    names = [one.teacher.name for one in waiting]
    text = _words(person, step.letter, step.title, due_on, names=names)
    key = Key(person.words.label("observing.observed"), Observed(0), Style.NEXT)
    return Notice(Screen(text, ((key,), *put_off(person)), view=Observed(0)))


def _waits_for_observer(cycle: FullCycle, step_id: str) -> bool:
    step = cycle.next_step
    if step is None or step.id != step_id or cycle.plan.status not in OPEN_PLANS:
        return False
    return AskedOf.OBSERVER in waits_for(cycle, step)


def _words(person: Person, letter: str, title: str, due_on: date, names: list[str]) -> str:
    return person.words.body(
        "observing.step_due", who=person.salutation, letter=letter, title=title, due_on=due_on,
        left=(due_on - person.today).days, names=names,
    )  # fmt: skip
