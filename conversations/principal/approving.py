"""The queue of submitted plans: one card at a time, oldest first, two taps for each plan."""

from typing import Any

from conversations.callbacks.approving import Approve, OpenOverview, OpenQueue, ShowDecision
from conversations.callbacks.confirming import OpenConfirmations
from conversations.callbacks.everybody import Home
from conversations.callbacks.reports import OpenReportQueue
from conversations.dialogue import Dialogue
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.principal.checking import open_first_checks
from conversations.principal.confirming import waiting_papers
from conversations.principal.decision_cards import (
    address,
    card_for,
    closed_card,
    decision_card,
)
from conversations.principal.reading_reports import open_report_queue
from conversations.screens import Key, Row, Screen, Style
from conversations.turn import Turn
from storage import cards, decisions
from storage.cards import Subject
from storage.errors import AlreadyDecided, Refused
from storage.evidence import checking as evidence
from storage.models import Card, PlanStatus, Verdict
from storage.plans import FullPlan
from storage.reports import deciding

dialogue = Dialogue("approving")


async def show_plan_card(turn: Turn, plan_id: int) -> None:
    """Show a plan to somebody who decides, as it stands now."""
    full = await decisions.plan_to_decide(turn.session, turn.actor, plan_id)
    screen = await card_for(turn, full)
    if full.status is PlanStatus.SUBMITTED:
        turn.show_decision(screen, Subject(full.id))
    else:
        turn.show(screen)


async def present_plan(turn: Turn, tap: Any) -> None:
    """After a refused tap, show the plan as it stands and say plainly what holds."""
    full = await decisions.plan_to_decide(turn.session, turn.actor, tap.plan)
    standing = await decisions.standing(turn.session, full)
    name = f"approving.now_{standing.outcome}"
    if turn.words.has_label(name):
        turn.alert(turn.words.label(name, by=standing.by))
    await show_plan_card(turn, full.id)


@dialogue.presents
async def present(turn: Turn, tap: Any) -> None:
    """Show the plan as it stands now. A refused queue has nothing to show."""
    if not isinstance(tap, OpenQueue):
        await present_plan(turn, tap)


@dialogue.command("persetujuan")
async def queue_command(turn: Turn, _words: str) -> None:
    """Open the queue at the oldest plan."""
    await open_queue(turn, OpenQueue(0))


@dialogue.tap(OpenQueue)
async def open_queue(turn: Turn, tap: OpenQueue) -> None:
    """Show the oldest waiting plan, or the one that comes after another."""
    plan_id = await decisions.next_in_queue(turn.session, turn.actor, tap.after)
    if plan_id is not None:
        await show_plan_card(turn, plan_id)
    elif await evidence.count_waiting(turn.session, turn.actor):
        await open_first_checks(turn)
    elif await deciding.count_waiting(turn.session, turn.actor):
        await open_report_queue(turn, OpenReportQueue(0))
    else:
        turn.show(await _nothing_waits(turn))


async def _nothing_waits(turn: Turn) -> Screen:
    papers = len(await waiting_papers(turn))
    text = turn.words.body("approving.empty", address=address(turn), papers=papers)
    rows: list[Row] = []
    if papers:
        confirm = Key(turn.words.label("confirming.open"), OpenConfirmations(0), Style.NEXT)
        rows.append((confirm,))
    rows.append((Key(turn.words.label("home.overview"), OpenOverview("-", 0), Style.NEXT),))
    rows.append((Key(turn.words.label("nav.home"), Home()),))
    return Screen(text, tuple(rows), view=OpenQueue(0))


@dialogue.tap(ShowDecision)
async def show_decision(turn: Turn, tap: ShowDecision) -> None:
    """Show one plan with its buttons."""
    await show_plan_card(turn, tap.plan)


@dialogue.tap(Approve)
async def approve(turn: Turn, tap: Approve) -> None:
    """Approve what was shown; the card takes its final state and leads to the next plan."""
    try:
        full = await decisions.approve(
            turn.session, turn.actor, tap.plan, tap.revision, turn.now, turn.tapped
        )
    except AlreadyDecided as earlier:
        if not earlier.is_repeated(Verdict.APPROVED, turn.actor.member_id):
            raise
        turn.toast(turn.words.label("approving.done_before"))
        await show_plan_card(turn, tap.plan)
        return
    turn.toast(turn.words.label("approving.approved"))
    turn.show(await closed_card(turn, full, with_actions=True))


# ------------------------------------------------------------------------------- notices


@notice("plan_submitted")
async def plan_submitted(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Ask for a decision. While an earlier card still asks, that one is brought up to date."""
    try:
        full = await decisions.plan_to_decide(person.session, person.actor, subject["plan"])
    except Refused:
        # No longer a deputy, for example.
        return None
    if full.status is not PlanStatus.SUBMITTED or full.plan.revision != subject["revision"]:
        return None
    earlier = await _card_that_asks(person)
    if earlier is not None:
        card, shown = earlier
        screen = await decision_card(person, shown)
        place = (card.chat_id, card.message_id)
        return Notice(screen, replaces=place, asks_about=Subject(shown.id))
    return Notice(await decision_card(person, full), asks_about=Subject(full.id))


async def _card_that_asks(person: Person) -> tuple[Card, FullPlan] | None:
    """Find the card that can carry the news instead of a buzz: recent, and still about a decision.

    A card in which the person is just reading or marking entries is left in peace.
    """
    card = await cards.latest_open(person.session, person.actor.member_id)
    if card is None or person.now - card.shown_at >= cards.FRESH:
        return None
    if card.plan_id is None or card.view != ShowDecision(card.plan_id).pack():
        return None
    full = await decisions.plan_to_decide(person.session, person.actor, card.plan_id)
    return (card, full) if full.status is PlanStatus.SUBMITTED else None


@notice("card_closed")
async def card_closed(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Take the buttons off a card whose plan was decided elsewhere, and say what became of it."""
    card = await cards.outdated(person.session, subject["card"], person.actor.member_id)
    if card is None or card.plan_id != subject["plan"]:
        return None
    try:
        full = await decisions.plan_to_decide(person.session, person.actor, subject["plan"])
    except Refused:
        text = person.words.body("approving.no_longer_yours")
        return Notice(Screen(text), (card.chat_id, card.message_id), only_in_place=True)
    screen = await closed_card(person, full, with_actions=False)
    return Notice(screen, (card.chat_id, card.message_id), only_in_place=True)
