"""Evidence as lines to read and files to show: for the teacher, and for those who look at it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from conversations.people import Person
from conversations.plan_views import title_of
from conversations.screens import Exhibit, short
from conversations.words import Words
from storage.evidence.needs import COUNTS_AS_SENT, Need, Provable, Units, missing
from storage.evidence.reading import Piece
from storage.inspecting import safe_name
from storage.models import Evidence, EvidencePage, EvidenceStatus
from storage.people import known_id
from storage.rulesets import RuleSet

ON_BUTTON = 22

SIGNS = {
    EvidenceStatus.UNSORTED: "📥",
    EvidenceStatus.RECEIVED: "⏳",
    EvidenceStatus.ACCEPTED: "✅",
    EvidenceStatus.RETURNED: "✏️",
    EvidenceStatus.REPLACED: "🗂",
    EvidenceStatus.REMOVED: "🗂",
    EvidenceStatus.CARRIED: "🗂",
    EvidenceStatus.ATTACHED: "📎",
}


@dataclass(frozen=True, slots=True)
class PieceLine:
    """A piece of evidence in words. `what` is its kind, or what can be said without one."""

    id: int
    sign: str
    status: EvidenceStatus
    what: str
    dated_on: date | None
    size: str
    covers: int
    note: str
    link: str
    reason: str
    decided_at: datetime | None


def on_button(line: PieceLine) -> str:
    """Name a piece so briefly that it fits a button."""
    return short(f"{line.sign} {line.what.partition(' (')[0]}", ON_BUTTON)


def line_of(words: Words, rules: RuleSet, piece: Piece) -> PieceLine:
    """Put a piece into words."""
    evidence = piece.evidence
    return PieceLine(
        id=piece.id,
        sign=SIGNS[piece.status],
        status=piece.status,
        what=kind_title(words, rules, piece),
        dated_on=evidence.dated_on,
        size=size_of(words, piece),
        covers=evidence.covers,
        note=evidence.note,
        link=evidence.link,
        reason=evidence.reason,
        decided_at=evidence.decided_at,
    )


def kind_title(words: Words, rules: RuleSet, piece: Piece) -> str:
    """Name the kind of a piece; while that is unknown, say what was sent."""
    known = {one.id: one.title for one in rules.evidence_kinds}
    if piece.evidence.kind in known:
        return known[piece.evidence.kind]
    if piece.evidence.link:
        return words.label("proving.a_link")
    is_photo = all(page.media_type.startswith("image/") for page in piece.pages)
    return words.label("proving.a_photo" if is_photo else "proving.a_document")


def size_of(words: Words, piece: Piece) -> str:
    """Say how much a piece is: pages of photos and PDFs, or the address of a link."""
    if piece.evidence.link:
        return ""
    pages = sum(page.pdf_pages or 1 for page in piece.pages)
    return words.label("proving.pages", count=pages)


def need_text(rules: RuleSet, need: Need, words: Words) -> str:
    """Name what a need takes: `Sertifikat`, or `SK atau Surat Tugas`."""
    known = {one.id: one.title.partition(" (")[0] for one in rules.evidence_kinds}
    names = [known.get(kind, kind) for kind in need.kinds]
    return words.label("proving.or").join(names) if names else words.label("proving.a_document")


@dataclass(frozen=True, slots=True)
class EntryLine:
    """A planned entry with its evidence in words.

    `missing` says what is still to be sent; nothing where the rule set requires nothing.
    """

    title: str
    units: Units
    missing: tuple[tuple[str, int], ...]
    returned: int
    sign: str


def entry_line(
    words: Words,
    rules: RuleSet,
    one: Provable,
    units: Units,
    missing: Sequence[Need],
    pieces: Iterable[Piece],
) -> EntryLine:
    """Put a planned entry and how far its evidence is into words."""
    returned = sum(piece.status is EvidenceStatus.RETURNED for piece in pieces)
    if returned:
        sign = "✏️"
    elif units.accepted >= units.planned:
        sign = "✅"
    else:
        sign = "⏳" if units.sent >= units.planned else "⬜"
    return EntryLine(
        title=entry_title(rules, one),
        units=units,
        missing=tuple((need_text(rules, need, words), need.wanted) for need in missing)
        if rules.upload.required
        else (),
        returned=returned,
        sign=sign,
    )


def entry_title(rules: RuleSet, one: Provable) -> str:
    """Name a planned entry."""
    return title_of(rules, one.step, one.entry.code, one.entry.text)[0]


def entry_label(rules: RuleSet, one: Provable) -> str:
    """Name a planned entry so briefly that it fits a button."""
    if one.entry.text:
        return one.entry.text
    labels = {choice.code: choice.label for choice in rules.choices(one.step)}
    return labels.get(one.entry.code, one.entry.code)


def short_title(rules: RuleSet, code: str) -> str:
    """Name the item or duty behind a code; unknown codes stand for themselves."""
    known = {one.code: one.short for one in rules.items}
    known |= {one.code: one.short for one in rules.duties}
    return known.get(code, code)


def exhibits_of(person: Person, piece: Piece) -> tuple[Exhibit, ...]:
    """Give the files of a piece to show, in the order in which they were sent."""
    return tuple(_exhibit(person, page) for page in piece.pages)


def _exhibit(person: Person, page: EvidencePage) -> Exhibit:
    return Exhibit(
        page_id=known_id(page.id),
        telegram_id=page.telegram_id,
        path=person.files.path_of(page.school_id, page.sha256),
        name=safe_name(page.name, page.media_type),
        is_photo=page.is_photo,
    )


def missing_for(one: Provable, evidence: Sequence[Evidence]) -> tuple[Need, ...]:
    """Say which documents an entry still needs, of all the evidence of its plan."""
    sent = [
        piece
        for piece in evidence
        if (piece.step, piece.code) == one.key and piece.status in COUNTS_AS_SENT
    ]
    return missing(one.needs, sent)


def gap_text(words: Words, rules: RuleSet, gap: Sequence[Need]) -> str:
    """Put what is missing into words: `2 Sertifikat Topik`."""
    return ", ".join(f"{need.wanted} {need_text(rules, need, words)}" for need in gap)
