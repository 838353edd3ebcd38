"""The step of additional duties: from the list, in own words, or none."""

from conversations.callbacks.planning import NoDuty, OpenPlan, OpenStep, ToggleDuty, WriteDuty
from conversations.dialogue import Dialogue
from conversations.home import help_key
from conversations.plan_views import line_of
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager
from conversations.teacher.plan_card import own_plan, plan_screen, show_plan
from conversations.turn import Turn
from storage import plans
from storage.plans import NO_DUTY, FullPlan, step_of_kind
from storage.rulesets import RuleSet, Step, StepKind

dialogue = Dialogue("duties")

DUTIES_A_PAGE = 5
OWN_DUTY_STATE = "duties.own"


@dialogue.presents
async def present(turn: Turn, tap: ToggleDuty) -> None:
    """Show the plan as it is now."""
    full, _rules = await own_plan(turn, tap.plan)
    await show_plan(turn, full)


def duties_screen(turn: Turn, rules: RuleSet, step: Step, full: FullPlan, number: int) -> Screen:
    """Draw the list of duties with the chosen ones marked; own words come first."""
    words = turn.words
    entries = full.of(step.id)
    own = [entry for entry in entries if entry.text]
    chosen = {entry.code for entry in entries}
    page = page_of(rules.duties, number, DUTIES_A_PAGE)
    text = words.body(
        "planning.duties", rules=rules, step=step, duties=page.items, first=page.first,
        chosen=chosen, none=NO_DUTY in chosen, page=page,
        lines=[line_of(rules, step, entry) for entry in entries if entry.code != NO_DUTY],
    )  # fmt: skip
    keys = [
        Key(
            words.label(
                "planning.chosen" if duty.code in chosen else "planning.open", label=duty.label
            ),
            ToggleDuty(full.id, duty.code, page.number),
        )
        for duty in page.items
    ]
    rows: list[Row] = [
        (
            Key(
                words.label("planning.drop_own", text=entry.text[:18]),
                ToggleDuty(full.id, entry.code, page.number),
            ),
        )
        for entry in own[:1]
    ]
    rows += in_rows(numbered(keys, page.first + 1), 1)
    rows += pager(page, lambda to: OpenStep(full.id, step.id, to))
    rows.append(
        (
            Key(words.label("planning.no_duty"), NoDuty(full.id)),
            Key(words.label("planning.write_duty"), WriteDuty(full.id)),
        )
    )
    if len(rows) == 8:
        rows[-1] = (*rows[-1], Key(words.label("nav.done"), OpenPlan(), Style.NEXT))
    else:
        done = Key(words.label("nav.done"), OpenPlan(), Style.NEXT)
        rows.append((done, help_key(turn, step.id)))
    return Screen(text, tuple(rows), view=OpenStep(full.id, step.id, page.number))


@dialogue.tap(ToggleDuty)
async def toggle_duty(turn: Turn, tap: ToggleDuty) -> None:
    """Choose a duty, or give it up."""
    _full, rules = await own_plan(turn, tap.plan)
    full = await plans.toggle_duty(turn.session, turn.actor, rules, tap.plan, tap.duty, turn.now)
    turn.show(duties_screen(turn, rules, step_of_kind(rules, StepKind.DUTIES), full, tap.page))


@dialogue.tap(NoDuty)
async def no_duty(turn: Turn, tap: NoDuty) -> None:
    """There is none: the step is done."""
    _full, rules = await own_plan(turn, tap.plan)
    full = await plans.have_no_duty(turn.session, turn.actor, rules, tap.plan, turn.now)
    turn.toast(turn.words.label("planning.no_duty_kept"))
    turn.show(await plan_screen(turn, full))


@dialogue.tap(WriteDuty)
async def write_duty(turn: Turn, tap: WriteDuty) -> None:
    """Ask for a duty in own words."""
    await own_plan(turn, tap.plan)
    await turn.ask(
        OWN_DUTY_STATE,
        tap,
        turn.words.body("planning.ask_duty"),
        turn.words.label("planning.duty_placeholder"),
    )


@dialogue.answer(OWN_DUTY_STATE)
async def take_duty(turn: Turn, subject: WriteDuty) -> None:
    """Keep the duty just written and show the list."""
    _full, rules = await own_plan(turn, subject.plan)
    full = await plans.add_own_duty(
        turn.session, turn.actor, rules, subject.plan, turn.text, turn.now
    )
    turn.show(duties_screen(turn, rules, step_of_kind(rules, StepKind.DUTIES), full, 0))
