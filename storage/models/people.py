"""Schools, the people in them, and how they get in."""

from datetime import date, datetime
from enum import IntFlag
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class Role(IntFlag):
    """What a member may do in the school. One person may hold several."""

    TEACHER = 1
    PRINCIPAL = 2
    COACH = 4
    OPERATOR = 8


class School(SQLModel, table=True):
    """The boundary: whatever belongs to a school is seen by that school alone.

    `ruleset` is the one the school began with. `later_rulesets` has what holds after it, each as
    the first day and the id, in order: what `RulesetChoice` tells of, where every statement that
    reads a school finds it. `rules_revision` counts its changes.
    """

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    npsn: str = Field(unique=True, max_length=16)
    name: str = Field(max_length=120)
    timezone: str = Field(max_length=64)
    ruleset: str = Field(max_length=64)
    later_rulesets: list[list[str]] = Field(default_factory=list, sa_type=Document)
    rules_revision: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)


class RulesetChoice(SQLModel, table=True):
    """A rule set that somebody chose for the school, from the first day of a period on."""

    __tablename__ = "ruleset_choice"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id, index=True)
    ruleset: str = Field(max_length=64)
    starts_on: date
    chosen_by: int = Field(foreign_key="member.id", sa_type=Id)
    chosen_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_by: int | None = Field(default=None, foreign_key="member.id", sa_type=Id)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Member(SQLModel, table=True):
    """A person in one school. `account_id` is empty until the person has joined by Telegram."""

    __table_args__ = (
        UniqueConstraint("school_id", "nip"),
        UniqueConstraint("school_id", "account_id"),
    )

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id, index=True)
    name: str = Field(max_length=120)
    nip: str | None = Field(default=None, max_length=18)
    roles: int
    salutation: str | None = Field(default=None, max_length=8)
    account_id: int | None = Field(default=None, foreign_key="account.id", sa_type=Id, index=True)
    joined_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Invitation(SQLModel, table=True):
    """A one-time way in for one member. Only the hash of its token is kept."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id, index=True)
    token_hash: str = Field(unique=True, max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Deputy(SQLModel, table=True):
    """An acting principal: decides beside the principal from one day to another, both included."""

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id, index=True)
    member_id: int = Field(foreign_key="member.id", sa_type=Id, index=True)
    starts_on: date
    ends_on: date
    named_by: int = Field(foreign_key="member.id", sa_type=Id)
    named_at: datetime = Field(sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RosterDraft(SQLModel, table=True):
    """A roster file that was read and waits for an operator's confirmation; gone after it."""

    __tablename__ = "roster_draft"

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id)
    rows: list[dict[str, Any]] = Field(sa_type=Document)
    created_at: datetime = Field(sa_type=UtcDateTime)
