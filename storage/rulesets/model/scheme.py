"""What a rule set is and where it comes from; its points, variables and special cases."""

from dataclasses import dataclass
from datetime import date

from storage.rulesets.model.sourced import Sourced
from storage.rulesets.terms import Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scheme(Sourced):
    """What the rule set is and where it comes from."""

    id: str
    version: int
    title: str
    short_title: str
    agreement_required: bool
    planning_phase: str
    regulation: str
    regulation_title: str
    regulation_date: date | None = None
    parent_regulation: str = ""
    related_regulations: tuple[str, ...] = ()
    valid_from: date
    valid_to: date | None = None
    supersedes: str = ""
    superseded_by: str = ""
    announced: date | None = None
    feature_released: date | None = None
    open_for_teachers: date | None = None
    open_for_principals: date | None = None
    required_for: str = ""
    required_for_source: str = ""
    optional_for: str = ""
    scale_source: str = ""
    platform_url: str = ""
    help_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PointsRule(Sourced):
    """How many points a plan needs. Points are whole numbers.

    `hard_minimum` False means that the official wording only recommends `target_min`.
    """

    target_min: int
    max: int
    scope: str
    values_in_use: tuple[int, ...] = ()
    values_source: str = ""
    quantity_per_item: bool
    single_item_allowed: bool
    single_item_source: str = ""
    hard_minimum: bool
    hard_minimum_confidence: Confidence
    below_minimum: str = ""
    below_minimum_source: str = ""
    effect_on_credit: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WithoutPoints(Sourced):
    """The remark of a scheme that has no points."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpecialCase(Sourced):
    """A situation with a rule of its own; an empty `rule` means that none is known."""

    id: str
    title: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variable(Sourced):
    """One of the variables of the scheme from 2025 on."""

    id: str
    title: str
    teacher_action: str
    choose_exactly: int | None = None
