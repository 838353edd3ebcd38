"""A rating as lines to read: shared by whoever rates and by the teacher who was rated."""

from dataclasses import dataclass

from conversations.words import Words
from storage.ratings.reading import FullRating
from storage.rulesets import Period, RuleSet, UnknownCode


@dataclass(frozen=True, slots=True)
class RatingLines:
    """What a rating says. Titles are empty while nothing is chosen.

    `estimated`: the cell of the matrix that gives the predicate is a guess, shown as "perkiraan".
    """

    work_result: str
    work_behaviour: str
    predicate: str
    estimated: bool
    feedback: str


def lines_of(rules: RuleSet, rating: FullRating | None) -> RatingLines:
    """Put a rating into words."""
    if rating is None:
        return RatingLines("", "", "", estimated=False, feedback="")
    return RatingLines(
        level_title(rules, rating.work_result),
        level_title(rules, rating.work_behaviour),
        predicate_title(rules, rating.predicate_id or ""),
        estimated=_is_estimated(rules, rating),
        feedback=rating.feedback,
    )


def level_title(rules: RuleSet, level: str) -> str:
    """Name a level; one that the rule set has no more stands for itself."""
    try:
        return rules.level_title(level) if level else ""
    except UnknownCode:
        return level


def predicate_title(rules: RuleSet, predicate: str) -> str:
    """Name a predicate; one that the rule set has no more stands for itself."""
    try:
        return rules.predicate(predicate).title if predicate else ""
    except UnknownCode:
        return predicate


def _is_estimated(rules: RuleSet, rating: FullRating) -> bool:
    if rating.predicate_id is None:
        return False
    try:
        return rules.cell(rating.work_result, rating.work_behaviour).estimated
    except UnknownCode:
        return True


def period_words(period: Period) -> str:
    """Name a period as people do, such as "Juli–Desember 2026"."""
    return f"{period.name} {period.year}"


def rater_title(words: Words, rules: RuleSet) -> str:
    """Say who rates under a rule set."""
    name = f"rating.rater_{rules.rating.rater}"
    return words.label(name) if words.has_label(name) else rules.rating.rater.replace("_", " ")
