"""How far the steps of a plan are."""

from dataclasses import dataclass

from storage.plans.reading import NO_DUTY, FullPlan
from storage.rulesets import RuleSet, Step, StepKind


@dataclass(frozen=True, slots=True)
class StepProgress:
    """How far a step is: what is chosen, how much is needed, whether that is enough."""

    step: Step
    chosen: int
    needed: int
    done: bool


def progress(rules: RuleSet, full: FullPlan) -> tuple[StepProgress, ...]:
    """Say for every step of the rule set how far the plan is."""
    return tuple(_step_progress(rules, step, full) for step in rules.steps)


def _step_progress(rules: RuleSet, step: Step, full: FullPlan) -> StepProgress:
    entries = full.of(step.id)
    if step.kind is StepKind.BEHAVIOURS:
        codes = {entry.code for entry in entries}
        chosen = sum(
            len(codes.intersection(guide.code for guide in one.guides)) >= max(step.guides_min, 1)
            for one in rules.behaviours
        )
    else:
        chosen = sum(entry.code != NO_DUTY for entry in entries)
    # "No duty" is an answer too: a step that allows it is done once there is any entry.
    done = bool(entries) if step.none_allowed else chosen >= max(step.choose_min, 1)
    return StepProgress(step, chosen, step.choose_min, done)


def missing_steps(rules: RuleSet, full: FullPlan) -> tuple[str, ...]:
    """Give the ids of the required steps that are not filled."""
    return tuple(
        one.step.id for one in progress(rules, full) if one.step.required and not one.done
    )
