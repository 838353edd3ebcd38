"""Teachers are reminded of what is theirs to do, and told that their plan still waits."""

from collections.abc import Sequence

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import PlanStatus
from storage.reminders.calls import Call
from storage.reminders.days import Due, SchoolDay
from storage.reminders.lacking import lack_evidence
from storage.reminders.looks import STATUS, TEACHER, WAIT, Look, Person, rated_of
from storage.reminders.tasks import ENDED_BY_RATING, Task, task_for
from storage.reminders.waiting import patience_of
from storage.rulebook import RuleBook


async def call_teachers(session: AsyncSession, rulebook: RuleBook, look: Look) -> list[Call]:
    """Call teachers who have something to do, or whose plan waits; where it is evidence, look."""
    calls: list[Call] = []
    unsure: list[tuple[Task, Call]] = []
    for person in look.people:
        if not person.roles & TEACHER:
            continue
        task = _task_call(look, person)
        call = task[1] if task else _waiting_call(look, person)
        if task is not None and task[0] in ENDED_BY_RATING:
            unsure.append(task)
        elif call is not None:
            calls.append(call)
    return calls + await _still_asked(session, rulebook, look, unsure)


async def _still_asked(
    session: AsyncSession, rulebook: RuleBook, look: Look, unsure: Sequence[tuple[Task, Call]]
) -> list[Call]:
    """Leave out whose rating is final, and whose evidence is all there."""
    plan_of = {call.member_id: look.plans[call.member_id].id for _, call in unsure}
    rated = await rated_of(session, list(plan_of.values()))
    asked = [(task, call) for task, call in unsure if plan_of[call.member_id] not in rated]
    unproved = [call.member_id for task, call in asked if task is Task.EVIDENCE]
    lacking = await _lacking(session, rulebook, look, unproved)
    return [call for task, call in asked if task is not Task.EVIDENCE or call.member_id in lacking]


def _task_call(look: Look, person: Person) -> tuple[Task, Call] | None:
    day, plan = look.days[person.school_id], look.plans.get(person.id)
    status = STATUS[plan.status] if plan else None
    asked = [
        (due, task)
        for due in day.dues
        if (
            task := _task(day, due, status, reported=plan is not None and plan.id in look.reported)
        )
        and (day.works or due.deadline.ends_on == day.today)
    ]
    fresh = next((one for one in asked if not look.is_told(person, one[0].occasion)), None)
    if fresh is None:
        return None
    due, task = fresh
    if not look.may_hear(person, "task", last_day=due.deadline.ends_on == day.today):
        return None
    others = [one.occasion for one, _ in asked if one is not due]
    return task, look.call(person, "remind_task", due.subject, [due.occasion, *others])


def _task(day: SchoolDay, due: Due, status: PlanStatus | None, *, reported: bool) -> Task | None:
    return task_for(
        due.deadline.kind, status,
        agreement_required=day.rules.agreement_required, reported=reported,
    )  # fmt: skip


def _waiting_call(look: Look, person: Person) -> Call | None:
    """Tell a teacher that the plan is still waiting, each time it has waited the rule's days."""
    day, plan = look.days[person.school_id], look.plans.get(person.id)
    if plan is None or plan.status != PlanStatus.SUBMITTED or plan.submitted_at is None:
        return None
    patience = patience_of(day.deadlines)
    if patience is None:
        return None
    waited = day.hours.working_days_after(day.hours.today(plan.submitted_at), day.today)
    if waited < patience or not look.may_hear(person, "task"):
        return None
    since = f"{plan.submitted_at:%Y%m%d}"
    occasion = f"{WAIT}:{plan.period}:{plan.revision}:{since}:{waited // patience}"
    if look.is_told(person, occasion):
        return None
    subject = {"period": plan.period, "revision": plan.revision}
    return look.call(person, "remind_waiting", subject, [occasion])


async def _lacking(
    session: AsyncSession, rulebook: RuleBook, look: Look, members: Sequence[int]
) -> set[int]:
    """Say which of these teachers lack evidence."""
    plans = [look.plans[one] for one in members]
    named = {
        key: rulebook.named(look.days[key[0]].school, key[1])
        for key in {(plan.school_id, plan.ruleset) for plan in plans}
    }
    rules = {plan.id: named[plan.school_id, plan.ruleset] for plan in plans}
    lacking = await lack_evidence(session, rules)
    return {plan.member_id for plan in plans if plan.id in lacking}
