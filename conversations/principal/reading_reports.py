"""The queue of submitted reports: read, accept, or return (see `returning_reports`)."""

from typing import Any

from conversations.callbacks.approving import OpenOverview, ShowDetails
from conversations.callbacks.reports import (
    AcceptReport,
    OpenReportQueue,
    ReadReport,
    ShowReport,
)
from conversations.dialogue import Dialogue
from conversations.forms import answer_keys
from conversations.home import back_home, back_to
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.principal.decision_cards import address
from conversations.principal.report_cards import report_card
from conversations.report_views import aspect_lines, pages_of, parts_of
from conversations.screens import Key, Screen, Style, in_rows, page_of, pager
from conversations.turn import Turn
from storage import cards
from storage.cards import Subject
from storage.errors import AlreadyDecided, Refused
from storage.evidence.reading import FormPlace
from storage.models import ReportStatus
from storage.reports import deciding, reading
from storage.reports.deciding import Decidable
from storage.reports.reading import FORM

dialogue = Dialogue("reading_reports")


async def show_report_card(turn: Turn, one: Decidable) -> None:
    """Show a report to somebody who decides, as it stands now."""
    screen = await report_card(turn, one)
    if one.waits:
        turn.show_decision(screen, Subject(report_id=one.full.id))
    else:
        turn.show(screen)


async def present_report(turn: Turn, tap: Any) -> None:
    """After a refused tap, show the report as it stands."""
    if not isinstance(tap, OpenReportQueue):
        one = await deciding.report_to_decide(turn.session, turn.actor, tap.plan)
        await show_report_card(turn, one)


dialogue.presents(present_report)


@dialogue.tap(OpenReportQueue)
async def open_report_queue(turn: Turn, tap: OpenReportQueue) -> None:
    """Show the oldest waiting report, or the one that comes after another."""
    plan_id = await deciding.next_in_queue(turn.session, turn.actor, tap.after)
    if plan_id is not None:
        await show_report(turn, ShowReport(plan_id))
        return
    text = turn.words.body("reporting.empty", address=address(turn))
    overview = Key(turn.words.label("home.overview"), OpenOverview("-", 0), Style.NEXT)
    turn.show(Screen(text, ((overview,), back_home(turn)), view=OpenReportQueue(0)))


@dialogue.tap(ShowReport)
async def show_report(turn: Turn, tap: ShowReport) -> None:
    """Show one report with its buttons."""
    one = await deciding.report_to_decide(turn.session, turn.actor, tap.plan)
    await show_report_card(turn, one)


@dialogue.tap(ReadReport)
async def read_report(turn: Turn, tap: ReadReport) -> None:
    """Show a page of a report in full, with what was said and sent for its answers.

    Coaches read as well, and decide nothing.
    """
    one = await deciding.report_to_read(turn.session, turn.actor, tap.plan)
    rules, decides = turn.rulebook.of_plan(turn.school, one.plan.plan), turn.actor.decides
    content = one.full.content
    page = page_of(pages_of(parts_of(turn.words, rules, content)), tap.page, 1)
    parts = page.items[0]
    text = turn.words.body(
        "reporting.page", rules=rules, period=rules.period(one.plan.plan.period), page=page,
        parts=parts, name=one.owner.name, content=content, points=rules.points,
        aspects=aspect_lines(rules, content), submitted_at=one.full.submitted_at,
    )  # fmt: skip
    keys: list[Key] = []
    if one.full.is_handed_in:
        for part in parts:
            if part.field in one.full.answers:
                place = FormPlace(one.plan.id, FORM, part.field)
                keys += answer_keys(turn, place, one.full.answers[part.field])
    rows = (
        *in_rows(keys[:8]),
        *pager(page, lambda to: ReadReport(one.plan.id, to)),
        (back_to(turn, ShowReport(one.plan.id) if decides else ShowDetails(one.plan.id, 0, "r")),),
    )
    screen = Screen(text, rows, view=ReadReport(one.plan.id, page.number))
    if one.waits and decides:
        turn.show_decision(screen, Subject(report_id=one.full.id))
    else:
        turn.show(screen)


@dialogue.tap(AcceptReport)
async def accept_report(turn: Turn, tap: AcceptReport) -> None:
    """Accept what was shown; the card takes its final state and leads to the next report."""
    try:
        one = await deciding.accept(
            turn.session, turn.actor, tap.plan, tap.revision, turn.now, turn.tapped
        )
    except AlreadyDecided as earlier:
        await show_decided_before(turn, tap.plan, earlier, ReportStatus.ACCEPTED)
        return
    turn.toast(turn.words.label("reporting.accepted"))
    await show_report_card(turn, one)


async def show_decided_before(
    turn: Turn, plan_id: int, earlier: AlreadyDecided, verdict: ReportStatus
) -> None:
    """Answer where the same was decided twice; any other decision is told."""
    if not earlier.is_repeated(verdict, turn.actor.member_id):
        raise earlier
    turn.toast(turn.words.label("approving.done_before"))
    await show_report(turn, ShowReport(plan_id))


# ------------------------------------------------------------------------------- notices


@notice("report_submitted")
async def report_submitted(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Ask for a decision. While an earlier card still asks, that one is brought up to date."""
    try:
        one = await deciding.report_to_decide(person.session, person.actor, subject["plan"])
    except Refused:
        return None  # no longer a deputy, for example
    if not one.waits or one.is_frozen or one.full.revision != subject["revision"]:
        return None
    about = Subject(report_id=one.full.id)
    card = await cards.latest_open(person.session, person.actor.member_id)
    fresh = card is not None and person.now - card.shown_at < cards.FRESH
    if card is not None and fresh and card.report_id is not None:
        shown = await _still_asks(person, card.report_id, card.view)
        if shown is not None:
            about = Subject(report_id=shown.full.id)
            place = (card.chat_id, card.message_id)
            return Notice(await report_card(person, shown), replaces=place, asks_about=about)
    return Notice(await report_card(person, one), asks_about=about)


async def _still_asks(person: Person, report_id: int, view: str) -> Decidable | None:
    """Give the report of a card that still asks about it and is not being read or marked."""
    plan_id = await reading.plan_of_report(person.session, report_id)
    if plan_id is None or view != ShowReport(plan_id).pack():
        return None
    one = await deciding.report_to_decide(person.session, person.actor, plan_id)
    return one if one.waits else None


@notice("report_card_closed")
async def report_card_closed(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Take the buttons off a card whose report was decided elsewhere; say what became of it."""
    card = await cards.outdated(person.session, subject["card"], person.actor.member_id)
    if card is None or card.report_id != subject["report"]:
        return None
    place = (card.chat_id, card.message_id)
    plan_id = await reading.plan_of_report(person.session, subject["report"])
    try:
        if plan_id is None:
            return None
        one = await deciding.report_to_decide(person.session, person.actor, plan_id)
    except Refused:
        text = person.words.body("approving.no_longer_yours")
        return Notice(Screen(text), place, only_in_place=True)
    return Notice(await report_card(person, one), place, only_in_place=True)
