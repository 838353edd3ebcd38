"""Drafting a rating: levels, marks of the work values, feedback. Every tap is kept.

`shown` is the revision that was on the screen; 0 where nobody had begun. Each raises
`AlreadyDecided` once the rating is final and `RatingChanged` when somebody else was faster, both
with who and when, `NotNow` while the plan does not hold, and `PeriodClosed`.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import NotFound, TooLong
from storage.models import Rating, RatingStatus
from storage.people import Actor
from storage.plans import FullPlan, kept_words
from storage.ratings.moving import Action, begun, move, plan_to_rate
from storage.ratings.reading import FullRating, rating_of
from storage.rulesets import RatingAxis, RuleSet, StepKind

LONGEST_FEEDBACK = 1000


async def choose_level(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    shown: int,
    axis: RatingAxis,
    level: str,
    now: datetime,
) -> FullRating:
    """Give one axis a level; once both have one, they give the predicate."""
    rules.level_title(level)
    await plan_to_rate(session, actor, plan_id)
    rating = await begun(session, actor, plan_id, now)
    levels = {one: getattr(rating, one) for one in RatingAxis} | {axis: level}
    return await _change(
        session, actor, rating, shown, now,
        predicate=predicate_of(rules, levels), **{str(axis): level},
    )  # fmt: skip


def predicate_of(rules: RuleSet, levels: Mapping[RatingAxis, str]) -> str:
    """Give the predicate's id; empty while a level is missing."""
    result, behaviour = levels[RatingAxis.WORK_RESULT], levels[RatingAxis.WORK_BEHAVIOUR]
    return rules.rated(result, behaviour).id if result and behaviour else ""


async def mark_behaviour(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    shown: int,
    behaviour: str,
    level: str,
    now: datetime,
) -> FullRating:
    """Give a work value that the plan has chosen a level; an empty one takes it away."""
    full = await plan_to_rate(session, actor, plan_id)
    if behaviour not in chosen_behaviours(rules, full):
        raise NotFound
    if level:
        rules.level_title(level)
    rating = await begun(session, actor, plan_id, now)
    marks = {code: mark for code, mark in rating.marks.items() if code != behaviour}
    if level:
        marks[behaviour] = level
    return await _change(session, actor, rating, shown, now, marks=marks)


def chosen_behaviours(rules: RuleSet, full: FullPlan) -> tuple[str, ...]:
    """Give the codes of the work values that a plan has chosen guide statements of."""
    steps = {step.id for step in rules.steps if step.kind is StepKind.BEHAVIOURS}
    chosen = {entry.code for entry in full.entries if entry.step in steps}
    return tuple(
        one.code
        for one in rules.behaviours
        if one.code in chosen or any(guide.code in chosen for guide in one.guides)
    )


async def write_feedback(
    session: AsyncSession, actor: Actor, plan_id: int, shown: int, text: str, now: datetime
) -> FullRating:
    """Put these words in place of the feedback. Raises `ReasonMissing`, `TooLong`."""
    text = kept_words(text, LONGEST_FEEDBACK)
    return await _feedback(session, actor, plan_id, shown, text, now)


async def clear_feedback(
    session: AsyncSession, actor: Actor, plan_id: int, shown: int, now: datetime
) -> FullRating:
    """Take the feedback away."""
    return await _feedback(session, actor, plan_id, shown, "", now)


async def take_sentence(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    shown: int,
    sentence: str,
    now: datetime,
    *,
    taken: bool,
) -> FullRating:
    """Add a ready sentence to the feedback, or take it out again where it still stands."""
    await plan_to_rate(session, actor, plan_id)
    rating = await begun(session, actor, plan_id, now)
    without = " ".join(rating.feedback.replace(sentence, " ").split())
    text = f"{without} {sentence}".strip() if taken else without
    if taken and sentence in rating.feedback:
        text = rating.feedback
    if len(text) > LONGEST_FEEDBACK:
        raise TooLong(LONGEST_FEEDBACK, len(text))
    return await _change(session, actor, rating, shown, now, feedback=text)


async def _feedback(
    session: AsyncSession, actor: Actor, plan_id: int, shown: int, text: str, now: datetime
) -> FullRating:
    await plan_to_rate(session, actor, plan_id)
    rating = await begun(session, actor, plan_id, now)
    return await _change(session, actor, rating, shown, now, feedback=text)


async def hold(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    shown: int,
    now: datetime,
    *,
    held: bool,
) -> FullRating:
    """Leave a rating out when all are made final at once, or put it back."""
    await plan_to_rate(session, actor, plan_id)
    rating = await begun(session, actor, plan_id, now)
    return await _change(session, actor, rating, shown, now, is_held=held)


async def _change(
    session: AsyncSession, actor: Actor, rating: Rating, shown: int, now: datetime, **values: Any
) -> FullRating:
    """Change a draft; what it says already needs no change, and a double tap means one."""
    is_so = all(getattr(rating, name) == value for name, value in values.items())
    if not is_so or rating.status != RatingStatus.DRAFT:
        await move(session, actor, rating, Action.CHANGE, shown, now, **values)
    full = await rating_of(session, rating.plan_id)
    if full is None:
        raise NotFound
    return full
