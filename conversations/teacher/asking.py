"""Asking for help: the coaches hear who is stuck, and where."""

from typing import Any

from conversations.callbacks import AskForHelp, Home, ShowDetails, TeacherEvidence
from conversations.dialogue import Dialogue
from conversations.home import back_home
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.screens import Key, Row, Screen, in_rows
from conversations.turn import Turn
from storage import help_calls, plans
from storage.models import Role
from storage.people import known_id, member_of
from storage.plans import FullPlan
from storage.rulesets import RuleSet

dialogue = Dialogue("asking")

PLACES = {"plan", "summary", "status", "returned", "reopened", "evidence"}
"""Where else than on a step help can be asked for."""


@dialogue.tap(AskForHelp)
async def ask_for_help(turn: Turn, tap: AskForHelp) -> None:
    """Tell the coaches, and tell the teacher who they are; asked twice a day is told once."""
    # A forged place would be told anew each time.
    steps = {step.id for step in turn.rules.steps}
    where = tap.where if tap.where in steps | PLACES else "-"
    helpers = await help_calls.call_for_help(
        turn.session, turn.actor, where, today=turn.today, now=turn.now
    )
    text = turn.words.body(
        "asking.called",
        told=[one.name for one in helpers if one.account_id is not None],
        others=[one.name for one in helpers if one.account_id is None],
    )
    turn.show_below(Screen(text, (back_home(turn),), view=Home()))


@notice("help_wanted")
async def help_wanted(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell a coach who is stuck and how far the plan is."""
    teacher = await member_of(person.session, person.actor.school_id, subject["teacher"])
    if not person.actor.roles & (Role.COACH | Role.PRINCIPAL) and not person.actor.decides:
        return None
    full = await plans.find_plan(person.session, known_id(teacher.id), person.period.id)
    rules = person.rulebook.of_plan(person.school, full.plan) if full else person.rules
    where = subject["where"]
    place = next((step.title for step in rules.steps if step.id == where), "")
    if where == "evidence":
        place = person.words.label("asking.evidence")
    text = person.words.body(
        "asking.wanted", name=teacher.name, place=place, full=full, points=rules.points,
        missing=_missing(rules, full),
    )  # fmt: skip
    rows: tuple[Row, ...] = ()
    if full is not None:
        keys = [
            Key(person.words.label("overview.see"), ShowDetails(full.id, 0, "r")),
            Key(person.words.label("looking.evidence"), TeacherEvidence(full.id, 0)),
        ]
        rows = in_rows(keys)
    return Notice(Screen(text, rows))


def _missing(rules: RuleSet, full: FullPlan | None) -> list[str]:
    """Name the steps that are still empty."""
    if full is None:
        return []
    return [rules.step(one).title for one in plans.missing_steps(rules, full)]
