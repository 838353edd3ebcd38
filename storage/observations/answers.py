"""What has been answered in the forms of observations, for many cycles at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

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
    """Give what has been answered for some plans."""
    return {plan_id: {} for plan_id in plan_ids}
