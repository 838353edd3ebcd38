"""Whether what a rule set says about rating makes sense: levels, hints, ready sentences."""

from collections import Counter
from collections.abc import Iterator

from storage.rulesets.model.rating import RatingHint
from storage.rulesets.model.ruleset import RuleSet

SENTENCE_MAX = 200
"""Characters of a ready sentence: five of them fit into one feedback."""


def check_rating(ruleset: RuleSet, label_max: int) -> Iterator[tuple[str, str]]:
    """Give every key that is wrong, with the reason."""
    yield from _check_levels(ruleset, label_max)
    yield from _check_hints(ruleset)
    yield from _check_sentences(ruleset, label_max)


def _check_levels(ruleset: RuleSet, label_max: int) -> Iterator[tuple[str, str]]:
    levels, labels = ruleset.rating.levels, ruleset.rating.level_labels
    if not levels:
        yield "rating.levels", "at least one level is needed"
    if labels and len(labels) != len(levels):
        yield "rating.level_labels", f"needs one label for each of {len(levels)} levels"
    if any(len(one) > label_max for one in labels):
        yield "rating.level_labels", f"one is longer than {label_max} characters"
    for name, values in (("levels", levels), ("level_labels", labels)):
        for value, times in Counter(values).items():
            if times > 1:
                yield f"rating.{name}", f"{value!r} is there more than once"


def _check_hints(ruleset: RuleSet) -> Iterator[tuple[str, str]]:
    """A hint speaks for a level above the lowest, and a higher level asks for no less."""
    levels = ruleset.rating.levels
    known: dict[tuple[str, str], list[RatingHint]] = {}
    for hint in ruleset.rating_hints:
        key = f"rating_hint.{hint.id}"
        if hint.level not in levels[1:]:
            yield f"{key}.level", "must be a level above the lowest"
            continue
        if not 0 < hint.at_least <= 1000:
            yield f"{key}.at_least", "must be between 1 and 1000"
        known.setdefault((hint.axis, hint.fact), []).append(hint)
    for hints in known.values():
        hints.sort(key=lambda one: levels.index(one.level))
        for at, higher in enumerate(hints[1:]):
            lower = hints[at]
            key = f"rating_hint.{higher.id}"
            if lower.level == higher.level:
                yield f"{key}.fact", f"{lower.id!r} asks for the same fact"
            elif higher.at_least < lower.at_least:
                yield f"{key}.at_least", f"is less than for a lower level, {lower.at_least}"
    for name in _repeated([one.id for one in ruleset.rating_hints]):
        yield f"rating_hint.{name}", "is there more than once"


def _check_sentences(ruleset: RuleSet, label_max: int) -> Iterator[tuple[str, str]]:
    for one in ruleset.feedback:
        key = f"feedback.{one.id}"
        if one.level not in ruleset.rating.levels:
            yield f"{key}.level", f"there is no level {one.level!r}"
        if len(one.label) > label_max:
            yield f"{key}.label", f"is longer than {label_max} characters"
        if len(one.text) > SENTENCE_MAX:
            yield f"{key}.text", f"is longer than {SENTENCE_MAX} characters"
    for what in ("id", "label", "text"):
        for value in _repeated([getattr(one, what) for one in ruleset.feedback]):
            yield f"feedback.{what}", f"{value!r} is there more than once"


def _repeated(names: list[str]) -> list[str]:
    return [name for name, times in Counter(names).items() if times > 1]
