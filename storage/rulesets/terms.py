"""The closed vocabularies of a rule set file."""

from enum import StrEnum


class Confidence(StrEnum):
    """How solid a value is."""

    QUOTED = "quoted"
    """Seen on the page that is given as source."""
    RECONSTRUCTED = "reconstructed"
    """Filled in by inference; shown as "perkiraan"."""
    OWN = "own"
    """Decided by us; no regulation speaks of it."""


class Wording(StrEnum):
    """Where the title of an item comes from."""

    OFFICIAL = "official"
    PARAPHRASE = "paraphrase"
    OWN = "own"


class DutyBasis(StrEnum):
    """Where an additional duty was seen."""

    PMM_LIST = "pmm_list"
    REGULATION = "regulation"
    INFERRED = "inferred"


class StepKind(StrEnum):
    """What a step of the planning wizard asks for."""

    ITEMS = "items"
    """Items of the list with a quantity each."""
    DUTIES = "duties"
    """Additional duties, by choice or in own words."""
    BEHAVIOURS = "behaviours"
    """Guide statements of the work values."""
    CHOICE = "choice"
    """Entries of one list."""
    TEXT = "text"
    """Own words."""


class ChoiceSource(StrEnum):
    """The list that a step chooses from: the name of the rule set's attribute."""

    ITEMS = "items"
    DUTIES = "duties"
    BEHAVIOURS = "behaviours"
    MAIN_DUTIES = "main_duties"
    INDICATORS = "indicators"


class Confirmer(StrEnum):
    """Who confirms a document, as the file says it."""

    PRINCIPAL = "kepala sekolah"
    """The principal, or a deputy."""


class DeadlineKind(StrEnum):
    """What has to be done by a deadline."""

    PLAN = "plan"
    EXECUTION = "execution"
    EVIDENCE = "evidence"
    REPORT = "report"
    RATING = "rating"


class RatingAxis(StrEnum):
    """One of the two sides of a rating; each gets a level of its own."""

    WORK_RESULT = "work_result"
    WORK_BEHAVIOUR = "work_behaviour"


class RatingFact(StrEnum):
    """What can be counted before a rating, as a whole number of percent."""

    ACCEPTED_OF_PLANNED = "accepted_of_planned"
    """Planned points (units, where a scheme has none) whose evidence was accepted."""
    ACCEPTED_OF_TARGET = "accepted_of_target"
    """Accepted points, of the scheme's target; more than 100 is possible."""
    OBSERVED = "observed"
    """The marks of the observed lesson, of the best that can be had."""
    BEHAVIOURS_MET = "behaviours_met"
    """Chosen work values whose mark is not the lowest."""
    BEHAVIOURS_ABOVE = "behaviours_above"
    """Chosen work values whose mark is the highest."""


class FieldKind(StrEnum):
    """What a blank of the observation forms is filled with."""

    INDICATOR = "indicator"
    """A practice indicator, where the plan has not chosen one."""
    BEHAVIOUR = "behaviour"
    """A focus behaviour of the indicator."""
    WORDS = "words"
    """Own words."""
    DOCUMENT = "document"
    """Photos or files."""
    MOMENT = "moment"
    """The day and hour of the observation."""
    RUBRIC = "rubric"
    """A level and a note for each statement of the indicator."""


class AskedOf(StrEnum):
    """Whose turn it is to fill a blank of the observation forms."""

    TEACHER = "teacher"
    OBSERVER = "observer"


class CopyValue(StrEnum):
    """What stands in a field of the official form, taken from one entry of a plan."""

    TITLE = "title"
    """What was chosen, in the full wording of the rule set, or in own words."""
    QUANTITY = "quantity"
    EVIDENCE = "evidence"
    """The kinds of evidence that were chosen, or that the entry asks for."""
    VALUE_NAME = "value_name"
    """The work value that a guide statement belongs to."""
