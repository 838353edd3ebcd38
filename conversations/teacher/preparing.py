"""Ordering papers: the one PDF of an activity for PMM, and the portfolio of a plan."""

from conversations.callbacks.evidence import (
    CancelPaper,
    OpenProvable,
    OrderPortfolio,
    PrepareForPmm,
    SendFor,
)
from conversations.callbacks.packing import Button
from conversations.callbacks.planning import OpenStatus
from conversations.dialogue import Dialogue
from conversations.evidence_views import entry_title, need_text
from conversations.home import back_to
from conversations.papers.ordering import ARCHIVE, PMM, PORTFOLIO
from conversations.screens import Key, Row, Screen, Style
from conversations.turn import Turn
from storage import papers, plans
from storage.errors import NotFound
from storage.evidence import needs, reading
from storage.evidence.reading import Piece
from storage.models import PaperStatus
from storage.people import known_id

dialogue = Dialogue("preparing")

OFFICE = "officedocument"


@dialogue.tap(PrepareForPmm)
async def prepare_for_pmm(turn: Turn, tap: PrepareForPmm) -> None:
    """Have the one PDF of an activity made; first say what it would lack."""
    full = await plans.own_plan(turn.session, turn.actor, tap.plan)
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    one = next((each for each in needs.provable(rules, full) if each.entry.id == tap.entry), None)
    if one is None:
        raise NotFound
    pieces = [
        piece
        for piece in await reading.pieces_of_plan(turn.session, full.id)
        if (piece.evidence.step, piece.evidence.code) == one.key
        and piece.status in needs.COUNTS_AS_SENT
    ]
    missing = needs.missing(one.needs, [piece.evidence for piece in pieces])
    if not tap.confirmed and (missing or _cannot_join(pieces)):
        text = turn.words.body(
            "preparing.incomplete", title=entry_title(rules, one), max_mb=rules.upload.max_mb,
            missing=[(need_text(rules, need, turn.words), need.wanted) for need in missing],
            left_out=_cannot_join(pieces), empty=not any(piece.pages for piece in pieces),
        )  # fmt: skip
        turn.show(Screen(text, _rows(turn, tap, pieces), view=tap))
        return
    await _order(turn, PMM, {
        "plan": tap.plan, "entry": tap.entry, "straightened": tap.straightened,
    }, OpenProvable(tap.plan, tap.entry))  # fmt: skip


def _rows(turn: Turn, tap: PrepareForPmm, pieces: list[Piece]) -> tuple[Row, ...]:
    words = turn.words
    rows: list[Row] = [
        (Key(words.label("proving.send"), SendFor(tap.plan, tap.entry), Style.NEXT),)
    ]
    if any(piece.pages for piece in pieces):
        anyway = PrepareForPmm(tap.plan, tap.entry, 1, tap.straightened)
        rows.append((Key(words.label("preparing.anyway"), anyway),))
    rows.append((back_to(turn, OpenProvable(tap.plan, tap.entry)),))
    return tuple(rows)


def _cannot_join(pieces: list[Piece]) -> list[str]:
    """Name what cannot become pages of a PDF: office documents and links."""
    names = [page.name for piece in pieces for page in piece.pages if OFFICE in page.media_type]
    return names + [piece.evidence.link for piece in pieces if piece.evidence.link]


@dialogue.tap(OrderPortfolio)
async def order_portfolio(turn: Turn, tap: OrderPortfolio) -> None:
    """Have the portfolio of a plan made."""
    full = await plans.own_plan(turn.session, turn.actor, tap.plan)
    if tap.form not in (PORTFOLIO, ARCHIVE):
        raise NotFound
    if not await reading.evidence_of_plan(turn.session, full.id):
        turn.alert(turn.words.label("preparing.no_evidence"))
        return
    await _order(turn, tap.form, {"plan": full.id}, OpenStatus())


async def _order(turn: Turn, kind: str, subject: dict[str, int], back: Button) -> None:
    _paper, is_new = await papers.order(turn.session, turn.actor, kind, subject, turn.now)
    turn.toast(turn.words.label("preparing.begun" if is_new else "preparing.under_way"))
    if turn.tapped is None:
        turn.show(Screen(turn.words.body("preparing.ordered"), ((back_to(turn, back),),)))


@dialogue.tap(CancelPaper)
async def cancel_paper(turn: Turn, tap: CancelPaper) -> None:
    """Stop making a paper; one that is done is there already."""
    paper = await papers.own_order(turn.session, turn.actor, tap.order)
    stopped = await papers.end(turn.session, known_id(paper.id), PaperStatus.CANCELLED, turn.now)
    if stopped:
        turn.show(Screen(turn.words.body("preparing.cancelled")))
    else:
        turn.toast(turn.words.label("preparing.ended"))
