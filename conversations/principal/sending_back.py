"""Sending a plan back: mark what is concerned, give a reason, done."""

from dataclasses import dataclass, replace

from conversations.callbacks.approving import (
    ChooseReason,
    OwnReason,
    ReadyReason,
    SendBack,
    ShowDecision,
)
from conversations.dialogue import Dialogue
from conversations.everywhere import fold
from conversations.home import back_to
from conversations.plan_views import mark_of, title_of
from conversations.principal.approving import present_plan, show_plan_card
from conversations.principal.decision_cards import closed_card
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager, short
from conversations.turn import Turn
from conversations.words import LANGUAGES, Words
from storage import decisions
from storage.cards import Subject
from storage.errors import AlreadyDecided, NotFound
from storage.models import PlanEntry, Verdict
from storage.plans import NO_DUTY, FullPlan
from storage.rulesets import ChoiceSource, RuleSet, StepKind

dialogue = Dialogue("sending_back")
dialogue.presents(present_plan)

ENTRIES_A_PAGE = 8
REASON_STATE = "sending_back.reason"
OF_POINTS = frozenset({0, 2, 3})
"""The ready reasons about points, quantities and planned evidence: only where there are points."""

OF_ITEMS, OF_INDICATOR, OF_WORDS = 1, 6, 7
"""Those about activities, the indicator and own words: only where a plan has such a step."""


@dataclass(frozen=True, slots=True)
class Markable:
    """An entry that can be marked: its bit, and what stands in the text and on the button."""

    bit: int
    title: str
    label: str
    quantity: int


def _markable(rules: RuleSet, full: FullPlan) -> list[Markable]:
    """Give what can be marked, in the order in which a plan is read."""
    order = {step.id: at for at, step in enumerate(rules.steps)}
    found = [
        (bit, entry)
        for bit, entry in enumerate(full.entries)
        if entry.code != NO_DUTY and entry.step in order
    ]
    found.sort(key=lambda one: (order[one[1].step], one[0]))
    return [
        Markable(
            bit,
            title_of(rules, rules.step(entry.step), entry.code, entry.text)[0],
            _label_of(rules, entry),
            entry.quantity,
        )
        for bit, entry in found
    ]


def _label_of(rules: RuleSet, entry: PlanEntry) -> str:
    step = rules.step(entry.step)
    if entry.text:
        return entry.text
    if step.kind is StepKind.BEHAVIOURS:
        choices = [guide for value in rules.behaviours for guide in value.guides]
        labels = {one.code: one.label for one in choices}
    else:
        labels = {one.code: one.label for one in rules.choices(step)}
    return labels.get(entry.code, entry.code)


def marked_entries(full: FullPlan, marks: int) -> list[str]:
    """Read the marks: a bit for each entry, in the stable order of the plan's entries."""
    return [mark_of(entry) for bit, entry in enumerate(full.entries) if marks >> bit & 1]


# ------------------------------------------------------------------------------- marking


@dialogue.tap(SendBack)
async def send_back(turn: Turn, tap: SendBack) -> None:
    """Let the entries concerned be marked; going on without a mark is fine."""
    full = await decisions.waiting_plan(turn.session, turn.actor, tap.plan, tap.revision)
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    owner = await decisions.owner_of(turn.session, full)
    choices = _markable(rules, full)
    page = page_of(choices, tap.page, ENTRIES_A_PAGE)

    def is_marked(one: Markable) -> bool:
        return bool(tap.marks >> one.bit & 1)

    def toggle(one: Markable) -> SendBack:
        at = choices.index(one)
        return replace(tap, marks=tap.marks ^ 1 << one.bit, page=at // ENTRIES_A_PAGE)

    def by_number(typed: int) -> SendBack:
        # A number on another page marks there too; any other draws the screen again.
        return toggle(choices[typed - 1]) if 1 <= typed <= len(choices) else tap

    text = turn.words.body(
        "approving.marking", name=owner.name, page=page,
        lines=[(one, is_marked(one)) for one in page.items],
        marked=len(marked_entries(full, tap.marks)),
    )  # fmt: skip
    keys = [
        Key(
            turn.words.label(
                "approving.mark_on" if is_marked(one) else "approving.mark_off",
                label=short(one.label),
            ),
            toggle(one),
        )
        for one in page.items
    ]
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1))]
    rows += pager(page, lambda to: replace(tap, page=to))
    onward = ChooseReason(tap.plan, tap.revision, tap.marks)
    rows.append((Key(turn.words.label("approving.to_reasons"), onward, Style.NEXT),))
    rows.append((back_to(turn, ShowDecision(tap.plan)),))
    screen = Screen(text, tuple(rows), view=replace(tap, page=page.number), takes_number=by_number)
    turn.show_decision(screen, Subject(full.id))


# ------------------------------------------------------------------------------- the reason


@dialogue.tap(ChooseReason)
async def choose_reason(turn: Turn, tap: ChooseReason) -> None:
    """Offer the ready reasons, and own words."""
    full = await decisions.waiting_plan(turn.session, turn.actor, tap.plan, tap.revision)
    owner = await decisions.owner_of(turn.session, full)
    words = turn.words
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    ready = [
        (at, reason, label)
        for at, (reason, label) in enumerate(
            zip(
                words.list("approving.reasons"), words.list("approving.reason_labels"),
                strict=True,
            )
        )
        if _fits(rules, at)
    ]  # fmt: skip
    text = words.body(
        "approving.reasons", name=owner.name, reasons=[reason for _, reason, _ in ready],
        marked=len(marked_entries(full, tap.marks)),
    )  # fmt: skip
    keys = [
        Key(label, ReadyReason(tap.plan, tap.revision, tap.marks, at)) for at, _, label in ready
    ]
    own = Key(
        words.label("approving.own_words"),
        OwnReason(tap.plan, tap.revision, tap.marks),
    )
    rows: list[Row] = [*in_rows(numbered([*keys, own]), 1)]
    rows.append((back_to(turn, SendBack(tap.plan, tap.revision, tap.marks, 0)),))
    turn.show_decision(Screen(text, tuple(rows), view=tap), Subject(full.id))


def _fits(rules: RuleSet, reason: int) -> bool:
    """Say whether a ready reason speaks of something that plans under a rule set have."""
    if reason in OF_POINTS:
        return rules.points is not None
    has_steps = {
        OF_ITEMS: any(one.kind is StepKind.ITEMS for one in rules.steps),
        OF_INDICATOR: any(one.choices is ChoiceSource.INDICATORS for one in rules.steps),
        OF_WORDS: any(one.kind is StepKind.TEXT for one in rules.steps),
    }
    return has_steps.get(reason, True)


@dialogue.tap(ReadyReason)
async def ready_reason(turn: Turn, tap: ReadyReason) -> None:
    """Send back with one of the ready reasons."""
    # Kept in the language of the school: the teacher need not share the decider's.
    reasons = Words(LANGUAGES[0]).list("approving.reasons")
    if not 0 <= tap.reason < len(reasons):
        raise NotFound
    await _send_back(turn, tap.plan, tap.revision, tap.marks, reasons[tap.reason])


@dialogue.tap(OwnReason)
async def own_reason(turn: Turn, tap: OwnReason) -> None:
    """Ask for the reason in own words."""
    full = await decisions.waiting_plan(turn.session, turn.actor, tap.plan, tap.revision)
    owner = await decisions.owner_of(turn.session, full)
    await turn.ask(
        REASON_STATE,
        tap,
        turn.words.body("approving.ask_reason", name=owner.name),
        turn.words.label("approving.reason_placeholder"),
    )


@dialogue.answer(REASON_STATE)
async def take_reason(turn: Turn, subject: OwnReason) -> None:
    """Send back with the reason just written. "Kembali" is the button, not a reason."""
    if fold(turn.text) == fold(turn.words.label("nav.back")):
        await show_plan_card(turn, subject.plan)
        return
    await _send_back(turn, subject.plan, subject.revision, subject.marks, turn.text)


async def _send_back(turn: Turn, plan_id: int, revision: int, marks: int, reason: str) -> None:
    full = await decisions.plan_to_decide(turn.session, turn.actor, plan_id)
    try:
        full = await decisions.send_back(
            turn.session, turn.actor, plan_id, revision, turn.now,
            reason=reason, marks=marked_entries(full, marks), tapped=turn.tapped,
        )  # fmt: skip
    except AlreadyDecided as earlier:
        if not earlier.is_repeated(Verdict.RETURNED, turn.actor.member_id):
            raise
        turn.toast(turn.words.label("approving.done_before"))
        await show_plan_card(turn, plan_id)
        return
    turn.toast(turn.words.label("approving.sent_back"))
    turn.show(await closed_card(turn, full, with_actions=True))
