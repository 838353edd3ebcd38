"""A teacher's own observation: what is prepared, and the questions before and after the lesson."""

from collections.abc import Sequence
from typing import Any

from conversations.callbacks.everybody import Home
from conversations.callbacks.observing import (
    ChooseFocus,
    ChooseIndicator,
    OpenObservation,
    PickFocus,
    PickIndicator,
    ReadStep,
    ShowCycle,
    ShowMoves,
)
from conversations.callbacks.packing import Button
from conversations.dialogue import Dialogue
from conversations.forms import Form, Question, register
from conversations.home import back_home, back_to
from conversations.notices import Notice, notice
from conversations.observation_views import cycle_screen, rubric_place, step_screen
from conversations.people import Person
from conversations.principal.observing import show_board, show_observed
from conversations.screens import Key, Screen, Style, in_rows, numbered
from conversations.turn import Turn
from storage import plans
from storage.errors import NotAllowed, NotFound
from storage.evidence.changing import OPEN_PLANS
from storage.models import Marking, Role
from storage.observations import following_up, preparing, reading
from storage.observations.answers import FORM
from storage.observations.board import may_see_board
from storage.observations.reading import FullCycle
from storage.rulesets import FieldKind

dialogue = Dialogue("observing")

MOVES_SHOWN = 10


async def cycle_to_show(turn: Turn, plan_id: int) -> FullCycle:
    """Give a cycle as it stands; it begins when its teacher, or who decides, first looks."""
    found = await reading.cycle_of(turn.session, plan_id, turn.rulebook)
    if found is None and not turn.only_looks:
        return await preparing.open_cycle(
            turn.session, turn.actor, plan_id, turn.rulebook, turn.now
        )
    return await reading.read(turn.session, turn.actor, plan_id, turn.rulebook)


async def show_cycle(turn: Turn, plan_id: int) -> None:
    """Show a cycle; the other side is told of what words have just completed."""
    cycle = await cycle_to_show(turn, plan_id)
    if not turn.only_looks:
        await following_up.tell_done(turn.session, turn.actor, cycle, turn.now)
    turn.show(cycle_screen(turn, cycle))


@dialogue.presents
async def present(turn: Turn, tap: Any) -> None:
    """Show the cycle that was meant as it is now."""
    await show_cycle(turn, getattr(tap, "plan", 0))


@dialogue.command("observasi")
async def observation_command(turn: Turn, _words: str) -> None:
    """Show what there is to do with observations."""
    await open_observation(turn, OpenObservation())


@dialogue.tap(OpenObservation)
async def open_observation(turn: Turn, _tap: OpenObservation) -> None:
    """Show one's own cycle; without one, those in which one observes, or the board."""
    actor = turn.actor
    full = await plans.find_plan(turn.session, actor.member_id, turn.period.id)
    if actor.roles & Role.TEACHER and full is not None and full.status in OPEN_PLANS:
        await show_cycle(turn, full.id)
        return
    if await reading.observed_by(turn.session, actor, turn.period.id, turn.rulebook):
        await show_observed(turn, 0)
        return
    if may_see_board(actor):
        await show_board(turn, 0)
        return
    turn.show(Screen(turn.words.body("observing.not_yet"), (back_home(turn),), OpenObservation()))


@dialogue.tap(ShowCycle)
async def tap_cycle(turn: Turn, tap: ShowCycle) -> None:
    """Show a cycle."""
    await show_cycle(turn, tap.plan)


@dialogue.tap(ReadStep)
async def read_step(turn: Turn, tap: ReadStep) -> None:
    """Show one step in full."""
    cycle = await reading.read(turn.session, turn.actor, tap.plan, turn.rulebook)
    turn.show(await step_screen(turn, cycle, tap.place))


@dialogue.tap(ShowMoves)
async def show_moves(turn: Turn, tap: ShowMoves) -> None:
    """Show who moved the day, when, from what to what, and why."""
    cycle = await reading.read(turn.session, turn.actor, tap.plan, turn.rulebook)
    moves = await reading.moves_of(turn.session, cycle, MOVES_SHOWN)
    text = turn.words.body("observing.moves", cycle=cycle, moves=moves)
    turn.show(Screen(text, ((back_to(turn, ShowCycle(tap.plan)),),), view=tap))


# ------------------------------------------------------------------------------- choosing


async def _own(turn: Turn, plan_id: int) -> FullCycle:
    cycle = await reading.read(turn.session, turn.actor, plan_id, turn.rulebook)
    if not cycle.is_teacher(turn.actor):
        raise NotAllowed
    return cycle


@dialogue.tap(PickIndicator)
async def pick_indicator(turn: Turn, tap: PickIndicator) -> None:
    """Offer the practice indicators."""
    cycle = await _own(turn, tap.plan)
    keys = [Key(one.label, ChooseIndicator(tap.plan, one.code)) for one in cycle.rules.indicators]
    text = turn.words.body("observing.indicators", cycle=cycle, chosen=cycle.indicator)
    rows = (*in_rows(numbered(keys)), (back_to(turn, ShowCycle(tap.plan)),))
    turn.show(Screen(text, rows, view=tap))


@dialogue.tap(ChooseIndicator)
async def choose_indicator(turn: Turn, tap: ChooseIndicator) -> None:
    """Keep the indicator and go on to its behaviours."""
    await preparing.choose_indicator(
        turn.session, turn.actor, tap.plan, tap.indicator, turn.rulebook, turn.now
    )
    await pick_focus(turn, PickFocus(tap.plan))


@dialogue.tap(PickFocus)
async def pick_focus(turn: Turn, tap: PickFocus) -> None:
    """Offer the behaviours of the indicator."""
    cycle = await _own(turn, tap.plan)
    if cycle.rubric is None:
        raise NotFound
    keys = [Key(one.label, ChooseFocus(tap.plan, one.code)) for one in cycle.rubric.focus]
    text = turn.words.body(
        "observing.behaviours", cycle=cycle, rubric=cycle.rubric,
        is_own=cycle.rubric.focus_confidence != "quoted",
    )  # fmt: skip
    rows = (*in_rows(numbered(keys), 1), (back_to(turn, ShowCycle(tap.plan)),))
    turn.show(Screen(text, rows, view=tap))


@dialogue.tap(ChooseFocus)
async def choose_focus(turn: Turn, tap: ChooseFocus) -> None:
    """Keep the behaviour."""
    await preparing.choose_behaviour(
        turn.session, turn.actor, tap.plan, tap.focus, turn.rulebook, turn.now
    )
    await show_cycle(turn, tap.plan)


# ------------------------------------------------------------------------------- the form


async def _questions(turn: Turn, plan_id: int, field: str) -> Sequence[Question]:
    """Give the questions of the step that a blank belongs to, for the side the person is on."""
    cycle = await reading.read(turn.session, turn.actor, plan_id, turn.rulebook)
    step = cycle.rules.observation_field(field).step
    return [
        Question(
            one.id,
            one.title,
            one.hint,
            example=one.example,
            takes_files=True,
            wants_files=one.kind is FieldKind.DOCUMENT,
            is_optional=not one.required,
        )
        for one in following_up.questions_of(cycle, turn.actor, step)
    ]


async def _may_read(turn: Turn, plan_id: int) -> None:
    await reading.read(turn.session, turn.actor, plan_id, turn.rulebook)


async def _home_of(_turn: Turn, plan_id: int) -> Button:
    return ShowCycle(plan_id)


register(
    Form(
        name=FORM,
        questions=_questions,
        guard=following_up.may_answer,
        may_read=_may_read,
        home=_home_of,
        help_about=FORM,
    )
)


# ------------------------------------------------------------------------------- notices


async def cycle_for(person: Person, subject: dict[str, Any]) -> FullCycle:
    """Give the cycle that a notice is about. Raises `Refused` where it is not the person's."""
    return await reading.read(person.session, person.actor, subject["plan"], person.rulebook)


@notice("observation_step")
async def observation_step(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell that a step is complete, with the button that shows it."""
    cycle = await cycle_for(person, subject)
    step = cycle.step(subject["step"])
    if step.done_at is None:
        return None
    place = [one.id for one in cycle.steps].index(step.id) + 1
    text = person.words.body(
        "observing.step_done", who=person.salutation, step=step, cycle=cycle,
        own=cycle.is_teacher(person.actor),
    )  # fmt: skip
    view = ReadStep(cycle.plan_id, place)
    rows = (
        (Key(person.words.label("observing.see_step"), view, Style.NEXT),),
        (Key(person.words.label("nav.home"), Home()),),
    )
    return Notice(Screen(text, rows, view=ShowCycle(cycle.plan_id)))


@notice("observation_signed")
async def observation_signed(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell that the marks are final; for the teacher the talk about them comes next."""
    cycle = await cycle_for(person, subject)
    if cycle.marking is not Marking.SIGNED:
        return None
    text = person.words.body(
        "observing.signed", who=person.salutation, cycle=cycle,
        own=cycle.is_teacher(person.actor),
    )  # fmt: skip
    see = ReadStep(cycle.plan_id, rubric_place(cycle))
    rows = (
        (Key(person.words.label("observing.see_marks"), see, Style.NEXT),),
        (Key(person.words.label("observing.open"), ShowCycle(cycle.plan_id)),),
    )
    return Notice(Screen(text, rows, view=ShowCycle(cycle.plan_id)))
