"""How far teachers are in the cycle of a period: the one place where all stages come together.

Plan, approval and evidence are worked out here; `storage.later_stages` reads the others. Where
documents are confirmed instead of an upload, the stage of evidence is that of the documents.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import confirmations
from storage.confirmations import Paper
from storage.evidence import needs
from storage.evidence.changing import OPEN_PLANS
from storage.evidence.needs import Progress
from storage.evidence.reading import HISTORY
from storage.later_stages import LATER
from storage.models import Evidence, EvidenceStatus, Plan, PlanEntry, PlanStatus, School
from storage.people import known_id
from storage.plans import FullPlan
from storage.rulebook import RuleBook
from storage.rulesets import RuleSet
from storage.stages import NOTHING_YET, Cycle, Scope, Stage, StageState, Standing

_EARLIER = frozenset({Stage.PLAN, Stage.APPROVAL, Stage.EVIDENCE})


async def cycle_of_plan(
    session: AsyncSession,
    rulebook: RuleBook,
    rules: RuleSet,
    full: FullPlan | None,
    pieces: Sequence[Evidence],
) -> Cycle:
    """Give the cycle of one teacher whose plan, if there is one, and evidence have been read."""
    if full is None:
        return _whole(_earlier(rules, None, pieces, ()))
    papers = await confirmations.papers_of(session, rules, full)
    later = await _later(session, rulebook, Scope(full.plan.school_id, full.plan.period, full.id))
    return _earlier(rules, full, pieces, papers) | {
        stage: later[stage].get(full.plan.member_id, NOTHING_YET) for stage in later
    }


async def cycles_of_school(
    session: AsyncSession, rulebook: RuleBook, school: School, period_id: str
) -> dict[int, Cycle]:
    """Give the cycle of everybody who has a plan or has begun a later stage, by member."""
    scope = Scope(known_id(school.id), period_id)
    plans = await _plans(session, scope)
    pieces = await _pieces(session, scope)
    confirmed = await confirmations.confirmed_in(session, scope.school_id, period_id)
    found: dict[int, dict[Stage, StageState]] = {}
    for full in plans:
        rules = rulebook.of_plan(school, full.plan)
        papers = confirmations.papers_with(rules, full, confirmed.get(full.id, {}))
        found[full.plan.member_id] = _earlier(rules, full, pieces.get(full.id, ()), papers)
    for stage, states in (await _later(session, rulebook, scope)).items():
        for member_id, state in states.items():
            found.setdefault(member_id, {})[stage] = state
    return {member_id: _whole(cycle) for member_id, cycle in found.items()}


def _whole(cycle: Cycle) -> Cycle:
    return {stage: cycle.get(stage, NOTHING_YET) for stage in Stage}


async def _later(
    session: AsyncSession, rulebook: RuleBook, scope: Scope
) -> dict[Stage, Mapping[int, StageState]]:
    return {
        stage: await LATER[stage](session, rulebook, scope) if stage in LATER else {}
        for stage in Stage
        if stage not in _EARLIER
    }


# ---------------------------------------------------------------- plan, approval, evidence


def _earlier(
    rules: RuleSet,
    full: FullPlan | None,
    pieces: Sequence[needs.Document],
    papers: Sequence[Paper],
) -> dict[Stage, StageState]:
    status = full.status if full is not None else None
    return {
        Stage.PLAN: StageState(_PLAN[status]),
        Stage.APPROVAL: StageState(_approval(rules, status)),
        Stage.EVIDENCE: _evidence(rules, full, pieces, papers),
    }


_PLAN: Mapping[PlanStatus | None, Standing] = {
    None: Standing.NOT_YET,
    PlanStatus.DRAFT: Standing.UNDER_WAY,
    PlanStatus.SUBMITTED: Standing.DONE,
    PlanStatus.RETURNED: Standing.RETURNED,
    PlanStatus.APPROVED: Standing.DONE,
    PlanStatus.AGREED: Standing.DONE,
}


def _approval(rules: RuleSet, status: PlanStatus | None) -> Standing:
    match status:
        case PlanStatus.SUBMITTED:
            return Standing.WAITING
        case PlanStatus.APPROVED if rules.agreement_required:
            return Standing.UNDER_WAY
        case PlanStatus.APPROVED | PlanStatus.AGREED:
            return Standing.DONE
        case _:
            return Standing.NOT_YET


def _evidence(
    rules: RuleSet,
    full: FullPlan | None,
    pieces: Sequence[needs.Document],
    papers: Sequence[Paper],
) -> StageState:
    if full is None or full.status not in OPEN_PLANS:
        return NOTHING_YET
    if rules.confirms_documents:
        return _documents(papers)
    proof = needs.progress(needs.provable(rules, full), pieces)
    return StageState(_proven(rules, proof, pieces), proof.accepted, proof.planned)


def _documents(papers: Sequence[Paper]) -> StageState:
    """Say how far the principal is: the teacher has nothing to do for it."""
    done = sum(one.is_confirmed for one in papers)
    standing = Standing.WAITING if done < len(papers) else Standing.DONE
    return StageState(standing, done, len(papers))


def _proven(rules: RuleSet, proof: Progress, pieces: Sequence[needs.Document]) -> Standing:
    if not proof.planned:
        return Standing.NOT_NEEDED
    if proof.accepted >= proof.planned:
        return Standing.DONE
    if any(piece.status == EvidenceStatus.RETURNED for piece in pieces):
        return Standing.RETURNED
    if proof.sent >= proof.planned:
        return Standing.WAITING
    if pieces:
        return Standing.UNDER_WAY
    return Standing.NOT_YET if rules.upload.required else Standing.NOT_NEEDED


# ---------------------------------------------------------------- a whole school at once


async def _plans(session: AsyncSession, scope: Scope) -> list[FullPlan]:
    """Read the plans of a period with their entries; two statements, however many there are."""
    of_period = (Plan.school_id == scope.school_id, Plan.period == scope.period_id)
    found = await session.exec(select(Plan).where(*of_period))
    plans = {known_id(plan.id): FullPlan(plan) for plan in found.all()}
    entries = await session.exec(
        select(PlanEntry)
        .join(Plan, col(Plan.id) == col(PlanEntry.plan_id))
        .where(*of_period, col(Plan.status).in_(OPEN_PLANS))
        .order_by(col(PlanEntry.step), col(PlanEntry.code))
    )
    for entry in entries.all():
        plans[entry.plan_id].entries.append(entry)
    return list(plans.values())


class _Pieces(NamedTuple):
    """Pieces of one kind for one entry in one state, counted together."""

    plan_id: int
    step: str
    code: str
    kind: str
    status: str
    covers: int


async def _pieces(session: AsyncSession, scope: Scope) -> dict[int, list[_Pieces]]:
    """Count the evidence of a school's plans of a period, by plan; one statement."""
    named = (Evidence.plan_id, Evidence.step, Evidence.code, Evidence.kind, Evidence.status)
    found = await session.exec(
        select(*named, func.sum(col(Evidence.covers)))  # type: ignore[call-overload]
        .join(Plan, col(Plan.id) == col(Evidence.plan_id))
        .where(Plan.school_id == scope.school_id, Plan.period == scope.period_id)
        .where(col(Evidence.status).not_in(HISTORY))
        .group_by(*named)
    )
    by_plan: dict[int, list[_Pieces]] = {}
    for piece in map(_Pieces._make, found.all()):
        by_plan.setdefault(piece.plan_id, []).append(piece)
    return by_plan
