"""Everything in a plan on one screen, what is missing, and handing it in."""

from conversations.callbacks.planning import (
    Agree,
    AskForHelp,
    OpenPlan,
    OpenStep,
    OpenSummary,
    Submit,
    TakeBack,
)
from conversations.dialogue import Dialogue
from conversations.home import back_home, back_to
from conversations.plan_views import Section, sections
from conversations.screens import Key, Row, Screen, Style, in_rows
from conversations.teacher.copying import copying_row
from conversations.turn import Turn
from storage import people, plans
from storage.errors import BelowTarget, Incomplete
from storage.models import PlanStatus
from storage.plans import FullPlan
from storage.rulesets import RuleSet, StepKind

dialogue = Dialogue("summary")

REASON_STATE = "summary.reason"

# Telegram takes 4,096 characters. A plan that is longer in full shows the first of each step;
# the steps themselves show all.
LONGEST_TEXT = 3900
ALL_LINES = 1000
FEW_LINES = 6


async def show_summary(turn: Turn, full: FullPlan) -> None:
    """Show everything in the plan."""
    turn.show(await summary_screen(turn, full))


async def summary_screen(turn: Turn, full: FullPlan) -> Screen:
    """Draw everything in the plan, with what the state of the plan allows."""
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    found = await plans.latest_decision(turn.session, full.id) if full.plan.revision else None
    decision, by = found or (None, None)
    marks = decision.marks if decision and full.status is PlanStatus.RETURNED else []
    steps = sections(rules, full, marks)
    missing = plans.missing_steps(rules, full)
    values = {
        "rules": rules, "period": rules.period(full.plan.period), "full": full,
        "points": rules.points, "sections": steps, "missing": missing, "decision": decision,
        "by": by, "status": full.status, "StepKind": StepKind,
        "deciders": await _deciders(turn) if full.status is PlanStatus.SUBMITTED else [],
    }  # fmt: skip
    text = turn.words.body("planning.summary", most=ALL_LINES, **values)
    if len(text) > LONGEST_TEXT:
        text = turn.words.body("planning.summary", most=FEW_LINES, **values)
    return Screen(text, _rows(turn, rules, full, steps), view=OpenSummary(full.id))


async def _deciders(turn: Turn) -> list[str]:
    found = await people.deciders(turn.session, turn.actor.school_id, turn.today)
    return [one.name for one in found if one.id != turn.actor.member_id]


def _rows(
    turn: Turn, rules: RuleSet, full: FullPlan, steps: tuple[Section, ...]
) -> tuple[Row, ...]:
    words, revision = turn.words, full.plan.revision
    rows: list[Row] = []
    if full.fillable:
        jumps = [
            Key(
                words.label("planning.fill_in", step=one.step.title),
                OpenStep(full.id, one.step.id, 0),
            )
            for one in steps
            if (one.step.required and not one.progress.done) or one.marked
        ]
        rows += in_rows(jumps, 1)
        rows.append(
            (Key(words.label("planning.submit"), Submit(full.id, revision, 0), Style.YES),)
        )
        rows.append((back_to(turn, OpenPlan()), _help(turn)))
        return tuple(rows)
    if full.status is PlanStatus.SUBMITTED:
        rows.append(
            (Key(words.label("planning.take_back"), TakeBack(full.id, revision), Style.NO),)
        )
    if full.status is PlanStatus.APPROVED and rules.agreement_required:
        rows.append((Key(words.label("planning.agree"), Agree(full.id, revision), Style.YES),))
    rows += copying_row(turn, rules, full)
    rows.append((*back_home(turn), _help(turn)))
    return tuple(rows)


def _help(turn: Turn) -> Key:
    return Key(turn.words.label("home.ask_for_help"), AskForHelp("summary"))


@dialogue.presents
async def present(turn: Turn, tap: Submit) -> None:
    """Show the plan as it is now."""
    await show_summary(turn, await plans.own_plan(turn.session, turn.actor, tap.plan))


@dialogue.tap(OpenSummary)
async def open_summary(turn: Turn, tap: OpenSummary) -> None:
    """Show everything in the plan."""
    await show_summary(turn, await plans.own_plan(turn.session, turn.actor, tap.plan))


@dialogue.tap(Submit)
async def submit(turn: Turn, tap: Submit) -> None:
    """Hand the plan in; what keeps it back is named, with the way to mend it."""
    full = await plans.own_plan(turn.session, turn.actor, tap.plan)
    if tap.confirmed and full.fillable:
        await turn.ask(
            REASON_STATE,
            tap,
            turn.words.body("planning.ask_reason"),
            turn.words.label("planning.reason_placeholder"),
        )
        return
    await _hand_in(turn, full, tap, reason="")


@dialogue.answer(REASON_STATE)
async def take_reason(turn: Turn, subject: Submit) -> None:
    """Hand the plan in below the recommended points, with the reason just written."""
    full = await plans.own_plan(turn.session, turn.actor, subject.plan)
    await _hand_in(turn, full, subject, reason=turn.text)


async def _hand_in(turn: Turn, full: FullPlan, tap: Submit, reason: str) -> None:
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    try:
        submitted = await plans.submit(
            turn.session, turn.actor, rules, full.id, tap.revision,
            today=turn.today, now=turn.now, reason=reason,
        )  # fmt: skip
    except Incomplete as gaps:
        titles = ", ".join(rules.step(step).title for step in gaps.steps)
        turn.alert(turn.words.label("planning.incomplete", steps=titles))
        await show_summary(turn, full)
    except BelowTarget as below:
        turn.show(_below_target(turn, full, below))
    else:
        turn.toast(turn.words.label("planning.submitted"))
        await show_summary(turn, submitted.full)


def _below_target(turn: Turn, full: FullPlan, below: BelowTarget) -> Screen:
    words = turn.words
    text = words.body(
        "planning.below_target", missing=below.target - below.points, points=below.points,
        target=below.target, hard=below.hard,
    )  # fmt: skip
    rows: list[Row] = [
        (Key(words.label("planning.add_points"), OpenPlan(), Style.NEXT),),
    ]
    if not below.hard:
        go_on = Submit(full.id, full.plan.revision, 1)
        rows.append((Key(words.label("planning.submit_anyway"), go_on),))
    rows.append((back_to(turn, OpenSummary(full.id)),))
    return Screen(text, tuple(rows), view=OpenSummary(full.id))


@dialogue.tap(TakeBack)
async def take_back(turn: Turn, tap: TakeBack) -> None:
    """Take the submission back to change it."""
    full = await plans.take_back(turn.session, turn.actor, tap.plan, tap.revision, turn.now)
    turn.toast(turn.words.label("planning.taken_back"))
    await show_summary(turn, full)


@dialogue.tap(Agree)
async def agree(turn: Turn, tap: Agree) -> None:
    """Confirm the approved plan."""
    full = await plans.own_plan(turn.session, turn.actor, tap.plan)
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    full = await plans.agree(turn.session, turn.actor, rules, full.id, tap.revision, turn.now)
    turn.toast(turn.words.label("planning.agreed"))
    await show_summary(turn, full)
