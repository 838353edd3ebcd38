"""Where a rating may go from where it stands, and who was faster when two people rate at once.

`TRANSITIONS` is the whole of what may follow what. Every change is one conditional update of the
rating's row, whose row count decides the winner.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, exists, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.decisions import DECIDED, plan_to_decide
from storage.errors import AlreadyDecided, NotFound, NotNow, RatingChanged, RatingVoid
from storage.models import FinalRating, Member, Plan, Rating, RatingStatus
from storage.people import Actor, known_id
from storage.periods import plan_is_closed, require_open
from storage.plans import FullPlan

RATED = "rated"
"""What `AlreadyDecided` calls a rating that is final."""


class Action(StrEnum):
    """What is done to a rating."""

    CHANGE = "change"
    SEAL = "seal"
    REOPEN = "reopen"


TRANSITIONS: dict[tuple[RatingStatus, Action], RatingStatus] = {
    (RatingStatus.DRAFT, Action.CHANGE): RatingStatus.DRAFT,
    (RatingStatus.DRAFT, Action.SEAL): RatingStatus.FINAL,
    (RatingStatus.FINAL, Action.REOPEN): RatingStatus.DRAFT,
}


async def plan_to_rate(session: AsyncSession, actor: Actor, plan_id: int) -> FullPlan:
    """Give a plan that holds to somebody who may rate it.

    Raises `NotAllowed` for one's own, `NotNow` while the plan does not hold.
    """
    full = await plan_to_decide(session, actor, plan_id)
    if full.status not in DECIDED:
        raise NotNow(full.status)
    return full


async def begun(session: AsyncSession, actor: Actor, plan_id: int, now: datetime) -> Rating:
    """Give the row of a plan's rating, beginning one where there is none."""
    rating = await row_of(session, plan_id)
    if rating is not None:
        return rating
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert: Any = (sqlite.insert if is_sqlite else postgresql.insert)(Rating)
    made = await session.exec(
        insert.values(
            plan_id=plan_id, status=RatingStatus.DRAFT, revision=0, number=0, work_result="",
            work_behaviour="", predicate="", feedback="", marks={}, is_held=False, own_from=0,
            changed_by=actor.member_id, changed_at=now,
        ).on_conflict_do_nothing(index_elements=["plan_id"])
    )  # fmt: skip
    if made.rowcount:
        audit.record(session, actor, "rating.begin", f"plan:{plan_id}", now)
    rating = await row_of(session, plan_id)
    if rating is None:
        raise NotFound
    return rating


async def row_of(session: AsyncSession, plan_id: int) -> Rating | None:
    """Give the row of a plan's rating as it is now."""
    found = await session.exec(
        select(Rating).where(Rating.plan_id == plan_id).execution_options(populate_existing=True)
    )
    return found.first()


async def move(
    session: AsyncSession,
    actor: Actor,
    rating: Rating,
    action: Action,
    shown: int,
    now: datetime,
    **values: Any,
) -> None:
    """Change a rating as it was read, or raise why not.

    Somebody who taps twice on the same card still means it: a draft may be changed from an older
    revision, as long as nobody else has changed it since that was shown. What becomes final, or
    is opened again, must be exactly what was shown.
    """
    after = TRANSITIONS.get((RatingStatus(rating.status), action))
    mine = rating.changed_by == actor.member_id
    seen = rating.revision == shown
    if action is Action.CHANGE and mine:
        seen = rating.own_from <= shown <= rating.revision
    if after is None or not seen:
        await raise_why_not(session, rating, action)
    own_from = rating.own_from if mine and action is Action.CHANGE else rating.revision
    moved = await session.exec(
        update(Rating)
        .where(col(Rating.id) == rating.id, col(Rating.revision) == rating.revision)
        .where(col(Rating.status) == rating.status, ~plan_is_closed(rating.plan_id))
        .where(*([_holds(rating.plan_id)] if action is not Action.REOPEN else []))
        .values(
            status=after, revision=rating.revision + 1, changed_by=actor.member_id,
            changed_at=now, own_from=own_from, **values,
        )
        .execution_options(synchronize_session=False)
    )  # fmt: skip
    await session.refresh(rating)
    if not moved.rowcount:
        await require_open(session, rating.plan_id)
        await raise_why_not(session, rating, action)


def _holds(plan_id: int) -> ColumnElement[bool]:
    """The plan has not been opened again in this moment."""
    return exists().where(col(Plan.id) == plan_id, col(Plan.status).in_(DECIDED))


async def raise_why_not(session: AsyncSession, rating: Rating, action: Action) -> NoReturn:
    """Say who was faster, and when."""
    if rating.status == RatingStatus.FINAL and action is not Action.REOPEN:
        found = await session.exec(
            select(FinalRating, Member)
            .join(Member, col(Member.id) == col(FinalRating.rated_by))
            .where(FinalRating.plan_id == rating.plan_id, FinalRating.number == rating.number)
        )
        final, rater = found.one()
        raise AlreadyDecided(RATED, rater.name, known_id(rater.id), final.final_at)
    if rating.status == RatingStatus.DRAFT and action is Action.REOPEN:
        raise RatingVoid
    plan = await session.get_one(Plan, rating.plan_id, populate_existing=True)
    if plan.status not in DECIDED and action is not Action.REOPEN:
        raise NotNow(plan.status)
    by = await session.get_one(Member, rating.changed_by)
    raise RatingChanged(by.name, rating.changed_at)
