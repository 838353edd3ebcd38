"""A school's own calendar: its hours and week, deadlines it has moved, periods that are over."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import Id, UtcDateTime


class SchoolHours(SQLModel, table=True):
    """When a school wants to be spoken to. A school without a row has the usual hours.

    `working_days` is 5 or 6, from Monday on. Hours are whole ones of the school's own clock:
    reminders come from `opens_at` on and no longer at `closes_at`.
    """

    __tablename__ = "school_hours"

    school_id: int = Field(
        primary_key=True, foreign_key="school.id", sa_type=Id,
        sa_column_kwargs={"autoincrement": False},
    )  # fmt: skip
    working_days: int
    opens_at: int
    closes_at: int


class DeadlineMove(SQLModel, table=True):
    """A deadline that a school has moved: the newest row holds, the others are its history."""

    __tablename__ = "deadline_move"
    __table_args__ = (Index("ix_deadline_move_school_id_period", "school_id", "period"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    period: str = Field(max_length=16)
    kind: str = Field(max_length=16)
    ends_on: date
    reason: str = Field(max_length=500)
    moved_by: int = Field(foreign_key="member.id", sa_type=Id)
    moved_at: datetime = Field(sa_type=UtcDateTime)


class ClosedPeriod(SQLModel, table=True):
    """A period that is over for a school: its plans can be read and no longer changed."""

    __tablename__ = "closed_period"
    __table_args__ = (UniqueConstraint("school_id", "period"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    period: str = Field(max_length=16)
    closed_at: datetime = Field(sa_type=UtcDateTime)
