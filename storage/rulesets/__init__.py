"""Rule sets: the regulation as data. Load one with `load_ruleset("pmm-2024")`."""

from storage.rulesets.days import MonthDay, Period, PhaseWindow
from storage.rulesets.loader import (
    RuleSetError,
    available_rulesets,
    load_ruleset,
    unused_files,
)
from storage.rulesets.model.calendar import DeadlineRule
from storage.rulesets.model.copying import CopyField
from storage.rulesets.model.evidence import AccountabilityDocument, EvidenceKind, UploadRule
from storage.rulesets.model.finding import UnknownCode
from storage.rulesets.model.observation import (
    Focus,
    Indicator,
    ObservationField,
    ObservationStep,
    Statement,
)
from storage.rulesets.model.planning import (
    Behaviour,
    Category,
    Choice,
    Duty,
    Guide,
    Item,
    MainDuty,
    Step,
)
from storage.rulesets.model.rating import FeedbackSentence, Predicate, RatingHint
from storage.rulesets.model.report import Coverage, ReportField
from storage.rulesets.model.ruleset import RuleSet
from storage.rulesets.model.scheme import PointsRule
from storage.rulesets.reading import Problem
from storage.rulesets.terms import (
    AskedOf,
    ChoiceSource,
    Confidence,
    Confirmer,
    CopyValue,
    DeadlineKind,
    DutyBasis,
    FieldKind,
    RatingAxis,
    RatingFact,
    StepKind,
    Wording,
)

__all__ = [
    "AccountabilityDocument",
    "AskedOf",
    "Behaviour",
    "Category",
    "Choice",
    "ChoiceSource",
    "Confidence",
    "Confirmer",
    "CopyField",
    "CopyValue",
    "Coverage",
    "DeadlineKind",
    "DeadlineRule",
    "Duty",
    "DutyBasis",
    "EvidenceKind",
    "FeedbackSentence",
    "FieldKind",
    "Focus",
    "Guide",
    "Indicator",
    "Item",
    "MainDuty",
    "MonthDay",
    "ObservationField",
    "ObservationStep",
    "Period",
    "PhaseWindow",
    "PointsRule",
    "Predicate",
    "Problem",
    "RatingAxis",
    "RatingFact",
    "RatingHint",
    "ReportField",
    "RuleSet",
    "RuleSetError",
    "Statement",
    "Step",
    "StepKind",
    "UnknownCode",
    "UploadRule",
    "Wording",
    "available_rulesets",
    "load_ruleset",
    "unused_files",
]
