"""Taking a school's data away: tables for the education office, and everything as ZIP."""

from conversations.callbacks.approving import OpenOverview
from conversations.callbacks.everybody import Home
from conversations.callbacks.exporting import OpenExports, OrderExport
from conversations.callbacks.packing import Button
from conversations.dialogue import Dialogue
from conversations.home import back_to
from conversations.papers.ordering import MEGABYTE, MOST_FROM_BOT
from conversations.papers.orders import SchoolForm
from conversations.papers.school_ordering import known_period
from conversations.period_words import short_period
from conversations.screens import Key, Row, Screen, Style
from conversations.turn import Turn
from storage import exports, overviews
from storage.errors import NotFound
from storage.exports import MAY_EXPORT, Extent
from storage.rulesets import Period, UnknownCode

dialogue = Dialogue("exporting")

IN_CHAT = (SchoolForm.XLSX, SchoolForm.CSV, SchoolForm.ZIP)
PRESENT = "-"

PAPERS_SHARE = 1.9
"""How much larger an archive is than its evidence: each page is in a portfolio too."""

SKP_BYTES = 100_000
"""How large an SKP is, about, with the school's logo."""

FILES_A_SECOND = 20
SKPS_A_SECOND = 4
"""How many pages of evidence, or SKPs, are put on paper in a second, on a small computer."""


@dialogue.tap(OpenExports)
async def open_exports(turn: Turn, tap: OpenExports) -> None:
    """Show in which forms a period's data can be had."""
    await show_exports(turn, tap.period)


async def show_exports(turn: Turn, period_id: str) -> None:
    """Show the forms. Raises `NotAllowed` for all but the principal and operators."""
    turn.actor.require(MAY_EXPORT)
    period = await _period(turn, period_id)
    extent = await exports.extent(turn.session, turn.actor.school_id, period.id)
    words = turn.words
    text = words.body(
        "exporting.card", rules=turn.rules, period=period, extent=extent,
        megabytes=_megabytes(extent),
    )  # fmt: skip
    keys = [
        Key(words.label(f"exporting.{form}"), OrderExport(period.id, form, 0)) for form in IN_CHAT
    ]
    rows: list[Row] = [tuple(keys[:2]), tuple(keys[2:])]
    if before := _period_before(turn, period):
        label = words.label("exporting.earlier", period=short_period(words, before))
        rows.append((Key(label, OpenExports(before.id)),))
    rows.append((back_to(turn, _behind(turn)),))
    turn.show(Screen(text, tuple(rows), view=OpenExports(period.id)))


async def _period(turn: Turn, period_id: str) -> Period:
    if period_id == PRESENT:
        return turn.period
    return await known_period(turn.session, turn.rulebook, turn.school, period_id)


def _period_before(turn: Turn, period: Period) -> Period | None:
    """Give the period before this one, if the school was here then."""
    try:
        before = turn.rulebook.period_before(turn.school, period)
    except UnknownCode:
        return None
    return before if before.end >= turn.school.created_at.date() else None


def _behind(turn: Turn) -> Button:
    """Say which screen lies behind: operators have no overview."""
    return OpenOverview("-", 0) if overviews.may_see(turn.actor) else Home()


@dialogue.tap(OrderExport)
async def order_export(turn: Turn, tap: OrderExport) -> None:
    """Have a period's data made; before a ZIP, say how large it is and how long it takes."""
    turn.actor.require(MAY_EXPORT)
    if tap.form not in IN_CHAT:
        raise NotFound
    period = await _period(turn, tap.period)
    extent = await exports.extent(turn.session, turn.actor.school_id, period.id)
    if tap.form == SchoolForm.ZIP and not extent.plans:
        turn.alert(turn.words.label("exporting.no_plans"))
        return
    if tap.form == SchoolForm.ZIP and not tap.confirmed:
        turn.show(_zip_screen(turn, period, extent))
        return
    _paper, is_new = await exports.order(turn.session, turn.actor, period.id, tap.form, turn.now)
    turn.toast(turn.words.label("preparing.begun" if is_new else "preparing.under_way"))
    await show_exports(turn, period.id)


def _zip_screen(turn: Turn, period: Period, extent: Extent) -> Screen:
    words = turn.words
    size = _megabytes(extent)
    seconds = extent.files / FILES_A_SECOND + extent.plans / SKPS_A_SECOND
    text = words.body(
        "exporting.zip", period=period, extent=extent, megabytes=size,
        parts=-(-size * MEGABYTE // MOST_FROM_BOT), most=MOST_FROM_BOT // MEGABYTE,
        minutes=max(1, round(seconds / 60)),
    )  # fmt: skip
    make = OrderExport(period.id, SchoolForm.ZIP, 1)
    rows: tuple[Row, ...] = (
        (Key(words.label("exporting.make"), make, Style.YES),),
        (back_to(turn, OpenExports(period.id)),),
    )
    return Screen(text, rows, view=OrderExport(period.id, SchoolForm.ZIP, 0))


def _megabytes(extent: Extent) -> int:
    size = extent.bytes * PAPERS_SHARE + extent.plans * SKP_BYTES
    return max(1, round(size / MEGABYTE))
