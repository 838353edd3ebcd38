"""What proves that something was done: uploads, kinds of documents, documents confirmed."""

from dataclasses import dataclass

from storage.rulesets.model.sourced import Sourced
from storage.rulesets.terms import Confirmer


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
class EvidenceKind(Sourced):
    """A kind of document that proves something was done."""

    id: str
    title: str
    hint: str = ""


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
