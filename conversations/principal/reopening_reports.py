"""Opening an accepted report again, with a reason."""

from conversations.callbacks.reports import (
    ReopenReport,
    ReopenReportOwn,
    ReopenReportReason,
    ShowReport,
)
from conversations.dialogue import Dialogue
from conversations.everywhere import fold
from conversations.home import back_to
from conversations.principal.reading_reports import present_report, show_report, show_report_card
from conversations.screens import Key, Row, Screen, in_rows, numbered
from conversations.turn import Turn
from conversations.words import LANGUAGES, Words
from storage.errors import NotFound
from storage.reports import deciding

dialogue = Dialogue("reopening_reports")
dialogue.presents(present_report)

REASON_STATE = "reopening_reports.reason"


@dialogue.tap(ReopenReport)
async def reopen_report(turn: Turn, tap: ReopenReport) -> None:
    """Ask why, and say what opening again means."""
    one = await deciding.accepted_report(turn.session, turn.actor, tap.plan, tap.revision)
    words = turn.words
    reasons = words.list("reporting.reopen_reasons")
    text = words.body("reporting.reopening", name=one.owner.name, reasons=reasons)
    keys = [
        Key(label, ReopenReportReason(tap.plan, tap.revision, at))
        for at, label in enumerate(words.list("reporting.reopen_labels"))
    ]
    own = Key(words.label("approving.own_words"), ReopenReportOwn(tap.plan, tap.revision))
    rows: tuple[Row, ...] = (
        *in_rows(numbered([*keys, own]), 1),
        (back_to(turn, ShowReport(tap.plan)),),
    )
    turn.show(Screen(text, rows, view=tap))


@dialogue.tap(ReopenReportReason)
async def reopen_report_reason(turn: Turn, tap: ReopenReportReason) -> None:
    """Open it again with one of the ready reasons."""
    # Kept in the language of the school: the teacher need not share the decider's.
    reasons = Words(LANGUAGES[0]).list("reporting.reopen_reasons")
    if not 0 <= tap.reason < len(reasons):
        raise NotFound
    await _reopen(turn, tap.plan, tap.revision, reasons[tap.reason])


@dialogue.tap(ReopenReportOwn)
async def reopen_report_own(turn: Turn, tap: ReopenReportOwn) -> None:
    """Ask for the reason in own words."""
    one = await deciding.accepted_report(turn.session, turn.actor, tap.plan, tap.revision)
    text = turn.words.body("approving.ask_reason", name=one.owner.name)
    await turn.ask(REASON_STATE, tap, text, turn.words.label("reporting.reason_placeholder"))


@dialogue.answer(REASON_STATE)
async def take_reason(turn: Turn, subject: ReopenReportOwn) -> None:
    """Open it again with the reason just written. "Kembali" is the button, not a reason."""
    if fold(turn.text) == fold(turn.words.label("nav.back")):
        await show_report(turn, ShowReport(subject.plan))
        return
    await _reopen(turn, subject.plan, subject.revision, turn.text)


async def _reopen(turn: Turn, plan_id: int, revision: int, reason: str) -> None:
    one = await deciding.reopen(
        turn.session, turn.actor, plan_id, revision, turn.now, reason=reason
    )
    turn.toast(turn.words.label("reporting.reopened"))
    await show_report_card(turn, one)
