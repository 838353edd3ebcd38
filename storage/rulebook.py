"""Which rule set holds for whom, and when: what the school chose, corrected by its own overlay."""

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from storage.errors import RulesBroken
from storage.models import Plan, School
from storage.rulesets import (
    Period,
    RuleSet,
    RuleSetError,
    UnknownCode,
    available_rulesets,
    load_ruleset,
)
from storage.rulesets.days import ONE_DAY

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Span:
    """The days on which one rule set holds for a school, both included.

    `first` is None from the beginning on, `last` while no other rule set is to follow.
    """

    ruleset: str
    first: date | None
    last: date | None

    def __contains__(self, day: date) -> bool:
        begun = self.first is None or self.first <= day
        return begun and (self.last is None or day <= self.last)


def spans_of(school: School) -> tuple[Span, ...]:
    """Give the rule sets of a school in the order of their days: every day is in one of them."""
    later = [(date.fromisoformat(first), name) for first, name in school.later_rulesets]
    names = [school.ruleset, *(name for _, name in later)]
    firsts = [None, *(first for first, _ in later)]
    lasts = [*(first - ONE_DAY for first, _ in later), None]
    return tuple(map(Span, names, firsts, lasts))


class RuleBook:
    """Gives rule sets to schools and plans.

    A school corrects a value in `<folder>/<npsn>/<rule set>.toml`; `storage.rulesets` tells the
    format. Rule sets of one's own lie in `<folder>/<rule set>.toml`. Whatever gives a rule set
    raises `RulesBroken` where its file is gone or wrong.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder

    def of_school(self, school: School, day: date) -> RuleSet:
        """Give the rule set that holds for a school on a day."""
        if not school.later_rulesets:
            return self.named(school, school.ruleset)
        name = next(span.ruleset for span in spans_of(school) if day in span)
        return self.named(school, name)

    def of_plan(self, school: School, plan: Plan) -> RuleSet:
        """Give the rule set under which a plan was made."""
        return self.named(school, plan.ruleset)

    def named(self, school: School, ruleset: str) -> RuleSet:
        """Give a rule set by its id, with the school's corrections."""
        overlay = None
        if self._folder is not None:
            corrected = self._folder / school.npsn / f"{ruleset}.toml"
            overlay = corrected if corrected.is_file() else None
        try:
            return load_ruleset(ruleset, overlay, self._folder)
        except RuleSetError as error:
            message = "rules of school %s cannot be used: %s"
            logger.error(message, school.npsn, error)  # noqa: TRY400 - it says where the mistake is
            raise RulesBroken(ruleset) from error

    def period_at(self, school: School, day: date) -> Period:
        """Give the period that a day belongs to at a school."""
        return self.of_school(school, day).period_at(day)

    def period_before(self, school: School, period: Period) -> Period:
        """Give the period that ends the day before one starts, under whatever rule set."""
        return self.period_at(school, period.start - ONE_DAY)

    def period_named(self, school: School, wanted: str) -> tuple[RuleSet, Period]:
        """Give a period of a school by id, with the rule set it is under. Raises UnknownCode."""
        for span in spans_of(school):
            rules = self.named(school, span.ruleset)
            try:
                period = rules.period(wanted)
            except UnknownCode:
                continue
            if period.start in span:
                return rules, period
        raise UnknownCode(school.ruleset, "period", wanted)

    def usable(self, school: School) -> Iterator[RuleSet]:
        """Give all rule sets that a school can choose from; what is broken is left out."""
        for name in available_rulesets(self._folder):
            try:
                yield self.named(school, name)
            except RulesBroken:
                continue
