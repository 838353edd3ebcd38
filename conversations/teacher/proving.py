"""Proving the plan: what each activity still needs, and opening one to send for it.

What is sent then, or at any other moment, is taken in by `taking_in`.
"""

from conversations.callbacks.evidence import (
    FinishSending,
    OpenEvidence,
    OpenPiece,
    OpenProvable,
    OpenUnsorted,
    PrepareForPmm,
    SendFor,
)
from conversations.callbacks.packing import Button
from conversations.callbacks.planning import OpenPlan
from conversations.dialogue import Dialogue
from conversations.evidence_views import (
    EntryLine,
    entry_label,
    entry_line,
    entry_title,
    line_of,
    need_text,
    on_button,
)
from conversations.home import back_home, back_to, help_key
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, short
from conversations.teacher.piece_card import SENDING, plan_to_read
from conversations.teacher.sorting import homeless
from conversations.turn import Turn
from storage import confirmations, plans
from storage.errors import (
    NotFound,
)
from storage.evidence import changing, filing, needs, reading
from storage.evidence.needs import Provable
from storage.evidence.reading import Piece
from storage.models import Role
from storage.people import known_id
from storage.periods import has_closed
from storage.plans import FullPlan
from storage.rulesets import RuleSet

dialogue = Dialogue("proving")

LABEL_LENGTH = 22
LINES_SHOWN = 30
KEYS_SHOWN = 80
"""Telegram takes a hundred buttons below a message."""


# ------------------------------------------------------------------------------- looking


@dialogue.presents
async def present(turn: Turn, tap: Button) -> None:
    """Show the activity, or else all of them, as they are now."""
    if isinstance(tap, OpenProvable | SendFor | FinishSending):
        full = await plans.own_plan(turn.session, turn.actor, tap.plan)
        rules = turn.rulebook.of_plan(turn.school, full.plan)
        if any(one.entry.id == tap.entry for one in needs.provable(rules, full)):
            await _show_provable(turn, tap.plan, tap.entry)
            return
    await open_evidence(turn, OpenEvidence())


@dialogue.command("bukti")
async def evidence_command(turn: Turn, _words: str) -> None:
    """Show what each planned activity still needs."""
    await open_evidence(turn, OpenEvidence())


@dialogue.tap(OpenEvidence)
async def open_evidence(turn: Turn, _tap: OpenEvidence) -> None:
    """Show what each planned activity still needs."""
    turn.actor.require(Role.TEACHER)
    full = await plan_to_read(turn)
    unsorted = await homeless(turn)
    rules = turn.rulebook.of_plan(turn.school, full.plan) if full else turn.rules
    entries = needs.provable(rules, full) if full else ()
    pieces = await reading.pieces_of_plan(turn.session, full.id) if full else []
    lines = [_line(turn, rules, one, pieces) for one in entries]
    text = turn.words.body(
        "proving.list", rules=rules, full=full,
        period=rules.period(full.plan.period) if full else turn.period, lines=lines,
        progress=needs.progress(entries, [piece.evidence for piece in pieces]),
        points=rules.points, unsorted=len(unsorted), required=rules.upload.required,
        papers=await confirmations.papers_of(turn.session, rules, full) if full else (),
        is_open=full is not None and full.status in changing.OPEN_PLANS,
        is_over=full is not None and await has_closed(turn.session, full.id),
    )  # fmt: skip
    rows = _list_rows(turn, rules, full, entries, len(unsorted))
    turn.show(Screen(text, rows, view=OpenEvidence()))


def _list_rows(
    turn: Turn,
    rules: RuleSet,
    full: FullPlan | None,
    entries: tuple[Provable, ...],
    unsorted: int,
) -> tuple[Row, ...]:
    words = turn.words
    rows: list[Row] = []
    if full is not None and full.status in changing.OPEN_PLANS:
        keys = [
            Key(
                short(entry_label(rules, one), LABEL_LENGTH),
                OpenProvable(full.id, known_id(one.entry.id)),
            )
            for one in entries
        ]
        rows += in_rows(numbered(keys), 1 if len(keys) <= 4 else 2)
    else:
        rows.append((Key(words.label("home.open_plan"), OpenPlan(), Style.NEXT),))
    if unsorted:
        label = words.label("proving.unsorted_key", count=unsorted)
        rows.append((Key(label, OpenUnsorted(0), Style.NEXT),))
    rows.append((*back_home(turn), help_key(turn, "evidence")))
    return tuple(rows)


def _of(one: Provable, pieces: list[Piece]) -> list[Piece]:
    return [each for each in pieces if (each.evidence.step, each.evidence.code) == one.key]


def _line(turn: Turn, rules: RuleSet, one: Provable, pieces: list[Piece]) -> EntryLine:
    mine = _of(one, pieces)
    evidence = [piece.evidence for piece in mine]
    sent = [each for each in evidence if each.status in needs.COUNTS_AS_SENT]
    units, missing = needs.units_of(one, evidence), needs.missing(one.needs, sent)
    return entry_line(turn.words, rules, one, units, missing, mine)


@dialogue.tap(OpenProvable)
async def open_provable(turn: Turn, tap: OpenProvable) -> None:
    """Show one activity with its evidence."""
    await _show_provable(turn, tap.plan, tap.entry)


async def _show_provable(turn: Turn, plan_id: int, entry_id: int, *, done: bool = False) -> None:
    full = await plans.own_plan(turn.session, turn.actor, plan_id)
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    one = next((each for each in needs.provable(rules, full) if each.entry.id == entry_id), None)
    if one is None:
        raise NotFound
    all_pieces = await reading.pieces_of_plan(turn.session, full.id)
    pieces = _of(one, all_pieces)
    lines = [line_of(turn.words, rules, piece) for piece in pieces]
    entries = needs.provable(rules, full)
    text = turn.words.body(
        "proving.entry", rules=rules, period=rules.period(full.plan.period), done=done,
        line=_line(turn, rules, one, all_pieces), lines=lines, most_lines=LINES_SHOWN,
        title=entry_title(rules, one),
        needs=[(need_text(rules, need, turn.words), need.wanted) for need in one.needs],
        note=_note_of(rules, one), points=rules.points,
        progress=needs.progress(entries, [piece.evidence for piece in all_pieces]),
        is_open=full.status in changing.OPEN_PLANS, status=full.status,
    )  # fmt: skip
    words = turn.words
    keys = numbered([Key(on_button(line), OpenPiece(line.id)) for line in lines[:KEYS_SHOWN]])
    rows: list[Row] = []
    if full.status in changing.OPEN_PLANS:
        rows.append((Key(words.label("proving.send"), SendFor(full.id, entry_id), Style.NEXT),))
    rows += in_rows(keys)
    if pieces and rules.upload.max_mb is not None:
        prepare = PrepareForPmm(full.id, entry_id, 0, 1)
        rows.append((Key(words.label("proving.prepare"), prepare),))
    rows.append(
        (
            back_to(turn, OpenEvidence()),
            help_key(turn, f"e.{one.entry.code}"),
        )
    )
    turn.show(Screen(text, tuple(rows), view=OpenProvable(full.id, entry_id)))


def _note_of(rules: RuleSet, one: Provable) -> str:
    """Give what the rules say about the evidence of an entry."""
    notes = {item.code: item.evidence_note for item in rules.items}
    notes |= {duty.code: duty.evidence_note for duty in rules.duties}
    return notes.get(one.entry.code, "")


# ------------------------------------------------------------------------------- sending for one


@dialogue.tap(SendFor)
async def send_for(turn: Turn, tap: SendFor) -> None:
    """Wait for what is sent for one activity, until "Selesai"."""
    full = await changing.own_open_plan(turn.session, turn.actor, tap.plan)
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    one = filing.entry_of(rules, full, tap.entry)
    pieces = await reading.pieces_of_plan(turn.session, full.id)
    text = turn.words.body(
        "proving.sending", title=entry_title(rules, one), line=_line(turn, rules, one, pieces)
    )
    done = Key(turn.words.label("nav.done"), FinishSending(tap.plan, tap.entry), Style.YES)
    turn.show(Screen(text, ((done,),), view=tap))
    await turn.listen(SENDING, tap)


@dialogue.tap(FinishSending)
async def finish_sending(turn: Turn, tap: FinishSending) -> None:
    """Sum up what has been sent for the activity."""
    await _show_provable(turn, tap.plan, tap.entry, done=True)
