"""Whether the observation cycle of a rule set makes sense: its steps, blanks, days and rubrics."""

from collections.abc import Iterator, Sequence

from storage.rulesets.model.calendar import PhaseRule
from storage.rulesets.model.observation import ObservationField, ObservationStep
from storage.rulesets.model.ruleset import RuleSet
from storage.rulesets.terms import AskedOf, ChoiceSource, FieldKind

Finding = tuple[str, str]

STATEMENTS = (2, 6)
"""How many statements a rubric may have: more than fit on a phone are not filled in."""

LONGEST_ID = 20
"""Characters of a blank's id that fit on a button beside a plan."""

ONCE = (FieldKind.BEHAVIOUR, FieldKind.MOMENT, FieldKind.RUBRIC)
"""Of these a cycle has exactly one blank."""


def check_observation(ruleset: RuleSet) -> Iterator[Finding]:
    """Yield every contradiction in the observation cycle."""
    yield from _check_rules(ruleset)
    for step in ruleset.observation_steps:
        yield from _check_step(ruleset, step)
    for field in ruleset.observation_fields:
        yield from _check_field(ruleset, field)
    yield from _check_kinds(ruleset)
    yield from _check_order(ruleset)
    yield from _check_rubrics(ruleset)


def _check_rules(ruleset: RuleSet) -> Iterator[Finding]:
    rules = ruleset.observation_rules
    if rules.minutes < 1:
        yield "observation_rules.minutes", "must be 1 or more"
    days = list(rules.remind_days)
    if any(day < 0 for day in days) or days != sorted(set(days), reverse=True):
        yield "observation_rules.remind_days", "must count down, such as 7, 3, 1, 0"


def _check_step(ruleset: RuleSet, step: ObservationStep) -> Iterator[Finding]:
    """Its blanks are its own, and the day it is due lies in a phase of every period."""
    key = f"observation_step.{step.id}"
    steps = {field.id: field.step for field in ruleset.observation_fields}
    for name in step.fields:
        if steps.get(name) != step.id:
            yield f"{key}.fields", f"the step has no observation field {name!r}"
    for number in sorted({each.number for each in ruleset.periods}):
        phases = [one for one in ruleset.phases if (one.period, one.id) == (number, step.phase)]
        if not phases:
            yield f"{key}.phase", f"period {number} has no phase {step.phase!r}"
        for phase in phases:
            if step.due_month is not None and step.due_month not in _months_of(phase):
                yield f"{key}.due_month", f"is not a month of phase {step.phase!r}"
    if not any(one.required for one in ruleset.observation_fields if one.step == step.id):
        yield f"{key}.fields", "at least one must be required, or the step is never done"


def _months_of(phase: PhaseRule) -> Sequence[int]:
    if phase.start and phase.end:
        return range(phase.start.month, phase.end.month + 1)
    return phase.months


def _check_field(ruleset: RuleSet, field: ObservationField) -> Iterator[Finding]:
    key = f"observation_field.{field.id}"
    step = next((one for one in ruleset.observation_steps if one.id == field.step), None)
    if step is None:
        yield f"{key}.step", f"there is no observation step {field.step!r}"
    elif field.id not in step.fields:
        yield f"{key}.step", f"step {field.step!r} does not name it among its fields"
    if len(field.id) > LONGEST_ID:
        yield f"{key}.id", f"is longer than {LONGEST_ID} characters"
    asked = AskedOf.OBSERVER if field.kind is FieldKind.RUBRIC else AskedOf.TEACHER
    if field.kind not in (FieldKind.WORDS, FieldKind.DOCUMENT) and field.asked is not asked:
        yield f"{key}.asked", f"the kind {field.kind} is for the {asked}"


def _check_kinds(ruleset: RuleSet) -> Iterator[Finding]:
    """There is one behaviour, one moment, one rubric; one place where the indicator is chosen."""
    kinds = [field.kind for field in ruleset.observation_fields]
    for kind in ONCE:
        if kinds.count(kind) != 1:
            yield "observation_field", f"exactly one is of the kind {kind}"
    planned = [step for step in ruleset.steps if step.choices is ChoiceSource.INDICATORS]
    if len(planned) + kinds.count(FieldKind.INDICATOR) != 1:
        reason = "the indicator is chosen once: in a step of the plan or in an observation field"
        yield "observation_field", reason


def _check_order(ruleset: RuleSet) -> Iterator[Finding]:
    """What is observed is agreed on first."""
    order = [step.id for step in ruleset.observation_steps]
    rubric = ruleset.field_of_kind(FieldKind.RUBRIC)
    for kind in (FieldKind.INDICATOR, FieldKind.BEHAVIOUR, FieldKind.MOMENT):
        field = ruleset.field_of_kind(kind)
        if field is None or rubric is None or not {field.step, rubric.step} <= set(order):
            continue
        if order.index(field.step) >= order.index(rubric.step):
            yield f"observation_field.{field.id}.step", "must come before the rubric's step"


def _check_rubrics(ruleset: RuleSet) -> Iterator[Finding]:
    """Every indicator can be prepared for and observed."""
    levels, labels = ruleset.indicator_rules.rubric_levels, ruleset.indicator_rules.rubric_labels
    if len(levels) < 2:
        yield "indicator_rules.rubric_levels", "at least two levels are needed"
    if len(labels) != len(levels):
        yield "indicator_rules.rubric_labels", f"needs one label for each of {len(levels)} levels"
    fewest, most = STATEMENTS
    for indicator in ruleset.indicators:
        key = f"indicator.{indicator.code}"
        if not indicator.focus:
            yield f"{key}.focus", "at least one behaviour is needed"
        if not fewest <= len(indicator.statements) <= most:
            yield f"{key}.statements", f"needs {fewest} to {most} statements"
