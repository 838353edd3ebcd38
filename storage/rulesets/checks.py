"""Whether a rule set makes sense as a whole: references, sums, days, labels."""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import timedelta
from itertools import pairwise, product

from storage.rulesets.model.calendar import PhaseRule
from storage.rulesets.model.planning import Behaviour, Item, Step
from storage.rulesets.model.ruleset import RuleSet
from storage.rulesets.observation_checks import check_observation
from storage.rulesets.rating_checks import check_rating
from storage.rulesets.report_checks import Finding, check_report
from storage.rulesets.terms import ChoiceSource, CopyValue, StepKind

LABEL_MAX = 24
"""Characters a button can show on a small screen."""
COPY_FIELD_MAX = 16
"""Characters of a copied field's id: with plan and entry it has to fit a button."""
SHORT_MAX = 40
"""Characters a line of a list can show."""


def check(ruleset: RuleSet, known_rulesets: Collection[str]) -> list[Finding]:
    """Return every contradiction in a rule set that was read without mistakes."""
    return [
        *_check_names(ruleset),
        *_check_labels(ruleset),
        *_check_scheme(ruleset, known_rulesets),
        *_check_points(ruleset),
        *_check_upload(ruleset),
        *_check_periods(ruleset),
        *_check_phases(ruleset),
        *_check_deadlines(ruleset),
        *_check_steps(ruleset),
        *_check_items(ruleset),
        *_check_evidence(ruleset),
        *_check_plan_states(ruleset),
        *_check_documents(ruleset),
        *_check_behaviours(ruleset),
        *check_observation(ruleset),
        *_check_matrix(ruleset),
        *check_rating(ruleset, LABEL_MAX),
        *check_report(ruleset),
        *_check_copy_fields(ruleset),
    ]


def _check_names(ruleset: RuleSet) -> Iterator[Finding]:
    """Codes and ids are unique within their list."""
    names: dict[str, list[str]] = {
        "item": [entry.code for entry in ruleset.items],
        "duty": [entry.code for entry in ruleset.duties],
        "main_duty": [entry.code for entry in ruleset.main_duties],
        "behaviour": [entry.code for entry in ruleset.behaviours],
        "indicator": [entry.code for entry in ruleset.indicators],
        "guide": [guide.code for each in ruleset.behaviours for guide in each.guides],
        "step": [entry.id for entry in ruleset.steps],
        "category": [entry.id for entry in ruleset.categories],
        "evidence_kind": [entry.id for entry in ruleset.evidence_kinds],
        "plan_state": [entry.id for entry in ruleset.plan_states],
        "predicate": [entry.id for entry in ruleset.predicates],
        "focus": [focus.code for each in ruleset.indicators for focus in each.focus],
        "statement": [one.code for each in ruleset.indicators for one in each.statements],
        "observation_step": [entry.id for entry in ruleset.observation_steps],
        "observation_field": [entry.id for entry in ruleset.observation_fields],
        "report_field": [entry.id for entry in ruleset.report_fields],
        "coverage": [entry.code for entry in ruleset.coverages],
        "rating_input": [entry.id for entry in ruleset.rating_inputs],
        "special_case": [entry.id for entry in ruleset.special_cases],
        "accountability_document": [entry.id for entry in ruleset.accountability_documents],
        "variable": [entry.id for entry in ruleset.variables],
        "copy_field": [entry.id for entry in ruleset.copy_fields],
        "period": [str(entry.number) for entry in ruleset.periods],
        "phase": [f"{entry.period}.{entry.id}" for entry in ruleset.phases],
        "deadline": [str(entry.id) for entry in ruleset.deadlines],
    }
    for table, found in names.items():
        for name in _repeated(found):
            yield f"{table}.{name}", "is there more than once"


def _check_labels(ruleset: RuleSet) -> Iterator[Finding]:
    """Labels fit a button and tell the entries of a list apart."""
    lists: dict[str, list[tuple[str, str]]] = {
        "item": [(entry.code, entry.label) for entry in ruleset.items],
        "duty": [(entry.code, entry.label) for entry in ruleset.duties],
        "main_duty": [(entry.code, entry.label) for entry in ruleset.main_duties],
        "behaviour": [(entry.code, entry.label) for entry in ruleset.behaviours],
        "indicator": [(entry.code, entry.label) for entry in ruleset.indicators],
        "guide": [(guide.code, guide.label) for b in ruleset.behaviours for guide in b.guides],
        "accountability_document": [
            (entry.id, entry.label) for entry in ruleset.accountability_documents
        ],
        "focus": [(focus.code, focus.label) for one in ruleset.indicators for focus in one.focus],
    }
    for table, entries in lists.items():
        repeated = _repeated(label for _, label in entries)
        for code, label in entries:
            if len(label) > LABEL_MAX:
                yield f"{table}.{code}.label", f"is longer than {LABEL_MAX} characters"
            if label in repeated:
                yield f"{table}.{code}.label", f"{label!r} is there more than once"
    for table, code, short in [
        *(("item", entry.code, entry.short) for entry in ruleset.items),
        *(("duty", entry.code, entry.short) for entry in ruleset.duties),
    ]:
        if len(short) > SHORT_MAX:
            yield f"{table}.{code}.short", f"is longer than {SHORT_MAX} characters"


def _check_scheme(ruleset: RuleSet, known: Collection[str]) -> Iterator[Finding]:
    """Version, days and the names of other rule sets."""
    scheme = ruleset.scheme
    if scheme.version < 1:
        yield "scheme.version", "must be 1 or more"
    if scheme.valid_to and scheme.valid_to < scheme.valid_from:
        yield "scheme.valid_to", f"is before valid_from, {scheme.valid_from}"
    references = {
        "scheme.supersedes": scheme.supersedes,
        "scheme.superseded_by": scheme.superseded_by,
        "indicator_rules.same_as": ruleset.indicator_rules.same_as,
        "rating.same_as": ruleset.rating.same_as,
    }
    if ruleset.behaviour_rules:
        references["behaviour_rules.same_as"] = ruleset.behaviour_rules.same_as
    for key, name in references.items():
        if name and name not in known:
            yield key, f"there is no rule set {name!r}"


def _check_points(ruleset: RuleSet) -> Iterator[Finding]:
    """A scheme has points or says that it has none; the bounds are in order."""
    points = ruleset.points
    if (points is None) == (ruleset.without_points is None):
        yield "points", "write either [points] or [without_points], not both"
    if points is None:
        return
    if points.target_min <= 0:
        yield "points.target_min", "must be more than 0"
    if points.target_min > points.max:
        yield "points.target_min", f"is more than max, {points.max}"
    if not ruleset.items:
        yield "item", "a scheme with points needs items"


def _check_upload(ruleset: RuleSet) -> Iterator[Finding]:
    """Where uploads are required, their format and size are known."""
    upload = ruleset.upload
    if upload.required and not upload.formats:
        yield "upload.formats", "is needed when uploads are required"
    if upload.required and upload.max_mb is None:
        yield "upload.max_mb", "is needed when uploads are required"
    if upload.max_mb is not None and upload.max_mb <= 0:
        yield "upload.max_mb", "must be more than 0"


def _check_periods(ruleset: RuleSet) -> Iterator[Finding]:
    """The periods fill each year, in order, without gap or overlap."""
    rules = ruleset.periods
    if not rules:
        yield "period", "at least one period is needed"
        return
    if [rule.number for rule in rules] != list(range(1, len(rules) + 1)):
        yield "period", "numbers must run 1, 2, 3 in the order of the file"
    if str(rules[0].start) != "01-01":
        yield f"period.{rules[0].number}.start", "the first period starts on 01-01"
    if str(rules[-1].end) != "12-31":
        yield f"period.{rules[-1].number}.end", "the last period ends on 12-31"
    for rule in rules:
        if rule.end < rule.start:
            yield f"period.{rule.number}.end", f"is before its start, {rule.start}"
    for earlier, later in pairwise(rules):
        for year in (2024, 2025):  # a leap year and a common one
            expected = earlier.end.last_in(year) + timedelta(days=1)
            start = later.start.first_in(year)
            if start != expected:
                what = "a gap" if start > expected else "an overlap"
                yield f"period.{later.number}.start", f"leaves {what} after {earlier.end}"
                break


def _check_phases(ruleset: RuleSet) -> Iterator[Finding]:
    """Phases have days inside a period that exists; planning is one of them."""
    numbers = {rule.number for rule in ruleset.periods}
    for phase in ruleset.phases:
        key = f"phase.{phase.period}.{phase.id}"
        if phase.period not in numbers:
            yield f"{key}.period", f"there is no period {phase.period}"
            continue
        findings = list(_check_days_of_phase(phase, key))
        yield from findings or _check_phase_inside(ruleset, phase, key)
    for number in sorted(numbers):
        if not any(
            phase.period == number and phase.id == ruleset.scheme.planning_phase
            for phase in ruleset.phases
        ):
            wanted = ruleset.scheme.planning_phase
            yield "scheme.planning_phase", f"period {number} has no phase {wanted!r}"


def _check_days_of_phase(phase: PhaseRule, key: str) -> Iterator[Finding]:
    """A phase has both start and end, or months in a row."""
    if (phase.start is None) != (phase.end is None):
        yield key, "start and end go together"
    elif phase.start and phase.end:
        if phase.end < phase.start:
            yield f"{key}.end", f"is before its start, {phase.start}"
    elif not phase.months:
        yield key, "needs start and end, or months"
    if phase.months:
        first, last = min(phase.months), max(phase.months)
        if not (first >= 1 and last <= 12):
            yield f"{key}.months", "months are numbers from 1 to 12"
        elif list(phase.months) != list(range(first, last + 1)):
            yield f"{key}.months", "months must follow one another"


def _check_phase_inside(ruleset: RuleSet, phase: PhaseRule, key: str) -> Iterator[Finding]:
    """A phase lies inside its period; an extension makes it longer and stays inside too."""
    for year in sorted({2024, *(day.year for day in phase.extended_to)}):
        rule = next(each for each in ruleset.periods if each.number == phase.period)
        first, last = rule.start.first_in(year), rule.end.last_in(year)
        window = phase.window(year)
        if window.start < first or window.end > last:
            yield key, f"does not lie inside period {phase.period} of {year}"
    for day in phase.extended_to:
        if not phase.window(day.year).extended:
            yield f"{key}.extended_to", f"{day} is not later than the end of the phase"


def _check_deadlines(ruleset: RuleSet) -> Iterator[Finding]:
    """Each deadline ends a phase of every period; days are counted back, longest first."""
    for rule in ruleset.deadlines:
        key, days = f"deadline.{rule.id}", list(rule.remind_days)
        for number in sorted({each.number for each in ruleset.periods}):
            phases = [each.id for each in ruleset.phases if each.period == number]
            if rule.phase not in phases:
                yield f"{key}.phase", f"period {number} has no phase {rule.phase!r}"
        if any(day < 0 for day in days) or days != sorted(set(days), reverse=True):
            yield f"{key}.remind_days", "must count down, such as 14, 7, 3, 1, 0"
        if rule.escalate_after is not None and rule.escalate_after < 1:
            yield f"{key}.escalate_after", "must be 1 or more"


_KINDS: dict[StepKind, set[ChoiceSource | None]] = {
    StepKind.ITEMS: {ChoiceSource.ITEMS},
    StepKind.DUTIES: {ChoiceSource.DUTIES},
    StepKind.BEHAVIOURS: {ChoiceSource.BEHAVIOURS},
    StepKind.CHOICE: {ChoiceSource.MAIN_DUTIES, ChoiceSource.INDICATORS},
    StepKind.TEXT: {None},
}


def _check_steps(ruleset: RuleSet) -> Iterator[Finding]:
    """Each step of the wizard can be answered."""
    if not ruleset.steps:
        yield "step", "at least one step is needed"
    for step in ruleset.steps:
        key = f"step.{step.id}"
        if step.choices not in _KINDS[step.kind]:
            yield f"{key}.choices", f"does not fit the kind {step.kind}"
            continue
        yield from _check_counts(ruleset, step, key)


def _check_counts(ruleset: RuleSet, step: Step, key: str) -> Iterator[Finding]:
    available = len(ruleset.choices(step))
    if step.choices is not None and not available:
        yield f"{key}.choices", f"the list of {step.choices} is empty"
    elif not 0 <= step.choose_min <= available:
        yield f"{key}.choose_min", f"must be between 0 and {available}"
    if step.kind is StepKind.CHOICE and step.choose_min > 1:
        yield f"{key}.choose_min", "a choice is one entry: 0 or 1"
    if step.choose_max is not None and not step.choose_min <= step.choose_max <= available:
        yield f"{key}.choose_max", f"must be between {step.choose_min} and {available}"
    if step.kind is StepKind.BEHAVIOURS:
        fewest = min((len(each.guides) for each in ruleset.behaviours), default=0)
        if not 0 <= step.guides_min <= fewest:
            yield f"{key}.guides_min", f"must be between 0 and {fewest}"


def _check_items(ruleset: RuleSet) -> Iterator[Finding]:
    """Points, effort and category of each item."""
    categories = {category.id for category in ruleset.categories}
    for item in ruleset.items:
        for name, reason in _wrong_numbers(item):
            yield f"item.{item.code}.{name}", reason
        if item.category not in categories:
            yield f"item.{item.code}.category", f"there is no category {item.category!r}"


def _wrong_numbers(item: Item) -> Iterator[Finding]:
    if item.points <= 0:
        yield "points", "must be more than 0"
    if item.points_floor <= 0:
        yield "points_floor", "must be more than 0"
    if item.points_floor > item.points:
        yield "points_floor", f"is more than points, {item.points}"
    if not 0 < item.effort < float("inf"):
        yield "effort", "must be more than 0"


def _check_evidence(ruleset: RuleSet) -> Iterator[Finding]:
    """Every kind of evidence that is named exists."""
    known = {kind.id for kind in ruleset.evidence_kinds}
    used: list[tuple[str, tuple[str, ...]]] = [
        *((f"item.{entry.code}.evidence", entry.evidence) for entry in ruleset.items),
        *((f"duty.{entry.code}.evidence", entry.evidence) for entry in ruleset.duties),
        ("duty_rules.evidence", ruleset.duty_rules.evidence),
        ("duty_rules.interchangeable", ruleset.duty_rules.interchangeable),
    ]
    for key, kinds in used:
        for kind in kinds:
            if kind not in known:
                yield key, f"there is no evidence kind {kind!r}"
    for item in ruleset.items:
        if not item.evidence:
            yield f"item.{item.code}.evidence", "at least one kind is needed"


def _check_plan_states(ruleset: RuleSet) -> Iterator[Finding]:
    known = {state.id for state in ruleset.plan_states}
    for state in ruleset.plan_states:
        for following in state.next:
            if following not in known:
                yield f"plan_state.{state.id}.next", f"there is no state {following!r}"


def _check_documents(ruleset: RuleSet) -> Iterator[Finding]:
    """Documents to confirm have ids that fit a button, and labels; their steps exist."""
    steps = {step.id for step in ruleset.steps}
    for document in ruleset.accountability_documents:
        key = f"accountability_document.{document.id}"
        if len(document.id) > LABEL_MAX:
            yield f"{key}.id", f"is longer than {LABEL_MAX} characters"
        if document.only_with and document.only_with not in steps:
            yield f"{key}.only_with", f"there is no step {document.only_with!r}"


def _check_behaviours(ruleset: RuleSet) -> Iterator[Finding]:
    for behaviour in ruleset.behaviours:
        yield from _check_standard(behaviour)
    if not 1 <= ruleset.indicator_rules.choose_exactly <= len(ruleset.indicators):
        reason = f"must be between 1 and {len(ruleset.indicators)}"
        yield "indicator_rules.choose_exactly", reason


def _check_standard(behaviour: Behaviour) -> Iterator[Finding]:
    if not 0 <= behaviour.standard < len(behaviour.guides):
        reason = f"must be the place of a guide, 0 to {len(behaviour.guides) - 1}"
        yield f"behaviour.{behaviour.code}.standard", reason


def _check_matrix(ruleset: RuleSet) -> Iterator[Finding]:
    """Every pair of levels gives exactly one predicate that exists."""
    levels, titles = ruleset.rating.levels, ruleset.rating.level_titles
    if len(levels) != len(titles):
        yield "rating.level_titles", f"needs one title for each of {len(levels)} levels"
    predicates = {predicate.id for predicate in ruleset.predicates}
    cells = [(cell.work_result, cell.work_behaviour) for cell in ruleset.matrix]
    for cell in ruleset.matrix:
        key = f"matrix.{cell.work_result}.{cell.work_behaviour}"
        if cell.predicate not in predicates:
            yield f"{key}.predicate", f"there is no predicate {cell.predicate!r}"
    wanted = list(product(levels, levels))
    for pair in cells:
        if pair not in wanted:
            yield f"matrix.{'.'.join(pair)}", "is not a pair of levels"
    for pair in wanted:
        if cells.count(pair) != 1:
            reason = "the cell is missing" if pair not in cells else "is there more than once"
            yield f"matrix.{'.'.join(pair)}", reason


_FILLED_FROM: dict[CopyValue, set[StepKind]] = {
    CopyValue.TITLE: set(StepKind),
    CopyValue.QUANTITY: {StepKind.ITEMS},
    CopyValue.EVIDENCE: {StepKind.ITEMS, StepKind.DUTIES},
    CopyValue.VALUE_NAME: {StepKind.BEHAVIOURS},
}


def _check_copy_fields(ruleset: RuleSet) -> Iterator[Finding]:
    """Each field of the form is filled from a step that has such a value."""
    steps = {step.id: step for step in ruleset.steps}
    for entry in ruleset.copy_fields:
        key = f"copy_field.{entry.id}"
        if not entry.id or len(entry.id) > COPY_FIELD_MAX:
            yield f"{key}.id", f"must have 1 to {COPY_FIELD_MAX} characters"
        if entry.step not in steps:
            yield f"{key}.step", f"there is no step {entry.step!r}"
            continue
        kind = steps[entry.step].kind
        if kind not in _FILLED_FROM[entry.value]:
            yield f"{key}.value", f"a step of the kind {kind} has no {entry.value}"


def _repeated(names: Iterable[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]
