"""Buttons of whoever checks evidence."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenChecks(Button, code="k"):
    """Show a page of the teachers whose evidence waits."""

    page: int


@dataclass(frozen=True)
class CheckTeacher(Button, code="kt"):
    """Show the first piece of a teacher that waits."""

    member: int


@dataclass(frozen=True)
class CheckPiece(Button, code="kp"):
    """Show a piece with the buttons to decide."""

    evidence: int


@dataclass(frozen=True)
class NextPiece(Button, code="kn"):
    """Show the piece of the same teacher that waits after this one, or another teacher's."""

    evidence: int


@dataclass(frozen=True)
class AcceptPiece(Button, code="ka"):
    """Accept this revision."""

    evidence: int
    revision: int


@dataclass(frozen=True)
class SendBackPiece(Button, code="kb"):
    """Choose the reason for giving this revision back."""

    evidence: int
    revision: int


@dataclass(frozen=True)
class PieceReason(Button, code="kr"):
    """Give it back with the n-th ready reason."""

    evidence: int
    revision: int
    reason: int


@dataclass(frozen=True)
class PieceOwnReason(Button, code="ko"):
    """Ask for the reason in own words."""

    evidence: int
    revision: int


@dataclass(frozen=True)
class AcceptAll(Button, code="kl"):
    """Accept all waiting pieces of a teacher, all of which have been seen."""

    member: int


@dataclass(frozen=True)
class TeacherEvidence(Button, code="ke"):
    """Show a page of the evidence under a plan, to look at."""

    plan: int
    page: int


@dataclass(frozen=True)
class LookAtPiece(Button, code="ki"):
    """Show a piece to a coach, or again to somebody who decides."""

    evidence: int


@dataclass(frozen=True)
class CommentPiece(Button, code="kc"):
    """Ask for a comment on a piece."""

    evidence: int
