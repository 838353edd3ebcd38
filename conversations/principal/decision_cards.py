"""The card that asks for a decision, and what becomes of it once the decision is made.

Both are drawn for whoever taps and for whoever is told, so they take a person, not a turn.
"""

from conversations.callbacks.approving import (
    Approve,
    OpenQueue,
    Reopen,
    SendBack,
    ShowDecision,
    ShowDetails,
)
from conversations.callbacks.checking import OpenChecks
from conversations.callbacks.confirming import OpenConfirmations
from conversations.callbacks.everybody import Home
from conversations.callbacks.reports import OpenReportQueue
from conversations.people import Person
from conversations.plan_views import change_lines, sections
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered
from storage import confirmations, decisions
from storage.decisions import Outcome, Standing, Waiting
from storage.evidence import checking
from storage.models import PlanStatus
from storage.plans import FullPlan
from storage.reports import deciding
from storage.rulesets import StepKind

NAMES_SHOWN = 5
LINES_SHOWN = 5
CHANGES_SHOWN = 8


def address(person: Person) -> str:
    """Say how somebody who decides is addressed within a sentence."""
    seat = person.membership
    chosen = (seat.member.salutation or "") if seat else ""
    return chosen.capitalize() or "Bapak/Ibu"


async def card_for(person: Person, full: FullPlan) -> Screen:
    """Draw a plan as it stands: asking for a decision, or saying what has become of it."""
    if full.status is PlanStatus.SUBMITTED:
        return await decision_card(person, full)
    return await closed_card(person, full, with_actions=True)


async def decision_card(person: Person, full: FullPlan) -> Screen:
    """Draw the card that asks for a decision on a submitted plan."""
    rules = person.rulebook.of_plan(person.school, full.plan)
    owner = await decisions.owner_of(person.session, full)
    waiting = await decisions.queue(person.session, person.actor)
    also = await _also_waiting(person)
    before = await decisions.decided_before(person.session, full)
    others = [one.name for one in waiting if one.plan_id != full.id]
    text = person.words.body(
        "approving.card", rules=rules, period=rules.period(full.plan.period), full=full,
        points=rules.points, sections=sections(rules, full), name=owner.name, before=before,
        changes=change_lines(rules, person.words, before.changes) if before else (),
        others=others[:NAMES_SHOWN], more=len(others) - NAMES_SHOWN, waiting=len(waiting),
        lines_shown=LINES_SHOWN, changes_shown=CHANGES_SHOWN, address=address(person),
        StepKind=StepKind,
    )  # fmt: skip
    rows = _card_rows(person, full, waiting, also)
    return Screen(text, rows, view=ShowDecision(full.id))


def _card_rows(
    person: Person, full: FullPlan, waiting: list[Waiting], also: tuple[Row, ...]
) -> tuple[Row, ...]:
    words, revision = person.words, full.plan.revision
    keys = [
        Key(words.label("approving.approve"), Approve(full.id, revision), Style.YES),
        Key(words.label("approving.send_back"), SendBack(full.id, revision, 0, 0), Style.NO),
        Key(words.label("approving.details"), ShowDetails(full.id, 0, "q")),
    ]
    if len(waiting) > 1:
        label = words.label("approving.next", count=len(waiting) - 1)
        keys.append(Key(label, OpenQueue(full.id), Style.NEXT))
    approve, send_back, details, *following = numbered(keys)
    rows: list[Row] = [(approve,), (send_back, details)]
    rows += [(one,) for one in following]
    return (*rows, *also, (Key(words.label("nav.home"), Home()),))


async def _also_waiting(person: Person) -> tuple[Row, ...]:
    """Lead from the plans to the evidence, the reports and the documents that wait too."""
    to_check = await checking.count_waiting(person.session, person.actor)
    reports = await deciding.count_waiting(person.session, person.actor)
    keys: list[Key] = []
    if to_check:
        keys.append(Key(person.words.label("checking.evidence", count=to_check), OpenChecks(0)))
    if reports:
        label = person.words.label("reporting.waiting", count=reports)
        keys.append(Key(label, OpenReportQueue(0)))
    papers = await confirmations.unconfirmed(
        person.session, person.actor, person.rulebook, person.school
    )
    if papers:
        keys.append(Key(person.words.label("confirming.open"), OpenConfirmations(0)))
    return in_rows(keys)


async def closed_card(person: Person, full: FullPlan, *, with_actions: bool) -> Screen:
    """Draw what has become of a plan, and the way to the next one that waits.

    `with_actions` adds what can be done with a decided plan; a card that somebody else's decision
    has closed goes without.
    """
    rules = person.rulebook.of_plan(person.school, full.plan)
    owner = await decisions.owner_of(person.session, full)
    now_holds = await decisions.standing(person.session, full)
    waiting = await decisions.count_waiting(person.session, person.actor)
    again = now_holds.outcome is Outcome.WAITING
    before = await decisions.decided_before(person.session, full) if again else None
    if before is not None:
        decision = before.decision
        outcome = Outcome(decision.verdict)
        now_holds = Standing(outcome, before.by, decision.decided_at, decision.reason)
    text = person.words.body(
        "approving.closed", full=full, points=rules.points, name=owner.name, standing=now_holds,
        agreement_required=rules.agreement_required, waiting=waiting, again=again,
        address=address(person),
    )  # fmt: skip
    rows = _closed_rows(person, full, waiting, with_actions=with_actions)
    if with_actions:
        rows = (*rows[:-1], *await _also_waiting(person), rows[-1])
    return Screen(text, rows, view=ShowDecision(full.id))


def _closed_rows(
    person: Person, full: FullPlan, waiting: int, *, with_actions: bool
) -> tuple[Row, ...]:
    words = person.words
    following = []
    if waiting:
        label = words.label("approving.next", count=waiting)
        following.append(Key(label, OpenQueue(full.id), Style.NEXT))
    if not with_actions:
        return tuple((one,) for one in numbered(following))
    actions = []
    if full.status in (PlanStatus.APPROVED, PlanStatus.AGREED):
        actions.append(Key(words.label("approving.reopen"), Reopen(full.id, full.plan.revision)))
    actions.append(Key(words.label("approving.details"), ShowDetails(full.id, 0, "q")))
    keys = numbered([*following, *actions])
    rows: list[Row] = [(one,) for one in keys[: len(following)]]
    rows.append(tuple(keys[len(following) :]))
    return (*rows, (Key(words.label("nav.home"), Home()),))
