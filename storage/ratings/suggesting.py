"""What the facts suggest, and why. It is never more than a suggestion: a person decides."""

from collections.abc import Mapping
from dataclasses import dataclass

from storage.rulesets import RatingAxis, RatingFact, RatingHint, RuleSet


@dataclass(frozen=True, slots=True)
class Reason:
    """A hint of the rule set beside what was counted, in whole percent."""

    hint: RatingHint
    counted: int

    @property
    def holds(self) -> bool:
        """Whether what was counted is enough."""
        return self.counted >= self.hint.at_least


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The level that the facts speak for, with the reasons."""

    level: str
    reasons: tuple[Reason, ...]


def suggest(
    rules: RuleSet, axis: RatingAxis, known: Mapping[RatingFact, int]
) -> Suggestion | None:
    """Give the highest level all of whose hints hold, as far as their facts are known.

    Where none does it is the lowest, because of the hints that do not hold. None where no fact is
    known that the rule set has a hint on.
    """
    of_axis = [one for one in rules.rating_hints if one.axis is axis and one.fact in known]
    if not of_axis:
        return None
    missed: tuple[Reason, ...] = ()
    for level in reversed(rules.rating.levels):
        reasons = tuple(Reason(one, known[one.fact]) for one in of_axis if one.level == level)
        if not reasons:
            continue
        if all(one.holds for one in reasons):
            return Suggestion(level, reasons)
        missed = tuple(one for one in reasons if not one.holds)
    return Suggestion(rules.rating.levels[0], missed)
