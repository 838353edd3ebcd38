"""What a teacher hears about evidence: accepted, given back, commented on."""

from datetime import datetime
from typing import Any

from conversations.callbacks.evidence import OpenEvidence, OpenPiece, ReplacePiece
from conversations.evidence_views import entry_title, kind_title
from conversations.home import help_key
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.screens import Key, Screen, Style
from storage import plans
from storage.evidence import checking, filing, needs, reading
from storage.evidence.reading import Piece
from storage.models import EvidenceStatus
from storage.rulesets import RuleSet


@notice("evidence_returned")
async def evidence_returned(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell why a piece was given back, with one button to replace it."""
    piece = await reading.own_piece(person.session, person.actor, subject["evidence"])
    if piece.status is not EvidenceStatus.RETURNED:
        return None
    if piece.evidence.revision != subject["revision"]:
        return None
    by = await reading.decider_of(person.session, piece)
    rules, entry = await _behind(person, piece)
    text = person.words.body(
        "proving.returned", who=person.salutation, by=by.name if by else "", entry=entry,
        what=kind_title(person.words, rules, piece), reason=piece.evidence.reason,
    )  # fmt: skip
    words = person.words
    rows = (
        (Key(words.label("proving.replace"), ReplacePiece(piece.id), Style.NEXT),),
        (Key(words.label("proving.open"), OpenPiece(piece.id)), help_key(person, "evidence")),
    )
    return Notice(Screen(text, rows, view=OpenPiece(piece.id)))


@notice("evidence_accepted")
async def evidence_accepted(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell how much was accepted lately, and how far that takes the plan."""
    since = datetime.fromisoformat(subject.get("after") or subject["since"])
    count = await checking.accepted_since(person.session, person.actor, since)
    full = await plans.find_plan(person.session, person.actor.member_id, person.period.id)
    if not count or full is None:
        return None
    rules = person.rulebook.of_plan(person.school, full.plan)
    evidence = await reading.evidence_of_plan(person.session, full.id)
    text = person.words.body(
        "proving.accepted", who=person.salutation, count=count, points=rules.points,
        progress=needs.progress(needs.provable(rules, full), evidence),
    )  # fmt: skip
    rows = ((Key(person.words.label("proving.all"), OpenEvidence(), Style.NEXT),),)
    return Notice(Screen(text, rows, view=OpenEvidence()))


@notice("evidence_comment")
async def evidence_comment(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell what somebody says about a piece."""
    piece = await reading.own_piece(person.session, person.actor, subject["evidence"])
    said = [
        (comment, by)
        for comment, by in await reading.comments_on(person.session, piece.id)
        if comment.id == subject["comment"]
    ]
    if not said or piece.is_history:
        return None
    ((comment, by),) = said
    rules, entry = await _behind(person, piece)
    text = person.words.body(
        "proving.commented", by=by.name, entry=entry, text=comment.text,
        what=kind_title(person.words, rules, piece),
    )  # fmt: skip
    rows = ((Key(person.words.label("proving.open"), OpenPiece(piece.id), Style.NEXT),),)
    return Notice(Screen(text, rows, view=OpenPiece(piece.id)))


async def _behind(person: Person, piece: Piece) -> tuple[RuleSet, str]:
    """Give the rule set of the plan behind a piece, and the title of its entry."""
    if piece.evidence.plan_id is None:
        return person.rules, ""
    full = await plans.own_plan(person.session, person.actor, piece.evidence.plan_id)
    rules = person.rulebook.of_plan(person.school, full.plan)
    one = filing.provable_of(rules, full, piece)
    return rules, entry_title(rules, one) if one else ""
