"""Proposing what a teacher could plan or send; only the teacher's own tap changes anything."""

from typing import Any

from conversations.callbacks.helping import (
    PointOut,
    ProposeEvidence,
    ProposeItems,
    ProposeUnits,
    SeeDraft,
    SendProposal,
    ShowHelp,
)
from conversations.callbacks.packing import Button
from conversations.dialogue import Dialogue
from conversations.evidence_views import entry_label, gap_text, missing_for
from conversations.help_views import Stuck, stuck_at
from conversations.home import back_to
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.plan_views import title_of
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager, short
from conversations.talking import present, talk_row
from conversations.turn import Turn
from storage.errors import NotAllowed, NotFound, Refused
from storage.evidence import needs, reading
from storage.helping import proposing, requests
from storage.helping.proposing import FullProposal
from storage.helping.requests import FullRequest
from storage.models import ProposalState
from storage.people import known_id
from storage.plans import MOST_UNITS, FullPlan, items_step
from storage.rulesets import RuleSet

dialogue = Dialogue("proposing")
dialogue.presents(present)

ITEMS_A_PAGE = 6
ENTRIES_A_PAGE = 6
LABEL_LENGTH = 22


async def _helping(turn: Turn, request_id: int) -> tuple[FullRequest, Stuck]:
    """Give the request that this person helps with, and where its owner stands."""
    full = await requests.read(turn.session, turn.actor, request_id)
    if not full.is_helped_by(turn.actor.member_id):
        raise NotAllowed
    return full, await stuck_at(turn, full)


def _plan_of(stuck: Stuck) -> FullPlan:
    if stuck.full is None:
        raise NotFound
    return stuck.full


def _planned(stuck: Stuck) -> dict[str, int]:
    """Give the planned quantity of each item; nothing is planned before a plan is begun."""
    entries = stuck.full.of(items_step(stuck.rules).id) if stuck.full else ()
    return {entry.code: entry.quantity for entry in entries}


# ------------------------------------------------------------------------------- items


@dialogue.tap(ProposeItems)
async def propose_items(turn: Turn, tap: ProposeItems) -> None:
    """Show the items that can be proposed, with what is planned already."""
    full, stuck = await _helping(turn, tap.request)
    rules, words = stuck.rules, turn.words
    page = page_of(rules.items, tap.page, ITEMS_A_PAGE)
    planned = _planned(stuck)
    keys = []
    for item in page.items:
        quantity = planned.get(item.code, 0)
        name = "planning.item_chosen" if quantity else "planning.item"
        label = words.label(name, label=item.label, points=item.points, quantity=quantity)
        keys.append(Key(label, ProposeUnits(full.id, item.code, max(quantity, 1))))
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1), 1)]
    rows += pager(page, lambda to: ProposeItems(full.id, to))
    rows.append((back_to(turn, ShowHelp(full.id)),))
    text = words.body(
        "proposing.items", name=full.owner.name, points=rules.points, items=page.items,
        planned=stuck.full.plan.points_floor if stuck.full else 0,
    )  # fmt: skip
    turn.show(Screen(text, tuple(rows), view=ProposeItems(full.id, page.number)))


@dialogue.tap(ProposeUnits)
async def propose_units(turn: Turn, tap: ProposeUnits) -> None:
    """Show one item with the number of units to propose."""
    full, stuck = await _helping(turn, tap.request)
    rules, words = stuck.rules, turn.words
    item = rules.item(tap.item)
    units = min(max(tap.units, 1), MOST_UNITS if item.repeatable else 1)
    text = words.body(
        "proposing.item", name=full.owner.name, item=item, units=units,
        planned=_planned(stuck).get(item.code, 0), points=rules.points,
    )  # fmt: skip
    send = words.label("proposing.send", units=units)
    rows: list[Row] = []
    if item.repeatable:
        less = Key(words.label("planning.less"), ProposeUnits(full.id, item.code, units - 1))
        more = Key(words.label("planning.more"), ProposeUnits(full.id, item.code, units + 1))
        rows.append((less, more))
    rows.append((Key(send, SendProposal(full.id, item.code, units), Style.YES),))
    page = rules.items.index(item) // ITEMS_A_PAGE
    rows.append((back_to(turn, ProposeItems(full.id, page)),))

    def by_number(typed: int) -> Button:
        return ProposeUnits(full.id, item.code, typed)

    view = ProposeUnits(full.id, item.code, units)
    turn.show(Screen(text, tuple(rows), view=view, takes_number=by_number))


@dialogue.tap(SendProposal)
async def send_proposal(turn: Turn, tap: SendProposal) -> None:
    """Propose it; the teacher gets it with a button to take it over."""
    full, stuck = await _helping(turn, tap.request)
    plan = stuck.full or await proposing.begin_plan(
        turn.session, turn.actor, stuck.rules, turn.period, full.id, turn.now
    )
    await proposing.propose_item(
        turn.session, turn.actor, stuck.rules, full.id, plan.id, tap.item, tap.units, turn.now
    )
    turn.toast(turn.words.label("proposing.sent"))
    await propose_items(turn, ProposeItems(full.id, _page_of(stuck.rules, tap.item)))


def _page_of(rules: RuleSet, code: str) -> int:
    return rules.items.index(rules.item(code)) // ITEMS_A_PAGE


# ------------------------------------------------------------------------------- evidence


@dialogue.tap(ProposeEvidence)
async def propose_evidence(turn: Turn, tap: ProposeEvidence) -> None:
    """Show the planned entries that lack evidence."""
    full, stuck = await _helping(turn, tap.request)
    plan = _plan_of(stuck)
    evidence = await reading.evidence_of_plan(turn.session, plan.id)
    gaps = [
        (one, gap)
        for one in needs.provable(stuck.rules, plan)
        if (gap := missing_for(one, evidence))
    ]
    page = page_of(gaps, tap.page, ENTRIES_A_PAGE)
    keys = [
        Key(
            short(entry_label(stuck.rules, one), LABEL_LENGTH),
            PointOut(full.id, known_id(one.entry.id)),
        )
        for one, _ in page.items
    ]
    lines = [
        (entry_label(stuck.rules, one), gap_text(turn.words, stuck.rules, gap))
        for one, gap in page.items
    ]
    text = turn.words.body("proposing.evidence", name=full.owner.name, lines=lines)
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1), 1)]
    rows += pager(page, lambda to: ProposeEvidence(full.id, to))
    rows.append((back_to(turn, ShowHelp(full.id)),))
    turn.show(Screen(text, tuple(rows), view=ProposeEvidence(full.id, page.number)))


@dialogue.tap(PointOut)
async def point_out(turn: Turn, tap: PointOut) -> None:
    """Tell the teacher which evidence is missing, with a button to send it."""
    full, stuck = await _helping(turn, tap.request)
    plan = _plan_of(stuck)
    await proposing.point_out_evidence(
        turn.session, turn.actor, stuck.rules, full.id, plan.id, tap.entry, turn.now
    )
    turn.toast(turn.words.label("proposing.sent"))
    await propose_evidence(turn, ProposeEvidence(full.id, 0))


# ------------------------------------------------------------------------------- the answer


def proposal_title(person: Person, full: FullProposal) -> str:
    """Name what is proposed."""
    rules = person.rulebook.of_plan(person.school, full.plan.plan)
    entry = full.plan.entry(full.proposal.step, full.proposal.code)
    text = entry.text if entry else ""
    return title_of(rules, rules.step(full.proposal.step), full.proposal.code, text)[0]


@notice("help_answered")
async def help_answered(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the helper what the teacher made of a proposal."""
    try:
        full = await proposing.read_proposal(person.session, person.actor, subject["proposal"])
    except Refused:
        return None
    if full.is_open:
        return None
    rules = person.rulebook.of_plan(person.school, full.plan.plan)
    text = person.words.body(
        "proposing.answered", name=full.request.owner.name, title=proposal_title(person, full),
        taken=full.proposal.state == ProposalState.TAKEN, units=full.proposal.quantity,
        full=full.plan, points=rules.points,
    )  # fmt: skip
    see = Key(person.words.label("helping.draft"), SeeDraft(full.request.id, 0))
    rows = (talk_row(person, full.request), (see,))
    return Notice(Screen(text, rows, view=ShowHelp(full.request.id)))
