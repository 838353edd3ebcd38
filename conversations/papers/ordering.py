"""Turning an order into what the worker is to make: the person's own plan and evidence.

An order is filled when its turn comes, from what is true then.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conversations.callbacks.evidence import PrepareForPmm
from conversations.callbacks.packing import Button
from conversations.evidence_views import entry_title, kind_title
from conversations.papers.orders import (
    AnyOrder,
    ArchiveOrder,
    Chapter,
    Cover,
    Piece,
    PieceState,
    PmmOrder,
    Points,
    PortfolioOrder,
    SourceFile,
)
from conversations.papers.own_archive import OWN_DATA, own_archive
from conversations.papers.texts import paper_texts
from conversations.papers.trail_sheet import TRAIL, trail_sheet
from conversations.people import Person
from storage import plans
from storage.errors import NotFound
from storage.evidence import needs, reading
from storage.evidence.needs import Provable
from storage.inspecting import safe_name
from storage.models import EvidenceStatus
from storage.plans import FullPlan
from storage.rulesets import RuleSet

PMM = "pmm"
PORTFOLIO = "pdf"
ARCHIVE = "zip"

MEGABYTE = 1_000_000
MOST_FROM_BOT = 49 * MEGABYTE
"""Telegram takes 50 MB from a bot; a little room is left for what surrounds a file on its way."""

IN_PAPERS = (EvidenceStatus.RECEIVED, EvidenceStatus.ACCEPTED, EvidenceStatus.RETURNED)
STATES = {
    EvidenceStatus.RECEIVED: PieceState.WAITING,
    EvidenceStatus.ACCEPTED: PieceState.ACCEPTED,
    EvidenceStatus.RETURNED: PieceState.RETURNED,
}


@dataclass(frozen=True, slots=True)
class Filled:
    """An order ready for the worker: what it is called in words, and what may be done after."""

    order: AnyOrder
    title: str
    instead: tuple[str, Button] | None = None
    """A label and a button for another version of the same."""


Fill = Callable[[Person, dict[str, Any], Path], Awaitable[Filled]]


async def fill(person: Person, kind: str, subject: dict[str, Any], out: Path) -> Filled:
    """Fill an order. Raises `NotFound` or `NotAllowed` where it is about nobody's own plan."""
    if kind == OWN_DATA:
        return Filled(*await own_archive(person, out))
    if kind == TRAIL:
        return Filled(*await trail_sheet(person, subject, out))
    full = await plans.own_plan(person.session, person.actor, subject["plan"])
    rules = person.rulebook.of_plan(person.school, full.plan)
    if kind == PMM:
        return await _pmm(person, rules, full, subject, out)
    return await _whole_plan(person, rules, full, kind, out)


async def _pmm(
    person: Person, rules: RuleSet, full: FullPlan, subject: dict[str, Any], out: Path
) -> Filled:
    entry_id = subject["entry"]
    one = next((each for each in needs.provable(rules, full) if each.entry.id == entry_id), None)
    if one is None:
        raise NotFound
    title = entry_title(rules, one)
    sent = await reading.pieces_of_plan(person.session, full.id)
    # What was given back is not to be handed on.
    pieces = [each for each in in_order(one, sent) if each.status in needs.COUNTS_AS_SENT]
    period = rules.period(full.plan.period)
    name = f"{title} - {person.actor.name} - {period.id}"
    straightened = bool(subject["straightened"])
    other = PrepareForPmm(full.id, entry_id, 1, int(not straightened))
    label = person.words.label("papers.as_taken" if straightened else "papers.straightened")
    order = PmmOrder(
        out=out,
        name=name,
        files=tuple(source for piece in pieces for source in _sources(person, piece)),
        most_bytes=(rules.upload.max_mb or 10) * MEGABYTE,
        straighten=straightened,
    )
    return Filled(order, person.words.label("papers.title_pmm", title=title), (label, other))


def in_order(one: Provable, pieces: list[reading.Piece]) -> list[reading.Piece]:
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


async def _whole_plan(
    person: Person, rules: RuleSet, full: FullPlan, kind: str, out: Path
) -> Filled:
    words = person.words
    period = rules.period(full.plan.period)
    title = words.label(f"papers.title_{kind}")
    name = f"{title} - {person.actor.name} - {period.id}"
    chapters = await _chapters(person, rules, full)
    texts = paper_texts(words)
    if kind == ARCHIVE:
        order: AnyOrder = ArchiveOrder(
            out=out, name=name, chapters=chapters, texts=texts, most_bytes=MOST_FROM_BOT
        )
        return Filled(order, title)
    cover = await _cover(person, rules, full)
    order = PortfolioOrder(
        out=out, name=name, cover=cover, chapters=chapters, texts=texts, most_bytes=MOST_FROM_BOT
    )
    return Filled(order, title)


async def _cover(person: Person, rules: RuleSet, full: FullPlan) -> Cover:
    evidence = await reading.evidence_of_plan(person.session, full.id)
    progress = needs.progress(needs.provable(rules, full), evidence)
    period = rules.period(full.plan.period)
    seat = person.membership
    return Cover(
        school=person.school.name,
        teacher=person.actor.name,
        nip=(seat.member.nip or "") if seat else "",
        period=f"{period.name} {period.year}",
        rule_set=rules.title,
        points=Points(
            planned=progress.planned_points,
            proven=progress.sent_points,
            accepted=progress.accepted_points,
        )
        if rules.points
        else None,
        made=person.words.moment(person.now),
    )


async def _chapters(person: Person, rules: RuleSet, full: FullPlan) -> tuple[Chapter, ...]:
    pieces = await reading.pieces_of_plan(person.session, full.id)
    chapters: list[Chapter] = []
    number = 0
    for at, one in enumerate(needs.provable(rules, full), 1):
        mine = [piece for piece in in_order(one, pieces) if piece.status in IN_PAPERS]
        units = needs.units_of(one, [piece.evidence for piece in mine])
        progress = person.words.label(
            "papers.progress", planned=units.planned, sent=units.sent, accepted=units.accepted
        )
        parts = []
        for piece in mine:
            number += 1
            parts.append(await _part(person, rules, piece, number))
        chapters.append(
            Chapter(
                number=at, title=entry_title(rules, one), progress=progress, pieces=tuple(parts)
            )
        )
    return tuple(chapters)


async def _part(person: Person, rules: RuleSet, piece: reading.Piece, number: int) -> Piece:
    words, evidence = person.words, piece.evidence
    by = await reading.decider_of(person.session, piece)
    state = words.label(
        f"papers.state_{piece.status}",
        by=by.name if by else "",
        day=words.short_day(evidence.decided_at) if evidence.decided_at else "",
    )
    return Piece(
        number=number,
        kind=kind_title(words, rules, piece),
        state=STATES[piece.status],
        state_text=state,
        dated=evidence.dated_on,
        note=evidence.note,
        link=evidence.link,
        find=evidence.link,
        files=_sources(person, piece),
    )


def _sources(person: Person, piece: reading.Piece) -> tuple[SourceFile, ...]:
    return tuple(
        SourceFile(
            path=person.files.path_of(page.school_id, page.sha256),
            media_type=page.media_type,
            name=page.name or safe_name("", page.media_type),
        )
        for page in piece.pages
    )
