"""Who did what, when."""

from datetime import datetime
from typing import Any

from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class AuditEntry(SQLModel, table=True):
    """One change, written in the transaction that made it; without a member: by the console."""

    __tablename__ = "audit"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id, index=True)
    member_id: int | None = Field(default=None, sa_type=Id)
    action: str = Field(max_length=40)
    subject: str = Field(max_length=60)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    at: datetime = Field(sa_type=UtcDateTime)
