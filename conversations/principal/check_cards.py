"""The card below a piece of evidence that waits to be checked, and what becomes of it."""

from typing import Any

from conversations.callbacks.checking import (
    AcceptAll,
    AcceptPiece,
    CheckPiece,
    CommentPiece,
    NextPiece,
    OpenChecks,
    SendBackPiece,
)
from conversations.evidence_views import (
    entry_title,
    exhibits_of,
    kind_title,
    line_of,
    short_title,
)
from conversations.lengths import LONGEST_CAPTION, shown_length
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style, numbered, short
from conversations.words import Words
from storage import plans
from storage.errors import NotFound
from storage.evidence import checking, filing, flags, reading
from storage.evidence.reading import Piece
from storage.models import EvidenceStatus
from storage.plans import FullPlan
from storage.rulesets import RuleSet

TWINS_SHOWN = 2
COMMENTS_SHOWN = 2
SHARES = (1.0, 0.6, 0.4, 0.25)
"""Of each thing that people have written so much is shown, the most that fits."""


async def plan_behind(person: Person, piece: Piece) -> tuple[FullPlan, RuleSet]:
    """Give the plan that a piece is filed under, with the rule set it was made under."""
    if piece.evidence.plan_id is None:
        raise NotFound
    full = await plans.read_plan(person.session, person.actor, piece.evidence.plan_id)
    return full, person.rulebook.of_plan(person.school, full.plan)


async def caption(person: Person, piece: Piece, place: tuple[int, int] | None = None) -> str:
    """Say all about a piece that somebody who checks it ought to know, in a caption's length.

    `place` says which of how many waiting pieces it is.
    """
    full, rules = await plan_behind(person, piece)
    period = rules.period(full.plan.period)
    one = filing.provable_of(rules, full, piece)
    found = await flags.flags_of(person.session, piece, period)
    comments = await reading.comments_on(person.session, piece.id)
    by = await reading.decider_of(person.session, piece)
    earlier = await reading.replaced_by(person.session, piece)
    asked = piece.evidence.reason or next((one.reason for one in earlier if one.reason), "")
    sender = await reading.sender_of(person.session, piece)
    return in_a_caption(
        person.words, name=sender.name, line=line_of(person.words, rules, piece),
        entry=entry_title(rules, one) if one else piece.evidence.code, period=period,
        flags=found, twins=found.twins[:TWINS_SHOWN], sender=piece.evidence.member_id,
        comments=comments[-COMMENTS_SHOWN:], by=by.name if by else "",
        place=place, asked=asked, decides=person.actor.decides,
        twin_titles=[short_title(rules, twin.evidence.code) for twin in found.twins[:TWINS_SHOWN]],
    )  # fmt: skip


def in_a_caption(words: Words, **facts: Any) -> str:
    """Put a piece into words; what people have written is cut shorter where all is long."""
    text = ""
    for share in SHARES:

        def cut(written: str, most: int, share: float = share) -> str:
            return short(written, int(most * share))

        text = words.body("checking.piece", cut=cut, **facts)
        if shown_length(text) <= LONGEST_CAPTION:
            break
    return text


async def check_card(person: Person, piece: Piece) -> Screen:
    """Show a piece as it is, protected, with the buttons to decide on it."""
    waiting = await checking.waiting_pieces(person.session, person.actor, piece.evidence.member_id)
    ids = [one.id for one in waiting]
    at = (ids.index(piece.id) + 1, len(ids)) if piece.id in ids else None
    text = await caption(person, piece, at)
    if piece.status is not EvidenceStatus.RECEIVED:
        rows = await _rows_after(person, piece, waiting)
    else:
        rows = await _rows(person, piece, waiting)
    return Screen(
        text, rows, view=CheckPiece(piece.id), exhibits=exhibits_of(person, piece), protected=True
    )


async def _rows(person: Person, piece: Piece, waiting: list[Piece]) -> tuple[Row, ...]:
    words = person.words
    # Typed words decide on what was shown, although the card is drawn anew to read them.
    revision = await checking.revision_seen(person.session, person.actor, piece)
    accept = Key(words.label("checking.accept"), AcceptPiece(piece.id, revision), Style.YES)
    back = Key(words.label("checking.send_back"), SendBackPiece(piece.id, revision), Style.NO)
    comment = Key(words.label("checking.comment"), CommentPiece(piece.id))
    keys = [accept, back, comment]
    others = [one for one in waiting if one.id != piece.id]
    if others:
        label = words.label("checking.next", count=len(others))
        keys.append(Key(label, NextPiece(piece.id), Style.NEXT))
        if not await checking.unseen(person.session, person.actor, waiting):
            label = words.label("checking.accept_all", count=len(waiting))
            keys.append(Key(label, AcceptAll(piece.evidence.member_id), Style.YES))
    first, second, third, *more = numbered(keys)
    rows: list[Row] = [(first,), (second, third), *((one,) for one in more)]
    return (*rows, (Key(words.label("checking.all"), OpenChecks(0)),))


async def closed_card(person: Person, piece: Piece) -> Screen:
    """Say, below the piece that was shown, what has become of it, and lead to the next."""
    waiting: list[Piece] = []
    if person.actor.decides:
        waiting = await checking.waiting_pieces(
            person.session, person.actor, piece.evidence.member_id
        )
    rows = await _rows_after(person, piece, waiting)
    text = await caption(person, piece)
    return Screen(text, rows, view=CheckPiece(piece.id), below_exhibits=True)


async def given_back_card(person: Person, piece: Piece) -> Screen:
    """Say, in place of the reasons, what was given back: the piece itself hangs above."""
    _full, rules = await plan_behind(person, piece)
    waiting = await checking.waiting_pieces(person.session, person.actor, piece.evidence.member_id)
    sender = await reading.sender_of(person.session, piece)
    text = person.words.body(
        "checking.given_back", name=sender.name, what=kind_title(person.words, rules, piece),
        reason=piece.evidence.reason,
    )  # fmt: skip
    rows = await _rows_after(person, piece, waiting)
    return Screen(text, rows, view=CheckPiece(piece.id))


async def _rows_after(person: Person, piece: Piece, waiting: list[Piece]) -> tuple[Row, ...]:
    words = person.words
    keys: list[Key] = []
    if waiting:
        label = words.label("checking.next", count=len(waiting))
        keys.append(Key(label, NextPiece(piece.id), Style.NEXT))
    elif person.actor.decides and await checking.count_waiting(person.session, person.actor):
        keys.append(Key(words.label("checking.next_teacher"), NextPiece(piece.id), Style.NEXT))
    keys.append(Key(words.label("checking.all"), OpenChecks(0)))
    return tuple((one,) for one in numbered(keys))
