"""Documents that somebody confirms for a teacher instead of an upload."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from storage.columns import Id, UtcDateTime

STANDS = text("withdrawn_at IS NULL")


class Confirmation(SQLModel, table=True):
    """One document confirmed for one plan; a confirmation that was taken back stays as history.

    `document` is the id of an accountability document of the plan's rule set.
    """

    __table_args__ = (
        Index(
            "uq_confirmation_standing", "plan_id", "document", unique=True,
            sqlite_where=STANDS, postgresql_where=STANDS,
        ),
        Index("ix_confirmation_plan_id", "plan_id"),
    )  # fmt: skip

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    plan_id: int = Field(foreign_key="plan.id", sa_type=Id)
    document: str = Field(max_length=24)
    confirmed_by: int = Field(foreign_key="member.id", sa_type=Id)
    confirmed_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_by: int | None = Field(default=None, foreign_key="member.id", sa_type=Id)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
