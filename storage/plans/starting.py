"""What a plan could start from: an earlier plan or the school's example, as far as it fits."""

from collections.abc import Iterator, Sequence
from typing import Any

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import ModelPlan
from storage.people import Actor
from storage.plans.reading import NO_DUTY, OWN_WORDS, find_plan
from storage.rulesets import Period, RuleSet, Step, StepKind


async def starting_points(
    session: AsyncSession, actor: Actor, rules: RuleSet, before: Period
) -> dict[str, list[dict[str, Any]]]:
    """Give what a plan could start from: `previous` (that of the period before), `model`.

    The period before may have been under another rule set: what this one does not know is no
    offer.
    """
    offers: dict[str, list[dict[str, Any]]] = {}
    earlier = await find_plan(session, actor.member_id, before.id)
    known = known_of(rules, earlier.content()) if earlier is not None else []
    if known:
        offers["previous"] = known
    found = await session.exec(
        select(ModelPlan).where(
            ModelPlan.school_id == actor.school_id, ModelPlan.ruleset == rules.id
        )
    )
    model = found.first()
    if model is not None:
        offers["model"] = list(model.content)
    return offers


def known_of(rules: RuleSet, content: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out what the rule set does not know: entries, and kinds of evidence."""
    steps = {step.id: step for step in rules.steps}
    kinds = {kind.id for kind in rules.evidence_kinds}
    return [
        {**one, "evidence": [kind for kind in one["evidence"] if kind in kinds]}
        for one in _within_limits(rules, content)
        if one["step"] in steps and _knows(rules, steps[one["step"]], one["code"])
    ]


def _within_limits(rules: RuleSet, content: Sequence[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Leave out the work values beyond the most that the rule set lets somebody choose."""
    limits = {one.id: one.choose_max for one in rules.steps if one.kind is StepKind.BEHAVIOURS}
    values = {guide.code: one.code for one in rules.behaviours for guide in one.guides}
    taken: set[str] = set()
    for one in content:
        most, value = limits.get(one["step"]), values.get(one["code"])
        if most is None or value is None or value in taken or len(taken) < most:
            yield one
            if value is not None and one["step"] in limits:
                taken.add(value)


def _knows(rules: RuleSet, step: Step, code: str) -> bool:
    """Whether the rule set still has what an earlier plan chose in this step."""
    if step.kind is StepKind.BEHAVIOURS:
        return code in {guide.code for one in rules.behaviours for guide in one.guides}
    if step.own_words and code.startswith(OWN_WORDS):
        return True
    if step.none_allowed and code == NO_DUTY:
        return True
    return code in {choice.code for choice in rules.choices(step)}
