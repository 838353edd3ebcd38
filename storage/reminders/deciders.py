"""Those who decide are reminded, in the morning, of what waits for them."""

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import confirmations
from storage.evidence.changing import OPEN_PLANS
from storage.models import Evidence, EvidenceStatus, Plan, PlanStatus
from storage.periods import is_closed
from storage.reminders.calls import Call
from storage.reminders.looks import DIGEST, PRINCIPAL, STATUS, Look, batches, rated_of
from storage.reports.reading import reports_waiting


async def call_deciders(session: AsyncSession, look: Look) -> list[Call]:
    """Call those who decide, in the morning, where something waits for them."""
    awake = [
        one
        for one in look.people
        if (one.roles & PRINCIPAL or one.id in look.deputies)
        and look.may_hear(one, DIGEST, morning=True)
    ]
    if not awake:
        return []
    waiting = _plans_waiting(look)
    schools = {one.school_id for one in awake}
    evidence = await _evidence_waiting(session, schools)
    for school_id, member_id, count in evidence + await reports_waiting(session, schools):
        waiting.setdefault(school_id, {})
        waiting[school_id][member_id] = waiting[school_id].get(member_id, 0) + count
    for school_id, member_id in await _papers_waiting(session, look):
        waiting.setdefault(school_id, {})[member_id] = 1
    unrated = await _unrated(session, look, {one.school_id for one in awake})
    calls = []
    for one in awake:
        occasions = [f"{DIGEST}:{look.days[one.school_id].today}"]
        waits = any(owner != one.id for owner in waiting.get(one.school_id, {}))
        rating = look.days[one.school_id].rating_due
        rates = any(owner != one.id for owner in unrated.get(one.school_id, ()))
        if rating is not None and rates and (waits or not look.is_told(one, rating)):
            occasions.append(rating)
        if waits or len(occasions) > 1:
            calls.append(look.call(one, "remind_digest", {}, occasions))
    return calls


async def _unrated(session: AsyncSession, look: Look, schools: set[int]) -> dict[int, set[int]]:
    """Give, by school, whose plan holds and has no final rating, where ratings are due."""
    due = {one for one in schools if look.days[one].rating_due is not None}
    plans = {
        one.id: one
        for one in look.plans.values()
        if one.school_id in due and one.status in OPEN_PLANS
    }
    unrated: dict[int, set[int]] = {}
    for plan_id in plans.keys() - await rated_of(session, sorted(plans)):
        unrated.setdefault(plans[plan_id].school_id, set()).add(plans[plan_id].member_id)
    return unrated


def _plans_waiting(look: Look) -> dict[int, dict[int, int]]:
    """Count, by school and teacher, what waits for a decision."""
    waiting: dict[int, dict[int, int]] = {}
    for plan in look.plans.values():
        if plan.status == PlanStatus.SUBMITTED:
            waiting.setdefault(plan.school_id, {})[plan.member_id] = 1
    return waiting


async def _papers_waiting(session: AsyncSession, look: Look) -> list[tuple[int, int]]:
    """Give whose documents lack a confirmation that everybody's need, where the day is near."""
    least: dict[int, int] = {}
    for plan in look.plans.values():
        day = look.days[plan.school_id]
        if day.papers_are_near and STATUS[plan.status] in OPEN_PLANS:
            documents = day.rules.accountability_documents
            least[plan.id] = sum(not one.only_with for one in documents)
    lacking: set[int] = set()
    for some in batches(sorted(least)):
        lacking |= await confirmations.lacking_some(session, {one: least[one] for one in some})
    return [(plan.school_id, plan.member_id) for plan in look.plans.values() if plan.id in lacking]


async def _evidence_waiting(
    session: AsyncSession, schools: set[int]
) -> list[tuple[int, int, int]]:
    rows: list[tuple[int, int, int]] = []
    for some in batches(sorted(schools)):
        found = await session.exec(
            select(Evidence.school_id, Evidence.member_id, func.count(col(Evidence.id)))
            .join(Plan, col(Plan.id) == col(Evidence.plan_id))
            .where(col(Evidence.school_id).in_(some))
            .where(Evidence.status == EvidenceStatus.RECEIVED)
            .where(col(Plan.status).in_(OPEN_PLANS), ~is_closed())
            .group_by(col(Evidence.school_id), col(Evidence.member_id))
        )
        rows += found.all()
    return rows
