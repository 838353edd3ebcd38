"""What is known of a teacher's work before it is rated: counted here, in one place.

Whatever else comes to be known of a plan is added here, and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.evidence import needs, reading
from storage.evidence.needs import Progress, Provable, Units
from storage.plans import FullPlan
from storage.ratings.drafting import chosen_behaviours
from storage.ratings.reading import FullRating
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
class Facts:
    """All that is known. `behaviours` are the codes of the work values that the plan chose."""

    progress: Progress
    entries: tuple[Done, ...]
    behaviours: tuple[str, ...]
    lacks: tuple[Lack, ...]


async def facts_of(session: AsyncSession, rules: RuleSet, full: FullPlan) -> Facts:
    """Gather what is known of a plan; one statement."""
    evidence = await reading.evidence_of_plan(session, full.id)
    entries = needs.provable(rules, full)
    progress = needs.progress(entries, evidence)
    done = [
        Done(one, needs.units_of(one, [e for e in evidence if (e.step, e.code) == one.key]))
        for one in entries
    ]
    lacks = [Lack.OBSERVATION, Lack.REPORT]
    if rules.upload.required and progress.planned and not progress.accepted:
        lacks.append(Lack.EVIDENCE)
    return Facts(progress, tuple(done), chosen_behaviours(rules, full), tuple(lacks))


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
