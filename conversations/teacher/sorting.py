"""Which activity does it belong to? What was sent without saying so, likeliest place first."""

from collections.abc import Sequence
from dataclasses import dataclass

from conversations.callbacks.evidence import (
    FilePiece,
    OpenEvidence,
    OpenPiece,
    OpenUnsorted,
    RemovePiece,
    SortPiece,
)
from conversations.callbacks.planning import OpenPlan
from conversations.dialogue import Dialogue
from conversations.evidence_views import entry_label, line_of, need_text
from conversations.home import back_to, help_key
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager, short
from conversations.teacher.guessing import Clue, guess_kind, likeliest_first
from conversations.teacher.piece_card import plan_of, plan_to_prove, show_piece
from conversations.turn import Turn
from storage.errors import SameFileHere
from storage.evidence import changing, filing, flags, needs, reading, replacing
from storage.evidence.needs import Need, Provable
from storage.evidence.reading import Piece
from storage.models import Evidence, EvidenceStatus
from storage.people import known_id
from storage.plans import FullPlan
from storage.rulesets import RuleSet

dialogue = Dialogue("sorting")

PIECES_A_PAGE = 8
LABEL_LENGTH = 22


@dialogue.presents
async def present(turn: Turn, tap: SortPiece) -> None:
    """Show the piece as it is now."""
    if isinstance(tap, SortPiece | FilePiece):
        await show_piece(turn, await reading.own_piece(turn.session, turn.actor, tap.evidence))


@dialogue.tap(SortPiece)
async def sort_piece(turn: Turn, tap: SortPiece) -> None:
    """Ask which activity a piece belongs to."""
    piece = await reading.own_piece(turn.session, turn.actor, tap.evidence)
    if piece.status not in changing.CHANGEABLE:
        await show_piece(turn, piece)
        return
    await show_sorting(turn, piece)


@dataclass(frozen=True, slots=True)
class Place:
    """A planned activity that a piece may belong to, and what it still lacks."""

    one: Provable
    title: str
    missing: tuple[tuple[str, int], ...]


async def show_sorting(turn: Turn, piece: Piece, *, again: bool = False) -> None:
    """Show the planned activities to choose from; `again`: this very file had come before."""
    full = await plan_of(turn, piece)
    rules = turn.rulebook.of_plan(turn.school, full.plan) if full else turn.rules
    is_open = full is not None and full.status in changing.OPEN_PLANS
    places = await _places(turn, rules, full, piece) if full is not None and is_open else []
    period = rules.period(full.plan.period) if full else None
    text = turn.words.body(
        "proving.sort", line=line_of(turn.words, rules, piece), again=again, full=full,
        is_open=is_open, entries=places, period=period,
        flags=await flags.flags_of(turn.session, piece, period), me=turn.actor.member_id,
    )  # fmt: skip
    rows = _rows(turn, full, piece, places, is_open=is_open)
    turn.show(Screen(text, rows, view=SortPiece(piece.id)))


def _rows(
    turn: Turn, full: FullPlan | None, piece: Piece, places: Sequence[Place], *, is_open: bool
) -> tuple[Row, ...]:
    words = turn.words
    keys = [
        Key(
            short(place.title, LABEL_LENGTH),
            FilePiece(piece.id, full.id, known_id(place.one.entry.id)),
            Style.NEXT if at == 0 else None,
        )
        for at, place in enumerate(places)
        if full is not None
    ]
    rows: list[Row] = [*in_rows(numbered(keys), 1 if len(keys) <= 4 else 2)]
    if not is_open:
        rows.append((Key(words.label("home.open_plan"), OpenPlan(), Style.NEXT),))
    rows.append((help_key(turn, "evidence"),))
    back = OpenEvidence() if piece.status is EvidenceStatus.UNSORTED else OpenPiece(piece.id)
    remove = Key(words.label("proving.remove"), RemovePiece(piece.id))
    return (*rows, (back_to(turn, back), remove))


async def _places(turn: Turn, rules: RuleSet, full: FullPlan, piece: Piece) -> list[Place]:
    """Give where the piece may belong, likeliest first."""
    entries = needs.provable(rules, full)
    evidence = await reading.evidence_of_plan(turn.session, full.id)
    gaps = {one.key: _missing(one, evidence) for one in entries}
    lacking = frozenset(key for key, missing in gaps.items() if missing)
    ordered = likeliest_first(rules, entries, clue_of(piece), lacking, _used_last(evidence))
    return [
        Place(
            one,
            entry_label(rules, one),
            tuple((need_text(rules, need, turn.words), need.wanted) for need in gaps[one.key])
            if rules.upload.required
            else (),
        )
        for one in ordered
    ]


def _missing(one: Provable, evidence: Sequence[Evidence]) -> tuple[Need, ...]:
    sent = [
        each
        for each in evidence
        if (each.step, each.code) == one.key and each.status in needs.COUNTS_AS_SENT
    ]
    return needs.missing(one.needs, sent)


def clue_of(piece: Piece) -> Clue:
    """Read what a caption and file names say; a caption is kept as the note."""
    return Clue.of(piece.evidence.note, piece.evidence.link, *(page.name for page in piece.pages))


def _used_last(evidence: Sequence[Evidence]) -> tuple[str, str] | None:
    latest = max(evidence, key=lambda one: (one.received_at, one.id or 0), default=None)
    return (latest.step, latest.code) if latest else None


@dialogue.tap(FilePiece)
async def file_piece(turn: Turn, tap: FilePiece) -> None:
    """Keep which activity the piece belongs to; from now on it waits to be checked."""
    piece = await file_under(turn, tap.evidence, tap.plan, tap.entry)
    if piece is not None:
        await show_piece(turn, piece, saved=True)


async def file_under(turn: Turn, evidence_id: int, plan_id: int, entry_id: int) -> Piece | None:
    """File a piece, with the kind that its words suggest.

    None when the entry has this very file already: then that one is shown.
    """
    full = await changing.own_open_plan(turn.session, turn.actor, plan_id)
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    piece = await reading.own_piece(turn.session, turn.actor, evidence_id)
    one = filing.entry_of(rules, full, entry_id)
    try:
        return await filing.file_under(
            turn.session, turn.actor, rules, full, evidence_id, entry_id, turn.now,
            kind=guess_kind(rules, one, clue_of(piece)),
        )  # fmt: skip
    except SameFileHere as same:
        if piece.status is EvidenceStatus.UNSORTED:
            await replacing.take_away(turn.session, turn.actor, evidence_id, turn.now)
        turn.alert(turn.words.label("proving.same_here"))
        await show_piece(turn, await reading.own_piece(turn.session, turn.actor, same.evidence_id))
        return None


async def homeless(turn: Turn) -> list[Piece]:
    """Give what belongs nowhere yet, and what belongs to an activity that has left the plan."""
    pieces = await reading.unsorted_of(turn.session, turn.actor)
    full = await plan_to_prove(turn)
    if full is None:
        return pieces
    entries = needs.provable(turn.rulebook.of_plan(turn.school, full.plan), full)
    planned = {one.key for one in entries}
    return pieces + [
        piece
        for piece in await reading.pieces_of_plan(turn.session, full.id)
        if (piece.evidence.step, piece.evidence.code) not in planned
        and piece.status in changing.CHANGEABLE
    ]


@dialogue.tap(OpenUnsorted)
async def open_unsorted(turn: Turn, tap: OpenUnsorted) -> None:
    """Show what belongs nowhere yet."""
    pieces = await homeless(turn)
    page = page_of(pieces, tap.page, PIECES_A_PAGE)
    lines = [line_of(turn.words, turn.rules, piece) for piece in page.items]
    text = turn.words.body("proving.unsorted", lines=lines, page=page)
    keys = [
        Key(short(f"{line.what} {line.size}", LABEL_LENGTH), SortPiece(line.id)) for line in lines
    ]
    rows = (
        *in_rows(numbered(keys, page.first + 1)),
        *pager(page, OpenUnsorted),
        (back_to(turn, OpenEvidence()),),
    )
    turn.show(Screen(text, rows, view=OpenUnsorted(page.number)))
