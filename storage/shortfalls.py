"""What a teacher still lacks, in one number: to the plan's target first, then in evidence."""

from dataclasses import dataclass
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import plans
from storage.evidence import needs, reading
from storage.models import Member, PlanStatus, Role
from storage.people import known_id
from storage.plans import FullPlan
from storage.ratings.reading import finally_rated
from storage.rulesets import Period, RuleSet


class Lack(StrEnum):
    """What comes next for a teacher, and is not there yet."""

    POINTS = "points"
    STEPS = "steps"
    SUBMISSION = "submission"
    DECISION = "decision"
    AGREEMENT = "agreement"
    EVIDENCE = "evidence"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What is lacking, and how many of it where it can be counted."""

    lack: Lack
    count: int = 0


async def shortfall_of(
    session: AsyncSession, member: Member, rules: RuleSet, period: Period
) -> Shortfall:
    """Say what a member lacks. `rules` are those of the plan or, without one, of the school."""
    if not Role(member.roles) & Role.TEACHER:
        return Shortfall(Lack.NOTHING)
    full = await plans.find_plan(session, known_id(member.id), period.id)
    if full is None:
        if rules.points is not None:
            return Shortfall(Lack.POINTS, rules.points.target_min)
        return Shortfall(Lack.STEPS, sum(step.required for step in rules.steps))
    if full.fillable:
        return _to_submit(rules, full)
    if full.status is PlanStatus.SUBMITTED:
        return Shortfall(Lack.DECISION)
    if full.status is PlanStatus.APPROVED and rules.agreement_required:
        return Shortfall(Lack.AGREEMENT)
    if not rules.upload.required or await finally_rated(session, [full.id]):
        return Shortfall(Lack.NOTHING)
    pieces = await reading.evidence_of_plan(session, full.id)
    how_far = needs.progress(needs.provable(rules, full), pieces)
    missing = how_far.planned - how_far.sent
    return Shortfall(Lack.EVIDENCE, missing) if missing > 0 else Shortfall(Lack.NOTHING)


def _to_submit(rules: RuleSet, full: FullPlan) -> Shortfall:
    if rules.points is not None and full.plan.points_floor < rules.points.target_min:
        return Shortfall(Lack.POINTS, rules.points.target_min - full.plan.points_floor)
    steps = plans.missing_steps(rules, full)
    return Shortfall(Lack.STEPS, len(steps)) if steps else Shortfall(Lack.SUBMISSION)
