"""What a rule set holds. Each class is one table of the file, each field one of its keys.

The loader reads the files by these classes: a field without a default is a key that must be
there, and a key without a field is refused. Texts a teacher reads are Indonesian, as in the
regulation; everything else is named in English. Objects compare by identity: a rule set is
loaded once, and comparing whole ones would be slow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

from storage.rulesets.days import ONE_DAY, MonthDay, Period, PhaseWindow, last_of_month
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


class UnknownCode(KeyError):
    """A rule set has no such item, duty, period and so on.

    `ruleset` is its id, `kind` what was looked for, `code` the name that was not found.
    """

    def __init__(self, ruleset: str, kind: str, code: str) -> None:
        super().__init__(ruleset, kind, code)
        self.ruleset = ruleset
        self.kind = kind
        self.code = code

    def __str__(self) -> str:
        return f"{self.ruleset} has no {self.kind} {self.code!r}"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sourced:
    """A value with the page it was seen on, further pages, and how solid it is."""

    source: str
    also: tuple[str, ...] = ()
    confidence: Confidence
    note: str = ""

    @property
    def sources(self) -> tuple[str, ...]:
        """The addresses of all pages, the main one first."""
        return (self.source, *self.also)

    @property
    def estimated(self) -> bool:
        """Whether to show the value as "perkiraan"."""
        return self.confidence is Confidence.RECONSTRUCTED


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
class UploadRule(Sourced):
    """What the official page accepts as an upload; `max_mb` in megabytes of 1,000,000 bytes."""

    required: bool
    formats: tuple[str, ...] = ()
    max_mb: int | None = None
    channels: tuple[str, ...] = ()
    documents_rule: str = ""
    recommended_device: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PeriodRule(Sourced):
    """A period as days of any year."""

    number: int
    name: str
    start: MonthDay
    end: MonthDay


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhaseRule(Sourced):
    """A phase as days, or as whole months, of any year.

    Each date of `extended_to` moves the end in its own year only.
    """

    id: str
    period: int
    name: str
    start: MonthDay | None = None
    end: MonthDay | None = None
    months: tuple[int, ...] = ()
    months_confidence: Confidence | None = None
    extended_to: tuple[date, ...] = ()
    extension_basis: str = ""
    binding: bool = False
    sections: tuple[str, ...] = ()

    def window(self, year: int) -> PhaseWindow:
        """Return the days of this phase in a year."""
        if self.start and self.end:
            start, end, confidence = (
                self.start.first_in(year),
                self.end.last_in(year),
                self.confidence,
            )
        else:
            start = date(year, min(self.months), 1)
            end = last_of_month(year, max(self.months))
            confidence = self.months_confidence or self.confidence
        extension = max((day for day in self.extended_to if day.year == year), default=end)
        return PhaseWindow(
            id=self.id,
            name=self.name,
            start=start,
            end=max(end, extension),
            binding=self.binding,
            confidence=confidence,
            extended=extension > end,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeadlineRule(Sourced):
    """Something that has to be done by the last day of a phase.

    `remind_days` says how many days before it people are reminded; 0 is the day itself. What
    waits for a decision longer than `escalate_after` working days is pressed.
    """

    id: DeadlineKind
    phase: str
    remind_days: tuple[int, ...] = ()
    escalate_after: int | None = None


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
class EvidenceKind(Sourced):
    """A kind of document that proves something was done."""

    id: str
    title: str
    hint: str = ""


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
        return _find(self.guides, code, self.code, "guide")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class BehaviourRules(Sourced):
    """What holds for choosing behaviours; `same_as` names the rule set the list was taken from."""

    same_as: str = ""
    choose_note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class IndicatorRules(Sourced):
    """What holds for choosing a practice indicator; `rubric_levels` from the lowest on.

    `rubric_labels` say the same on buttons.
    """

    same_as: str = ""
    choose_exactly: int
    dimension: str
    rule: str = ""
    rubric_levels: tuple[str, ...]
    rubric_labels: tuple[str, ...]
    rubric_source: str = ""
    rubric_confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Focus:
    """One behaviour of an indicator that a teacher can set out to learn."""

    code: str
    label: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """One sentence of an indicator's rubric; who observes gives it a level."""

    code: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Indicator(Sourced):
    """A practice indicator with its focus behaviours and the statements of its rubric."""

    code: str
    label: str
    name: str
    summary: str = ""
    focus: tuple[Focus, ...]
    focus_source: str = ""
    focus_confidence: Confidence
    statements: tuple[Statement, ...]
    statements_confidence: Confidence

    @property
    def title(self) -> str:
        """The name, under the word that all choices share."""
        return self.name

    def behaviour(self, code: str) -> Focus:
        """Return a focus behaviour by code. Raises UnknownCode."""
        return _find(self.focus, code, self.code, "focus behaviour")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ObservationRules(Sourced):
    """What holds for the whole cycle: the length of a lesson, days of reminders before a step."""

    minutes: int
    remind_days: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ObservationStep(Sourced):
    """One step, A to E, of the observation cycle; `fields` are the blanks of its form.

    It is due at the end of `phase`, or of the month `due_month` of that phase.
    """

    step: str
    id: str
    title: str
    actor: str
    purpose: str = ""
    fields: tuple[str, ...]
    stage: str = ""
    phase: str
    due_month: int | None = None
    phase_confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ObservationField(Sourced):
    """One blank of a step's form: what it is filled with, by whom, and how it is asked."""

    id: str
    step: str
    kind: FieldKind
    asked: AskedOf
    required: bool
    title: str
    hint: str
    example: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ReportField:
    """One question of the report; `id` names its answer for ever and has 20 characters at most.

    With `step` it is asked when the plan has something in that step, with `aspect` when nothing
    else shows that main duty; `parameter` is one of the rating's. Without any it is always asked.
    """

    id: str
    title: str
    question: str
    hint: str = ""
    example: str = ""
    step: str = ""
    aspect: str = ""
    parameter: str = ""
    required: bool = False
    takes_files: bool = False
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Coverage:
    """What shows that a teacher has carried out a main duty, which `code` names.

    `codes` are entries of a plan, `steps` stand for all entries of a step, `observation` for
    steps of the observation cycle.
    """

    code: str
    codes: tuple[str, ...] = ()
    steps: tuple[str, ...] = ()
    observation: tuple[str, ...] = ()
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rating(Sourced):
    """The two axes of the rating and their levels, lowest first; labels fit a button."""

    same_as: str = ""
    rater: str
    advised_by: str = ""
    axes: tuple[str, ...]
    levels: tuple[str, ...]
    level_titles: tuple[str, ...]
    level_labels: tuple[str, ...] = ()
    levels_confidence: Confidence
    parameters: tuple[str, ...] = ()
    flows_to: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RatingInput(Sourced):
    """Something the rating looks at, and who provides it."""

    id: str
    title: str
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Predicate(Sourced):
    """One of the five results of a rating; `credit_percent` of the yearly career credit."""

    id: str
    title: str
    credit_percent: int | None = None
    credit_confidence: Confidence | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MatrixCell(Sourced):
    """One cell of the rating matrix: two levels give a predicate."""

    work_result: str
    work_behaviour: str
    predicate: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RatingHint(Sourced):
    """A fact that speaks for a level of an axis once it reaches `at_least` percent.

    A level is suggested when all its hints hold whose facts are known.
    """

    id: str
    axis: RatingAxis
    level: str
    fact: RatingFact
    at_least: int


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class FeedbackSentence(Sourced):
    """A ready sentence of feedback that fits a level of an axis; `label` fits a button."""

    id: str
    label: str
    axis: RatingAxis
    level: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SpecialCase(Sourced):
    """A situation with a rule of its own; an empty `rule` means that none is known."""

    id: str
    title: str
    rule: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class AccountabilityDocument(Sourced):
    """An ordinary school document that somebody confirms instead of an upload.

    `label` fits a button. With `only_with`, the id of a step, it concerns only those who chose
    something there.
    """

    id: str
    label: str
    title: str
    confirmed_by: Confirmer
    only_with: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variable(Sourced):
    """One of the variables of the scheme from 2025 on."""

    id: str
    title: str
    teacher_action: str
    choose_exactly: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CopyField(Sourced):
    """One field of the official form, filled from each entry of a step.

    Fields stand in the order of the form; those of one step that follow each other are filled
    together for one entry after the other. `section` is the page of the form.
    """

    id: str
    section: str
    title: str
    step: str
    value: CopyValue


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


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


class _Identified(Protocol):
    @property
    def id(self) -> str: ...


_C = TypeVar("_C", bound=_Coded)
_I = TypeVar("_I", bound=_Identified)


def _find(entries: Sequence[_C], code: str, ruleset: str, kind: str) -> _C:
    for entry in entries:
        if entry.code == code:
            return entry
    raise UnknownCode(ruleset, kind, code)


def _find_id(entries: Sequence[_I], wanted: str, ruleset: str, kind: str) -> _I:
    for entry in entries:
        if entry.id == wanted:
            return entry
    raise UnknownCode(ruleset, kind, wanted)


def _table(name: str) -> dict[str, str]:
    return {"table": name}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RuleSet:
    """A whole rule set, checked. Made by `load_ruleset`, never by hand.

    Lookups by code or id raise UnknownCode, which is a KeyError.
    """

    scheme: Scheme = field(metadata=_table("scheme"))
    points: PointsRule | None = field(default=None, metadata=_table("points"))
    without_points: WithoutPoints | None = field(default=None, metadata=_table("without_points"))
    upload: UploadRule = field(metadata=_table("upload"))
    periods: tuple[PeriodRule, ...] = field(metadata=_table("period"))
    phases: tuple[PhaseRule, ...] = field(metadata=_table("phase"))
    deadlines: tuple[DeadlineRule, ...] = field(default=(), metadata=_table("deadline"))
    steps: tuple[Step, ...] = field(metadata=_table("step"))
    main_duties: tuple[MainDuty, ...] = field(metadata=_table("main_duty"))
    plan_states: tuple[PlanState, ...] = field(metadata=_table("plan_state"))
    categories: tuple[Category, ...] = field(default=(), metadata=_table("category"))
    items: tuple[Item, ...] = field(default=(), metadata=_table("item"))
    evidence_kinds: tuple[EvidenceKind, ...] = field(metadata=_table("evidence_kind"))
    duty_rules: DutyRules = field(metadata=_table("duty_rules"))
    duties: tuple[Duty, ...] = field(metadata=_table("duty"))
    behaviour_rules: BehaviourRules | None = field(
        default=None, metadata=_table("behaviour_rules")
    )
    behaviours: tuple[Behaviour, ...] = field(metadata=_table("behaviour"))
    indicator_rules: IndicatorRules = field(metadata=_table("indicator_rules"))
    indicators: tuple[Indicator, ...] = field(metadata=_table("indicator"))
    observation_rules: ObservationRules = field(metadata=_table("observation_rules"))
    observation_steps: tuple[ObservationStep, ...] = field(metadata=_table("observation_step"))
    report_fields: tuple[ReportField, ...] = field(default=(), metadata=_table("report_field"))
    coverages: tuple[Coverage, ...] = field(default=(), metadata=_table("coverage"))
    observation_fields: tuple[ObservationField, ...] = field(metadata=_table("observation_field"))
    rating: Rating = field(metadata=_table("rating"))
    rating_inputs: tuple[RatingInput, ...] = field(default=(), metadata=_table("rating_input"))
    predicates: tuple[Predicate, ...] = field(metadata=_table("predicate"))
    matrix: tuple[MatrixCell, ...] = field(metadata=_table("matrix"))
    rating_hints: tuple[RatingHint, ...] = field(default=(), metadata=_table("rating_hint"))
    feedback: tuple[FeedbackSentence, ...] = field(default=(), metadata=_table("feedback"))
    special_cases: tuple[SpecialCase, ...] = field(default=(), metadata=_table("special_case"))
    accountability_documents: tuple[AccountabilityDocument, ...] = field(
        default=(), metadata=_table("accountability_document")
    )
    variables: tuple[Variable, ...] = field(default=(), metadata=_table("variable"))
    copy_fields: tuple[CopyField, ...] = field(default=(), metadata=_table("copy_field"))

    # -- what it is

    @property
    def id(self) -> str:
        """The name of the file without its ending: `pmm-2024`."""
        return self.scheme.id

    @property
    def version(self) -> int:
        """Raised with every change of the file; a plan remembers it."""
        return self.scheme.version

    @property
    def title(self) -> str:
        """The full Indonesian title."""
        return self.scheme.title

    @property
    def short_title(self) -> str:
        """The title for the edge of a screen: "PMM 2024"."""
        return self.scheme.short_title

    @property
    def regulation(self) -> str:
        """The regulation it follows."""
        return self.scheme.regulation

    @property
    def valid_from(self) -> date:
        """The day the regulation came into force."""
        return self.scheme.valid_from

    @property
    def valid_to(self) -> date | None:
        """The last official day. Periods are still laid on later years."""
        return self.scheme.valid_to

    @property
    def agreement_required(self) -> bool:
        """Whether the teacher confirms the plan after its approval."""
        return self.scheme.agreement_required

    @property
    def confirms_documents(self) -> bool:
        """Whether the principal confirms documents instead of an upload of evidence."""
        return not self.upload.required and bool(self.accountability_documents)

    # -- entries

    def step(self, wanted: str) -> Step:
        """Return a step of the planning wizard by id."""
        return _find_id(self.steps, wanted, self.id, "step")

    def item(self, code: str) -> Item:
        """Return an item by code."""
        return _find(self.items, code, self.id, "item")

    def duty(self, code: str) -> Duty:
        """Return an additional duty by code."""
        return _find(self.duties, code, self.id, "duty")

    def main_duty(self, code: str) -> MainDuty:
        """Return a main duty by code."""
        return _find(self.main_duties, code, self.id, "main duty")

    def behaviour(self, code: str) -> Behaviour:
        """Return a work value by code."""
        return _find(self.behaviours, code, self.id, "behaviour")

    def guide(self, code: str) -> Guide:
        """Return a guide statement by code, whatever its value."""
        guides = [guide for behaviour in self.behaviours for guide in behaviour.guides]
        return _find(guides, code, self.id, "guide")

    def indicator(self, code: str) -> Indicator:
        """Return a practice indicator by code."""
        return _find(self.indicators, code, self.id, "indicator")

    def observation_step(self, wanted: str) -> ObservationStep:
        """Return a step of the observation cycle by id."""
        return _find_id(self.observation_steps, wanted, self.id, "observation step")

    def observation_field(self, wanted: str) -> ObservationField:
        """Return a blank of the observation forms by id."""
        return _find_id(self.observation_fields, wanted, self.id, "observation field")

    def field_of_kind(self, kind: FieldKind) -> ObservationField | None:
        """Return the first blank of the observation forms of a kind, if there is one."""
        return next((each for each in self.observation_fields if each.kind is kind), None)

    def category(self, wanted: str) -> Category:
        """Return a category by id."""
        return _find_id(self.categories, wanted, self.id, "category")

    def evidence_kind(self, wanted: str) -> EvidenceKind:
        """Return a kind of evidence by id."""
        return _find_id(self.evidence_kinds, wanted, self.id, "evidence kind")

    def predicate(self, wanted: str) -> Predicate:
        """Return a predicate by id."""
        return _find_id(self.predicates, wanted, self.id, "predicate")

    def choices(self, step: Step) -> tuple[Choice, ...]:
        """Return what a step chooses from, in the order of the file; () for own words."""
        match step.choices:
            case ChoiceSource.ITEMS:
                return self.items
            case ChoiceSource.DUTIES:
                return self.duties
            case ChoiceSource.BEHAVIOURS:
                return self.behaviours
            case ChoiceSource.MAIN_DUTIES:
                return self.main_duties
            case ChoiceSource.INDICATORS:
                return self.indicators
            case None:
                return ()

    def evidence_of_duty(self, code: str) -> tuple[EvidenceKind, ...]:
        """Return the kinds of evidence a duty asks for, its own or else the general ones."""
        wanted = self.duty(code).evidence or self.duty_rules.evidence
        return tuple(self.evidence_kind(kind) for kind in wanted)

    def evidence_of_item(self, code: str) -> tuple[EvidenceKind, ...]:
        """Return the kinds of evidence an item accepts."""
        return tuple(self.evidence_kind(kind) for kind in self.item(code).evidence)

    @property
    def standard_guides(self) -> tuple[Guide, ...]:
        """The standard set: one sensible guide statement for each work value."""
        return tuple(behaviour.standard_guide for behaviour in self.behaviours)

    def rated(self, work_result: str, work_behaviour: str) -> Predicate:
        """Return the predicate that two levels give."""
        return self.predicate(self.cell(work_result, work_behaviour).predicate)

    def cell(self, work_result: str, work_behaviour: str) -> MatrixCell:
        """Return the cell of the matrix for two levels."""
        for cell in self.matrix:
            if (cell.work_result, cell.work_behaviour) == (work_result, work_behaviour):
                return cell
        raise UnknownCode(self.id, "matrix cell", f"{work_result}, {work_behaviour}")

    def level_title(self, level: str) -> str:
        """Return the title of a level of the rating."""
        if level not in self.rating.levels:
            raise UnknownCode(self.id, "level", level)
        return self.rating.level_titles[self.rating.levels.index(level)]

    def level_label(self, level: str) -> str:
        """Return what stands on the button of a level."""
        title = self.level_title(level)
        labels = self.rating.level_labels
        return labels[self.rating.levels.index(level)] if labels else title

    def sentences(self, work_result: str, work_behaviour: str) -> tuple[FeedbackSentence, ...]:
        """Return the ready sentences that fit two levels, in the order of the file."""
        fits = {
            (RatingAxis.WORK_RESULT, work_result),
            (RatingAxis.WORK_BEHAVIOUR, work_behaviour),
        }
        return tuple(one for one in self.feedback if (one.axis, one.level) in fits)

    # -- days

    def period_at(self, day: date) -> Period:
        """Return the period a day belongs to, in any year."""
        for rule in self.periods:
            period = self._on_year(rule, day.year)
            if day in period:
                return period
        raise UnknownCode(self.id, "period", day.isoformat())

    def period(self, wanted: str) -> Period:
        """Return a period by id: `2026-2`, or `2026` when the scheme has one period a year."""
        year = wanted.partition("-")[0]
        if len(year) == 4 and year.isascii() and year.isdigit() and year != "0000":
            for rule in self.periods:
                if self._period_id(int(year), rule) == wanted:
                    return self._on_year(rule, int(year))
        raise UnknownCode(self.id, "period", wanted)

    def previous_period(self, period: Period) -> Period:
        """Return the period that ends the day before this one starts."""
        return self.period_at(period.start - ONE_DAY)

    def next_period(self, period: Period) -> Period:
        """Return the period that starts the day after this one ends."""
        return self.period_at(period.end + ONE_DAY)

    def phases_of(self, period: Period) -> tuple[PhaseWindow, ...]:
        """Return the phases of a period in the order of the file; windows may overlap."""
        return tuple(
            rule.window(period.year) for rule in self.phases if rule.period == period.number
        )

    def phase_at(self, day: date) -> PhaseWindow | None:
        """Return the phase a day belongs to, or None in a gap.

        Where windows overlap, the one that started last; of those, the later one in the file.
        """
        found: PhaseWindow | None = None
        for window in self.phases_of(self.period_at(day)):
            if day in window and (found is None or window.start >= found.start):
                found = window
        return found

    def deadline_window(self, rule: DeadlineRule, period: Period) -> PhaseWindow:
        """Return the phase at whose end something is due."""
        return _find_id(self.phases_of(period), rule.phase, self.id, "phase")

    def observation_due(self, step: ObservationStep, period: Period) -> date:
        """Return the last day for a step of the observation cycle."""
        window = _find_id(self.phases_of(period), step.phase, self.id, "phase")
        if step.due_month is None:
            return window.end
        return last_of_month(period.year, step.due_month)

    def planning_window(self, period: Period) -> PhaseWindow:
        """Return the planning phase of a period."""
        return _find_id(self.phases_of(period), self.scheme.planning_phase, self.id, "phase")

    def planning_deadline(self, period: Period) -> date:
        """Return the last day of planning, an extension included."""
        return self.planning_window(period).end

    def _on_year(self, rule: PeriodRule, year: int) -> Period:
        return Period(
            id=self._period_id(year, rule),
            year=year,
            number=rule.number,
            name=rule.name,
            start=rule.start.first_in(year),
            end=rule.end.last_in(year),
        )

    def _period_id(self, year: int, rule: PeriodRule) -> str:
        return f"{year:04}" if len(self.periods) == 1 else f"{year:04}-{rule.number}"
