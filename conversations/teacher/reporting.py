"""A teacher's report: what is known already, the questions that are open, and handing it in."""

from collections.abc import Collection, Sequence
from typing import Any

from conversations import forms
from conversations.callbacks.evidence import OpenEvidence
from conversations.callbacks.forms import OpenQuestion
from conversations.callbacks.packing import Button
from conversations.callbacks.planning import OpenPlan
from conversations.callbacks.reports import (
    OpenReport,
    PreviewReport,
    ReadReport,
    ShowReport,
    SubmitReport,
    TakeReportBack,
)
from conversations.dialogue import Dialogue
from conversations.forms import Form, Question
from conversations.home import back_home, back_to, help_key
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.report_views import aspect_lines, pages_of, parts_of
from conversations.screens import Key, Row, Screen, Style, page_of, pager
from conversations.teacher.piece_card import plan_to_read
from conversations.turn import Turn
from storage import plans
from storage.errors import PeriodClosed
from storage.evidence.changing import OPEN_PLANS
from storage.models import ReportStatus, Role
from storage.periods import require_open
from storage.plans import FullPlan
from storage.reports import moving, reading
from storage.reports.moving import Draft
from storage.reports.observing import observed_of
from storage.reports.reading import FILLABLE, FORM
from storage.rulesets import ReportField, RuleSet

dialogue = Dialogue("reporting")


# ------------------------------------------------------------------------------- looking


@dialogue.presents
async def present(turn: Turn, tap: Any) -> None:
    """Show the report as it stands now."""
    await show_mine(turn, await plans.own_plan(turn.session, turn.actor, tap.plan))


@dialogue.command("laporan")
async def report_command(turn: Turn, _words: str) -> None:
    """Show my report."""
    await open_report(turn, OpenReport(0))


@dialogue.tap(OpenReport)
async def open_report(turn: Turn, tap: OpenReport) -> None:
    """Show what is known for the report, and what is open."""
    turn.actor.require(Role.TEACHER)
    plan: FullPlan | None
    if tap.plan:
        plan = await plans.own_plan(turn.session, turn.actor, tap.plan)
    else:
        plan = await plan_to_read(turn)
    if plan is None or (plan.status not in OPEN_PLANS and await _is_new(turn, plan)):
        turn.show(_not_yet(turn, plan))
        return
    await show_mine(turn, plan)


async def _is_new(turn: Turn, plan: FullPlan) -> bool:
    return await reading.report_of(turn.session, plan.id) is None


def _not_yet(turn: Turn, plan: FullPlan | None) -> Screen:
    """Say that the plan comes first."""
    rules = turn.rulebook.of_plan(turn.school, plan.plan) if plan else turn.rules
    period = rules.period(plan.plan.period) if plan else turn.period
    text = turn.words.body("reporting.not_yet", rules=rules, period=period, full=plan)
    open_plan = Key(turn.words.label("home.open_plan"), OpenPlan(), Style.NEXT)
    rows = ((open_plan,), (help_key(turn, "report"),), back_home(turn))
    return Screen(text, rows, view=OpenReport(0))


async def show_mine(turn: Turn, plan: FullPlan) -> None:
    """Show the own report on a plan."""
    turn.show(await _mine(turn, plan))


async def _mine(person: Person, plan: FullPlan, told: str = "") -> Screen:
    """Draw the own report; `told`: as news of a decision, to whom."""
    rules = person.rulebook.of_plan(person.school, plan.plan)
    draft = await _draft(person, rules, plan.id)
    content, closed = content_of(rules, draft), await _is_closed(person, draft)
    is_open = not closed and _is_fillable(draft)
    decided = (
        await reading.decision_on(person.session, draft.full.id, draft.revision)
        if draft.full is not None
        else None
    )
    marks = decided[0].marks if decided is not None else ()
    reopener = await reading.reopener_of(person.session, decided[0]) if decided else None
    text = person.words.body(
        "reporting.mine", who=told, rules=rules, period=rules.period(plan.plan.period),
        draft=draft, content=content, points=rules.points, aspects=aspect_lines(rules, content),
        parts=[one for one in parts_of(person.words, rules, content) if one.lines],
        decided=decided, reopener=reopener, is_open=is_open, closed=closed,
        frozen=plan.status not in OPEN_PLANS,
        marked=[one.title for one in parts_of(person.words, rules, content, marks) if one.marked],
    )  # fmt: skip
    rows = _rows(person, draft, marks, is_open=is_open, closed=closed)
    return Screen(text, rows, view=OpenReport(plan.id))


async def _draft(person: Person, rules: RuleSet, plan_id: int) -> Draft:
    observed = await observed_of(person.session, plan_id, person.rulebook)
    return await moving.own_draft(person.session, person.actor, rules, plan_id, observed)


def content_of(rules: RuleSet, draft: Draft) -> dict[str, Any]:
    """Give what the report says: while it is handed in that is what was submitted."""
    if draft.full is not None and draft.full.is_handed_in:
        return draft.full.content
    return draft.content(rules)


async def _is_open(person: Person, draft: Draft) -> bool:
    """Whether the teacher may change it now."""
    return _is_fillable(draft) and not await _is_closed(person, draft)


def _is_fillable(draft: Draft) -> bool:
    return draft.plan.status in OPEN_PLANS and draft.status in FILLABLE


async def _is_closed(person: Person, draft: Draft) -> bool:
    """Whether the period is over: then everything is only read."""
    try:
        await require_open(person.session, draft.plan.id)
    except PeriodClosed:
        return True
    return False


def _rows(
    person: Person, draft: Draft, marks: Collection[str], *, is_open: bool, closed: bool
) -> tuple[Row, ...]:
    words, plan_id = person.words, draft.plan.id
    preview = Key(words.label("reporting.preview"), PreviewReport(plan_id, 0))
    rows: list[Row] = []
    if is_open and draft.fields:
        rows.append((_questions_key(person, draft, marks),))
    if is_open and not draft.missing:
        rows.append((_submit_key(person, draft),))
    handed_in = draft.status is ReportStatus.SUBMITTED and draft.plan.status in OPEN_PLANS
    if handed_in and not closed:
        back = TakeReportBack(plan_id, draft.revision)
        rows.append((preview, Key(words.label("reporting.take_back"), back)))
    else:
        rows.append((preview, Key(words.label("home.evidence"), OpenEvidence())))
    return (*rows, (help_key(person, "report"),), back_home(person))


def _questions_key(person: Person, draft: Draft, marks: Collection[str]) -> Key:
    """Lead to the question that comes first: one that is marked, or open, or else any."""
    words = person.words
    marked = [one for one in draft.fields if f"field:{one.id}" in marks]
    style: Style | None
    if draft.status is ReportStatus.RETURNED and marked:
        label, first, style = words.label("reporting.mend"), marked[0], Style.NEXT
    elif draft.open_fields:
        label = words.label("reporting.answer", count=len(draft.open_fields))
        first = (draft.missing or draft.open_fields)[0]
        style = Style.NEXT if draft.missing else None
    else:
        label, first, style = words.label("reporting.change"), draft.fields[0], None
    return Key(label, OpenQuestion(FORM, draft.plan.id, first.id), style)


def _submit_key(person: Person, draft: Draft) -> Key:
    submit = SubmitReport(draft.plan.id, draft.revision)
    return Key(person.words.label("reporting.submit"), submit, Style.YES)


@dialogue.tap(PreviewReport)
async def preview_report(turn: Turn, tap: PreviewReport) -> None:
    """Show a page of the report as it will be printed."""
    plan = await plans.own_plan(turn.session, turn.actor, tap.plan)
    rules = turn.rulebook.of_plan(turn.school, plan.plan)
    draft = await _draft(turn, rules, plan.id)
    content = content_of(rules, draft)
    pages = pages_of(parts_of(turn.words, rules, content))
    page = page_of(pages, tap.page, 1)
    text = turn.words.body(
        "reporting.page", rules=rules, period=rules.period(plan.plan.period), page=page,
        parts=page.items[0], name=turn.actor.name, content=content, points=rules.points,
        aspects=aspect_lines(rules, content), submitted_at=_submitted_at(draft),
    )  # fmt: skip
    rows = [*pager(page, lambda to: PreviewReport(plan.id, to))]
    if await _is_open(turn, draft) and not draft.missing:
        rows.append((_submit_key(turn, draft),))
    rows.append((back_to(turn, OpenReport(plan.id)),))
    turn.show(Screen(text, tuple(rows), view=PreviewReport(plan.id, page.number)))


def _submitted_at(draft: Draft) -> Any:
    full = draft.full
    return full.submitted_at if full is not None and full.is_handed_in else None


# ------------------------------------------------------------------------------- handing in


@dialogue.tap(SubmitReport)
async def submit_report(turn: Turn, tap: SubmitReport) -> None:
    """Submit the report; say who will read it."""
    plan = await plans.own_plan(turn.session, turn.actor, tap.plan)
    rules = turn.rulebook.of_plan(turn.school, plan.plan)
    _sent, who = await moving.submit(
        turn.session, turn.actor, rules, plan.id, tap.revision, today=turn.today, now=turn.now,
        observed=await observed_of(turn.session, plan.id, turn.rulebook),
    )  # fmt: skip
    names = ", ".join(one.name for one in who[:2])
    label = "reporting.submitted" if names else "reporting.submitted_nobody"
    turn.toast(turn.words.label(label, names=names))
    await show_mine(turn, plan)


@dialogue.tap(TakeReportBack)
async def take_report_back(turn: Turn, tap: TakeReportBack) -> None:
    """Take the report back, as long as nobody has decided."""
    await moving.take_back(turn.session, turn.actor, tap.plan, tap.revision, turn.now)
    turn.toast(turn.words.label("reporting.taken_back"))
    await show_mine(turn, await plans.own_plan(turn.session, turn.actor, tap.plan))


# ------------------------------------------------------------------------------- the questions


async def _questions(turn: Turn, plan_id: int, _field: str) -> Sequence[Question]:
    plan = await plans.own_plan(turn.session, turn.actor, plan_id)
    rules = turn.rulebook.of_plan(turn.school, plan.plan)
    draft = await _draft(turn, rules, plan_id)
    return [_question(one) for one in draft.fields]


def _question(asked: ReportField) -> Question:
    return Question(
        field=asked.id, title=asked.title, question=asked.question, hint=asked.hint,
        example=asked.example, takes_files=asked.takes_files,
    )  # fmt: skip


async def _may_read(turn: Turn, plan_id: int) -> None:
    plan = await plans.read_plan(turn.session, turn.actor, plan_id)
    if plan.plan.member_id != turn.actor.member_id:
        await reading.require_handed_in(turn.session, plan_id)


async def _home(turn: Turn, plan_id: int) -> Button:
    plan = await plans.read_plan(turn.session, turn.actor, plan_id)
    if plan.plan.member_id == turn.actor.member_id:
        return OpenReport(plan_id)
    return ShowReport(plan_id) if turn.actor.decides else ReadReport(plan_id, 0)


forms.register(Form(FORM, _questions, moving.may_answer, _may_read, _home, "report"))


# ------------------------------------------------------------------------------- notices


@notice("report_accepted")
async def report_accepted(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the teacher that the report was accepted."""
    return await _decided(person, subject, ReportStatus.ACCEPTED)


@notice("report_returned")
async def report_returned(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the teacher what is to be changed in the report."""
    return await _decided(person, subject, ReportStatus.RETURNED)


@notice("report_reopened")
async def report_reopened(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the teacher that the report is open again, that nothing is lost, and why."""
    plan = await plans.own_plan(person.session, person.actor, subject["plan"])
    full = await reading.report_of(person.session, plan.id)
    if full is None or full.status not in FILLABLE or full.revision != subject["revision"]:
        return None
    found = await reading.decision_on(person.session, full.id, full.revision)
    reopener = await reading.reopener_of(person.session, found[0]) if found else None
    if found is None or reopener is None:
        return None
    text = person.words.body(
        "reporting.reopened", who=person.salutation, by=reopener, reason=found[0].reopened_because
    )
    key = Key(person.words.label("reporting.open"), OpenReport(plan.id), Style.NEXT)
    return Notice(Screen(text, ((key,),), view=OpenReport(plan.id)))


async def _decided(person: Person, subject: dict[str, Any], status: ReportStatus) -> Notice | None:
    plan = await plans.own_plan(person.session, person.actor, subject["plan"])
    full = await reading.report_of(person.session, plan.id)
    if full is None or full.status is not status or full.revision != subject["revision"]:
        return None
    return Notice(await _mine(person, plan, person.salutation))
