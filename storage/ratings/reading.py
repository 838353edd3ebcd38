"""Ratings as they stand. Who may see them is for the caller to say."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, exists
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import NotFound
from storage.models import FinalRating, Member, Plan, Rating, RatingStatus
from storage.people import Actor, known_id
from storage.plans import FullPlan, own_plan


@dataclass(frozen=True, slots=True)
class FullRating:
    """The rating of a plan. Only one with a `final_at` holds; a draft is its raters' alone.

    `predicate_id` is None until both levels are chosen, `rater` until it is final. `number` counts
    how often it has become final. `answer` and `acknowledged_at` are the teacher's, to the rating
    as it is final now.
    """

    plan_id: int
    status: RatingStatus
    revision: int
    number: int
    work_result: str
    work_behaviour: str
    predicate_id: str | None
    feedback: str
    marks: dict[str, str]
    is_held: bool
    changed_by: int
    changed_at: datetime
    final_at: datetime | None = None
    rater: Member | None = None
    acknowledged_at: datetime | None = None
    answer: str = ""
    answered_at: datetime | None = None

    @property
    def is_final(self) -> bool:
        """Whether it holds."""
        return self.status is RatingStatus.FINAL


_RATINGS = (
    select(Rating, FinalRating, Member)
    .join(
        FinalRating,
        and_(
            col(FinalRating.plan_id) == col(Rating.plan_id),
            col(FinalRating.number) == col(Rating.number),
            col(Rating.status) == RatingStatus.FINAL,
        ),
        isouter=True,
    )
    .join(Member, col(Member.id) == col(FinalRating.rated_by), isouter=True)
)


async def rating_of(session: AsyncSession, plan_id: int) -> FullRating | None:
    """Give the rating of a plan, draft or final; None while nobody has begun."""
    found = await session.exec(_RATINGS.where(col(Rating.plan_id) == plan_id))
    row: Any = found.first()
    return _full(*row) if row is not None else None


async def ratings_in(
    session: AsyncSession, school_id: int, period_id: str
) -> dict[int, FullRating]:
    """Give the ratings of a school's period by plan; one statement."""
    found = await session.exec(
        _RATINGS.join(Plan, col(Plan.id) == col(Rating.plan_id)).where(
            col(Plan.school_id) == school_id, col(Plan.period) == period_id
        )
    )
    return {row[0].plan_id: _full(*row) for row in found.all()}


def is_rated() -> ColumnElement[bool]:
    """Give the condition that a plan's rating is final, for use in statements."""
    return exists().where(
        col(Rating.plan_id) == col(Plan.id), col(Rating.status) == RatingStatus.FINAL
    )


async def finally_rated(session: AsyncSession, plans: Collection[int]) -> set[int]:
    """Say which of these plans have a rating that is final; one statement."""
    found = await session.exec(
        select(Rating.plan_id)
        .where(col(Rating.plan_id).in_(plans))
        .where(Rating.status == RatingStatus.FINAL)
    )
    return set(found.all())


def _full(rating: Rating, final: FinalRating | None, rater: Member | None) -> FullRating:
    # What is final was copied then: it is told as it was, whatever the draft's row says.
    said: Rating | FinalRating = final or rating
    return FullRating(
        plan_id=rating.plan_id,
        status=RatingStatus(rating.status),
        revision=rating.revision,
        number=rating.number,
        work_result=said.work_result,
        work_behaviour=said.work_behaviour,
        predicate_id=said.predicate or None,
        feedback=said.feedback,
        marks=dict(said.marks),
        is_held=rating.is_held,
        changed_by=rating.changed_by,
        changed_at=rating.changed_at,
        final_at=final.final_at if final else None,
        rater=rater,
        acknowledged_at=final.acknowledged_at if final else None,
        answer=final.answer if final else "",
        answered_at=final.answered_at if final else None,
    )


@dataclass(frozen=True, slots=True)
class OwnRating:
    """What a teacher may know: the rating once it is final, and whether one was opened again."""

    full: FullPlan
    rating: FullRating | None
    is_open_again: bool


async def own_rating(session: AsyncSession, actor: Actor, plan_id: int) -> OwnRating:
    """Give a teacher the rating of the own plan. Raises `NotAllowed` for anybody else's."""
    full = await own_plan(session, actor, plan_id)
    rating = await rating_of(session, plan_id)
    if rating is None or rating.is_final:
        return OwnRating(full, rating, is_open_again=False)
    return OwnRating(full, None, is_open_again=rating.number > 0)


@dataclass(frozen=True, slots=True)
class Result:
    """The final rating of a plan of an earlier period."""

    plan: Plan
    rating: FullRating


async def earlier_results(session: AsyncSession, actor: Actor, period_id: str) -> list[Result]:
    """Give a teacher the own final ratings of other periods at this school, the newest first."""
    found = await session.exec(
        select(Plan)
        .where(Plan.member_id == actor.member_id, Plan.school_id == actor.school_id)
        .where(Plan.period != period_id, is_rated())
        .order_by(col(Plan.created_at).desc(), col(Plan.id).desc())
    )
    plans = {known_id(one.id): one for one in found.all()}
    rows = await session.exec(_RATINGS.where(col(Rating.plan_id).in_(plans)))
    ratings = {row[0].plan_id: _full(*row) for row in rows.all()}
    return [Result(plan, ratings[number]) for number, plan in plans.items() if number in ratings]


@dataclass(frozen=True, slots=True)
class Past:
    """A rating that was final, with who made it so and who opened it again, if anybody has."""

    final: FinalRating
    rater: Member
    reopener: Member | None


async def history_of(session: AsyncSession, plan_id: int) -> Sequence[Past]:
    """Give every rating of a plan that ever was final, oldest first."""
    reopener = aliased(Member)
    found = await session.exec(
        select(FinalRating, Member, reopener)
        .join(Member, col(Member.id) == col(FinalRating.rated_by))
        .join(reopener, col(reopener.id) == col(FinalRating.reopened_by), isouter=True)
        .where(FinalRating.plan_id == plan_id)
        .order_by(col(FinalRating.number))
    )
    return [Past(*row) for row in found.all()]


async def past_of(session: AsyncSession, plan_id: int, number: int) -> Past:
    """Give one of them. Raises `NotFound`."""
    found = [one for one in await history_of(session, plan_id) if one.final.number == number]
    if not found:
        raise NotFound
    return found[0]
