"""Taking a portfolio to another school: a code in the old one, consent and reading in the new."""

from datetime import date
from typing import Any

from conversations.callbacks.own_data import (
    AskDropCarried,
    AskTransferCode,
    DropCarried,
    DropTransferCode,
    MakeTransferCode,
    OpenCarried,
    OpenCarriedPlan,
    OpenOwnData,
    OpenTransfer,
    SeeCarriedFiles,
    TakePortfolio,
)
from conversations.dialogue import Dialogue
from conversations.everywhere import fold
from conversations.evidence_views import exhibits_of
from conversations.home import back_to
from conversations.plan_views import mark_of, title_of
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager, short
from conversations.turn import Turn
from storage import carried, transfers
from storage.carried import FullCarried
from storage.errors import (
    NotFound,
    Refused,
    TransferExpired,
    TransferSameSchool,
    TransferUnknown,
    TransferUsed,
)
from storage.models import School
from storage.people import known_id
from storage.plans import NO_DUTY, FullPlan
from storage.transfers import CODE_LASTS, Described

dialogue = Dialogue("carrying")

CODE_STATE = "carrying.code"
PIECES_A_PAGE = 6
LONGEST_CODE = 40


@dialogue.presents
async def present(turn: Turn, _tap: object) -> None:
    """Show how a portfolio is taken along."""
    turn.show(await _screen(turn))


@dialogue.tap(OpenTransfer)
async def open_transfer(turn: Turn, _tap: OpenTransfer) -> None:
    """Explain both halves: leaving a school, and coming to one."""
    turn.show(await _screen(turn))


async def _screen(turn: Turn) -> Screen:
    words = turn.words
    code = await transfers.offered(turn.session, turn.actor, turn.now)
    has_portfolio = await transfers.has_portfolio(turn.session, turn.actor)
    text = words.body(
        "carrying.card", school=turn.school.name, until=code.expires_at if code else None,
        leaves=has_portfolio,
    )  # fmt: skip
    rows: list[Row] = []
    if has_portfolio:
        label = "carrying.new_code" if code else "carrying.make_code"
        rows.append((Key(words.label(label), MakeTransferCode(), Style.NEXT),))
    if code is not None:
        rows.append((Key(words.label("carrying.drop_code"), DropTransferCode()),))
    rows.append((Key(words.label("carrying.have_code"), AskTransferCode()),))
    rows.append((back_to(turn, OpenOwnData()),))
    return Screen(text, tuple(rows), view=OpenTransfer())


# ------------------------------------------------------------------------------- leaving


@dialogue.tap(MakeTransferCode)
async def make_code(turn: Turn, _tap: MakeTransferCode) -> None:
    """Make a code and show it, this once."""
    if not await transfers.has_portfolio(turn.session, turn.actor):
        raise NotFound
    code = await transfers.offer(turn.session, turn.actor, turn.account.id, turn.now)
    words = turn.words
    text = words.body(
        "carrying.code", code=code, until=turn.now + CODE_LASTS, school=turn.school.name
    )
    rows: tuple[Row, ...] = (
        (Key(words.label("carrying.copy_code"), copies=code),),
        (Key(words.label("carrying.drop_code"), DropTransferCode()),),
        (back_to(turn, OpenTransfer()),),
    )
    turn.show(Screen(text, rows, view=OpenTransfer()))


@dialogue.tap(DropTransferCode)
async def drop_code(turn: Turn, _tap: DropTransferCode) -> None:
    """Let the code no longer work."""
    await transfers.withdraw(turn.session, turn.actor, turn.now)
    turn.toast(turn.words.label("carrying.code_dropped"))
    turn.show(await _screen(turn))


# ------------------------------------------------------------------------------- coming


@dialogue.tap(AskTransferCode)
async def ask_code(turn: Turn, tap: AskTransferCode) -> None:
    """Ask for the code."""
    text = turn.words.body("carrying.ask_code", trouble="")
    await turn.ask(CODE_STATE, tap, text, turn.words.label("carrying.code_placeholder"))


@dialogue.answer(CODE_STATE)
async def take_code(turn: Turn, subject: AskTransferCode) -> None:
    """Show what the code offers, and ask for consent; a wrong code may be typed again."""
    if fold(turn.text) == fold(turn.words.label("nav.back")):
        turn.show(await _screen(turn))
        return
    try:
        found = await transfers.look_up(
            turn.session, turn.actor, turn.account.id, turn.text[:LONGEST_CODE], turn.now
        )
    except (TransferUnknown, TransferUsed, TransferExpired, TransferSameSchool) as refusal:
        trouble = _trouble(turn, refusal)
        text = turn.words.body("carrying.ask_code", trouble=trouble)
        await turn.ask(CODE_STATE, subject, text, turn.words.label("carrying.code_placeholder"))
        return
    text = turn.words.body(
        "carrying.consent", from_school=found.school.name, to_school=turn.school.name,
        plans=found.plans, pieces=found.pieces,
    )  # fmt: skip
    rows: tuple[Row, ...] = (
        (Key(turn.words.label("carrying.agree"), TakePortfolio(found.id), Style.YES),),
        (back_to(turn, OpenTransfer()),),
    )
    turn.show(Screen(text, rows, view=OpenTransfer()))


def _trouble(turn: Turn, refusal: Refused) -> str:
    facts = {}
    if isinstance(refusal, TransferExpired):
        facts["day"] = turn.words.short_day(refusal.expired_at)
    return turn.words.label(f"refusals.{type(refusal).__name__}", **facts)


@dialogue.tap(TakePortfolio)
async def take_portfolio(turn: Turn, tap: TakePortfolio) -> None:
    """Copy the portfolio into this school."""

    def describe(school: School, full: FullPlan) -> Described:
        return _described(turn, school, full)

    await transfers.take(
        turn.session, turn.actor, turn.account.id, tap.request, turn.files, describe, turn.now
    )
    turn.toast(turn.words.label("carrying.taken"))
    turn.show(await _carried_screen(turn))


def _described(turn: Turn, school: School, full: FullPlan) -> Described:
    """Put a plan into words, by the rules that the old school had for it."""
    rules = turn.rulebook.of_plan(school, full.plan)
    period = rules.period(full.plan.period)
    entries: dict[str, dict[str, Any]] = {}
    for step in rules.steps:
        for entry in full.of(step.id):
            if entry.code == NO_DUTY:
                continue
            entries[mark_of(entry)] = {
                "step": step.title,
                "title": title_of(rules, step, entry.code, entry.text)[0],
                "quantity": entry.quantity,
                "points": entry.points_floor * entry.quantity,
            }
    kinds = {one.id: one.title for one in rules.evidence_kinds}
    return Described(f"{period.name} {period.year}", rules.title, entries, kinds)


# ------------------------------------------------------------------------------- reading


@dialogue.tap(OpenCarried)
async def open_carried(turn: Turn, _tap: OpenCarried) -> None:
    """Show the plans that were brought along."""
    turn.show(await _carried_screen(turn))


async def _carried_screen(turn: Turn) -> Screen:
    found = await carried.plans_of(turn.session, turn.actor)
    words = turn.words
    text = words.body(
        "carrying.list",
        plans=[(one, words.label(f"status.{one.status}")) for one in found],
    )
    keys = [Key(short(one.period, 20), OpenCarriedPlan(known_id(one.id), 0)) for one in found[:10]]
    rows: list[Row] = [*in_rows(numbered(keys))]
    if found:
        rows.append((Key(words.label("carrying.drop"), AskDropCarried(), Style.NO),))
    rows.append((back_to(turn, OpenOwnData()),))
    return Screen(text, tuple(rows), view=OpenCarried())


@dialogue.tap(OpenCarriedPlan)
async def open_carried_plan(turn: Turn, tap: OpenCarriedPlan) -> None:
    """Show one of them, its evidence page by page."""
    full = await carried.read_plan(turn.session, turn.actor, tap.plan)
    words, plan = turn.words, full.plan
    page = page_of(full.pieces, tap.page, PIECES_A_PAGE)
    text = words.body(
        "carrying.plan", plan=plan, status=words.label(f"status.{plan.status}"),
        entries=plan.content if not page.number else [], page=page,
        pieces=[_piece_line(turn, full, at) for at in range(len(full.pieces))][
            page.first : page.first + len(page.items)
        ],
    )  # fmt: skip
    keys = [
        Key(words.label("carrying.see", number=page.first + at), SeeCarriedFiles(piece.id))
        for at, (_, piece) in enumerate(page.items, 1)
        if piece.pages
    ]
    rows: list[Row] = [*in_rows(keys)]
    rows += pager(page, lambda to: OpenCarriedPlan(tap.plan, to))
    rows.append((back_to(turn, OpenCarried()),))
    turn.show(Screen(text, tuple(rows), view=OpenCarriedPlan(tap.plan, page.number)))


def _piece_line(turn: Turn, full: FullCarried, at: int) -> tuple[str, str, date | None, str, str]:
    """Give a piece in words: what, for which entry, when, its state, its link."""
    told, piece = full.pieces[at]
    entries = full.plan.content
    title = entries[told.entry]["title"] if 0 <= told.entry < len(entries) else ""
    state = turn.words.label(f"own_data.piece_{told.state}")
    kind = told.kind or turn.words.label("proving.a_document")
    return kind, title, piece.evidence.dated_on, state, piece.evidence.link


@dialogue.tap(SeeCarriedFiles)
async def see_files(turn: Turn, tap: SeeCarriedFiles) -> None:
    """Show the files of a piece."""
    plan, told, piece = await carried.read_piece(turn.session, turn.actor, tap.piece)
    if not piece.pages:
        raise NotFound
    caption = turn.words.body(
        "carrying.files", plan=plan, kind=told.kind, note=piece.evidence.note
    )
    back = back_to(turn, OpenCarriedPlan(known_id(plan.id), 0))
    turn.show_below(Screen(caption, ((back,),), exhibits=exhibits_of(turn, piece)))


@dialogue.tap(AskDropCarried)
async def ask_drop(turn: Turn, tap: AskDropCarried) -> None:
    """Ask whether all of it shall go."""
    rows: tuple[Row, ...] = (
        (Key(turn.words.label("members.erase_now"), DropCarried(), Style.NO),),
        (back_to(turn, OpenCarried()),),
    )
    turn.show(Screen(turn.words.body("carrying.ask_drop"), rows, view=tap))


@dialogue.tap(DropCarried)
async def drop_carried(turn: Turn, _tap: DropCarried) -> None:
    """Remove all that was brought along."""
    await carried.drop(turn.session, turn.actor, turn.now)
    turn.toast(turn.words.label("carrying.dropped"))
    turn.show(await _carried_screen(turn))
