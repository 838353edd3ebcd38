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
    """A sender has it; after a crash another takes it up."""
    SENT = "sent"
    BLOCKED = "blocked"
    """The person has blocked the bot, or the chat is no more."""
    FAILED = "failed"
    CANCELLED = "cancelled"
    """It became pointless, came too late, was withdrawn, or its person has not joined."""


class MessageRecord(SQLModel):
    """What is known of a message as long as it is known at all.

    It says *what happened*; the words are made when it is delivered, from what is true then.
    `occasion` and recipient are unique together, so nobody is told the same thing twice.
    `message_id` is what it became in the person's chat. `outcome` says in words why it ended as
    it did, in Telegram's where those are the reason.
    """

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    occasion: str = Field(max_length=120)
    kind: str = Field(max_length=40)
    subject: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    broadcast_id: int | None = Field(default=None, sa_type=Id)
    state: str = Field(default=OutboxState.PENDING, max_length=12)
    created_at: datetime = Field(sa_type=UtcDateTime)
    message_id: int | None = Field(default=None, sa_type=Id)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    outcome: str = Field(default="", max_length=200)


class OutboxMessage(MessageRecord, table=True):
    """One notice for one person, written in the transaction that causes it.

    It goes out at `due_at`, the order of a person's messages; after `expires_at` it is not sent
    any more. While a sender has it, `leased_until` says when that right ends. `attempts` counts
    the tries that failed.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("occasion", "member_id"),
        Index("ix_outbox_member_id", "member_id"),
        Index("ix_outbox_broadcast_id", "broadcast_id"),
        # In the order in which a sender takes them; what is taken or closed is not in it. By the
        # kind they are counted without a look at the rows.
        Index(
            "ix_outbox_waiting",
            "priority",
            "due_at",
            "id",
            "kind",
            sqlite_where=text("state = 'pending'"),
            postgresql_where=text("state = 'pending'"),
        ),
        Index(
            "ix_outbox_leased",
            "leased_until",
            sqlite_where=text("state = 'sending'"),
            postgresql_where=text("state = 'sending'"),
        ),
        Index(
            "ix_outbox_settled",
            "settled_at",
            sqlite_where=text("settled_at IS NOT NULL"),
            postgresql_where=text("settled_at IS NOT NULL"),
        ),
        # The archive keeps the numbers: none may be given again when the table is empty.
        {"sqlite_autoincrement": True},
    )

    priority: int = 0
    due_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    leased_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0


class ArchivedMessage(MessageRecord, table=True):
    """A message that was closed some time ago, out of the sender's way."""

    __tablename__ = "outbox_archive"
    __table_args__ = (
        UniqueConstraint("occasion", "member_id"),
        Index("ix_outbox_archive_sent_as", "member_id", "message_id"),
        Index(
            "ix_outbox_archive_broadcast",
            "broadcast_id",
            sqlite_where=text("broadcast_id IS NOT NULL"),
            postgresql_where=text("broadcast_id IS NOT NULL"),
        ),
    )
