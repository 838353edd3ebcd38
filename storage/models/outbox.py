"""What has to reach somebody."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class OutboxMessage(SQLModel, table=True):
    """One notice for one person, written in the transaction that causes it.

    It says *what happened*; the words are made when it is delivered, from what is true then.
    `occasion` and recipient are unique together, so nobody is told the same thing twice.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("occasion", "member_id"),
        Index(
            "ix_outbox_waiting",
            "due_at",
            sqlite_where=text("settled_at IS NULL"),
            postgresql_where=text("settled_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id, index=True)
    occasion: str = Field(max_length=120)
    kind: str = Field(max_length=40)
    subject: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    priority: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    attempts: int = 0
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str = Field(default="", max_length=200)
