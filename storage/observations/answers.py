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
    """An answer: its words, empty where only a voice note or files were sent, and since when."""

    words: str
    at: datetime


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
        answers[one.plan_id][one.field] = Given(one.text, one.changed_at)
    attached = await session.exec(
        select(Evidence.plan_id, Evidence.code, func.max(Evidence.received_at))
        .where(col(Evidence.plan_id).in_(plan_ids), Evidence.step == FORM)
        .where(Evidence.status == EvidenceStatus.ATTACHED)
        .group_by(col(Evidence.plan_id), col(Evidence.code))
    )
    for plan_id, field, received_at in attached.all():
        if plan_id is not None:
            answers[plan_id].setdefault(field, Given("", received_at))
    return answers
