"""What a teacher has to do next for a deadline: the rule by which everybody is reminded."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.deadlines import Deadline, deadlines_of
from storage.evidence import needs, reading, receiving
from storage.evidence.changing import OPEN_PLANS
from storage.evidence.needs import Provable
from storage.models import Account, Evidence, PlanStatus, Prompt, School
from storage.people import Actor
from storage.plans import FullPlan, find_plan, missing_steps
from storage.ratings.reading import finally_rated
from storage.reports.reading import report_of
from storage.rulebook import RuleBook
from storage.rulesets import DeadlineKind, Period, RuleSet

REMINDED_OF = (DeadlineKind.PLAN, DeadlineKind.EVIDENCE, DeadlineKind.REPORT)
"""The deadlines that a teacher can meet in the bot so far."""

LISTENS_FOR = timedelta(minutes=30)
"""So long after a question its dialogue is taken to be going on."""


class Task(StrEnum):
    """The next thing that only the teacher can do."""

    START = "start"
    FINISH = "finish"
    MEND = "mend"
    AGREE = "agree"
    EVIDENCE = "evidence"
    REPORT = "report"


ENDED_BY_RATING = frozenset({Task.EVIDENCE, Task.REPORT})
"""What nobody is reminded of once the rating is final. It may be sent all the same."""

_BEFORE_APPROVAL = {
    None: Task.START,
    PlanStatus.DRAFT: Task.FINISH,
    PlanStatus.RETURNED: Task.MEND,
}


def task_for(
    kind: str,
    status: PlanStatus | None,
    *,
    agreement_required: bool,
    reported: bool,
    rated: bool = False,
) -> Task | None:
    """Say what a deadline of this kind asks of a teacher whose plan is so far.

    None when nothing is, be it that others have to act. `EVIDENCE` means: unless all is there.
    `reported` says that the report has been handed in; its deadline asks for nothing else.
    `rated` says that the rating is final; see `ENDED_BY_RATING`.
    """
    task = _next_task(kind, status, agreement_required=agreement_required, reported=reported)
    return None if rated and task in ENDED_BY_RATING else task


def _next_task(
    kind: str, status: PlanStatus | None, *, agreement_required: bool, reported: bool
) -> Task | None:
    if kind == DeadlineKind.REPORT:
        return Task.REPORT if status in OPEN_PLANS and not reported else None
    if status in _BEFORE_APPROVAL:
        return _BEFORE_APPROVAL[status]
    if status is PlanStatus.SUBMITTED:
        return None
    if status is PlanStatus.APPROVED and agreement_required:
        return Task.AGREE
    return Task.EVIDENCE if kind == DeadlineKind.EVIDENCE else None


def unproven(rules: RuleSet, full: FullPlan, evidence: Iterable[Evidence]) -> list[Provable]:
    """Give the planned entries that lack evidence for some of their units.

    Under a rule set that requires no uploads nothing is lacking, whatever is there.
    """
    if not rules.upload.required:
        return []
    by_entry: dict[tuple[str, str], list[Evidence]] = {}
    for piece in evidence:
        by_entry.setdefault((piece.step, piece.code), []).append(piece)
    found = []
    for one in needs.provable(rules, full):
        units = needs.units_of(one, by_entry.get(one.key, ()))
        if units.sent < units.planned:
            found.append(one)
    return found


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task with what is missing: steps of the plan, or planned entries without evidence.

    `units` is how many units lack evidence; `unsorted` pieces have come and are not filed yet.
    """

    task: Task
    full: FullPlan | None
    steps: tuple[str, ...] = ()
    entries: tuple[Provable, ...] = ()
    units: int = 0
    unsorted: int = 0


async def open_task(
    session: AsyncSession,
    actor: Actor,
    rulebook: RuleBook,
    school: School,
    period: Period,
    kind: str,
) -> OpenTask | None:
    """Say what the actor still has to do for a deadline; None when nothing."""
    full = await find_plan(session, actor.member_id, period.id)
    rules = (
        rulebook.of_plan(school, full.plan) if full else rulebook.of_school(school, period.start)
    )
    report = await report_of(session, full.id) if full else None
    task = task_for(
        kind, full.status if full else None, agreement_required=rules.agreement_required,
        reported=report is not None and report.is_handed_in,
        rated=full is not None and bool(await finally_rated(session, [full.id])),
    )  # fmt: skip
    if full is None or task is None:
        return OpenTask(task, None) if task else None
    if task is Task.REPORT:
        return OpenTask(task, full)
    if task is not Task.EVIDENCE:
        return OpenTask(task, full, steps=missing_steps(rules, full))
    evidence = await reading.evidence_of_plan(session, full.id)
    entries = unproven(rules, full, evidence)
    if not entries:
        return None
    proof = needs.progress(needs.provable(rules, full), evidence)
    return OpenTask(
        task, full, entries=tuple(entries), units=proof.planned - proof.sent,
        unsorted=await receiving.count_unsorted(session, actor),
    )  # fmt: skip


async def is_in_dialogue(session: AsyncSession, account: Account, now: datetime) -> bool:
    """Whether the bot has just asked the person something and awaits the answer."""
    if account.prompt_id is None:
        return False
    prompt = await session.get(Prompt, account.prompt_id)
    return prompt is not None and now - prompt.asked_at < LISTENS_FOR


async def task_reminded_of(
    session: AsyncSession,
    actor: Actor,
    rulebook: RuleBook,
    school: School,
    subject: Mapping[str, Any],
    today: date,
) -> tuple[Deadline, OpenTask] | None:
    """Give what a reminder is about, as it is now.

    None when it is done, the deadline is over, or has been moved since: then others remind.
    """
    rules = rulebook.of_school(school, today)
    period = rules.period_at(today)
    if subject["period"] != period.id:
        return None
    deadlines = await deadlines_of(session, actor.school_id, rules, period)
    deadline = next((one for one in deadlines if one.kind == subject["deadline"]), None)
    if deadline is None:  # the rule set has been corrected since
        return None
    if deadline.ends_on.isoformat() != subject["ends_on"] or deadline.ends_on < today:
        return None
    task = await open_task(session, actor, rulebook, school, period, deadline.kind)
    return (deadline, task) if task is not None else None
