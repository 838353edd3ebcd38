"""What is copied into the official form, field by field."""

from dataclasses import dataclass

from storage.rulesets.model.sourced import Sourced
from storage.rulesets.terms import CopyValue


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
