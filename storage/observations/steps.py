"""How far the steps of an observation are: worked out from what is there, never stored."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from storage.rulesets import AskedOf, FieldKind, ObservationField, Period, RuleSet


@dataclass(frozen=True, slots=True)
class StepState:
    """One step: its letter and title, until when, since when it is done, and what is missing.

    `missing` are the blanks that are still needed; `is_open` says that they can be filled in.
    """

    id: str
    letter: str
    title: str
    due_on: date
    done_at: datetime | None
    missing: tuple[ObservationField, ...]
    is_open: bool

    def is_late(self, today: date) -> bool:
        """Whether it should have been done before this day."""
        return self.done_at is None and self.due_on < today

    def asks(self, who: AskedOf) -> bool:
        """Whether something is still needed from one of the two."""
        return any(one.asked is who for one in self.missing)


GivenAt = Callable[[ObservationField], datetime | None]
"""Says since when a blank is filled in; None while it is not."""


def steps_of(
    rules: RuleSet, period: Period, given_at: GivenAt, *, is_signed: bool
) -> tuple[StepState, ...]:
    """Give the steps in their order. What follows the observation opens once it is signed."""
    rubric = rules.field_of_kind(FieldKind.RUBRIC)
    states: list[StepState] = []
    observed = False
    for step in rules.observation_steps:
        needed = [rules.observation_field(one) for one in step.fields]
        moments = {one.id: given_at(one) for one in needed if one.required}
        missing = tuple(one for one in needed if one.required and moments[one.id] is None)
        given = [moment for moment in moments.values() if moment is not None]
        states.append(
            StepState(
                id=step.id, letter=step.step, title=step.title,
                due_on=rules.observation_due(step, period),
                done_at=None if missing else max(given, default=None),
                missing=missing, is_open=is_signed or not observed,
            )
        )  # fmt: skip
        observed = observed or (rubric is not None and rubric.step == step.id)
    return tuple(states)


@lru_cache(maxsize=256)
def steps_before_all(rules: RuleSet, period: Period) -> tuple[StepState, ...]:
    """Give the steps of an observation that nobody has begun; a district asks at every look."""
    return steps_of(rules, period, lambda _field: None, is_signed=False)
