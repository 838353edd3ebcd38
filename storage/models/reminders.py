"""What people have been reminded of, and how they want to be."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import Id, UtcDateTime


class ReminderWish(SQLModel, table=True):
    """How a member wants to be reminded: not before a day, and from which hour on."""

    __tablename__ = "reminder_wish"

    member_id: int = Field(
        primary_key=True, foreign_key="member.id", sa_type=Id,
        sa_column_kwargs={"autoincrement": False},
    )  # fmt: skip
    not_before: date | None = None
    hour: int | None = None
    changed_at: datetime = Field(sa_type=UtcDateTime)


class Reminder(SQLModel, table=True):
    """A member has been reminded on an occasion: last on `day`, for the `tries`th time.

    More than one try means that the earlier message did not go out, or that the member wanted to
    hear it again later. `message` is the occasion of the latest one in the outbox.
    """

    __table_args__ = (
        UniqueConstraint("member_id", "occasion"),
        Index("ix_reminder_day", "day"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    occasion: str = Field(max_length=80)
    day: date
    tries: int
    message: str = Field(max_length=120)
