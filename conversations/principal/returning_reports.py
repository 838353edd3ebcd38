"""Returning a report: mark the places concerned, give a reason, done."""

from dataclasses import replace

from conversations.callbacks.reports import (
    OwnReportReason,
    ReadyReportReason,
    ReportReasons,
    ReturnReport,
    ShowReport,
)
from conversations.dialogue import Dialogue
from conversations.everywhere import fold
from conversations.home import back_to
from conversations.principal.reading_reports import (
    present_report,
    show_decided_before,
    show_report,
    show_report_card,
)
from conversations.report_views import parts_of
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager, short
from conversations.turn import Turn
from conversations.words import LANGUAGES, Words
from storage.cards import Subject
from storage.errors import AlreadyDecided, NotFound
from storage.models import ReportStatus
from storage.reports import deciding
from storage.reports.deciding import Decidable

dialogue = Dialogue("returning_reports")
dialogue.presents(present_report)

PLACES_A_PAGE = 8
REASON_STATE = "returning_reports.reason"
OF_EVIDENCE = frozenset({1})
"""The ready reasons about evidence: only where some is asked for."""


def _places(turn: Turn, one: Decidable) -> list[tuple[str, str]]:
    """Give the places that can be marked, with their titles, in the order of their bits."""
    rules = turn.rulebook.of_plan(turn.school, one.plan.plan)
    titles = {part.place: part.title for part in parts_of(turn.words, rules, one.full.content)}
    return [(place, titles.get(place, place)) for place in deciding.places_of(one.full.content)]


def _as_read(turn: Turn, one: Decidable) -> list[tuple[int, tuple[str, str]]]:
    """Give the bits of the places with what they stand for, in the order of the report."""
    rules = turn.rulebook.of_plan(turn.school, one.plan.plan)
    order = [part.place for part in parts_of(turn.words, rules, one.full.content)]
    places = list(enumerate(_places(turn, one)))
    return sorted(
        places, key=lambda each: order.index(each[1][0]) if each[1][0] in order else len(order)
    )


def _marked(turn: Turn, one: Decidable, marks: int) -> list[str]:
    return [place for bit, (place, _) in enumerate(_places(turn, one)) if marks >> bit & 1]


@dialogue.tap(ReturnReport)
async def return_report(turn: Turn, tap: ReturnReport) -> None:
    """Let the places concerned be marked; going on without a mark is fine."""
    one = await deciding.waiting_report(turn.session, turn.actor, tap.plan, tap.revision)
    places = _as_read(turn, one)
    page = page_of(places, tap.page, PLACES_A_PAGE)

    def toggle(bit: int) -> ReturnReport:
        return replace(tap, marks=tap.marks ^ 1 << bit, page=page.number)

    def by_number(typed: int) -> ReturnReport:
        if not 1 <= typed <= len(places):
            return tap
        at = typed - 1
        return replace(toggle(places[at][0]), page=at // PLACES_A_PAGE)

    text = turn.words.body(
        "reporting.marking", name=one.owner.name, page=page,
        lines=[(title, tap.marks >> bit & 1) for bit, (_, title) in page.items],
        marked=len(_marked(turn, one, tap.marks)),
    )  # fmt: skip
    keys = [
        Key(
            turn.words.label(
                "approving.mark_on" if tap.marks >> bit & 1 else "approving.mark_off",
                label=short(title),
            ),
            toggle(bit),
        )
        for bit, (_, title) in page.items
    ]
    onward = ReportReasons(tap.plan, tap.revision, tap.marks)
    rows: tuple[Row, ...] = (
        *in_rows(numbered(keys, page.first + 1)),
        *pager(page, lambda to: replace(tap, page=to)),
        (Key(turn.words.label("approving.to_reasons"), onward, Style.NEXT),),
        (back_to(turn, ShowReport(tap.plan)),),
    )
    screen = Screen(text, rows, view=replace(tap, page=page.number), takes_number=by_number)
    turn.show_decision(screen, Subject(report_id=one.full.id))


@dialogue.tap(ReportReasons)
async def report_reasons(turn: Turn, tap: ReportReasons) -> None:
    """Offer the ready reasons, and own words."""
    one = await deciding.waiting_report(turn.session, turn.actor, tap.plan, tap.revision)
    words, rules = turn.words, turn.rulebook.of_plan(turn.school, one.plan.plan)
    ready = [
        (at, reason, label)
        for at, (reason, label) in enumerate(
            zip(
                words.list("reporting.reasons"), words.list("reporting.reason_labels"),
                strict=True,
            )
        )
        if rules.upload.required or at not in OF_EVIDENCE
    ]  # fmt: skip
    text = words.body(
        "reporting.reasons", name=one.owner.name, reasons=[reason for _, reason, _ in ready],
        marked=len(_marked(turn, one, tap.marks)),
    )  # fmt: skip
    keys = [
        Key(label, ReadyReportReason(tap.plan, tap.revision, tap.marks, at))
        for at, _, label in ready
    ]
    own = OwnReportReason(tap.plan, tap.revision, tap.marks)
    keys.append(Key(words.label("approving.own_words"), own))
    back = ReturnReport(tap.plan, tap.revision, tap.marks, 0)
    rows = (*in_rows(numbered(keys), 1), (back_to(turn, back),))
    turn.show_decision(Screen(text, rows, view=tap), Subject(report_id=one.full.id))


@dialogue.tap(ReadyReportReason)
async def ready_report_reason(turn: Turn, tap: ReadyReportReason) -> None:
    """Return with one of the ready reasons."""
    # Kept in the language of the school: the teacher need not share the decider's.
    reasons = Words(LANGUAGES[0]).list("reporting.reasons")
    if not 0 <= tap.reason < len(reasons):
        raise NotFound
    await _send_back(turn, tap, reasons[tap.reason])


@dialogue.tap(OwnReportReason)
async def own_report_reason(turn: Turn, tap: OwnReportReason) -> None:
    """Ask for the reason in own words."""
    one = await deciding.waiting_report(turn.session, turn.actor, tap.plan, tap.revision)
    text = turn.words.body("approving.ask_reason", name=one.owner.name)
    placeholder = turn.words.label("reporting.reason_placeholder")
    await turn.ask(REASON_STATE, tap, text, placeholder)


@dialogue.answer(REASON_STATE)
async def take_reason(turn: Turn, subject: OwnReportReason) -> None:
    """Return with the reason just written. "Kembali" is the button, not a reason."""
    if fold(turn.text) == fold(turn.words.label("nav.back")):
        await show_report(turn, ShowReport(subject.plan))
        return
    await _send_back(turn, subject, turn.text)


async def _send_back(turn: Turn, tap: ReadyReportReason | OwnReportReason, reason: str) -> None:
    one = await deciding.report_to_decide(turn.session, turn.actor, tap.plan)
    try:
        one = await deciding.send_back(
            turn.session, turn.actor, tap.plan, tap.revision, turn.now,
            reason=reason, marks=_marked(turn, one, tap.marks), tapped=turn.tapped,
        )  # fmt: skip
    except AlreadyDecided as earlier:
        await show_decided_before(turn, tap.plan, earlier, ReportStatus.RETURNED)
        return
    turn.toast(turn.words.label("reporting.sent_back"))
    await show_report_card(turn, one)
