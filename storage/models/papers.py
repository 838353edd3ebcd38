"""Papers that somebody has asked for and that take a while to make."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class PaperStatus(StrEnum):
    """How far an order is."""

    WAITING = "waiting"
    MAKING = "making"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


class PaperOrder(SQLModel, table=True):
    """One order: what to make (`kind` and `subject`) and for whom.

    `message_id` is the message in the person's chat that tells how far it is; `parts_sent` counts
    the parts of the paper that the person has.
    """

    __tablename__ = "paper_order"
    __table_args__ = (
        Index(
            "ix_paper_order_open",
            "asked_at",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id, index=True)
    kind: str = Field(max_length=16)
    subject: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    status: str = Field(default=PaperStatus.WAITING, max_length=16)
    attempts: int = 0
    message_id: int | None = Field(default=None, sa_type=Id)
    parts_sent: int = 0
    asked_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str = Field(default="", max_length=200)
