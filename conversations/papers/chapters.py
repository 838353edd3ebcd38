"""A teacher's plan and evidence as chapters with pieces, in the words of a language."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from conversations.evidence_views import entry_title, kind_title
from conversations.papers.orders import Chapter, Cover, Piece, PieceState, Points, SourceFile
from conversations.words import Words
from storage.evidence import needs, reading
from storage.evidence.needs import Provable
from storage.exports import FILED
from storage.files import FileStore
from storage.inspecting import safe_name
from storage.models import EvidenceStatus, Member, School
from storage.plans import FullPlan
from storage.rulesets import RuleSet

IN_PAPERS = FILED
STATES = {
    EvidenceStatus.RECEIVED: PieceState.WAITING,
    EvidenceStatus.ACCEPTED: PieceState.ACCEPTED,
    EvidenceStatus.RETURNED: PieceState.RETURNED,
}


def in_order(one: Provable, pieces: Sequence[reading.Piece]) -> list[reading.Piece]:
    """Give an entry's pieces as they belong into one file: kind by kind, then by day.

    A letter of assignment comes before the report on it, as the entry's needs name them.
    """
    asked = [kind for need in one.needs for kind in need.kinds]

    def place(piece: reading.Piece) -> tuple[int, str, int]:
        kind, day = piece.evidence.kind, piece.evidence.dated_on
        at = asked.index(kind) if kind in asked else len(asked)
        return (at, day.isoformat() if day else "9999", piece.id)

    mine = [piece for piece in pieces if (piece.evidence.step, piece.evidence.code) == one.key]
    return sorted(mine, key=place)


def ordered_pieces(
    rules: RuleSet, full: FullPlan, pieces: Sequence[reading.Piece]
) -> list[tuple[Provable, list[reading.Piece]]]:
    """Give each entry that can be proven with those of its pieces that belong in papers."""
    return [
        (one, [piece for piece in in_order(one, pieces) if piece.status in IN_PAPERS])
        for one in needs.provable(rules, full)
    ]


def chapters_of(
    words: Words,
    files: FileStore,
    rules: RuleSet,
    ordered: Sequence[tuple[Provable, Sequence[reading.Piece]]],
    names: Mapping[int, str],
) -> tuple[Chapter, ...]:
    """Give a chapter for each entry; `names` are those of whoever decided, by member."""
    chapters: list[Chapter] = []
    number = 0
    for at, (one, mine) in enumerate(ordered, 1):
        units = needs.units_of(one, [piece.evidence for piece in mine])
        progress = words.label(
            "papers.progress", planned=units.planned, sent=units.sent, accepted=units.accepted
        )
        parts = []
        for piece in mine:
            number += 1
            parts.append(_part(words, files, rules, piece, number, names))
        title = entry_title(rules, one)
        chapters.append(Chapter(number=at, title=title, progress=progress, pieces=tuple(parts)))
    return tuple(chapters)


def chapter_of_rest(
    words: Words,
    files: FileStore,
    rules: RuleSet,
    rest: Sequence[reading.Piece],
    before: Sequence[Chapter],
    names: Mapping[int, str],
) -> Chapter:
    """Give a chapter of what was sent for entries that the plan no longer has; it comes last."""
    number = 1 + sum(len(chapter.pieces) for chapter in before)
    return Chapter(
        number=len(before) + 1,
        title=words.label("papers.rest"),
        progress="",
        pieces=tuple(
            _part(words, files, rules, piece, at, names) for at, piece in enumerate(rest, number)
        ),
    )


def cover_of(
    words: Words,
    school: School,
    member: Member,
    rules: RuleSet,
    full: FullPlan,
    pieces: Sequence[reading.Piece],
    now: datetime,
) -> Cover:
    """Say whose papers these are, and how far the evidence is."""
    evidence = [piece.evidence for piece in pieces]
    progress = needs.progress(needs.provable(rules, full), evidence)
    period = rules.period(full.plan.period)
    points = Points(
        planned=progress.planned_points,
        proven=progress.sent_points,
        accepted=progress.accepted_points,
    )
    return Cover(
        school=school.name,
        teacher=member.name,
        nip=member.nip or "",
        period=f"{period.name} {period.year}",
        rule_set=rules.title,
        points=points if rules.points else None,
        made=words.moment(now),
    )


def _part(
    words: Words,
    files: FileStore,
    rules: RuleSet,
    piece: reading.Piece,
    number: int,
    names: Mapping[int, str],
) -> Piece:
    evidence = piece.evidence
    return Piece(
        number=number,
        kind=kind_title(words, rules, piece),
        state=STATES[piece.status],
        state_text=words.label(
            f"papers.state_{piece.status}",
            by=names.get(evidence.decided_by or 0, ""),
            day=words.short_day(evidence.decided_at) if evidence.decided_at else "",
        ),
        dated=evidence.dated_on,
        note=evidence.note,
        link=evidence.link,
        find=evidence.link,
        files=sources(files, piece),
    )


def sources(files: FileStore, piece: reading.Piece) -> tuple[SourceFile, ...]:
    """Give the files of a piece, in the order in which they were sent."""
    return tuple(
        SourceFile(
            path=files.path_of(page.school_id, page.sha256),
            media_type=page.media_type,
            name=page.name or safe_name("", page.media_type),
        )
        for page in piece.pages
    )
