"""What has been answered in the forms of observations, for many cycles at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import Evidence, EvidenceStatus, FormAnswer

FORM = "observation"
"""The name under which answers are kept."""


@dataclass(frozen=True, slots=True)
class Given:
    """An answer: its words, empty for a voice note or files alone; since when, and by whom.

    `voice_seconds` is the length of the voice note, 0 without one.
    """

    words: str
    at: datetime
    by: int
    voice_seconds: int = 0


Answers = dict[int, dict[str, Given]]
"""By plan and blank."""


async def given_in(session: AsyncSession, plan_ids: Collection[int]) -> Answers:
    """Give what has been answered for some plans; two statements, however many they are."""
    found = await session.exec(
        select(FormAnswer)
        .where(col(FormAnswer.plan_id).in_(plan_ids), FormAnswer.form == FORM)
        .where((col(FormAnswer.text) != "") | (col(FormAnswer.voice_id) != ""))
    )
    answers: Answers = {plan_id: {} for plan_id in plan_ids}
    for one in found.all():
        seconds = max(1, one.voice_seconds) if one.voice_id else 0
        answers[one.plan_id][one.field] = Given(one.text, one.changed_at, one.member_id, seconds)
    attached = await session.exec(
        select(
            Evidence.plan_id,
            Evidence.code,
            func.max(Evidence.received_at),
            func.max(Evidence.member_id),
        )
        .where(col(Evidence.plan_id).in_(plan_ids), Evidence.step == FORM)
        .where(Evidence.status == EvidenceStatus.ATTACHED)
        .group_by(col(Evidence.plan_id), col(Evidence.code))
    )
    for plan_id, field, received_at, by in attached.all():
        if plan_id is not None:
            answers[plan_id].setdefault(field, Given("", received_at, by))
    return answers
