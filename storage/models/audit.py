"""Who did what, when."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class AuditEntry(SQLModel, table=True):
    """One change, written in the transaction that made it; without a member: by the console.

    The database itself refuses to change or delete a row. It holds numbers and no names, so that
    erasing a person leaves it as it is. The indexes are those of the listing: all of a school, of
    one person, and about one subject.
    """

    __tablename__ = "audit"
    __table_args__ = (
        Index("ix_audit_school_id_id", "school_id", "id"),
        Index("ix_audit_school_id_member_id_id", "school_id", "member_id", "id"),
        Index("ix_audit_school_id_subject", "school_id", "subject"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int | None = Field(default=None, sa_type=Id)
    action: str = Field(max_length=40)
    subject: str = Field(max_length=60)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    at: datetime = Field(sa_type=UtcDateTime)
