"""What the bot remembers of its chats: who is behind them, what came in, what is on screen."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import Document, Id, UtcDateTime


class Account(SQLModel, table=True):
    """A Telegram user. The id of the user is the id of the private chat with the user.

    `view` is the packed button that draws again what is on the person's screen, so that typed
    words can be matched with its buttons; `prompt_id` is the question the bot waits on, if any.
    """

    id: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    language: str = Field(default="id", max_length=2)
    member_id: int | None = Field(default=None, sa_type=Id)
    view: str = Field(default="", max_length=64)
    prompt_id: int | None = Field(default=None, sa_type=Id)
    blocked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class Prompt(SQLModel, table=True):
    """A question that waits for free words: which state it opens and what it is about.

    Kept after the answer too: a reply that arrives late is bound to the question it answers.
    """

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    account_id: int = Field(foreign_key="account.id", sa_type=Id, index=True)
    state: str = Field(max_length=40)
    subject: str = Field(max_length=64)
    question: str = Field(max_length=2000)
    placeholder: str = Field(default="", max_length=64)
    message_id: int | None = Field(default=None, sa_type=Id)
    asked_at: datetime = Field(sa_type=UtcDateTime)


class Card(SQLModel, table=True):
    """A message with buttons whose subject other people can change, so it must be kept true.

    The subject is a plan, a piece of evidence, a request for help or a report.
    """

    __table_args__ = (UniqueConstraint("chat_id", "message_id"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    member_id: int = Field(foreign_key="member.id", sa_type=Id, index=True)
    chat_id: int = Field(sa_type=Id)
    message_id: int = Field(sa_type=Id)
    plan_id: int | None = Field(default=None, foreign_key="plan.id", sa_type=Id, index=True)
    evidence_id: int | None = Field(
        default=None, foreign_key="evidence.id", sa_type=Id, index=True
    )
    help_id: int | None = Field(
        default=None, foreign_key="help_request.id", sa_type=Id, index=True
    )
    report_id: int | None = Field(default=None, foreign_key="report.id", sa_type=Id, index=True)
    view: str = Field(max_length=64)
    shown_at: datetime = Field(sa_type=UtcDateTime)
    closed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class InboxUpdate(SQLModel, table=True):
    """An update as Telegram gave it, kept until it has been acted on and answered.

    The row is written before Telegram is told that the update arrived, and is marked in the very
    transaction that acts on it: nothing is lost and nothing acts twice.
    """

    __tablename__ = "inbox"

    update_id: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    payload: dict[str, Any] | None = Field(default=None, sa_type=Document)
    received_at: datetime = Field(sa_type=UtcDateTime)
    acted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)


class GroupChat(SQLModel, table=True):
    """A group that the bot was put into. It says once that it works in private, then is silent."""

    __tablename__ = "group_chat"

    id: int = Field(primary_key=True, sa_type=Id, sa_column_kwargs={"autoincrement": False})
    told_at: datetime = Field(sa_type=UtcDateTime)
