"""A whole rule set, and the ways to look something up in it."""

from dataclasses import dataclass, field
from datetime import date

from storage.rulesets.days import ONE_DAY, Period, PhaseWindow, last_of_month
from storage.rulesets.model.calendar import DeadlineRule, PeriodRule, PhaseRule
from storage.rulesets.model.copying import CopyField
from storage.rulesets.model.evidence import AccountabilityDocument, EvidenceKind, UploadRule
from storage.rulesets.model.finding import UnknownCode, find, find_id
from storage.rulesets.model.observation import (
    Indicator,
    IndicatorRules,
    ObservationField,
    ObservationRules,
    ObservationStep,
)
from storage.rulesets.model.planning import (
    Behaviour,
    BehaviourRules,
    Category,
    Choice,
    Duty,
    DutyRules,
    Guide,
    Item,
    MainDuty,
    PlanState,
    Step,
)
from storage.rulesets.model.rating import (
    FeedbackSentence,
    MatrixCell,
    Predicate,
    Rating,
    RatingHint,
    RatingInput,
)
from storage.rulesets.model.report import Coverage, ReportField
from storage.rulesets.model.scheme import PointsRule, Scheme, SpecialCase, Variable, WithoutPoints
from storage.rulesets.terms import ChoiceSource, FieldKind, RatingAxis


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
        return find_id(self.steps, wanted, self.id, "step")

    def item(self, code: str) -> Item:
        """Return an item by code."""
        return find(self.items, code, self.id, "item")

    def duty(self, code: str) -> Duty:
        """Return an additional duty by code."""
        return find(self.duties, code, self.id, "duty")

    def main_duty(self, code: str) -> MainDuty:
        """Return a main duty by code."""
        return find(self.main_duties, code, self.id, "main duty")

    def behaviour(self, code: str) -> Behaviour:
        """Return a work value by code."""
        return find(self.behaviours, code, self.id, "behaviour")

    def guide(self, code: str) -> Guide:
        """Return a guide statement by code, whatever its value."""
        guides = [guide for behaviour in self.behaviours for guide in behaviour.guides]
        return find(guides, code, self.id, "guide")

    def indicator(self, code: str) -> Indicator:
        """Return a practice indicator by code."""
        return find(self.indicators, code, self.id, "indicator")

    def observation_step(self, wanted: str) -> ObservationStep:
        """Return a step of the observation cycle by id."""
        return find_id(self.observation_steps, wanted, self.id, "observation step")

    def observation_field(self, wanted: str) -> ObservationField:
        """Return a blank of the observation forms by id."""
        return find_id(self.observation_fields, wanted, self.id, "observation field")

    def field_of_kind(self, kind: FieldKind) -> ObservationField | None:
        """Return the first blank of the observation forms of a kind, if there is one."""
        return next((each for each in self.observation_fields if each.kind is kind), None)

    def category(self, wanted: str) -> Category:
        """Return a category by id."""
        return find_id(self.categories, wanted, self.id, "category")

    def evidence_kind(self, wanted: str) -> EvidenceKind:
        """Return a kind of evidence by id."""
        return find_id(self.evidence_kinds, wanted, self.id, "evidence kind")

    def predicate(self, wanted: str) -> Predicate:
        """Return a predicate by id."""
        return find_id(self.predicates, wanted, self.id, "predicate")

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
        return find_id(self.phases_of(period), rule.phase, self.id, "phase")

    def observation_due(self, step: ObservationStep, period: Period) -> date:
        """Return the last day for a step of the observation cycle."""
        window = find_id(self.phases_of(period), step.phase, self.id, "phase")
        if step.due_month is None:
            return window.end
        return last_of_month(period.year, step.due_month)

    def planning_window(self, period: Period) -> PhaseWindow:
        """Return the planning phase of a period."""
        return find_id(self.phases_of(period), self.scheme.planning_phase, self.id, "phase")

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
