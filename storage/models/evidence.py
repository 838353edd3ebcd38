"""What a teacher sends to prove the planned work, and what becomes of it.

A piece of evidence is one document: one or several pages (photos of an album, or files), or a
link. Nothing in it is overwritten: a replacement is a new piece that names the one it replaces.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class EvidenceStatus(StrEnum):
    """Where a piece of evidence stands.

    Unsorted: kept, but not said yet for which activity. Replaced, removed and carried are history;
    what was carried comes from another school. Attached: it belongs to a question of a form and is
    not checked; its `step` is the name of the form, its `code` that of the question.
    """

    UNSORTED = "unsorted"
    RECEIVED = "received"
    ACCEPTED = "accepted"
    RETURNED = "returned"
    REPLACED = "replaced"
    REMOVED = "removed"
    ATTACHED = "attached"
    CARRIED = "carried"


class Evidence(SQLModel, table=True):
    """One piece of evidence of one teacher.

    `step` and `code` name the planned entry that it proves; `kind` is one of the rule set's kinds
    of evidence, empty while unknown. `covers` says how many units of the entry it proves.
    `revision` grows with every change, so that a decision is about what was shown. `album` is
    Telegram's name for photos that were sent together.
    """

    __table_args__ = (
        Index("ix_evidence_school_id_status", "school_id", "status"),
        Index("ix_evidence_member_id_status", "member_id", "status"),
        Index("ix_evidence_plan_id", "plan_id"),
        Index(
            "ix_evidence_album",
            "member_id",
            "album",
            sqlite_where=text("album <> ''"),
            postgresql_where=text("album <> ''"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    plan_id: int | None = Field(default=None, foreign_key="plan.id", sa_type=Id)
    step: str = Field(default="", max_length=40)
    code: str = Field(default="", max_length=24)
    kind: str = Field(default="", max_length=40)
    covers: int = 1
    dated_on: date | None = None
    note: str = Field(default="", max_length=300)
    link: str = Field(default="", max_length=2000)
    album: str = Field(default="", max_length=40)
    status: str = Field(default=EvidenceStatus.UNSORTED, max_length=16)
    revision: int = 1
    replaces_id: int | None = Field(default=None, foreign_key="evidence.id", sa_type=Id)
    received_at: datetime = Field(sa_type=UtcDateTime)
    changed_at: datetime = Field(sa_type=UtcDateTime)
    decided_by: int | None = Field(default=None, foreign_key="member.id", sa_type=Id)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = Field(default="", max_length=500)


class EvidencePage(SQLModel, table=True):
    """One file of a piece: a photo or a document, with what was found out about it.

    `sha256` names the stored file; `original_sha256` is of the bytes as they came, before
    metadata was taken out. `position` is the number of the message that brought it. `telegram_id`
    lets Telegram show the file again without an upload.
    """

    __tablename__ = "evidence_page"
    __table_args__ = (
        UniqueConstraint("evidence_id", "position"),
        Index("ix_evidence_page_school_id_sha256", "school_id", "sha256"),
        Index("ix_evidence_page_school_id_original_sha256", "school_id", "original_sha256"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    evidence_id: int = Field(foreign_key="evidence.id", sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    position: int = Field(sa_type=Id)
    sha256: str = Field(max_length=64)
    original_sha256: str = Field(max_length=64)
    size: int = Field(sa_type=Id)
    media_type: str = Field(max_length=100)
    name: str = Field(default="", max_length=120)
    width: int = 0
    height: int = 0
    pdf_pages: int = 0
    look: str = Field(default="", max_length=64)
    alike: list[int] = Field(default_factory=list, sa_type=Document)
    complaints: list[str] = Field(default_factory=list, sa_type=Document)
    telegram_id: str = Field(default="", max_length=255)
    is_photo: bool = False


class EvidenceLook(SQLModel, table=True):
    """Somebody who decides has had a revision of a piece on the screen."""

    __tablename__ = "evidence_look"
    __table_args__ = (UniqueConstraint("evidence_id", "member_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    evidence_id: int = Field(foreign_key="evidence.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    revision: int


class EvidenceComment(SQLModel, table=True):
    """What a coach, or somebody who decides, says about a piece without deciding on it."""

    __tablename__ = "evidence_comment"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    evidence_id: int = Field(foreign_key="evidence.id", sa_type=Id, index=True)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    text: str = Field(max_length=500)
    written_at: datetime = Field(sa_type=UtcDateTime)
