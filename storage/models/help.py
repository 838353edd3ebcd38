"""A teacher who asks for help, what is said about it, and what a coach proposes."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class HelpStatus(StrEnum):
    """Where a request for help stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    CLOSED = "closed"


class HelpRequest(SQLModel, table=True):
    """One member who is stuck. While it is not closed there is no second one of the same member.

    `places` name where the member is stuck, the first one first. `queued_at` is since when it
    waits for somebody; `alarmed_at` when everybody was told that it waits too long. `claimed_by`
    is who helps, or helped last; `owed_since` is the oldest word of the member that the helper
    has not answered. `unreachable_at` is when the helper was told that the member gets nothing.
    `draft_message_id` is the message in which the helper looks at the plan, `draft_seen_at` when
    it was last brought up to date.
    """

    __tablename__ = "help_request"
    __table_args__ = (
        Index(
            "uq_help_request_open",
            "member_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_help_request_school_id_status", "school_id", "status"),
        # For the looks that are taken over all schools, every few seconds.
        Index("ix_help_request_status", "status"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    status: str = Field(default=HelpStatus.OPEN, max_length=12)
    places: list[str] = Field(default_factory=list, sa_type=Document)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    queued_at: datetime = Field(sa_type=UtcDateTime)
    alarmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    claimed_by: int | None = Field(default=None, foreign_key="member.id", sa_type=Id)
    claimed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    owed_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    unreachable_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    draft_message_id: int | None = Field(default=None, sa_type=Id)
    draft_seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    helped: bool | None = None


class SaidAs(StrEnum):
    """How something was said."""

    TEXT = "text"
    PHOTO = "photo"
    VOICE = "voice"
    DOCUMENT = "document"


class HelpMessage(SQLModel, table=True):
    """Something that one of the two has said. `telegram_id` is Telegram's name for its file."""

    __tablename__ = "help_message"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    request_id: int = Field(foreign_key="help_request.id", sa_type=Id, index=True)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    said_as: str = Field(default=SaidAs.TEXT, max_length=12)
    text: str = Field(default="", max_length=4096)
    telegram_id: str = Field(default="", max_length=255)
    said_at: datetime = Field(sa_type=UtcDateTime)


class ProposalState(StrEnum):
    """What the teacher made of a proposal."""

    OFFERED = "offered"
    TAKEN = "taken"
    DECLINED = "declined"


class HelpProposal(SQLModel, table=True):
    """What a coach proposes: so many units of an item, or evidence for a planned entry.

    `quantity` 0 says that evidence is missing for the entry of `step` and `code`.
    """

    __tablename__ = "help_proposal"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    request_id: int = Field(foreign_key="help_request.id", sa_type=Id, index=True)
    plan_id: int = Field(foreign_key="plan.id", sa_type=Id, index=True)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    step: str = Field(max_length=40)
    code: str = Field(max_length=24)
    quantity: int
    state: str = Field(default=ProposalState.OFFERED, max_length=12)
    proposed_at: datetime = Field(sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
