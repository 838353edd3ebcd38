"""Rule sets: the regulation as data. Load one with `load_ruleset("pmm-2024")`."""

from storage.rulesets.days import MonthDay, Period, PhaseWindow
from storage.rulesets.loader import RuleSetError, available_rulesets, load_ruleset
from storage.rulesets.model import (
    Behaviour,
    Category,
    Choice,
    DeadlineRule,
    Duty,
    EvidenceKind,
    Guide,
    Indicator,
    Item,
    MainDuty,
    PointsRule,
    Predicate,
    RuleSet,
    Step,
    UnknownCode,
    UploadRule,
)
from storage.rulesets.reading import Problem
from storage.rulesets.terms import (
    ChoiceSource,
    Confidence,
    DeadlineKind,
    DutyBasis,
    StepKind,
    Wording,
)

__all__ = [
    "Behaviour",
    "Category",
    "Choice",
    "ChoiceSource",
    "Confidence",
    "DeadlineKind",
    "DeadlineRule",
    "Duty",
    "DutyBasis",
    "EvidenceKind",
    "Guide",
    "Indicator",
    "Item",
    "MainDuty",
    "MonthDay",
    "Period",
    "PhaseWindow",
    "PointsRule",
    "Predicate",
    "Problem",
    "RuleSet",
    "RuleSetError",
    "Step",
    "StepKind",
    "UnknownCode",
    "UploadRule",
    "Wording",
    "available_rulesets",
    "load_ruleset",
]
