"""Buttons of whoever rates, and of the teacher who was rated."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenRatings(Button, code="n"):
    """Show how far the ratings are: a page of the names."""

    page: int


@dataclass(frozen=True)
class RatingPeriods(Button, code="ni"):
    """Show the earlier periods whose ratings can be looked at: a page of them."""

    page: int


@dataclass(frozen=True)
class PastRatings(Button, code="nq"):
    """Show how the ratings of an earlier period ended: a page of the names."""

    period: str
    page: int


@dataclass(frozen=True)
class RateTeacher(Button, code="nr"):
    """Show one teacher's card, with all facts."""

    plan: int


@dataclass(frozen=True)
class NextRating(Button, code="nn"):
    """Go on to the next who lacks a level, behind plan `after` (0: where it was left off)."""

    after: int


@dataclass(frozen=True)
class ChooseLevel(Button, code="nl"):
    """Give an axis a level, both by their place in the rule set."""

    plan: int
    revision: int
    axis: int
    level: int


@dataclass(frozen=True)
class MarkBehaviours(Button, code="nb"):
    """Show the work values with their marks."""

    plan: int


@dataclass(frozen=True)
class MarkBehaviour(Button, code="nm"):
    """Give the work value at a place of the rule set a level; -1 takes it away."""

    plan: int
    revision: int
    place: int
    level: int


@dataclass(frozen=True)
class SeeReport(Button, code="nu"):
    """Show the teacher's report below the card."""

    plan: int


@dataclass(frozen=True)
class SeeObservation(Button, code="nv"):
    """Show the teacher's observation below the card."""

    plan: int


@dataclass(frozen=True)
class OpenFeedback(Button, code="nf"):
    """Show the feedback and the ready sentences."""

    plan: int


@dataclass(frozen=True)
class PickSentence(Button, code="np"):
    """Take the sentence at a place of the rule set, or drop it."""

    plan: int
    revision: int
    place: int
    take: int


@dataclass(frozen=True)
class WriteFeedback(Button, code="nw"):
    """Ask for the feedback in own words."""

    plan: int
    revision: int


@dataclass(frozen=True)
class ClearFeedback(Button, code="nc"):
    """Take the feedback away."""

    plan: int
    revision: int


@dataclass(frozen=True)
class AskSealing(Button, code="na"):
    """Ask whether this rating is to become final."""

    plan: int
    revision: int


@dataclass(frozen=True)
class SealRating(Button, code="nz"):
    """Make it final as it was shown."""

    plan: int
    revision: int


@dataclass(frozen=True)
class RatingSummary(Button, code="ns"):
    """Show all that could become final: a page of the names."""

    page: int


@dataclass(frozen=True)
class HoldRating(Button, code="nh"):
    """Leave a rating out (`take` 0) of what becomes final at once, or put it back (1)."""

    plan: int
    revision: int
    take: int
    page: int


@dataclass(frozen=True)
class AskSealingAll(Button, code="ng"):
    """Ask whether all that is ready is to become final."""


@dataclass(frozen=True)
class SealRatings(Button, code="nx"):
    """Make all of them final; `mark` names exactly what was shown."""

    mark: int


@dataclass(frozen=True)
class ReopenRating(Button, code="no"):
    """Begin opening a final rating again."""

    plan: int
    revision: int


@dataclass(frozen=True)
class ReopenRatingReason(Button, code="ne"):
    """Open it again with the n-th ready reason."""

    plan: int
    revision: int
    reason: int


@dataclass(frozen=True)
class ReopenRatingOwn(Button, code="ny"):
    """Ask for the reason to open it again in own words."""

    plan: int
    revision: int


@dataclass(frozen=True)
class OpenMyRating(Button, code="nt"):
    """Show the teacher the own rating."""

    plan: int


@dataclass(frozen=True)
class OpenMyResults(Button, code="nd"):
    """Show the teacher the own ratings of earlier periods."""


@dataclass(frozen=True)
class AcknowledgeRating(Button, code="nk"):
    """Say that the rating has been read; `origin` n is the notice, s the status."""

    plan: int
    number: int
    origin: str


@dataclass(frozen=True)
class AnswerRating(Button, code="nj"):
    """Ask for the teacher's answer."""

    plan: int
    number: int
