"""The step of work behaviour: guide statements for each of the seven values."""

from conversations.callbacks.planning import (
    OpenBehaviour,
    OpenPlan,
    OpenStep,
    StandardGuides,
    StartFrom,
    ToggleGuide,
)
from conversations.dialogue import Dialogue
from conversations.home import back_to, help_key
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered
from conversations.teacher.plan_card import own_plan, show_plan
from conversations.turn import Turn
from storage import plans
from storage.plans import FullPlan, progress, step_of_kind
from storage.rulesets import Behaviour, RuleSet, Step, StepKind

dialogue = Dialogue("behaviours")


@dialogue.presents
async def present(turn: Turn, tap: ToggleGuide) -> None:
    """Show the plan as it is now."""
    full, _rules = await own_plan(turn, tap.plan)
    await show_plan(turn, full)


async def behaviours_screen(turn: Turn, rules: RuleSet, step: Step, full: FullPlan) -> Screen:
    """Draw the seven values, each with whether it has its statement."""
    words = turn.words
    codes = {entry.code for entry in full.of(step.id)}
    done = next(one for one in progress(rules, full) if one.step is step)
    text = words.body(
        "planning.behaviours", rules=rules, step=step, behaviours=rules.behaviours,
        codes=codes, progress=done,
    )  # fmt: skip
    values = [
        Key(
            words.label(
                "planning.chosen" if _chosen(value, codes) else "planning.open",
                label=value.label,
            ),
            OpenBehaviour(full.id, value.code),
        )
        for value in rules.behaviours
    ]
    rows: list[Row] = [
        (Key(words.label("planning.standard_set"), StandardGuides(full.id), Style.NEXT),),
    ]
    before = turn.rulebook.period_before(turn.school, rules.period(full.plan.period))
    offers = await plans.starting_points(turn.session, turn.actor, rules, before)
    if "previous" in offers and not codes:
        take = StartFrom(full.id, "previous", step.id)
        rows.append((Key(words.label("planning.start_from_previous"), take),))
    rows += in_rows(numbered(values))
    rows.append((Key(words.label("nav.done"), OpenPlan(), Style.NEXT), help_key(turn, step.id)))
    return Screen(text, tuple(rows), view=OpenStep(full.id, step.id, 0))


def _chosen(value: Behaviour, codes: set[str]) -> bool:
    return any(guide.code in codes for guide in value.guides)


@dialogue.tap(OpenBehaviour)
async def open_behaviour(turn: Turn, tap: OpenBehaviour) -> None:
    """Show the guide statements of one value."""
    full, rules = await own_plan(turn, tap.plan)
    turn.show(_guides_screen(turn, rules, full, rules.behaviour(tap.behaviour)))


def _guides_screen(turn: Turn, rules: RuleSet, full: FullPlan, value: Behaviour) -> Screen:
    words = turn.words
    step = step_of_kind(rules, StepKind.BEHAVIOURS)
    codes = {entry.code for entry in full.of(step.id)}
    text = words.body("planning.guides", rules=rules, value=value, codes=codes)
    keys = [
        Key(
            words.label(
                "planning.chosen" if guide.code in codes else "planning.open", label=guide.label
            ),
            ToggleGuide(full.id, value.code, guide.code),
        )
        for guide in value.guides
    ]
    after = rules.behaviours.index(value) + 1
    back = back_to(turn, OpenStep(full.id, step.id, 0))
    foot: Row = (back,)
    if after < len(rules.behaviours):
        following = OpenBehaviour(full.id, rules.behaviours[after].code)
        foot = (back, Key(words.label("planning.next_value"), following, Style.NEXT))
    return Screen(
        text,
        (*in_rows(numbered(keys), 1), (help_key(turn, step.id),), foot),
        view=OpenBehaviour(full.id, value.code),
    )


@dialogue.tap(ToggleGuide)
async def toggle_guide(turn: Turn, tap: ToggleGuide) -> None:
    """Choose a guide statement, or give it up."""
    _full, rules = await own_plan(turn, tap.plan)
    full = await plans.toggle_guide(turn.session, turn.actor, rules, tap.plan, tap.guide, turn.now)
    turn.show(_guides_screen(turn, rules, full, rules.behaviour(tap.behaviour)))


@dialogue.tap(StandardGuides)
async def standard_guides(turn: Turn, tap: StandardGuides) -> None:
    """Take the standard set; it stays editable."""
    _full, rules = await own_plan(turn, tap.plan)
    full = await plans.take_standard_guides(turn.session, turn.actor, rules, tap.plan, turn.now)
    turn.toast(turn.words.label("planning.standard_taken"))
    step = step_of_kind(rules, StepKind.BEHAVIOURS)
    turn.show(await behaviours_screen(turn, rules, step, full))
