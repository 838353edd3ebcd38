"""Papers that leave the house: the school's letterhead, what was issued, who guesses codes."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class Letterhead(SQLModel, table=True):
    """What stands above and below a school's papers. A school without a row has its name only.

    `office` and `address` are lines above and below the school's name. What is empty of the head
    is taken from the principal. `logo` is a small PNG.
    """

    school_id: int = Field(
        primary_key=True, foreign_key="school.id", sa_type=Id,
        sa_column_kwargs={"autoincrement": False},
    )  # fmt: skip
    office: str = Field(default="", max_length=300)
    address: str = Field(default="", max_length=300)
    place: str = Field(default="", max_length=60)
    head_title: str = Field(default="", max_length=60)
    head_name: str = Field(default="", max_length=120)
    head_nip: str = Field(default="", max_length=18)
    logo: bytes | None = Field(default=None, sa_type=LargeBinary)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class IssuedPaper(SQLModel, table=True):
    """A finished paper with its verification code.

    `member_id` is whom it is about, empty where it is about the whole school. `facts` are what
    was printed: a name, points, a predicate. `final` is false for a draft. `content` is the hash
    of all that was printed beside day and code. `made_by` is empty where the console made it.
    """

    __tablename__ = "issued_paper"
    __table_args__ = (
        Index("ix_issued_paper_about", "school_id", "kind", "period", "member_id"),
        Index("ix_issued_paper_member_id", "member_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    code: str = Field(unique=True, max_length=12)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int | None = Field(default=None, foreign_key="member.id", sa_type=Id)
    kind: str = Field(max_length=16)
    period: str = Field(max_length=16)
    sha256: str = Field(max_length=64)
    pages: int
    final: bool
    facts: dict[str, Any] = Field(default_factory=dict, sa_type=Document)
    content: str = Field(default="", max_length=64)
    made_by: int | None = Field(default=None, foreign_key="member.id", sa_type=Id)
    made_at: datetime = Field(sa_type=UtcDateTime)


class CodeGuess(SQLModel, table=True):
    """How often a Telegram user has typed codes that no paper has. Anybody may, so no account.

    `wrong` counts since `since`; `until` is how long the user waits, `waits` how often that was.
    """

    __tablename__ = "code_guess"

    account_id: int = Field(
        primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False}
    )
    wrong: int = 0
    since: datetime = Field(sa_type=UtcDateTime)
    waits: int = 0
    until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_at: datetime = Field(sa_type=UtcDateTime, index=True)
