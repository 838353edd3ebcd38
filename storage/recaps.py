"""All teachers of a school in one period, with plans and evidence, in a handful of statements."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import confirmations
from storage.confirmations import Confirmed
from storage.evidence.reading import HISTORY
from storage.models import (
    Evidence,
    Member,
    Observation,
    Plan,
    PlanEntry,
    Report,
    ReportStatus,
)
from storage.observations.reading import FullCycle, load
from storage.overviews import TeacherState, overview
from storage.people import Actor, known_id
from storage.plans import FullPlan
from storage.ratings.reading import FullRating, ratings_in
from storage.rulebook import RuleBook


@dataclass(frozen=True, slots=True)
class TeacherPlan:
    """One teacher: where the plan stands, the plan itself if there is one, and its evidence."""

    state: TeacherState
    nip: str
    full: FullPlan | None
    evidence: tuple[Evidence, ...]


async def teacher_plans(session: AsyncSession, actor: Actor, period_id: str) -> list[TeacherPlan]:
    """Give every teacher of the school, by name. For who decides."""
    actor.require_decider()
    teachers = await overview(session, actor, period_id)
    nips = await session.exec(
        select(Member.id, Member.nip).where(Member.school_id == actor.school_id)
    )
    nip_of = {known_id(member_id): nip or "" for member_id, nip in nips.all()}
    full = await _plans(session, actor.school_id, period_id)
    evidence = await _evidence(session, actor.school_id, period_id)
    return [
        TeacherPlan(
            one,
            nip_of.get(one.member_id, ""),
            full.get(one.plan_id or 0),
            tuple(evidence.get(one.plan_id or 0, ())),
        )
        for one in teachers
    ]


@dataclass(frozen=True, slots=True)
class Results:
    """Observations, the status of reports, ratings and confirmed documents, by plan."""

    cycles: dict[int, FullCycle]
    reports: dict[int, ReportStatus]
    ratings: dict[int, FullRating]
    confirmed: Mapping[int, Confirmed]


async def results(
    session: AsyncSession, actor: Actor, period_id: str, rulebook: RuleBook
) -> Results:
    """Give what became of a school's plans. For who decides: coaches get no ratings."""
    actor.require_decider()
    cycles = await load(
        session, rulebook,
        col(Observation.school_id) == actor.school_id, col(Plan.period) == period_id,
    )  # fmt: skip
    reports = await session.exec(
        select(Report.plan_id, Report.status)
        .join(Plan, col(Plan.id) == col(Report.plan_id))
        .where(Report.school_id == actor.school_id, Plan.period == period_id)
    )
    return Results(
        cycles={one.plan_id: one for one in cycles},
        reports={plan_id: ReportStatus(status) for plan_id, status in reports.all()},
        ratings=await ratings_in(session, actor.school_id, period_id),
        confirmed=await confirmations.confirmed_in(session, actor.school_id, period_id),
    )


async def _plans(session: AsyncSession, school_id: int, period_id: str) -> dict[int, FullPlan]:
    found = await session.exec(
        select(Plan).where(Plan.school_id == school_id, Plan.period == period_id)
    )
    plans = {known_id(plan.id): FullPlan(plan) for plan in found.all()}
    entries = await session.exec(
        select(PlanEntry)
        .join(Plan, col(Plan.id) == col(PlanEntry.plan_id))
        .where(Plan.school_id == school_id, Plan.period == period_id)
        .order_by(col(PlanEntry.step), col(PlanEntry.code))
    )
    for entry in entries.all():
        plans[entry.plan_id].entries.append(entry)
    return plans


async def _evidence(
    session: AsyncSession, school_id: int, period_id: str
) -> dict[int, list[Evidence]]:
    found = await session.exec(
        select(Evidence)
        .join(Plan, col(Plan.id) == col(Evidence.plan_id))
        .where(Plan.school_id == school_id, Plan.period == period_id)
        .where(col(Evidence.status).not_in(HISTORY))
    )
    by_plan: dict[int, list[Evidence]] = defaultdict(list)
    for piece in found.all():
        by_plan[piece.plan_id or 0].append(piece)
    return by_plan
