"""Coaches hear once a week that somebody of their school is behind."""

from collections.abc import Iterator

from storage.evidence.changing import OPEN_PLANS
from storage.models import PlanStatus
from storage.reminders.calls import Call
from storage.reminders.looks import BEHIND, COACH, TEACHER, Look, Person

BEGUN = {PlanStatus.SUBMITTED, *OPEN_PLANS}


def call_coaches(look: Look) -> Iterator[Call]:
    """Call the coaches once a week where somebody is behind or cannot be reached."""
    behind: dict[int, bool] = {}
    for person in look.people:
        if person.roles & TEACHER and not behind.get(person.school_id):
            behind[person.school_id] = _needs_a_coach(look, person)
    for person in look.people:
        if not person.roles & COACH or not behind.get(person.school_id):
            continue
        occasion = f"{BEHIND}:{look.days[person.school_id].week}"
        if not look.is_told(person, occasion) and look.may_hear(person, BEHIND):
            yield look.call(person, "remind_behind", {}, [occasion])


def _needs_a_coach(look: Look, teacher: Person) -> bool:
    """Whether a coach may have to do with a teacher; the list itself looks more closely."""
    day, plan = look.days[teacher.school_id], look.plans.get(teacher.id)
    if not teacher.is_reached or day.evidence_is_near:
        return True
    begun = plan is not None and plan.status in BEGUN
    return day.plan_is_near and not begun
