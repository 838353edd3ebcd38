"""What people answer to the questions of a form that belongs to a plan, such as its report."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from storage.columns import Id, UtcDateTime

LONGEST_ANSWER = 4000
"""Characters of one answer."""


class FormAnswer(SQLModel, table=True):
    """The answer to one question of a form: words, a voice note, or both.

    `newest_at` is the place in `text` where the words of the last message begin. `voice_id` is
    Telegram's name for the voice note. Photos and documents that belong to the answer are pieces
    of evidence with the status `attached`. `member_id` is who has answered last.
    """

    __tablename__ = "form_answer"
    __table_args__ = (UniqueConstraint("plan_id", "form", "field"),)

    id: int | None = Field(default=None, primary_key=True, sa_type=Id)
    school_id: int = Field(foreign_key="school.id", sa_type=Id)
    plan_id: int = Field(foreign_key="plan.id", sa_type=Id)
    form: str = Field(max_length=16)
    field: str = Field(max_length=24)
    member_id: int = Field(foreign_key="member.id", sa_type=Id, index=True)
    text: str = Field(default="", max_length=LONGEST_ANSWER)
    newest_at: int = 0
    voice_id: str = Field(default="", max_length=255)
    voice_seconds: int = 0
    changed_at: datetime = Field(sa_type=UtcDateTime)
