"""Everything about a school's period, one teacher after the other, for tables and archives."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlmodel import col, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, confirmations, papers
from storage.confirmations import Confirmed
from storage.evidence.reading import Piece
from storage.models import (
    AuditEntry,
    Decision,
    Evidence,
    EvidencePage,
    EvidenceStatus,
    Member,
    Observation,
    PaperOrder,
    Plan,
    PlanEntry,
    Report,
    ReportDecision,
    ReportRevision,
    ReportStatus,
    Role,
    School,
)
from storage.observations.reading import FullCycle, load
from storage.people import Actor, known_id
from storage.plans import FullPlan
from storage.ratings.reading import FullRating, ratings_in
from storage.rulebook import RuleBook

MAY_EXPORT = Role.PRINCIPAL | Role.OPERATOR
"""Who takes a school's data away: it holds everybody's NIP, evidence and ratings."""

FILED = (EvidenceStatus.RECEIVED, EvidenceStatus.ACCEPTED, EvidenceStatus.RETURNED)
"""What belongs in papers: sent for an entry of the plan, and neither replaced nor taken away."""

IN_ARCHIVES = (*FILED, EvidenceStatus.ATTACHED)
"""What an archive holds: evidence, and files that were sent as answers to questions of a form."""

FETCHED_AT_ONCE = 200
"""Rows of evidence that are in memory at a time."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A report as it stands, the content of its last submission and the decision on that."""

    report: Report
    content: Mapping[str, Any]
    decision: ReportDecision | None


@dataclass(slots=True)
class Dossier:
    """One teacher in a period: the plan, the last decision on it, and all that hangs on it.

    `full` is None where there is no plan; `pieces` are those that are filed, `attached` those that
    answer a question. `report_status` tells also of a report that nobody but the teacher has seen.
    A rating that is not final is its raters' alone and is not here.
    """

    member: Member
    full: FullPlan | None = None
    decision: Decision | None = None
    pieces: list[Piece] = field(default_factory=list)
    attached: list[Piece] = field(default_factory=list)
    cycle: FullCycle | None = None
    report_status: ReportStatus | None = None
    reported: Reported | None = None
    rating: FullRating | None = None
    confirmed: Confirmed = field(default_factory=dict)

    @property
    def decided_at(self) -> datetime | None:
        """When the plan was decided on last."""
        return self.decision.decided_at if self.decision is not None else None


@dataclass(frozen=True, slots=True)
class Extent:
    """How much there is of a period: teachers, plans, files that were sent and their bytes."""

    teachers: int
    plans: int
    files: int
    bytes: int


async def order(
    session: AsyncSession, actor: Actor, period_id: str, form: str, now: datetime
) -> tuple[PaperOrder, bool]:
    """Order the data of the actor's school; gives the order and whether it is a new one.

    Raises `NotAllowed` for all but the principal and operators.
    """
    actor.require(MAY_EXPORT)
    subject = {"period": period_id, "form": form}
    ordered, is_new = await papers.order(session, actor, papers.SCHOOL, subject, now)
    if is_new:
        audit.record(session, actor, "school.export", f"school:{actor.school_id}", now, **subject)
    return ordered, is_new


def note_console(
    session: AsyncSession, school_id: int, period_id: str, form: str, now: datetime
) -> None:
    """Note in the school's trail that its data were written at the console, where nobody acts."""
    session.add(
        AuditEntry(
            school_id=school_id, member_id=None, action="school.export",
            subject=f"school:{school_id}", detail={"period": period_id, "form": form}, at=now,
        )
    )  # fmt: skip


async def extent(session: AsyncSession, school_id: int, period_id: str) -> Extent:
    """Count what there is of a school's period; three statements."""
    teachers = await session.exec(
        select(func.count(col(Member.id))).where(*_teachers(school_id, period_id))
    )
    plans = await session.exec(
        select(func.count(col(Plan.id))).where(
            Plan.school_id == school_id, Plan.period == period_id
        )
    )
    files = await session.exec(
        select(func.count(col(EvidencePage.id)), func.coalesce(func.sum(EvidencePage.size), 0))
        .join(Evidence, col(Evidence.id) == col(EvidencePage.evidence_id))
        .join(Plan, col(Plan.id) == col(Evidence.plan_id))
        .where(*_evidence(school_id, period_id))
    )
    count, size = files.one()
    return Extent(teachers.one(), plans.one(), count, int(size))


async def dossiers(
    session: AsyncSession, school_id: int, period_id: str, rulebook: RuleBook
) -> AsyncIterator[Dossier]:
    """Give every teacher of a school, by name, with all there is of a period.

    As many statements for a thousand teachers as for ten; evidence is read as it is asked for.
    Whoever has a plan is among them, also where the person no longer is a teacher.
    """
    found = await session.exec(
        select(Member)
        .where(*_teachers(school_id, period_id))
        .order_by(col(Member.name), col(Member.id))
    )
    teachers = found.all()
    plans = await _plans(session, school_id, period_id)
    decided = await _decided(session, school_id, period_id)
    cycles = await _cycles(session, school_id, period_id, rulebook)
    reports = await _reports(session, school_id, period_id)
    ratings = await ratings_in(session, school_id, period_id)
    confirmed = await confirmations.confirmed_in(session, school_id, period_id)
    pieces = _pieces(session, school_id, period_id)
    ahead = await anext(pieces, None)
    for member in teachers:
        one = Dossier(member, plans.pop(known_id(member.id), None))
        if one.full is not None:
            plan_id = one.full.id
            one.decision, one.confirmed = decided.get(plan_id), confirmed.get(plan_id, {})
            one.cycle = cycles.get(plan_id)
            one.report_status, one.reported = reports.get(plan_id, (None, None))
            rating = ratings.get(plan_id)
            one.rating = rating if rating is not None and rating.is_final else None
            while ahead is not None and ahead.evidence.plan_id == plan_id:
                is_attached = ahead.status is EvidenceStatus.ATTACHED
                (one.attached if is_attached else one.pieces).append(ahead)
                ahead = await anext(pieces, None)
        yield one


async def rule_sets_in(session: AsyncSession, school: School, period_id: str) -> list[str]:
    """Give the ids of the rule sets that a school's plans of a period were made under."""
    found = await session.exec(
        select(Plan.ruleset)
        .where(Plan.school_id == school.id, Plan.period == period_id)
        .distinct()
        .order_by(Plan.ruleset)
    )
    return list(found.all())


async def names_in(session: AsyncSession, school_id: int) -> dict[int, str]:
    """Give the names of all members of a school, by id."""
    found = await session.exec(select(Member.id, Member.name).where(Member.school_id == school_id))
    return {known_id(member_id): name for member_id, name in found.all()}


def _teachers(school_id: int, period_id: str) -> tuple[Any, ...]:
    planned = select(Plan.member_id).where(Plan.school_id == school_id, Plan.period == period_id)
    is_teacher = col(Member.roles).bitwise_and(int(Role.TEACHER)) != 0
    return (Member.school_id == school_id, is_teacher | col(Member.id).in_(planned))


def _evidence(school_id: int, period_id: str) -> tuple[Any, ...]:
    return (
        Evidence.school_id == school_id,
        Plan.school_id == school_id,
        Plan.period == period_id,
        col(Evidence.status).in_(IN_ARCHIVES),
    )


async def _plans(session: AsyncSession, school_id: int, period_id: str) -> dict[int, FullPlan]:
    """Give the plans of a period by whose they are; two statements."""
    which = (Plan.school_id == school_id, Plan.period == period_id)
    plans = {known_id(one.id): FullPlan(one) for one in await _all(session, select(Plan), *which)}
    entries = (
        select(PlanEntry)
        .join(Plan, col(Plan.id) == col(PlanEntry.plan_id))
        .order_by(col(PlanEntry.plan_id), col(PlanEntry.step), col(PlanEntry.code))
    )
    for entry in await _all(session, entries, *which):
        plans[entry.plan_id].entries.append(entry)
    return {one.plan.member_id: one for one in plans.values()}


async def _all(session: AsyncSession, statement: Any, *which: Any) -> Any:
    return (await session.exec(statement.where(*which))).all()


async def _decided(session: AsyncSession, school_id: int, period_id: str) -> dict[int, Decision]:
    """Give the last decision on each plan; one statement."""
    found = await session.exec(
        select(Decision)
        .join(Plan, col(Plan.id) == col(Decision.plan_id))
        .where(Plan.school_id == school_id, Plan.period == period_id)
        .order_by(col(Decision.revision))
    )
    return {one.plan_id: one for one in found.all()}


async def _cycles(
    session: AsyncSession, school_id: int, period_id: str, rulebook: RuleBook
) -> dict[int, FullCycle]:
    """Give the observations of a period by plan."""
    which = (col(Observation.school_id) == school_id, col(Plan.period) == period_id)
    return {one.plan_id: one for one in await load(session, rulebook, *which)}


async def _reports(
    session: AsyncSession, school_id: int, period_id: str
) -> dict[int, tuple[ReportStatus, Reported | None]]:
    """Give how far each report is, and what was submitted if it ever was; one statement."""
    found = await session.exec(
        select(Report, ReportRevision, ReportDecision)
        .join(Plan, col(Plan.id) == col(Report.plan_id))
        .join(
            ReportRevision,
            (col(ReportRevision.report_id) == col(Report.id))
            & (col(ReportRevision.number) == col(Report.revision)),
            isouter=True,
        )
        .join(
            ReportDecision,
            (col(ReportDecision.report_id) == col(Report.id))
            & (col(ReportDecision.revision) == col(Report.revision))
            & col(ReportDecision.reopened_at).is_(None),
            isouter=True,
        )
        .where(Report.school_id == school_id, Plan.period == period_id)
    )
    rows: Sequence[Any] = found.all()
    return {
        report.plan_id: (
            ReportStatus(report.status),
            Reported(report, revision.content, decision) if revision is not None else None,
        )
        for report, revision, decision in rows
    }


async def _pieces(session: AsyncSession, school_id: int, period_id: str) -> AsyncIterator[Piece]:
    """Give all that was sent in a period with its pages, in the order of the teachers."""
    rows = await session.stream(
        select(Evidence, EvidencePage)
        .join(Plan, col(Plan.id) == col(Evidence.plan_id))
        .join(Member, col(Member.id) == col(Plan.member_id))
        .join(EvidencePage, col(EvidencePage.evidence_id) == col(Evidence.id), isouter=True)
        .where(*_evidence(school_id, period_id))
        .order_by(
            col(Member.name), col(Member.id),
            col(Evidence.received_at), col(Evidence.id), col(EvidencePage.position),
        )
        .execution_options(yield_per=FETCHED_AT_ONCE)
    )  # fmt: skip
    piece: Piece | None = None
    async for evidence, page in rows:
        if piece is None or piece.id != evidence.id:
            if piece is not None:
                yield piece
            piece = Piece(evidence)
        if page is not None:
            piece.pages.append(page)
    if piece is not None:
        yield piece
