"""What one person writes to many of the school, and what comes back."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class BroadcastStatus(StrEnum):
    """How far a broadcast is. The last two are final."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    DONE = "done"
    CANCELLED = "cancelled"


class BroadcastAnswer(StrEnum):
    """What a receiver can say to a broadcast by a button."""

    DONE = "done"
    HELP = "help"


class OutOfReach(StrEnum):
    """Why somebody a broadcast is meant for was not written to at all."""

    NOT_JOINED = "not_joined"
    BLOCKED = "blocked"


class Broadcast(SQLModel, table=True):
    """One text from one member to people of one school.

    `audience` says to whom; `people` names members where that is by name. What goes to several
    schools is one row for each: the first one, where it was written, names the sender's other
    seats in `seats`, and the rest name it in `origin_id`. `again_of` is the broadcast whose failed
    messages are sent again.

    The file is known by Telegram's name alone; `file_kind` is `photo`, `document` or empty, and
    `album` names what it came with. `revision` grows with every change before sending.
    `written_to` is the last member for whom the outbox has been filled, `written_at` when it had
    all of them. `message_id` is the message in the sender's chat that tells how far it is,
    `told_at` when that has told of the end.
    """

    __table_args__ = (
        Index(
            "ix_broadcast_open",
            "status",
            "due_at",
            sqlite_where=text("told_at IS NULL"),
            postgresql_where=text("told_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id, index=True)
    origin_id: int | None = Field(default=None, foreign_key="broadcast.id", sa_type=Id, index=True)
    again_of: int | None = Field(default=None, foreign_key="broadcast.id", sa_type=Id)
    status: str = Field(default=BroadcastStatus.DRAFT, max_length=12)
    revision: int = 1
    audience: str = Field(max_length=16)
    people: list[int] = Field(default_factory=list, sa_type=Document)
    seats: list[int] = Field(default_factory=list, sa_type=Document)
    text: str = Field(default="", max_length=4096)
    file_id: str = Field(default="", max_length=255)
    file_kind: str = Field(default="", max_length=8)
    album: str = Field(default="", max_length=40)
    created_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    started_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    written_to: int = Field(default=0, sa_type=Id)
    written_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    message_id: int | None = Field(default=None, sa_type=Id)
    told_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BroadcastMiss(SQLModel, table=True):
    """Somebody a broadcast was meant for who cannot be written to: to be reached on foot."""

    __tablename__ = "broadcast_miss"
    __table_args__ = (UniqueConstraint("broadcast_id", "member_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    broadcast_id: int = Field(foreign_key="broadcast.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    why: str = Field(max_length=12)


class BroadcastReply(SQLModel, table=True):
    """What a receiver has said to a broadcast by a button; the last word counts."""

    __tablename__ = "broadcast_reply"
    __table_args__ = (UniqueConstraint("broadcast_id", "member_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    broadcast_id: int = Field(foreign_key="broadcast.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    answer: str = Field(max_length=8)
    answered_at: datetime = Field(sa_type=UtcDateTime)
