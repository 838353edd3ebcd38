"""How a teacher's work was rated: the draft of the rating, and every rating that became final."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class RatingStatus(StrEnum):
    """Where a rating stands."""

    DRAFT = "draft"
    FINAL = "final"


class Rating(SQLModel, table=True):
    """The rating of one plan, as whoever decides is making it. It belongs to the plan.

    `work_result` and `work_behaviour` are levels of the rule set, empty until chosen; `predicate`
    is what both give. `marks` gives levels to the work values. `revision` grows with every change,
    `number` with every time the rating becomes final. `own_from` is the revision that whoever
    changed it last has seen, and from which on nobody else has changed it. What `is_held` is left
    out when all are made final at once.
    """

    __table_args__ = (UniqueConstraint("plan_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    plan_id: int = Field(foreign_key="plan.id", sa_type=Id)
    status: str = Field(default=RatingStatus.DRAFT, max_length=12)
    revision: int = 0
    number: int = 0
    work_result: str = Field(default="", max_length=40)
    work_behaviour: str = Field(default="", max_length=40)
    predicate: str = Field(default="", max_length=40)
    feedback: str = Field(default="", max_length=1000)
    marks: dict[str, str] = Field(default_factory=dict, sa_type=Document)
    is_held: bool = False
    own_from: int = 0
    changed_by: int = Field(foreign_key="member.id", sa_type=Id)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class FinalRating(SQLModel, table=True):
    """A rating as it was made final, kept for ever: what the teacher was told and said.

    The words of a reopening end it; the next one has the next `number`.
    """

    __tablename__ = "final_rating"
    __table_args__ = (UniqueConstraint("plan_id", "number"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    plan_id: int = Field(foreign_key="plan.id", sa_type=Id)
    number: int
    ruleset_version: int
    work_result: str = Field(max_length=40)
    work_behaviour: str = Field(max_length=40)
    predicate: str = Field(max_length=40)
    feedback: str = Field(default="", max_length=1000)
    marks: dict[str, str] = Field(default_factory=dict, sa_type=Document)
    rated_by: int = Field(foreign_key="member.id", sa_type=Id)
    final_at: datetime = Field(sa_type=UtcDateTime)
    acknowledged_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answer: str = Field(default="", max_length=500)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reopened_by: int | None = Field(default=None, foreign_key="member.id", sa_type=Id)
    reopened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = Field(default="", max_length=500)
