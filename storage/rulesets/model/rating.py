"""How a teacher's work is rated: axes, levels, the matrix, hints and ready sentences."""

from dataclasses import dataclass

from storage.rulesets.model.sourced import Sourced
from storage.rulesets.terms import Confidence, RatingAxis, RatingFact


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
