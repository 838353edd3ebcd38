"""A class observation: who observes whom, when they meet, and what was seen."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import Id, UtcDateTime


class Booking(StrEnum):
    """How far the day and hour are."""

    OPEN = "open"
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"


class Marking(StrEnum):
    """How far the marks are; signed ones are no longer changed."""

    NONE = "none"
    BEGUN = "begun"
    FINISHED = "finished"
    SIGNED = "signed"


class Observation(SQLModel, table=True):
    """The cycle of one plan: one teacher, one period. A plan has at most one.

    `observer_id` is whoever was named, or has agreed to the day or begun to mark; without one,
    those who decide observe. `meets_at` is the moment proposed or confirmed; `sequence` counts
    proposals, `revision` changes of the marks. `indicator` is empty where the plan has chosen it,
    until marking begins.
    """

    __table_args__ = (
        UniqueConstraint("plan_id", "member_id"),
        Index("ix_observation_booking_meets_at", "booking", "meets_at"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id, index=True)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    plan_id: int = Field(foreign_key="plan.id", sa_type=Id)
    observer_id: int | None = Field(default=None, foreign_key="member.id", sa_type=Id, index=True)
    indicator: str = Field(default="", max_length=24)
    behaviour: str = Field(default="", max_length=24)
    chosen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    booking: str = Field(default=Booking.OPEN, max_length=12)
    meets_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    proposed_by: int | None = Field(default=None, foreign_key="member.id", sa_type=Id)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    sequence: int = 0
    marking: str = Field(default=Marking.NONE, max_length=12)
    marked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    signed_off_by: int | None = Field(default=None, foreign_key="member.id", sa_type=Id)
    signed_off_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revision: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class ObservationMove(SQLModel, table=True):
    """One proposal of a day and hour, kept for ever: who, when, from what, to what, why."""

    __tablename__ = "observation_move"
    __table_args__ = (UniqueConstraint("observation_id", "sequence"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    observation_id: int = Field(foreign_key="observation.id", sa_type=Id)
    sequence: int
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    before: datetime | None = Field(default=None, sa_type=UtcDateTime)
    was_confirmed: bool = False
    after: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = Field(default="", max_length=500)
    moved_at: datetime = Field(sa_type=UtcDateTime)


class ObservationMark(SQLModel, table=True):
    """What was seen of one statement: a level from 0 (the lowest) on, a note, a voice note.

    `voice_id` is Telegram's name for the voice note.
    """

    __tablename__ = "observation_mark"
    __table_args__ = (UniqueConstraint("observation_id", "statement"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    observation_id: int = Field(foreign_key="observation.id", sa_type=Id)
    statement: str = Field(max_length=24)
    level: int | None = None
    note: str = Field(default="", max_length=1000)
    voice_id: str = Field(default="", max_length=255)
    voice_seconds: int = 0
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    marked_at: datetime = Field(sa_type=UtcDateTime)
