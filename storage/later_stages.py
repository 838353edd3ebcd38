"""Where the stages after the evidence are read: observation, report, rating.

Each is a source that gives the state by member, for a whole school in as many statements however
many teachers, or for one of them. A stage without a source has not begun for anybody.
"""

from collections.abc import Mapping
from typing import Any

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Plan, Rating, RatingStatus, Report, ReportStatus
from storage.observations.reading import load
from storage.rulebook import RuleBook
from storage.stages import Scope, Source, Stage, StageState, Standing

_REPORT: Mapping[ReportStatus, Standing] = {
    ReportStatus.DRAFT: Standing.UNDER_WAY,
    ReportStatus.SUBMITTED: Standing.WAITING,
    ReportStatus.RETURNED: Standing.RETURNED,
    ReportStatus.ACCEPTED: Standing.DONE,
}


def _within(scope: Scope) -> tuple[Any, ...]:
    """Give the conditions on plans that a scope means."""
    if scope.plan_id is not None:
        return (col(Plan.id) == scope.plan_id,)
    return (col(Plan.school_id) == scope.school_id, col(Plan.period) == scope.period_id)


async def observations(
    session: AsyncSession, rulebook: RuleBook, scope: Scope
) -> Mapping[int, StageState]:
    """Count the steps of each observation that are done."""
    found = {}
    for cycle in await load(session, rulebook, *_within(scope)):
        done = sum(step.done_at is not None for step in cycle.steps)
        standing = Standing.DONE if done == len(cycle.steps) else Standing.UNDER_WAY
        found[cycle.row.member_id] = StageState(standing, done, len(cycle.steps))
    return found


async def reports(
    session: AsyncSession, _rulebook: RuleBook, scope: Scope
) -> Mapping[int, StageState]:
    """Say how far each report is."""
    rows = await session.exec(
        select(Plan.member_id, Report.status)
        .join(Report, col(Report.plan_id) == col(Plan.id))
        .where(*_within(scope))
    )
    return {member: StageState(_REPORT[ReportStatus(status)]) for member, status in rows.all()}


async def ratings(
    session: AsyncSession, _rulebook: RuleBook, scope: Scope
) -> Mapping[int, StageState]:
    """Say who has been rated; a draft is its raters' alone."""
    rows = await session.exec(
        select(Plan.member_id)
        .join(Rating, col(Rating.plan_id) == col(Plan.id))
        .where(*_within(scope), Rating.status == RatingStatus.FINAL)
    )
    return {member: StageState(Standing.DONE) for member in rows.all()}


LATER: dict[Stage, Source] = {
    Stage.OBSERVATION: observations,
    Stage.REPORT: reports,
    Stage.RATING: ratings,
}
