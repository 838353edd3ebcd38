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


class DeadlineKind(StrEnum):
    """What has to be done by a deadline."""

    PLAN = "plan"
    EXECUTION = "execution"
    EVIDENCE = "evidence"
    REPORT = "report"
    RATING = "rating"


class CopyValue(StrEnum):
    """What stands in a field of the official form, taken from one entry of a plan."""

    TITLE = "title"
    """What was chosen, in the full wording of the rule set, or in own words."""
    QUANTITY = "quantity"
    EVIDENCE = "evidence"
    """The kinds of evidence that were chosen, or that the entry asks for."""
    VALUE_NAME = "value_name"
    """The work value that a guide statement belongs to."""
