"""What people ask about their own data: to be erased, to be taken along to another school."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class ErasureState(StrEnum):
    """Where a request to be erased stands. All but the first are final."""

    ASKED = "asked"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    DONE = "done"


class ErasureRequest(SQLModel, table=True):
    """Somebody has asked to be erased. While one is open there is no second one of the member.

    `reason` is the operator's, where it was refused.
    """

    __tablename__ = "erasure_request"
    __table_args__ = (
        Index(
            "uq_erasure_request_open",
            "member_id",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
        Index("ix_erasure_request_school_id_state", "school_id", "state"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id, index=True)
    state: str = Field(default=ErasureState.ASKED, max_length=12)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: int | None = Field(default=None, foreign_key="member.id", sa_type=Id)
    reason: str = Field(default="", max_length=500)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Farewell(SQLModel, table=True):
    """A last word to a chat whose person was erased: that it is done. Gone once it was said."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    chat_id: int = Field(sa_type=Id)
    language: str = Field(default="id", max_length=2)
    asked_at: datetime = Field(sa_type=UtcDateTime)


class PortfolioTransfer(SQLModel, table=True):
    """A one-time code with which the same Telegram user takes a portfolio to another school.

    Only the hash of the code is kept. `taken_at` is when it was used.
    """

    __tablename__ = "portfolio_transfer"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id, index=True)
    account_id: int = Field(foreign_key="account.id", sa_type=Id)
    code_hash: str = Field(unique=True, max_length=64)
    made_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CarriedPlan(SQLModel, table=True):
    """A plan that somebody has brought along from another school, to be read and no more.

    It names the other school in words and refers to nothing of it. `content` holds one document
    for each entry: `step`, `title`, `quantity` and `points`.
    """

    __tablename__ = "carried_plan"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id, index=True)
    from_school: str = Field(max_length=120)
    from_npsn: str = Field(max_length=16)
    period: str = Field(max_length=40)
    rules: str = Field(max_length=120)
    status: str = Field(max_length=16)
    points: int
    content: list[dict[str, Any]] = Field(default_factory=list, sa_type=Document)
    taken_at: datetime = Field(sa_type=UtcDateTime)


class CarriedPiece(SQLModel, table=True):
    """What a piece of evidence was in the other school, in words.

    The piece itself, with its files, is the new school's own, and history (`carried`).
    """

    __tablename__ = "carried_piece"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    carried_id: int = Field(foreign_key="carried_plan.id", sa_type=Id, index=True)
    evidence_id: int = Field(foreign_key="evidence.id", sa_type=Id, index=True)
    entry: int
    kind: str = Field(default="", max_length=120)
    state: str = Field(max_length=16)


class CopyProgress(SQLModel, table=True):
    """Which fields of the official form somebody has copied from a plan, by the fields' names."""

    __tablename__ = "copy_progress"

    plan_id: int = Field(
        primary_key=True, foreign_key="plan.id", sa_type=Id,
        sa_column_kwargs={"autoincrement": False},
    )  # fmt: skip
    done: list[str] = Field(default_factory=list, sa_type=Document)
    changed_at: datetime = Field(sa_type=UtcDateTime)
