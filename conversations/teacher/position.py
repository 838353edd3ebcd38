"""Where a teacher stands in the period: read once, told as text and as a picture."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from conversations.plan_views import Section, sections
from conversations.turn import Turn
from storage import deadlines, people, plans
from storage.cycle import cycle_of_plan
from storage.deadlines import Deadline
from storage.evidence import needs, reading
from storage.evidence.changing import OPEN_PLANS
from storage.evidence.needs import Progress
from storage.models import Member, PlanStatus
from storage.plans import FullPlan
from storage.rulesets import DeadlineKind
from storage.stages import SETTLED, Cycle, Stage


@dataclass(frozen=True, slots=True)
class Position:
    """Where a teacher stands. Without a plan, `full` is None.

    `deciders` are the names of those for whom a submitted plan waits.
    """

    full: FullPlan | None
    sections: tuple[Section, ...]
    deciders: tuple[str, ...]
    deadlines: Sequence[Deadline]
    proof: Progress
    has_evidence: bool
    cycle: Cycle

    @property
    def is_open(self) -> bool:
        """Whether evidence can be sent."""
        return self.full is not None and self.full.status in OPEN_PLANS


async def position_of(turn: Turn) -> Position:
    """Read where the actor stands in the present period."""
    rules, period, actor = turn.rules, turn.period, turn.actor
    full = await plans.find_plan(turn.session, actor.member_id, period.id)
    deciders: Sequence[Member] = ()
    if full is not None and full.status is PlanStatus.SUBMITTED:
        deciders = await people.deciders(turn.session, actor.school_id, turn.today)
    evidence = await reading.evidence_of_plan(turn.session, full.id) if full else ()
    entries = needs.provable(rules, full) if full else ()
    return Position(
        full=full,
        sections=sections(rules, full) if full else (),
        deciders=tuple(one.name for one in deciders if one.id != actor.member_id),
        deadlines=await deadlines.deadlines_of(turn.session, actor.school_id, rules, period),
        proof=needs.progress(entries, evidence),
        has_evidence=bool(evidence),
        cycle=await cycle_of_plan(turn.session, turn.rulebook, rules, full, evidence),
    )


def planned_until(turn: Turn, dated: Sequence[Deadline]) -> date:
    """Give the last day for plans: the deadline's, or else the end of the planning phase."""
    moved = next((one.ends_on for one in dated if one.kind is DeadlineKind.PLAN), None)
    return moved or turn.rules.planning_deadline(turn.period)


LAST_STAGES = (Stage.OBSERVATION, Stage.REPORT, Stage.RATING)
"""What follows once a plan holds."""


def next_words(turn: Turn, position: Position, *, drawn: bool = False) -> str:
    """Say what to do next, in Telegram's HTML. `drawn`: in a picture, which has no emoji."""
    plan_ends = planned_until(turn, position.deadlines)
    cycle = position.cycle
    stage = next((one for one in LAST_STAGES if cycle[one].standing not in SETTLED), None)
    report = next((one for one in position.deadlines if one.kind is DeadlineKind.REPORT), None)
    return turn.words.body(
        "status.next", full=position.full, deciders=position.deciders, deadline=plan_ends,
        agreement_required=turn.rules.agreement_required, is_open=position.is_open,
        proof=position.proof, required=turn.rules.upload.required, drawn=drawn, stage=stage,
        stands={str(stage): str(one.standing) for stage, one in cycle.items()},
        report_ends=report.ends_on if report is not None else turn.period.end,
        report_is_near=report is not None and _is_near(report, turn.today),
    )  # fmt: skip


def _is_near(deadline: Deadline, today: date) -> bool:
    """Whether a deadline is spoken of already: its first reminder is due."""
    return (deadline.ends_on - today).days <= max(deadline.rule.remind_days, default=0)
