"""What is kept for pictures: a school's counts day by day, and Telegram's names for pictures."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class BoardDay(SQLModel, table=True):
    """How far a school was when a day began: of so many teachers, how many had done each stage.

    `done` counts by stage. It is written once a day and never changed: who is erased or leaves
    later still counts for the days before.
    """

    __tablename__ = "board_day"
    __table_args__ = (UniqueConstraint("school_id", "period", "day"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    period: str = Field(max_length=16)
    day: date = Field(index=True)
    teachers: int
    done: dict[str, int] = Field(default_factory=dict, sa_type=Document)


class SentPicture(SQLModel, table=True):
    """A picture that Telegram has already, by the digest of what it shows."""

    __tablename__ = "sent_picture"
    __table_args__ = (Index("ix_sent_picture_sent_at", "sent_at"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id, index=True)
    digest: str = Field(unique=True, max_length=64)
    telegram_id: str = Field(max_length=255)
    sent_at: datetime = Field(sa_type=UtcDateTime)
