"""Buttons of a teacher's evidence and papers."""

from dataclasses import dataclass

from conversations.callbacks.packing import Button


@dataclass(frozen=True)
class OpenEvidence(Button, code="e"):
    """Show what each planned entry still needs."""


@dataclass(frozen=True)
class OpenProvable(Button, code="eo"):
    """Show one planned entry with its evidence."""

    plan: int
    entry: int


@dataclass(frozen=True)
class SendFor(Button, code="es"):
    """From now on, take what is sent for this entry."""

    plan: int
    entry: int


@dataclass(frozen=True)
class FinishSending(Button, code="ef"):
    """Done with sending for this entry: sum up."""

    plan: int
    entry: int


@dataclass(frozen=True)
class OpenUnsorted(Button, code="eu"):
    """Show what has been sent and not filed yet."""

    page: int


@dataclass(frozen=True)
class SortPiece(Button, code="eq"):
    """Ask which entry a piece belongs to."""

    evidence: int


@dataclass(frozen=True)
class FilePiece(Button, code="ep"):
    """The piece belongs to this entry."""

    evidence: int
    plan: int
    entry: int


@dataclass(frozen=True)
class SavedPiece(Button, code="ev"):
    """Show a piece that has just been kept, and what comes next."""

    evidence: int


@dataclass(frozen=True)
class KnownPiece(Button, code="eK"):
    """Show a piece whose files have been sent once more."""

    evidence: int


@dataclass(frozen=True)
class OpenPiece(Button, code="ec"):
    """Show one of my own pieces with all that is known about it."""

    keeps_files = True

    evidence: int


@dataclass(frozen=True)
class MoreOfPiece(Button, code="ei"):
    """Show what else can be done with a piece."""

    keeps_files = True

    evidence: int


@dataclass(frozen=True)
class SeeFiles(Button, code="ew"):
    """Send me the files of my own piece again."""

    keeps_files = True

    evidence: int


@dataclass(frozen=True)
class ChooseKind(Button, code="ek"):
    """Ask what kind of document a piece is."""

    keeps_files = True

    evidence: int


@dataclass(frozen=True)
class SayKind(Button, code="el"):
    """It is the n-th kind that its entry takes."""

    keeps_files = True

    evidence: int
    kind: int


@dataclass(frozen=True)
class WriteDate(Button, code="ed"):
    """Ask for the day on the document. `sending` 1: then go on sending for its entry."""

    keeps_files = True

    evidence: int
    sending: int


@dataclass(frozen=True)
class WriteNote(Button, code="en"):
    """Ask for a note to whoever checks. `sending` 1: then go on sending for its entry."""

    keeps_files = True

    evidence: int
    sending: int


@dataclass(frozen=True)
class SayCovers(Button, code="eg"):
    """The piece proves so many units of its entry."""

    keeps_files = True

    evidence: int
    covers: int


@dataclass(frozen=True)
class ReplacePiece(Button, code="er"):
    """Take the next file in the place of this piece."""

    evidence: int


@dataclass(frozen=True)
class RemovePiece(Button, code="ex"):
    """Take a piece away."""

    evidence: int


@dataclass(frozen=True)
class BringBack(Button, code="ey"):
    """Undo that a piece was taken away."""

    evidence: int


@dataclass(frozen=True)
class UseAgain(Button, code="ea"):
    """Use the files of a piece for another entry too."""

    evidence: int


@dataclass(frozen=True)
class PrepareForPmm(Button, code="em"):
    """Make the one PDF of an entry; `confirmed` 1 although something is missing.

    `straightened` 0 leaves the photos as they were taken.
    """

    plan: int
    entry: int
    confirmed: int
    straightened: int


@dataclass(frozen=True)
class OrderPortfolio(Button, code="eb"):
    """Make the portfolio of a plan: `pdf`, or `zip` with the original files."""

    plan: int
    form: str


@dataclass(frozen=True)
class CancelPaper(Button, code="ez"):
    """Stop making a paper."""

    order: int
