"""What is observed in class: indicators with their rubric, the steps and their forms."""

from dataclasses import dataclass

from storage.rulesets.model.finding import find
from storage.rulesets.model.sourced import Sourced
from storage.rulesets.terms import AskedOf, Confidence, FieldKind


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
        return find(self.focus, code, self.code, "focus behaviour")


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
