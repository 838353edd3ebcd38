"""Whom there is to rate in a period, and how far each rating is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.deadlines import Deadline
from storage.decisions import DECIDED
from storage.models import Member, Plan, PlanStatus, Rating, RatingStatus, Role
from storage.people import Actor, known_id
from storage.periods import is_closed
from storage.ratings.reading import FullRating, ratings_in
from storage.rulesets import DeadlineKind


class Stage(StrEnum):
    """How far somebody's rating is."""

    NO_PLAN = "no_plan"
    """There is no plan that holds: nothing can be rated."""
    OPEN = "open"
    """A level is missing."""
    READY = "ready"
    HELD = "held"
    """It could become final, and is held back."""
    FINAL = "final"


RATABLE = frozenset({Stage.OPEN, Stage.READY, Stage.HELD})


@dataclass(frozen=True, slots=True)
class Ratee:
    """Somebody to be rated. `plan_status` is None without a plan.

    `has_left`: the person is no teacher of the school any more, and the plan is still there.
    """

    member_id: int
    name: str
    plan_id: int | None
    plan_status: PlanStatus | None
    has_left: bool
    rating: FullRating | None

    @property
    def stage(self) -> Stage:
        """How far the rating is."""
        rating = self.rating
        if rating is not None and rating.is_final:
            return Stage.FINAL
        if self.plan_id is None or self.plan_status not in DECIDED:
            return Stage.NO_PLAN
        if rating is None or rating.predicate_id is None:
            return Stage.OPEN
        return Stage.HELD if rating.is_held else Stage.READY


async def ratees(session: AsyncSession, actor: Actor, period_id: str) -> list[Ratee]:
    """Give all teachers of the school, and who has a plan and left, by name; three statements.

    Without the actor: nobody rates their own work.
    """
    actor.require_decider()
    plans = await session.exec(
        select(Plan.member_id, Plan.id, Plan.status).where(
            Plan.school_id == actor.school_id, Plan.period == period_id
        )
    )
    by_member = {member_id: (plan_id, status) for member_id, plan_id, status in plans.all()}
    members = await session.exec(
        select(Member.id, Member.name, Member.roles)
        .where(Member.school_id == actor.school_id, Member.id != actor.member_id)
        .order_by(func.lower(Member.name), col(Member.id))
    )
    ratings = await ratings_in(session, actor.school_id, period_id)
    found = []
    for member_id, name, roles in members.all():
        plan_id, status = by_member.get(known_id(member_id), (None, None))
        teaches = bool(roles & Role.TEACHER)
        if teaches or plan_id is not None:
            found.append(
                Ratee(
                    member_id=known_id(member_id),
                    name=name,
                    plan_id=plan_id,
                    plan_status=PlanStatus(status) if status is not None else None,
                    has_left=not teaches,
                    rating=ratings.get(plan_id) if plan_id is not None else None,
                )
            )
    return found


async def periods_planned(session: AsyncSession, actor: Actor) -> list[tuple[str, str]]:
    """Give the periods in which the actor's school has plans, each with a rule set of theirs."""
    actor.require_decider()
    found = await session.exec(
        select(Plan.period, Plan.ruleset).where(Plan.school_id == actor.school_id).distinct()
    )
    return sorted(found.all())


def next_open(people: Sequence[Ratee], after: int) -> Ratee | None:
    """Give the first behind plan `after` who lacks a level; behind the last comes the first.

    None when nobody does. An unknown plan, such as 0, starts from the first.
    """
    at = next((at for at, one in enumerate(people) if one.plan_id == after), -1)
    order = [*people[at + 1 :], *people[: at + 1]]
    return next((one for one in order if one.stage is Stage.OPEN and one.plan_id != after), None)


def carry_on(people: Sequence[Ratee], actor: Actor) -> Ratee | None:
    """Give whom the actor is to rate next: who was left half done, or else who comes behind."""
    mine = [
        (one.rating.changed_at, one.plan_id or 0)
        for one in people
        if one.rating is not None and one.rating.changed_by == actor.member_id
    ]
    last = max(mine, default=(None, 0))[1]
    in_hand = next((one for one in people if one.plan_id == last), None)
    if in_hand is not None and in_hand.stage is Stage.OPEN:
        return in_hand
    return next_open(people, last)


async def count_unrated(session: AsyncSession, actor: Actor, period_id: str) -> int:
    """Say how many plans of a period hold and have no final rating, without the actor's own."""
    found = await session.exec(
        select(func.count(col(Plan.id)))
        .join(Rating, col(Rating.plan_id) == col(Plan.id), isouter=True)
        .where(*_unrated(actor, period_id))
    )
    return int(found.one())


LEAD = timedelta(days=14)
"""So long before its phase rating begins to be offered."""


def is_near(deadlines: Iterable[Deadline], today: date) -> bool:
    """Whether it is time to think of rating."""
    return any(
        one.kind is DeadlineKind.RATING and today >= one.earliest - LEAD for one in deadlines
    )


def _unrated(actor: Actor, period_id: str) -> tuple[Any, ...]:
    return (
        Plan.school_id == actor.school_id,
        Plan.period == period_id,
        Plan.member_id != actor.member_id,
        col(Plan.status).in_(DECIDED),
        col(Rating.status).is_(None) | (col(Rating.status) != RatingStatus.FINAL),
        ~is_closed(),
    )
