"""Ratings as people make them: drafted, made final, opened again."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.database import Database
from storage.people import Actor
from storage.plans import FullPlan
from storage.ratings import drafting, reading, sealing
from storage.ratings.reading import FullRating
from storage.rulesets import RatingAxis
from tests.storage.evidence.staging import A_MINUTE, NOW, RULES, Work, attempt

RESULT, BEHAVIOUR = RatingAxis.WORK_RESULT, RatingAxis.WORK_BEHAVIOUR


def chooses(
    who: Actor, plan: FullPlan, shown: int, axis: RatingAxis = RESULT, level: str = "sesuai"
) -> Work:
    return lambda session: drafting.choose_level(
        session, who, RULES, plan.id, shown, axis, level, NOW
    )


def seals(who: Actor, plan: FullPlan, shown: int) -> Work:
    return lambda session: sealing.seal(session, who, RULES, plan.id, shown, NOW + A_MINUTE)


def opens_again(who: Actor, plan: FullPlan, shown: int, reason: str = "Keliru") -> Work:
    return lambda session: sealing.reopen(
        session, who, plan.id, shown, NOW + 2 * A_MINUTE, reason=reason
    )


async def drafts(
    database: Database,
    who: Actor,
    plan: FullPlan,
    result: str = "sesuai",
    behaviour: str = "sesuai",
) -> FullRating:
    async with database.transaction() as session:
        now = await reading.rating_of(session, plan.id)
        shown = now.revision if now else 0
        rating = await drafting.choose_level(
            session, who, RULES, plan.id, shown, RESULT, result, NOW
        )
        return await drafting.choose_level(
            session, who, RULES, plan.id, rating.revision, BEHAVIOUR, behaviour, NOW
        )


async def rates(session: AsyncSession, who: Actor, plan: FullPlan, now: datetime) -> FullRating:
    """Rate a plan as expected in both, finally."""
    rating = await reading.rating_of(session, plan.id)
    shown = rating.revision if rating else 0
    for axis in (RESULT, BEHAVIOUR):
        rating = await drafting.choose_level(
            session, who, RULES, plan.id, shown, axis, "sesuai", now
        )
        shown = rating.revision
    return await sealing.seal(session, who, RULES, plan.id, shown, now)


async def final(database: Database, who: Actor, plan: FullPlan) -> FullRating:
    rating = await drafts(database, who, plan)
    done = await attempt(database, seals(who, plan, rating.revision))
    assert isinstance(done, FullRating), done
    return done


async def now_of(database: Database, plan: FullPlan) -> FullRating | None:
    async with database.reading() as session:
        return await reading.rating_of(session, plan.id)


async def does(database: Database, work: Work) -> FullRating:
    done = await attempt(database, work)
    assert isinstance(done, FullRating), done
    return done
