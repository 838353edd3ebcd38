"""Looking at a report: the report as it stands, its submissions, the decisions on them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import forms
from storage.errors import NotFound, ReportFrozen
from storage.evidence.changing import OPEN_PLANS
from storage.forms import Answer
from storage.models import (
    Member,
    Plan,
    Report,
    ReportDecision,
    ReportRevision,
    ReportStatus,
)
from storage.people import known_id
from storage.periods import is_closed

FORM = "report"
"""The name under which the answers to the questions of reports are kept."""

FILLABLE = frozenset({ReportStatus.DRAFT, ReportStatus.RETURNED})
HANDED_IN = frozenset({ReportStatus.SUBMITTED, ReportStatus.ACCEPTED})


@dataclass(slots=True)
class FullReport:
    """A report with its answers as they are now, and the content of its last submission.

    `content` is empty while it has never been submitted.
    """

    report: Report
    answers: dict[str, Answer] = field(default_factory=dict)
    content: dict[str, Any] = field(default_factory=dict)

    @property
    def id(self) -> int:
        """The report's id."""
        return known_id(self.report.id)

    @property
    def plan_id(self) -> int:
        """The plan that it reports on."""
        return self.report.plan_id

    @property
    def status(self) -> ReportStatus:
        """Where the report stands."""
        return ReportStatus(self.report.status)

    @property
    def revision(self) -> int:
        """How often it has been submitted."""
        return self.report.revision

    @property
    def submitted_at(self) -> datetime | None:
        """When it was submitted last."""
        return self.report.submitted_at

    @property
    def is_handed_in(self) -> bool:
        """Whether the teacher has nothing to do for it now."""
        return self.status in HANDED_IN


async def report_of(session: AsyncSession, plan_id: int) -> FullReport | None:
    """Give the report on a plan, if it has been begun. Checks nothing."""
    found = await session.exec(
        select(Report, ReportRevision)
        .join(
            ReportRevision,
            (col(ReportRevision.report_id) == col(Report.id))
            & (col(ReportRevision.number) == col(Report.revision)),
            isouter=True,
        )
        .where(Report.plan_id == plan_id)
    )
    row = found.first()
    answers = await forms.answers_of(session, plan_id, FORM)
    if row is None:
        return None
    report, revision = row
    return FullReport(report, answers, dict(revision.content) if revision is not None else {})


async def is_handed_in(session: AsyncSession, plan_id: int) -> bool:
    """Whether there is a report on a plan that the teacher has handed in."""
    found = await session.exec(select(Report.status).where(Report.plan_id == plan_id))
    return found.first() in HANDED_IN


async def require_handed_in(session: AsyncSession, plan_id: int) -> None:
    """Raise `NotFound` unless the teacher has handed the report in: drafts are nobody else's."""
    if not await is_handed_in(session, plan_id):
        raise NotFound


async def plan_of_report(session: AsyncSession, report_id: int) -> int | None:
    """Give the plan that a report is about."""
    report = await session.get(Report, report_id)
    return report.plan_id if report is not None else None


def require_plan_holds(plan: Plan) -> None:
    """Raise `ReportFrozen` unless the plan is approved: else its report is only read."""
    if plan.status not in OPEN_PLANS:
        raise ReportFrozen(plan.status)


async def latest_decision(
    session: AsyncSession, report_id: int
) -> tuple[ReportDecision, Member] | None:
    """Give the newest decision on a report, with who decided."""
    found = await session.exec(
        select(ReportDecision, Member)
        .join(Member, col(Member.id) == col(ReportDecision.member_id))
        .where(ReportDecision.report_id == report_id)
        .order_by(col(ReportDecision.revision).desc())
        .limit(1)
    )
    return found.first()


async def reopener_of(session: AsyncSession, decision: ReportDecision) -> Member | None:
    """Give who opened the report again after a decision, if anybody did."""
    if decision.reopened_by is None:
        return None
    return await session.get_one(Member, decision.reopened_by)


async def decision_on(
    session: AsyncSession, report_id: int, revision: int
) -> tuple[ReportDecision, Member] | None:
    """Give the decision on one submission of a report, with who decided."""
    found = await session.exec(
        select(ReportDecision, Member)
        .join(Member, col(Member.id) == col(ReportDecision.member_id))
        .where(ReportDecision.report_id == report_id, ReportDecision.revision == revision)
    )
    return found.first()


async def reports_waiting(
    session: AsyncSession, schools: Collection[int]
) -> list[tuple[int, int, int]]:
    """Give whose reports wait for a decision: school, teacher and how many; one statement."""
    found = await session.exec(
        select(Report.school_id, Report.member_id, func.count(col(Report.id)))
        .join(Plan, col(Plan.id) == col(Report.plan_id))
        .where(col(Report.school_id).in_(schools), Report.status == ReportStatus.SUBMITTED)
        .where(col(Plan.status).in_(OPEN_PLANS), ~is_closed())
        .group_by(col(Report.school_id), col(Report.member_id))
    )
    return list(found.all())


async def handed_in(session: AsyncSession, schools: Collection[int]) -> set[int]:
    """Give the plans of some schools whose report is submitted or accepted; one statement."""
    found = await session.exec(
        select(Report.plan_id)
        .where(col(Report.school_id).in_(schools))
        .where(col(Report.status).in_(HANDED_IN))
    )
    return set(found.all())
