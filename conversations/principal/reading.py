"""Reading a plan in full, opening an approved one again, and making it the school's example."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from conversations.callbacks.approving import (
    Approve,
    NameModel,
    Reopen,
    ReopenOwnReason,
    ReopenReason,
    SendBack,
    ShowDecision,
    ShowDetails,
)
from conversations.callbacks.checking import TeacherEvidence
from conversations.callbacks.confirming import ShowPapers
from conversations.callbacks.everybody import Home
from conversations.callbacks.official import OrderSkp
from conversations.callbacks.packing import Button
from conversations.callbacks.rating import RateTeacher
from conversations.callbacks.reports import ReadReport, ShowReport
from conversations.dialogue import Dialogue
from conversations.everywhere import fold
from conversations.home import back_to
from conversations.plan_views import Line, Section, sections
from conversations.principal.approving import present_plan, show_plan_card
from conversations.principal.decision_cards import closed_card
from conversations.principal.overviewing import place_of
from conversations.screens import Key, Page, Row, Screen, Style, in_rows, numbered, page_of, pager
from conversations.turn import Turn
from conversations.words import LANGUAGES, Words
from storage import confirmations, decisions, plans
from storage.cards import Subject
from storage.errors import NotFound
from storage.models import PlanStatus, Role
from storage.plans import FullPlan
from storage.reports.reading import is_handed_in
from storage.rulesets import StepKind

dialogue = Dialogue("reading")
dialogue.presents(present_plan)

REOPEN_STATE = "reading.reopen"

PAGE_LENGTH = 2800
"""Characters of entries on a page: with the heading it stays well under Telegram's 4096."""


# ------------------------------------------------------------------------------- the whole plan


@dataclass(frozen=True, slots=True)
class Part:
    """Some lines of one section. `continued`: the section began on an earlier page."""

    section: Section
    lines: tuple[Line, ...]
    continued: bool


def cut(steps: Sequence[Section], length: int = PAGE_LENGTH) -> list[list[Part]]:
    """Cut a plan into pages that can be read; a section may go on over several."""
    pages: list[list[Part]] = [[]]
    room = length
    for section in steps:
        lines: list[Line] = []
        continued = False
        room -= len(section.step.title) + 40
        for line in section.lines:
            needed = len(line.title) + sum(len(kind) + 2 for kind in line.evidence) + 40
            if needed > room and (lines or pages[-1]):
                if lines:
                    pages[-1].append(Part(section, tuple(lines), continued))
                    continued = True
                pages.append([])
                lines, room = [], length - len(section.step.title) - 40
            lines.append(line)
            room -= needed
        pages[-1].append(Part(section, tuple(lines), continued))
    return pages


@dialogue.tap(ShowDetails)
async def show_details(turn: Turn, tap: ShowDetails) -> None:
    """Show everything in a plan to who may read it; who decides gets the buttons for it."""
    full = await plans.read_plan(turn.session, turn.actor, tap.plan)
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    owner = await decisions.owner_of(turn.session, full)
    standing = await decisions.standing(turn.session, full)
    marks: Sequence[str] = ()
    if full.status is PlanStatus.RETURNED:
        found = await plans.latest_decision(turn.session, full.id)
        marks = found[0].marks if found else ()
    page = page_of(cut(sections(rules, full, marks)), tap.page, 1)
    text = turn.words.body(
        "approving.details", rules=rules, period=rules.period(full.plan.period), full=full,
        points=rules.points, parts=page.items[0], page=page, name=owner.name, standing=standing,
        StepKind=StepKind,
    )  # fmt: skip
    decides = turn.actor.decides and full.plan.member_id != turn.actor.member_id
    rows = await _detail_rows(turn, full, tap, page, decides=decides)
    screen = Screen(text, rows, view=replace(tap, page=page.number))
    if decides and full.status is PlanStatus.SUBMITTED:
        turn.show_decision(screen, Subject(full.id))
    else:
        turn.show(screen)


async def _detail_rows(
    turn: Turn, full: FullPlan, tap: ShowDetails, page: Page[list[Part]], *, decides: bool
) -> tuple[Row, ...]:
    words, revision = turn.words, full.plan.revision
    rows: list[Row] = [*pager(page, lambda to: replace(tap, page=to))]
    keys: list[Key] = []
    if decides and full.status is PlanStatus.SUBMITTED:
        send_back = SendBack(full.id, revision, 0, 0)
        keys.append(Key(words.label("approving.approve"), Approve(full.id, revision), Style.YES))
        keys.append(Key(words.label("approving.send_back"), send_back, Style.NO))
    elif turn.actor.decides and full.status in decisions.DECIDED:
        if decides:
            keys.append(Key(words.label("approving.reopen"), Reopen(full.id, revision)))
        keys.append(Key(words.label("approving.make_model"), NameModel(full.id)))
    if full.status in decisions.DECIDED and full.plan.member_id != turn.actor.member_id:
        keys.append(Key(words.label("looking.evidence"), TeacherEvidence(full.id, 0)))
        if await is_handed_in(turn.session, full.id):
            report = ShowReport(full.id) if turn.actor.decides else ReadReport(full.id, 0)
            keys.append(Key(words.label("rating.report"), report))
        rules = turn.rulebook.of_plan(turn.school, full.plan)
        if decides and confirmations.wanted(rules, full):
            keys.append(Key(words.label("confirming.papers"), ShowPapers(full.id)))
    if turn.actor.decides and full.status in decisions.DECIDED:
        keys.append(Key(words.label("issuing.skp"), OrderSkp(full.id)))
    rows += in_rows(numbered(keys), 1)
    rows.append((back_to(turn, await _origin(turn, full, tap)),))
    return tuple(rows)


async def _origin(turn: Turn, full: FullPlan, tap: ShowDetails) -> Button:
    if tap.origin == "n" and turn.actor.decides:
        return RateTeacher(full.id)
    if tap.origin == "q" and turn.actor.decides:
        return ShowDecision(full.id)
    if not turn.actor.decides and not turn.actor.roles & (Role.COACH | Role.PRINCIPAL):
        return Home()
    return await place_of(turn, full)


@dialogue.tap(NameModel)
async def name_model(turn: Turn, tap: NameModel) -> None:
    """Offer the plan to all teachers as a starting point, in place of an earlier one."""
    await decisions.name_model_plan(turn.session, turn.actor, tap.plan, turn.now)
    turn.alert(turn.words.label("approving.model_named"))
    await show_details(turn, ShowDetails(tap.plan, 0, "r"))


# ------------------------------------------------------------------------------- opening again


@dialogue.tap(Reopen)
async def reopen(turn: Turn, tap: Reopen) -> None:
    """Ask why, and say what opening again means."""
    full = await decisions.decided_plan(turn.session, turn.actor, tap.plan, tap.revision)
    owner = await decisions.owner_of(turn.session, full)
    words = turn.words
    reasons = words.list("approving.reopen_reasons")
    text = words.body("approving.reopening", name=owner.name, reasons=reasons)
    keys = [
        Key(label, ReopenReason(tap.plan, tap.revision, at))
        for at, label in enumerate(words.list("approving.reopen_labels"))
    ]
    own = Key(words.label("approving.own_words"), ReopenOwnReason(tap.plan, tap.revision))
    rows = (*in_rows(numbered([*keys, own]), 1), (back_to(turn, ShowDecision(tap.plan)),))
    turn.show(Screen(text, rows, view=tap))


@dialogue.tap(ReopenReason)
async def reopen_reason(turn: Turn, tap: ReopenReason) -> None:
    """Open the plan again with one of the ready reasons."""
    # Kept in the language of the school: the teacher need not share the decider's.
    reasons = Words(LANGUAGES[0]).list("approving.reopen_reasons")
    if not 0 <= tap.reason < len(reasons):
        raise NotFound
    await _reopen(turn, tap.plan, tap.revision, reasons[tap.reason])


@dialogue.tap(ReopenOwnReason)
async def reopen_own_reason(turn: Turn, tap: ReopenOwnReason) -> None:
    """Ask for the reason in own words."""
    full = await decisions.decided_plan(turn.session, turn.actor, tap.plan, tap.revision)
    owner = await decisions.owner_of(turn.session, full)
    await turn.ask(
        REOPEN_STATE,
        tap,
        turn.words.body("approving.ask_reason", name=owner.name),
        turn.words.label("approving.reason_placeholder"),
    )


@dialogue.answer(REOPEN_STATE)
async def take_reopen_reason(turn: Turn, subject: ReopenOwnReason) -> None:
    """Open the plan again with the reason just written. "Kembali" is the button, not a reason."""
    if fold(turn.text) == fold(turn.words.label("nav.back")):
        await show_plan_card(turn, subject.plan)
        return
    await _reopen(turn, subject.plan, subject.revision, turn.text)


async def _reopen(turn: Turn, plan_id: int, revision: int, reason: str) -> None:
    full = await decisions.reopen(
        turn.session, turn.actor, plan_id, revision, turn.now, reason=reason
    )
    turn.toast(turn.words.label("approving.reopened"))
    turn.show(await closed_card(turn, full, with_actions=True))
