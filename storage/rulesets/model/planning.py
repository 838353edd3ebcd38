"""What a teacher plans: the steps of the wizard, and all that they choose from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from storage.rulesets.model.finding import find
from storage.rulesets.model.sourced import Sourced
from storage.rulesets.terms import ChoiceSource, Confidence, DutyBasis, StepKind, Wording


class Choice(Protocol):
    """What every entry of a list to choose from has: code, button label, full title."""

    @property
    def code(self) -> str:
        """The stable code that a plan stores."""

    @property
    def label(self) -> str:
        """At most 24 characters, unique within its list."""

    @property
    def title(self) -> str:
        """The full wording."""

    @property
    def estimated(self) -> bool:
        """Whether to show it as "perkiraan"."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Step:
    """One page of the planning wizard.

    `required`: an answer is needed before the plan can be submitted. `none_allowed`: "Tidak ada"
    is an answer. `own_words`: an answer may be typed. `choose_min` and `choose_max` count entries
    of `choices` (for behaviours: values); `guides_min` counts guide statements of each value.
    """

    id: str
    kind: StepKind
    title: str
    required: bool
    choices: ChoiceSource | None = None
    choose_min: int = 0
    choose_max: int | None = None
    guides_min: int = 0
    none_allowed: bool = False
    own_words: bool = False
    hint: str = ""
    example: str = ""
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MainDuty(Sourced):
    """One of the five main duties of a teacher."""

    code: str
    label: str
    title: str
    article: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PlanState(Sourced):
    """A state of a plan as the official page names it, with the states that may follow."""

    id: str
    title: str
    actor: str
    next: tuple[str, ...]
    max_uses: int | None = None
    processing_working_days: int | None = None
    notified: bool | None = None
    erases_plan: bool | None = None
    delegable: bool | None = None
    needs: tuple[str, ...] = ()
    auto_approve_without_permanent_principal: bool = False


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Category(Sourced):
    """A group of items; `label` fits a button."""

    id: str
    label: str
    title: str
    rule: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Item(Sourced):
    """One entry a teacher can plan (RHK).

    `points` per unit as far as known, `points_floor` the most that can be promised. `effort` is
    our own estimate of the hours one unit costs; `classroom` marks work in the own lessons.
    `label` fits a button (24 characters), `short` a list (40).
    """

    code: str
    label: str
    short: str
    title: str
    wording: Wording
    points: int
    points_floor: int
    points_note: str = ""
    unit_note: str
    repeatable: bool
    effort: float
    classroom: bool = False
    evidence: tuple[str, ...]
    evidence_note: str = ""
    category: str
    order_confidence: Confidence
    title_confidence: Confidence
    points_confidence: Confidence
    evidence_confidence: Confidence
    unit_note_confidence: Confidence = Confidence.QUOTED

    @property
    def estimated(self) -> bool:
        """Whether points or title are a guess, shown as "perkiraan"."""
        return Confidence.RECONSTRUCTED in (self.points_confidence, self.title_confidence)

    @property
    def confidences(self) -> Mapping[str, Confidence]:
        """How solid each part is: order, title, points, evidence, unit_note."""
        return {
            "order": self.order_confidence,
            "title": self.title_confidence,
            "points": self.points_confidence,
            "evidence": self.evidence_confidence,
            "unit_note": self.unit_note_confidence,
        }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DutyRules(Sourced):
    """What holds for all additional duties. `listed` of `total` duties are known.

    Of the kinds of evidence in `interchangeable`, any one is enough.
    """

    optional: bool
    multiple_allowed: bool
    rules_confidence: Confidence | None = None
    evidence: tuple[str, ...]
    interchangeable: tuple[str, ...] = ()
    evidence_rule: str
    evidence_source: str = ""
    points_counted: bool = False
    points_counted_confidence: Confidence | None = None
    legal_bases: tuple[str, ...] = ()
    listed: int | None = None
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Duty(Sourced):
    """One additional duty. Empty `evidence` means that of the duty rules."""

    code: str
    label: str
    short: str
    title: str
    levels: tuple[str, ...] = ()
    legal_basis: str = ""
    evidence: tuple[str, ...] = ()
    evidence_note: str = ""
    basis: DutyBasis | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Guide:
    """One guide statement of a work value."""

    code: str
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Behaviour(Sourced):
    """One of the seven work values, with its guide statements.

    `standard` is the index of the statement that belongs to the standard set.
    """

    code: str
    label: str
    name: str
    definition: str
    definition_source: str = ""
    guides: tuple[Guide, ...]
    standard: int

    @property
    def title(self) -> str:
        """The name, under the word that all choices share."""
        return self.name

    @property
    def standard_guide(self) -> Guide:
        """The statement of the standard set."""
        return self.guides[self.standard]

    def guide(self, code: str) -> Guide:
        """Return a statement by its code. Raises UnknownCode."""
        return find(self.guides, code, self.code, "guide")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BehaviourRules(Sourced):
    """What holds for choosing behaviours; `same_as` names the rule set the list was taken from."""

    same_as: str = ""
    choose_note: str = ""
