"""Observation, report and rating on the board: as far as each may be known."""

import pytest
from sqlmodel import SQLModel

from storage.boards import board
from storage.database import Database
from storage.models import Observation, Rating, RatingStatus, Report, ReportStatus
from storage.plans import FullPlan
from storage.rulebook import RuleBook
from storage.stages import Stage, StageState, Standing
from tests.storage.evidence.staging import NOW, PERIOD, Cast, holds

NOTHING = StageState()


@pytest.fixture
async def plan(database: Database, cast: Cast) -> FullPlan:
    async with database.transaction() as session:
        return await holds(session, cast.rina, cast.principal)


async def add(database: Database, row: SQLModel) -> None:
    async with database.transaction() as session:
        session.add(row)


async def later(database: Database, cast: Cast) -> dict[str, list[StageState]]:
    async with database.reading() as session:
        rows = await board(session, cast.coach, RuleBook(), cast.school, PERIOD)
    stages = (Stage.OBSERVATION, Stage.REPORT, Stage.RATING)
    return {row.name: [row.cycle[stage] for stage in stages] for row in rows}


async def test_an_observation_counts_its_steps(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    assert (await later(database, cast))["Rina"] == [NOTHING] * 3
    await add(
        database,
        Observation(
            school_id=cast.rina.school_id, member_id=cast.rina.member_id, plan_id=plan.id,
            created_at=NOW, changed_at=NOW,
        ),
    )  # fmt: skip
    found = await later(database, cast)
    assert found["Rina"][0] == StageState(Standing.UNDER_WAY, 0, 5)
    assert found["Budi"] == [NOTHING] * 3


@pytest.mark.parametrize(
    ("status", "standing"),
    [
        (ReportStatus.DRAFT, Standing.UNDER_WAY),
        (ReportStatus.SUBMITTED, Standing.WAITING),
        (ReportStatus.RETURNED, Standing.RETURNED),
        (ReportStatus.ACCEPTED, Standing.DONE),
    ],
)
async def test_a_report_is_as_far_as_its_status(
    database: Database, cast: Cast, plan: FullPlan, status: str, standing: Standing
) -> None:
    await add(
        database,
        Report(
            school_id=cast.rina.school_id, member_id=cast.rina.member_id, plan_id=plan.id,
            status=status, created_at=NOW, changed_at=NOW,
        ),
    )  # fmt: skip
    assert (await later(database, cast))["Rina"] == [NOTHING, StageState(standing), NOTHING]


@pytest.mark.parametrize("status", RatingStatus)
async def test_a_draft_of_a_rating_is_nobody_elses(
    database: Database, cast: Cast, plan: FullPlan, status: RatingStatus
) -> None:
    rating = Rating(
        plan_id=plan.id, status=status, changed_by=cast.principal.member_id, changed_at=NOW
    )
    await add(database, rating)
    expected = StageState(Standing.DONE) if status is RatingStatus.FINAL else NOTHING
    assert (await later(database, cast))["Rina"][2] == expected
