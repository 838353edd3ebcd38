"""What is known of a teacher's work before it is rated: counted here, in one place.

Whatever else comes to be known of a plan is added here, and nowhere else.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.evidence import needs, reading
from storage.evidence.needs import Progress, Provable, Units
from storage.models import Observation, Plan, Report, ReportStatus
from storage.observations.reading import FINISHED, FullCycle, cycle_of
from storage.plans import FullPlan
from storage.ratings.drafting import chosen_behaviours
from storage.ratings.reading import FullRating
from storage.reports.reading import HANDED_IN, report_of
from storage.rulebook import RuleBook
from storage.rulesets import RatingFact, RuleSet


class Lack(StrEnum):
    """What is not there although a rating usually looks at it."""

    OBSERVATION = "observation"
    REPORT = "report"
    EVIDENCE = "evidence"


@dataclass(frozen=True, slots=True)
class Done:
    """A planned entry that evidence can be sent for, and how many of its units are proven."""

    provable: Provable
    units: Units


@dataclass(frozen=True, slots=True)
class Observed:
    """An observation whose marks are there: steps done, and the mean level, counted from 1."""

    steps_done: int
    steps: int
    level: float
    best: int
    is_signed: bool


@dataclass(frozen=True, slots=True)
class Facts:
    """All that is known. `behaviours` are the codes of the work values that the plan chose.

    `observed` and `report` are None until there is something to look at: marks that the observer
    has finished, a report that the teacher has handed in.
    """

    progress: Progress
    entries: tuple[Done, ...]
    behaviours: tuple[str, ...]
    observed: Observed | None
    report: ReportStatus | None
    lacks: tuple[Lack, ...]


async def facts_of(
    session: AsyncSession, rulebook: RuleBook, rules: RuleSet, full: FullPlan
) -> Facts:
    """Gather what is known of a plan."""
    observed = _observed(rules, await cycle_of(session, full.id, rulebook))
    report = await report_of(session, full.id)
    handed_in = report.status if report is not None and report.is_handed_in else None
    evidence = await reading.evidence_of_plan(session, full.id)
    entries = needs.provable(rules, full)
    progress = needs.progress(entries, evidence)
    done = [
        Done(one, needs.units_of(one, [e for e in evidence if (e.step, e.code) == one.key]))
        for one in entries
    ]
    lacks = []
    if observed is None:
        lacks.append(Lack.OBSERVATION)
    if handed_in is None:
        lacks.append(Lack.REPORT)
    if rules.upload.required and progress.planned and not progress.accepted:
        lacks.append(Lack.EVIDENCE)
    return Facts(
        progress, tuple(done), chosen_behaviours(rules, full), observed, handed_in, tuple(lacks)
    )


def _observed(rules: RuleSet, cycle: FullCycle | None) -> Observed | None:
    if cycle is None or cycle.marking not in FINISHED:
        return None
    levels = [one.level + 1 for one in cycle.marks.values() if one.level is not None]
    if not levels:
        return None
    return Observed(
        steps_done=sum(one.done_at is not None for one in cycle.steps),
        steps=len(cycle.steps),
        level=sum(levels) / len(levels),
        best=len(rules.indicator_rules.rubric_levels),
        is_signed=cycle.signed_off_at is not None,
    )


async def lacking_in(
    session: AsyncSession, school_id: int, period_id: str, plans: Collection[int]
) -> dict[Lack, set[int]]:
    """Say which of these plans of a school's period lack an observation or a report.

    Two statements.
    """
    here = (col(Plan.school_id) == school_id, col(Plan.period) == period_id)
    observed = await session.exec(
        select(Observation.plan_id)
        .join(Plan, col(Plan.id) == col(Observation.plan_id))
        .where(*here, col(Observation.marking).in_(FINISHED))
    )
    reported = await session.exec(
        select(Report.plan_id)
        .join(Plan, col(Plan.id) == col(Report.plan_id))
        .where(*here, col(Report.status).in_(HANDED_IN))
    )
    return {
        Lack.OBSERVATION: set(plans) - set(observed.all()),
        Lack.REPORT: set(plans) - set(reported.all()),
    }


def measure(rules: RuleSet, facts: Facts, rating: FullRating | None) -> Mapping[RatingFact, int]:
    """Count what a suggestion may rest on, in whole percent; what is not known is left out."""
    known: dict[RatingFact, int] = {}
    progress, points = facts.progress, rules.points
    if points is not None and progress.planned_points:
        known[RatingFact.ACCEPTED_OF_PLANNED] = _percent(
            progress.accepted_points, progress.planned_points
        )
        known[RatingFact.ACCEPTED_OF_TARGET] = _percent(
            progress.accepted_points, points.target_min
        )
    elif rules.upload.required and progress.planned:
        known[RatingFact.ACCEPTED_OF_PLANNED] = _percent(progress.accepted, progress.planned)
    if facts.observed is not None:
        known[RatingFact.OBSERVED] = int(facts.observed.level * 100 / facts.observed.best)
    marks = rating.marks if rating is not None else {}
    given = [marks[code] for code in facts.behaviours if code in marks]
    if given and len(given) == len(facts.behaviours):
        lowest, highest = rules.rating.levels[0], rules.rating.levels[-1]
        met = sum(mark != lowest for mark in given)
        known[RatingFact.BEHAVIOURS_MET] = _percent(met, len(given))
        known[RatingFact.BEHAVIOURS_ABOVE] = _percent(given.count(highest), len(given))
    return known


def _percent(part: int, whole: int) -> int:
    return part * 100 // whole
