"""A teacher's plan for one period, its submissions and what was decided on them."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class PlanStatus(StrEnum):
    """Where a plan stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    AGREED = "agreed"


class Verdict(StrEnum):
    """What a principal decides on a submission."""

    APPROVED = "approved"
    RETURNED = "returned"


class Plan(SQLModel, table=True):
    """One teacher's plan for one period, made under one version of one rule set.

    `revision` counts submissions: 0 has never been submitted. `points` adds up the entries'
    points; `points_floor` adds up only what can be promised.
    """

    __table_args__ = (
        UniqueConstraint("member_id", "period"),
        Index("ix_plan_school_id_period_status", "school_id", "period", "status"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    period: str = Field(max_length=16)
    ruleset: str = Field(max_length=64)
    ruleset_version: int
    status: str = Field(default=PlanStatus.DRAFT, max_length=16)
    revision: int = 0
    points: int = 0
    points_floor: int = 0
    below_target_reason: str = Field(default="", max_length=500)
    preferences: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PlanEntry(SQLModel, table=True):
    """One choice in one step of a plan: an item and its quantity, a duty, a behaviour, words."""

    __tablename__ = "plan_entry"
    __table_args__ = (UniqueConstraint("plan_id", "step", "code"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    plan_id: int = Field(foreign_key="plan.id", sa_type=Id)
    step: str = Field(max_length=40)
    code: str = Field(max_length=24)
    quantity: int = 1
    points: int = 0
    points_floor: int = 0
    text: str = Field(default="", max_length=500)
    evidence: list[str] = Field(default_factory=list, sa_type=Document)


class PlanRevision(SQLModel, table=True):
    """A submission as it was, kept for ever."""

    __tablename__ = "plan_revision"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    plan_id: int = Field(foreign_key="plan.id", sa_type=Id)
    number: int
    content: list[dict[str, Any]] = Field(sa_type=Document)
    points: int
    points_floor: int
    below_target_reason: str = Field(default="", max_length=500)
    submitted_at: datetime = Field(sa_type=UtcDateTime)


class Decision(SQLModel, table=True):
    """What was decided on one revision. One revision, one decision: the key makes it so."""

    __table_args__ = (UniqueConstraint("plan_id", "revision"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    plan_id: int = Field(foreign_key="plan.id", sa_type=Id)
    revision: int
    verdict: str = Field(max_length=16)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    reason: str = Field(default="", max_length=1000)
    marks: list[str] = Field(default_factory=list, sa_type=Document)
    decided_at: datetime = Field(sa_type=UtcDateTime)


class Reopening(SQLModel, table=True):
    """An approved plan opened again, with the reason. Nothing of the plan is erased."""

    __table_args__ = (UniqueConstraint("plan_id", "revision"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    plan_id: int = Field(foreign_key="plan.id", sa_type=Id)
    revision: int
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    reason: str = Field(max_length=1000)
    reopened_at: datetime = Field(sa_type=UtcDateTime)


class ModelPlan(SQLModel, table=True):
    """The plan a school offers its teachers as a starting point. It names nobody."""

    __tablename__ = "model_plan"
    __table_args__ = (UniqueConstraint("school_id", "ruleset"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    ruleset: str = Field(max_length=64)
    content: list[dict[str, Any]] = Field(sa_type=Document)
    named_by: int = Field(foreign_key="member.id", sa_type=Id)
    named_at: datetime = Field(sa_type=UtcDateTime)
