"""Whether what a rule set says about the report fits the rest of it."""

from collections.abc import Iterator

from storage.rulesets.model.report import ReportField
from storage.rulesets.model.ruleset import RuleSet

Finding = tuple[str, str]
"""A key and what is wrong there."""

LONGEST_FIELD = 20
"""Characters of a field's id: it has to fit a button."""


def check_report(ruleset: RuleSet) -> Iterator[Finding]:
    """Every question and every coverage refers to what there is, and no step goes unasked."""
    for each in ruleset.report_fields:
        yield from _check_field(ruleset, each)
    asked = {each.step for each in ruleset.report_fields}
    for step in ruleset.steps if ruleset.report_fields else ():
        if step.id not in asked:
            yield "report_field", f"no question about the step {step.id!r}"
    yield from _check_coverage(ruleset)


def _check_field(ruleset: RuleSet, each: ReportField) -> Iterator[Finding]:
    key = f"report_field.{each.id}"
    if not 0 < len(each.id) <= LONGEST_FIELD or ":" in each.id:
        yield f"{key}.id", f"must have 1 to {LONGEST_FIELD} characters and no colon"
    if sum(map(bool, (each.step, each.aspect, each.parameter))) > 1:
        yield key, "has only one of step, aspect and parameter"
    known = {
        "step": {one.id for one in ruleset.steps},
        "aspect": {one.code for one in ruleset.main_duties},
        "parameter": set(ruleset.rating.parameters),
    }
    for name, values in known.items():
        value = getattr(each, name)
        if value and value not in values:
            yield f"{key}.{name}", f"there is no {name} {value!r}"


def _check_coverage(ruleset: RuleSet) -> Iterator[Finding]:
    known = {
        "codes": {choice.code for step in ruleset.steps for choice in ruleset.choices(step)}
        | {duty.code for duty in ruleset.main_duties},
        "steps": {one.id for one in ruleset.steps},
        "observation": {one.step for one in ruleset.observation_steps},
    }
    duties = {one.code for one in ruleset.main_duties}
    for each in ruleset.coverages:
        key = f"coverage.{each.code}"
        if each.code not in duties:
            yield f"{key}.code", f"there is no main duty {each.code!r}"
        for name, values in known.items():
            for value in getattr(each, name):
                if value not in values:
                    yield f"{key}.{name}", f"there is no {value!r}"
