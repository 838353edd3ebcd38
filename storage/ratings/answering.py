"""What a teacher does with a final rating: acknowledge it, and answer once.

Both stay possible after the period has closed: they change nothing of the rating.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, outbox
from storage.errors import RatingAnswered, RatingVoid
from storage.models import FinalRating
from storage.people import Actor, deciders, known_id
from storage.plans import kept_words
from storage.ratings.reading import FullRating, own_rating, past_of

LONGEST_ANSWER = 500


async def acknowledge(
    session: AsyncSession, actor: Actor, plan_id: int, number: int, now: datetime
) -> FullRating:
    """Note that the teacher has read the rating that was shown; twice is once.

    Raises `RatingVoid` when it does not hold any more.
    """
    rating = await _shown(session, actor, plan_id, number)
    if rating.acknowledged_at is None:
        await _say(session, plan_id, number, acknowledged_at=now)
        audit.record(session, actor, "rating.acknowledge", f"plan:{plan_id}", now, number=number)
    return await _shown(session, actor, plan_id, number)


async def may_answer(session: AsyncSession, actor: Actor, plan_id: int, number: int) -> FullRating:
    """Give the rating while it can be answered. Raises as `answer` does."""
    rating = await _shown(session, actor, plan_id, number)
    if rating.answer:
        raise RatingAnswered
    return rating


async def answer(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    number: int,
    text: str,
    *,
    today: date,
    now: datetime,
) -> FullRating:
    """Keep the teacher's answer, the only one to this rating.

    Whoever rated is told or, if that person decides no more, everybody who does.

    Raises `RatingVoid` when the rating does not hold any more, `RatingAnswered`, `ReasonMissing`
    for no words, and `TooLong`.
    """
    text = kept_words(text, LONGEST_ANSWER)
    rating = await may_answer(session, actor, plan_id, number)
    await _say(
        session, plan_id, number, col(FinalRating.answer) == "",
        answer=text, answered_at=now,
        acknowledged_at=func.coalesce(FinalRating.acknowledged_at, now),
    )  # fmt: skip
    audit.record(session, actor, "rating.answer", f"plan:{plan_id}", now, number=number)
    who = [known_id(one.id) for one in await deciders(session, actor.school_id, today)]
    rater = rating.rater.id if rating.rater is not None else None
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[one for one in who if one == rater] or who,
        occasion=f"rating:{plan_id}:answered:{number}",
        kind="rating_answered",
        subject={"plan": plan_id, "number": number},
        now=now,
    )
    return await _shown(session, actor, plan_id, number)


async def _shown(session: AsyncSession, actor: Actor, plan_id: int, number: int) -> FullRating:
    rating = (await own_rating(session, actor, plan_id)).rating
    if rating is None or rating.number != number:
        raise RatingVoid
    return rating


async def _say(
    session: AsyncSession, plan_id: int, number: int, *only: Any, **values: Any
) -> None:
    """Add to a rating as long as it holds: whoever opens it again at this moment goes first."""
    said = await session.exec(
        update(FinalRating)
        .where(col(FinalRating.plan_id) == plan_id, col(FinalRating.number) == number)
        .where(col(FinalRating.reopened_at).is_(None), *only)
        .values(**values)
    )
    if not said.rowcount:
        past = await past_of(session, plan_id, number)
        await session.refresh(past.final)
        raise RatingVoid if past.final.reopened_at is not None else RatingAnswered
