"""The card of one piece of evidence: what is known about it, and what can be done with it.

Everything that changes a piece ends here.
"""

from collections.abc import Sequence
from dataclasses import replace as with_changes

from conversations.callbacks.evidence import (
    BringBack,
    ChooseKind,
    FinishSending,
    MoreOfPiece,
    OpenEvidence,
    OpenPiece,
    OpenProvable,
    RemovePiece,
    ReplacePiece,
    SavedPiece,
    SayCovers,
    SayKind,
    SeeFiles,
    SendFor,
    SortPiece,
    UseAgain,
    WriteDate,
    WriteNote,
)
from conversations.evidence_views import entry_title, kind_title, line_of, need_text
from conversations.home import back_to, help_key
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered
from conversations.turn import FILES, Turn
from storage import plans
from storage.evidence import changing, filing, flags, needs, reading
from storage.evidence.needs import COUNTS_AS_SENT, Need, Provable
from storage.evidence.reading import Piece
from storage.models import Evidence, EvidenceStatus
from storage.people import known_id
from storage.periods import has_closed
from storage.plans import FullPlan
from storage.rulesets import RuleSet

CHANGEABLE = changing.CHANGEABLE

SENDING = f"{FILES}evidence"
"""The state in which all that is sent is for one entry."""
COMMENTS_SHOWN = 3


async def plan_of(turn: Turn, piece: Piece) -> FullPlan | None:
    """Give the plan that a piece is filed under, or else the one that evidence is sent for now."""
    if piece.evidence.plan_id is not None:
        return await plans.own_plan(turn.session, turn.actor, piece.evidence.plan_id)
    return await plan_to_prove(turn)


async def rules_of(turn: Turn, piece: Piece) -> RuleSet:
    """Give the rule set that names the kind of a piece: that of its plan, or else today's."""
    full = await plan_of(turn, piece)
    return turn.rulebook.of_plan(turn.school, full.plan) if full else turn.rules


async def plan_to_prove(turn: Turn) -> FullPlan | None:
    """Give the plan that evidence is sent for: this period's, or the last one's until it holds.

    When a period begins, proof of the last one may still be on its way, until that one is closed.
    """
    full = await plan_to_read(turn)
    if full is None or not await has_closed(turn.session, full.id):
        return full
    return await plans.find_plan(turn.session, turn.actor.member_id, turn.period.id)


async def plan_to_read(turn: Turn) -> FullPlan | None:
    """Give the same plan for looking: the last one's is shown also when it is closed."""
    member_id = turn.actor.member_id
    full = await plans.find_plan(turn.session, member_id, turn.period.id)
    if full is not None and full.status in changing.OPEN_PLANS:
        return full
    last = turn.rulebook.period_before(turn.school, turn.period)
    before = await plans.find_plan(turn.session, member_id, last.id)
    is_open = before is not None and before.status in changing.OPEN_PLANS
    return before if is_open else full


async def show_piece(turn: Turn, piece: Piece, *, saved: bool = False, more: bool = False) -> None:
    """Show a piece's card: just `saved`, or with `more` that can be done than is needed daily."""
    full = await plan_of(turn, piece)
    rules = turn.rulebook.of_plan(turn.school, full.plan) if full else turn.rules
    one = filing.provable_of(rules, full, piece) if full else None
    screen = await _card(turn, rules, full, one, piece, saved=saved)
    if more:
        screen = with_changes(
            screen, rows=_more_rows(turn, one, piece), view=MoreOfPiece(piece.id)
        )
    turn.show(screen)


async def _card(
    turn: Turn,
    rules: RuleSet,
    full: FullPlan | None,
    one: Provable | None,
    piece: Piece,
    *,
    saved: bool,
) -> Screen:
    words = turn.words
    period = rules.period(full.plan.period) if full else None
    by = await reading.decider_of(turn.session, piece)
    evidence = await reading.evidence_of_plan(turn.session, full.id) if full else ()
    mine = [each for each in evidence if one is not None and (each.step, each.code) == one.key]
    text = words.body(
        "proving.piece",
        line=line_of(words, rules, piece), saved=saved, rules=rules, period=period,
        entry=entry_title(rules, one) if one else "", quantity=one.entry.quantity if one else 0,
        units=needs.units_of(one, mine) if one else None, points=rules.points,
        missing=[
            (need_text(rules, need, words), need.wanted)
            for need in _gaps(one, mine)
            if rules.upload.required
        ],
        progress=needs.progress(needs.provable(rules, full), evidence) if full else None,
        flags=await flags.flags_of(turn.session, piece, period),
        me=turn.actor.member_id, by=by.name if by else "",
        kind_open=one is not None and not piece.evidence.kind and piece.status in CHANGEABLE,
        comments=(await reading.comments_on(turn.session, piece.id))[-COMMENTS_SHOWN:],
        earlier=await reading.replaced_by(turn.session, piece),
        files=[page.name for page in piece.pages if page.name],
    )  # fmt: skip
    rows = _rows(turn, rules, full, one, piece)
    view = SavedPiece(piece.id) if saved else OpenPiece(piece.id)
    return Screen(text, rows, view=view)


def _gaps(one: Provable | None, pieces: Sequence[Evidence]) -> tuple[Need, ...]:
    if one is None:
        return ()
    return needs.missing(one.needs, [each for each in pieces if each.status in COUNTS_AS_SENT])


def _rows(
    turn: Turn, rules: RuleSet, full: FullPlan | None, one: Provable | None, piece: Piece
) -> tuple[Row, ...]:
    words = turn.words
    rows: list[Row] = []
    changeable = piece.status in CHANGEABLE
    if changeable and full is not None and one is not None:
        rows += _what_is_open(turn, rules, one, piece)
    replace = Key(words.label("proving.replace"), ReplacePiece(piece.id))
    if piece.status is EvidenceStatus.RETURNED:
        # The one thing that was asked for stands alone on top.
        rows.insert(0, (with_changes(replace, style=Style.NEXT),))
    elif changeable:
        rows.append((replace, Key(words.label("proving.remove"), RemovePiece(piece.id), Style.NO)))
    if piece.status is EvidenceStatus.REMOVED:
        rows.append((Key(words.label("proving.bring_back"), BringBack(piece.id), Style.NEXT),))
    rows += _way_on(turn, full, one, piece)
    if not piece.is_history:
        rows.insert(-1, (Key(words.label("proving.more"), MoreOfPiece(piece.id)),))
    return tuple(rows)


def _more_rows(turn: Turn, one: Provable | None, piece: Piece) -> tuple[Row, ...]:
    words = turn.words
    keys: list[Key] = []
    if one is not None and one.entry.quantity > 1 and piece.status in CHANGEABLE:
        covers = piece.evidence.covers
        label = words.label("proving.covers", count=covers)
        keys.append(Key(label, SayCovers(piece.id, covers % one.entry.quantity + 1)))
    if piece.pages:
        keys.append(Key(words.label("proving.see_files"), SeeFiles(piece.id)))
    if piece.status in CHANGEABLE:
        keys.append(Key(words.label("proving.note"), WriteNote(piece.id, _is_sending(turn))))
        keys.append(Key(words.label("proving.move"), SortPiece(piece.id)))
    if not piece.is_history and piece.status is not EvidenceStatus.UNSORTED:
        keys.append(Key(words.label("proving.use_again"), UseAgain(piece.id)))
    if piece.status is EvidenceStatus.RETURNED:
        keys.append(Key(words.label("proving.remove"), RemovePiece(piece.id)))
    return (*in_rows(numbered(keys)), (back_to(turn, OpenPiece(piece.id)),))


def _what_is_open(turn: Turn, rules: RuleSet, one: Provable, piece: Piece) -> list[Row]:
    """Offer first what only the teacher can know and has not said yet."""
    words, evidence = turn.words, piece.evidence
    rows: list[Row] = []
    kinds = needs.kinds_for(rules, one.step, one.entry)
    if not evidence.kind and len(kinds) > 1:
        rows += in_rows(_kind_keys(rules, kinds, piece))
    day = "proving.date" if evidence.dated_on is None else "proving.another_date"
    about = [Key(words.label(day), WriteDate(piece.id, _is_sending(turn)))]
    if evidence.kind and len(kinds) > 1:
        about.append(Key(words.label("proving.kind"), ChooseKind(piece.id)))
    return [*rows, *in_rows(about)]


def _kind_keys(rules: RuleSet, kinds: tuple[str, ...], piece: Piece) -> list[Key]:
    titles = {kind.id: kind.title.partition(" (")[0] for kind in rules.evidence_kinds}
    return [
        Key(titles.get(kind, kind)[:24], SayKind(piece.id, at), Style.NEXT)
        for at, kind in enumerate(kinds)
    ]


def _way_on(turn: Turn, full: FullPlan | None, one: Provable | None, piece: Piece) -> list[Row]:
    words = turn.words
    if full is None or one is None or piece.status is EvidenceStatus.UNSORTED:
        return [
            (
                back_to(turn, OpenEvidence()),
                help_key(turn, "evidence"),
            )
        ]
    entry_id = known_id(one.entry.id)
    if turn.waits_for_files:
        return [(Key(words.label("nav.done"), FinishSending(full.id, entry_id), Style.YES),)]
    rows: list[Row] = []
    if full.status in changing.OPEN_PLANS:
        rows.append(
            (Key(words.label("proving.send_more"), SendFor(full.id, entry_id), Style.NEXT),)
        )
    rows.append(
        (
            back_to(turn, OpenProvable(full.id, entry_id)),
            Key(words.label("proving.all"), OpenEvidence()),
        )
    )
    return rows


def _is_sending(turn: Turn) -> int:
    return int(turn.waits_in == SENDING)


def kinds_screen(turn: Turn, rules: RuleSet, one: Provable, piece: Piece) -> Screen:
    """Ask what kind of document a piece is."""
    kinds = needs.kinds_for(rules, one.step, one.entry)
    text = turn.words.body(
        "proving.kinds", what=kind_title(turn.words, rules, piece), entry=entry_title(rules, one)
    )
    keys = [with_changes(key, style=None) for key in _kind_keys(rules, kinds, piece)]
    rows = (*in_rows(numbered(keys), 1), (back_to(turn, OpenPiece(piece.id)),))
    return Screen(text, rows, view=ChooseKind(piece.id))
