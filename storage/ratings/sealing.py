"""Making ratings final, one or many at once, and opening a final one again."""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, outbox
from storage.decisions import plan_to_decide
from storage.errors import NotFound, RatingIncomplete, RatingsChanged, RatingVoid
from storage.models import FinalRating, Rating, School
from storage.people import Actor
from storage.plans import FullPlan, kept_words
from storage.ratings.drafting import predicate_of
from storage.ratings.moving import Action, move, plan_to_rate, row_of
from storage.ratings.queue import Ratee, Stage, ratees
from storage.ratings.reading import FullRating, rating_of
from storage.rulebook import RuleBook
from storage.rulesets import RatingAxis, RuleSet

LONGEST_REASON = 500


async def seal(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    shown: int,
    now: datetime,
) -> FullRating:
    """Make the rating final as it was shown; the teacher is told.

    Raises `RatingIncomplete` while a level is missing, `AlreadyDecided` with who was first,
    `RatingChanged` when it has been changed since, `NotNow` while the plan does not hold.
    """
    full = await plan_to_rate(session, actor, plan_id)
    await _seal(session, actor, rules, full, shown, now)
    rating = await rating_of(session, plan_id)
    if rating is None:
        raise NotFound
    return rating


async def _seal(
    session: AsyncSession, actor: Actor, rules: RuleSet, full: FullPlan, shown: int, now: datetime
) -> None:
    rating = await row_of(session, full.id)
    if rating is None:
        raise RatingIncomplete
    predicate = predicate_of(rules, {one: getattr(rating, one) for one in RatingAxis})
    if not predicate and rating.revision == shown:
        raise RatingIncomplete
    await move(
        session, actor, rating, Action.SEAL, shown, now,
        number=rating.number + 1, predicate=predicate, is_held=False,
    )  # fmt: skip
    session.add(
        FinalRating(
            plan_id=full.id,
            number=rating.number,
            ruleset_version=rules.version,
            work_result=rating.work_result,
            work_behaviour=rating.work_behaviour,
            predicate=predicate,
            feedback=rating.feedback,
            marks=dict(rating.marks),
            rated_by=actor.member_id,
            final_at=now,
        )
    )
    audit.record(session, actor, "rating.final", f"plan:{full.id}", now, number=rating.number)
    await session.flush()
    await _tell_teacher(session, full, "rating_final", rating.number, now)


@dataclass(frozen=True, slots=True)
class Ready:
    """What would become final at once: `mark` names exactly these ratings as they are now."""

    ratees: tuple[Ratee, ...]

    @property
    def mark(self) -> int:
        """A number that differs as soon as one of them has changed."""
        parts = sorted(
            (one.plan_id, one.rating.revision) for one in self.ratees if one.rating is not None
        )
        return zlib.crc32(repr(parts).encode())


def ready_of(all_ratees: Iterable[Ratee]) -> Ready:
    """Pick what is complete and not held back."""
    return Ready(tuple(one for one in all_ratees if one.stage is Stage.READY))


async def seal_all(
    session: AsyncSession,
    actor: Actor,
    rulebook: RuleBook,
    school: School,
    period_id: str,
    mark: int,
    now: datetime,
) -> Ready:
    """Make all ratings final that the summary showed: all of them or none.

    Raises `RatingsChanged` when they are not the same any more.
    """
    ready = ready_of(await ratees(session, actor, period_id))
    if not ready.ratees or ready.mark != mark:
        raise RatingsChanged
    for one in ready.ratees:
        if one.plan_id is None or one.rating is None:
            raise RatingsChanged
        full = await plan_to_rate(session, actor, one.plan_id)
        rules = rulebook.of_plan(school, full.plan)
        await _seal(session, actor, rules, full, one.rating.revision, now)
    return ready


async def reopen(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    shown: int,
    now: datetime,
    *,
    reason: str,
) -> FullRating:
    """Open a final rating again; what was final is kept, and the teacher is told why.

    Raises `RatingVoid` when it is open already, `RatingChanged` when another is final by now,
    `ReasonMissing`, `PeriodClosed`.
    """
    reason = kept_words(reason, LONGEST_REASON)
    full = await plan_to_decide(session, actor, plan_id)
    rating = await row_of(session, plan_id)
    if rating is None:
        raise NotFound
    await move(session, actor, rating, Action.REOPEN, shown, now)
    await _end(session, actor, rating, reason, now)
    audit.record(session, actor, "rating.reopen", f"plan:{plan_id}", now, number=rating.number)
    await _tell_teacher(session, full, "rating_void", rating.number, now)
    await _tell_teacher(session, full, "rating_reopened", rating.number, now)
    opened = await rating_of(session, plan_id)
    if opened is None:
        raise NotFound
    return opened


async def _end(
    session: AsyncSession, actor: Actor, rating: Rating, reason: str, now: datetime
) -> None:
    ended = await session.exec(
        update(FinalRating)
        .where(col(FinalRating.plan_id) == rating.plan_id)
        .where(col(FinalRating.number) == rating.number, col(FinalRating.reopened_at).is_(None))
        .values(reopened_by=actor.member_id, reopened_at=now, reason=reason)
    )
    if not ended.rowcount:
        raise RatingVoid


def occasion_of(plan_id: int, kind: str, number: int) -> str:
    """Name what a teacher is told of a rating."""
    return f"rating:{plan_id}:{kind}:{number}"


async def _tell_teacher(
    session: AsyncSession, full: FullPlan, kind: str, number: int, now: datetime
) -> None:
    await outbox.announce(
        session,
        school_id=full.plan.school_id,
        recipients=[full.plan.member_id],
        occasion=occasion_of(full.id, kind, number),
        kind=kind,
        subject={"plan": full.id, "number": number},
        now=now,
    )
