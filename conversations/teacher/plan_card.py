"""The plan card: the steps, how far each is, and the points so far.

Every planning dialogue ends here.
"""

from conversations.callbacks.planning import (
    AskForHelp,
    OpenPlan,
    OpenStep,
    OpenSuggestions,
    OpenSummary,
    StartFrom,
)
from conversations.home import back_home
from conversations.plan_views import sections
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered
from conversations.teacher.summary import show_summary
from conversations.turn import Turn
from storage import plans
from storage.models import PlanStatus
from storage.plans import FullPlan
from storage.rulesets import RuleSet, StepKind


async def own_plan(turn: Turn, plan_id: int) -> tuple[FullPlan, RuleSet]:
    """Give one of the teacher's own plans with the rule set it was made under."""
    full = await plans.own_plan(turn.session, turn.actor, plan_id)
    return full, turn.rulebook.of_plan(turn.school, full.plan)


async def show_plan(turn: Turn, full: FullPlan) -> None:
    """Show the plan: its steps while it can be filled, else everything in it."""
    if full.fillable:
        turn.show(await plan_screen(turn, full))
    else:
        await show_summary(turn, full)


async def plan_screen(turn: Turn, full: FullPlan) -> Screen:
    """Draw the steps of a plan that can be filled."""
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    marks, returned = await returned_with(turn, full)
    steps = sections(rules, full, marks)
    text = turn.words.body(
        "planning.card", rules=rules, period=rules.period(full.plan.period), full=full,
        points=rules.points, sections=steps, returned=returned, StepKind=StepKind,
    )  # fmt: skip
    return Screen(text, await _rows(turn, rules, full), view=OpenPlan())


async def returned_with(turn: Turn, full: FullPlan) -> tuple[list[str], dict[str, str] | None]:
    """Give what the principal marked and said, while the plan is returned."""
    if full.status is not PlanStatus.RETURNED:
        return [], None
    found = await plans.latest_decision(turn.session, full.id)
    if found is None:
        return [], None
    decision, by = found
    return list(decision.marks), {"by": by.name, "reason": decision.reason}


async def _rows(turn: Turn, rules: RuleSet, full: FullPlan) -> tuple[Row, ...]:
    words = turn.words
    steps = numbered([Key(step.title, OpenStep(full.id, step.id, 0)) for step in rules.steps])
    rows: list[Row] = [*in_rows(steps, 1 if len(steps) <= 3 else 2)]
    if not full.entries:
        rows += await _starting_points(turn, rules, full)
    if rules.points is not None and full.plan.points_floor < rules.points.target_min:
        rows.append((Key(words.label("planning.suggest"), OpenSuggestions(full.id), Style.NEXT),))
    ready = Style.NEXT if not plans.missing_steps(rules, full) else None
    rows.append((Key(words.label("planning.summary"), OpenSummary(full.id), ready),))
    rows.append((*back_home(turn), Key(words.label("home.ask_for_help"), AskForHelp("plan"))))
    return tuple(rows)


async def _starting_points(turn: Turn, rules: RuleSet, full: FullPlan) -> list[Row]:
    before = turn.rulebook.period_before(turn.school, rules.period(full.plan.period))
    offers = await plans.starting_points(turn.session, turn.actor, rules, before)
    keys = [
        Key(turn.words.label(f"planning.start_from_{origin}"), StartFrom(full.id, origin, "-"))
        for origin in offers
    ]
    return list(in_rows(keys))
