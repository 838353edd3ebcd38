"""What a teacher goes through in a period, and how far somebody can be."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.rulebook import RuleBook
from storage.rulesets import DeadlineKind, RuleSet


class Stage(StrEnum):
    """What a teacher goes through in a period, in this order."""

    PLAN = "plan"
    APPROVAL = "approval"
    EVIDENCE = "evidence"
    OBSERVATION = "observation"
    REPORT = "report"
    RATING = "rating"


class Standing(StrEnum):
    """How far a stage is. Waiting: for somebody else than the teacher."""

    NOT_NEEDED = "not_needed"
    NOT_YET = "not_yet"
    UNDER_WAY = "under_way"
    WAITING = "waiting"
    RETURNED = "returned"
    DONE = "done"


DEADLINE_OF: Mapping[Stage, DeadlineKind] = {
    Stage.PLAN: DeadlineKind.PLAN,
    Stage.EVIDENCE: DeadlineKind.EVIDENCE,
    Stage.REPORT: DeadlineKind.REPORT,
    Stage.RATING: DeadlineKind.RATING,
}
"""By which deadline a stage is to be done; the others have none of their own."""


def deadlines_by_stage(rules: RuleSet) -> Mapping[Stage, DeadlineKind]:
    """Say by which deadline each stage is to be done under a rule set.

    Documents that are confirmed instead of an upload are confirmed while the plan is carried out.
    """
    if rules.confirms_documents:
        return {**DEADLINE_OF, Stage.EVIDENCE: DeadlineKind.EXECUTION}
    return DEADLINE_OF


SETTLED = frozenset({Standing.DONE, Standing.NOT_NEEDED})


@dataclass(frozen=True, slots=True)
class StageState:
    """How far one teacher is in one stage; `done` of `of` where it can be counted."""

    standing: Standing = Standing.NOT_YET
    done: int = 0
    of: int = 0


Cycle = Mapping[Stage, StageState]
NOTHING_YET = StageState()


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose stages are asked for: all teachers of a school in a period, or one with a plan."""

    school_id: int
    period_id: str
    plan_id: int | None = None


Source = Callable[[AsyncSession, RuleBook, Scope], Awaitable[Mapping[int, StageState]]]
"""Gives the stage's state by member; whoever is not named has not begun."""
