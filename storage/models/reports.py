"""A teacher's report on a period, its submissions and what was decided on them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class ReportStatus(StrEnum):
    """Where a report stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    ACCEPTED = "accepted"


class Report(SQLModel, table=True):
    """The report on one plan.

    `revision` counts submissions: 0 has never been submitted. `plan_revision` is the revision of
    the plan that the last submission is about.
    """

    __table_args__ = (
        UniqueConstraint("plan_id"),
        Index("ix_report_school_id_status", "school_id", "status"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id, index=True)
    plan_id: int = Field(foreign_key="plan.id", sa_type=Id)
    status: str = Field(default=ReportStatus.DRAFT, max_length=16)
    revision: int = 0
    plan_revision: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ReportRevision(SQLModel, table=True):
    """A submission as it was, kept for ever: facts and answers as plain data."""

    __tablename__ = "report_revision"
    __table_args__ = (UniqueConstraint("report_id", "number"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    report_id: int = Field(foreign_key="report.id", sa_type=Id)
    number: int
    content: dict[str, Any] = Field(sa_type=Document)
    submitted_at: datetime = Field(sa_type=UtcDateTime)


class ReportDecision(SQLModel, table=True):
    """What was decided on one submission: accepted, or returned with a reason.

    `marks` name the places concerned: `step:<id>` or `field:<id>`. An acceptance ends when the
    report is opened again: the decision says by whom and why.
    """

    __tablename__ = "report_decision"
    __table_args__ = (UniqueConstraint("report_id", "revision"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    report_id: int = Field(foreign_key="report.id", sa_type=Id)
    revision: int
    verdict: str = Field(max_length=16)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    reason: str = Field(default="", max_length=1000)
    marks: list[str] = Field(default_factory=list, sa_type=Document)
    decided_at: datetime = Field(sa_type=UtcDateTime)
    reopened_by: int | None = Field(default=None, foreign_key="member.id", sa_type=Id)
    reopened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reopened_because: str = Field(default="", max_length=500)
