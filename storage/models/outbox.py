"""What has to reach somebody."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class OutboxState(StrEnum):
    """How far a message is. The last four are final."""

    PENDING = "pending"
    SENDING = "sending"
    """A sender has it; after a crash another takes it up when the lease is over."""
    SENT = "sent"
    BLOCKED = "blocked"
    """The person has blocked the bot, or the chat is no more."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    """It became pointless, came too late, was withdrawn, or its person has not joined."""


class OutboxMessage(SQLModel, table=True):
    """One notice for one person, written in the transaction that causes it.

    It says *what happened*; the words are made when it is delivered, from what is true then.
    `occasion` and recipient are unique together, so nobody is told the same thing twice. After
    `expires_at` it is not sent any more. `message_id` is what it became in the person's chat.
    `outcome` says in words why it ended as it did, in Telegram's where those are the reason.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("occasion", "member_id"),
        Index(
            "ix_outbox_waiting",
            "priority",
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
    broadcast_id: int | None = Field(default=None, sa_type=Id, index=True)
    priority: int = 0
    state: str = Field(default=OutboxState.PENDING, max_length=12)
    created_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    message_id: int | None = Field(default=None, sa_type=Id)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str = Field(default="", max_length=200)
