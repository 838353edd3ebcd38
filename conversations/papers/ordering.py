"""Turning an order into what the worker is to make: the person's own plan and evidence.

An order is filled when its turn comes, from what is true then.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conversations.callbacks.evidence import PrepareForPmm
from conversations.callbacks.packing import Button
from conversations.evidence_views import entry_title
from conversations.papers.chapters import chapters_of, cover_of, in_order, ordered_pieces, sources
from conversations.papers.making import LONGEST_S
from conversations.papers.orders import (
    AnyOrder,
    ArchiveOrder,
    PmmOrder,
    PortfolioOrder,
)
from conversations.papers.own_archive import OWN_DATA, own_archive
from conversations.papers.texts import paper_texts
from conversations.papers.trail_sheet import TRAIL, trail_sheet
from conversations.people import Person
from storage import plans
from storage.errors import NotFound
from storage.evidence import needs, reading
from storage.issuing import Issue
from storage.people import member_of
from storage.plans import FullPlan
from storage.rulesets import RuleSet

PMM = "pmm"
PORTFOLIO = "pdf"
ARCHIVE = "zip"

MEGABYTE = 1_000_000
MOST_FROM_BOT = 49 * MEGABYTE
"""Telegram takes 50 MB from a bot; a little room is left for what surrounds a file on its way."""


@dataclass(frozen=True, slots=True)
class Filled:
    """An order ready for the worker: what it is called in words, and what may be done after."""

    order: AnyOrder
    title: str
    instead: tuple[str, Button] | None = None
    """A label and a button for another version of the same."""
    issues: tuple[Issue, ...] = ()
    """What the codes on new papers stand for."""
    seconds: float = LONGEST_S
    """How long the worker may take."""


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
        files=tuple(source for piece in pieces for source in sources(person.files, piece)),
        most_bytes=(rules.upload.max_mb or 10) * MEGABYTE,
        straighten=straightened,
    )
    return Filled(order, person.words.label("papers.title_pmm", title=title), (label, other))


async def _whole_plan(
    person: Person, rules: RuleSet, full: FullPlan, kind: str, out: Path
) -> Filled:
    words = person.words
    period = rules.period(full.plan.period)
    title = words.label(f"papers.title_{kind}")
    name = f"{title} - {person.actor.name} - {period.id}"
    pieces = await reading.pieces_of_plan(person.session, full.id)
    chapters = chapters_of(
        words,
        person.files,
        rules,
        ordered_pieces(rules, full, pieces),
        await reading.deciders_of(person.session, pieces),
    )
    texts = paper_texts(words)
    if kind == ARCHIVE:
        order: AnyOrder = ArchiveOrder(
            out=out, name=name, chapters=chapters, texts=texts, most_bytes=MOST_FROM_BOT
        )
        return Filled(order, title)
    member = await member_of(person.session, person.actor.school_id, person.actor.member_id)
    cover = cover_of(words, person.school, member, rules, full, pieces, person.now)
    order = PortfolioOrder(
        out=out, name=name, cover=cover, chapters=chapters, texts=texts, most_bytes=MOST_FROM_BOT
    )
    return Filled(order, title)
