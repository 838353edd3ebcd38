"""A lesson that will not be: called off with a reason, and taken out of calendars."""

from datetime import datetime
from typing import Any

from conversations.calendar_files import cancelling_file
from conversations.callbacks.observing import CallOff, CallOffBecause, PickDay, ShowCycle
from conversations.dialogue import Dialogue
from conversations.everywhere import fold, press_typed
from conversations.home import back_to
from conversations.notices import Notice, notice
from conversations.observation_views import cycle_screen
from conversations.observing_days import present
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered
from conversations.turn import Turn
from storage.errors import NotFound, OtherMomentNow
from storage.observations import calling_off, reading, scheduling
from storage.observations.calling_off import Why
from storage.observations.reading import FullCycle

dialogue = Dialogue("observing_off")
dialogue.presents(present)

REASON_STATE = "observing_off.reason"


@dialogue.tap(CallOff)
async def call_off(turn: Turn, tap: CallOff) -> None:
    """Ask why, and say what calling off means."""
    cycle = await scheduling.to_schedule(turn.session, turn.actor, tap.plan, turn.rulebook)
    if cycle.row.meets_at is None or cycle.row.sequence != tap.sequence:
        raise OtherMomentNow
    keys = [
        Key(label, CallOffBecause(tap.plan, tap.sequence, at))
        for at, label in enumerate(turn.words.list("observing.move_labels"))
    ]
    text = turn.words.body("observing.why_off", at=cycle.row.meets_at)
    rows: tuple[Row, ...] = (
        *in_rows(numbered(keys)),
        (back_to(turn, PickDay(tap.plan, 0)),),
    )
    turn.show(Screen(text, rows, view=tap))
    await turn.listen(REASON_STATE, tap)


@dialogue.tap(CallOffBecause)
async def call_off_because(turn: Turn, tap: CallOffBecause) -> None:
    """Call it off for a ready reason."""
    reasons = turn.words.list("observing.move_reasons")
    if not 0 <= tap.reason < len(reasons):
        raise NotFound
    await _call_off(turn, tap.plan, tap.sequence, reasons[tap.reason])


@dialogue.answer(REASON_STATE)
async def take_reason(turn: Turn, subject: CallOff) -> None:
    """Call it off for the reason just written, or press the button that was typed."""
    typed = fold(turn.text)
    labels = [*turn.words.list("observing.move_labels"), turn.words.label("nav.back")]
    if (typed.isdigit() or typed in map(fold, labels)) and await press_typed(turn):
        return
    await _call_off(turn, subject.plan, subject.sequence, turn.text)


async def _call_off(turn: Turn, plan_id: int, sequence: int, reason: str) -> None:
    before = await scheduling.to_schedule(turn.session, turn.actor, plan_id, turn.rulebook)
    starts = before.row.meets_at
    in_calendars = await calling_off.is_in_calendars(turn.session, before.row)
    cycle = await calling_off.call_off(
        turn.session, turn.actor, plan_id, sequence, turn.rulebook, turn.now, reason=reason
    )
    turn.toast(turn.words.label("observing.off_toast"))
    turn.show(cycle_screen(turn, cycle))
    if in_calendars and starts is not None:
        caption = turn.words.body("observing.calendar_off", at=starts)
        turn.send_file(cancelling_file(turn, plan_id, cycle.row.sequence, starts, caption))


# ------------------------------------------------------------------------------- notices


_NOBODY = {"by": "", "reason": ""}


@notice("observation_off")
async def observation_off(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell that a lesson will not be, with the file that takes it out of the calendar."""
    plan_id, why = subject["lesson"], Why(subject["why"])
    cycle = await reading.cycle_of(person.session, plan_id, person.rulebook)
    if cycle is not None and _is_on_again(person, cycle, why):
        return None
    starts = datetime.fromisoformat(subject["meets_at"])
    text = person.words.body(
        "observing.off", who=person.salutation, why=why, at=starts, cycle=cycle,
        own=cycle is not None and cycle.is_teacher(person.actor),
        has_file=subject["in_calendars"], **await _said(person, cycle, subject),
    )  # fmt: skip
    rows: tuple[Row, ...] = ()
    if why is Why.CALLED_OFF and cycle is not None and cycle.may_read(person.actor):
        key = Key(person.words.label("observing.open"), ShowCycle(plan_id), Style.NEXT)
        rows = ((key,),)
    file = None
    if subject["in_calendars"]:
        file = cancelling_file(person, plan_id, subject["sequence"], starts)
    return Notice(Screen(text, rows, view=ShowCycle(plan_id) if rows else None), file=file)


def _is_on_again(person: Person, cycle: FullCycle, why: Why) -> bool:
    """Whether the person has a lesson there by now: its file replaces what the calendar holds."""
    if cycle.agreed_at is None:
        return False
    return why is not Why.RELEASED or cycle.is_observer(person.actor)


async def _said(
    person: Person, cycle: FullCycle | None, subject: dict[str, Any]
) -> dict[str, str]:
    """Give who called it off, and why; empty where nobody did."""
    if cycle is None or subject["why"] != Why.CALLED_OFF:
        return _NOBODY
    found = await reading.move_at(person.session, cycle, subject["sequence"])
    return {"by": found[1].name, "reason": found[0].reason} if found is not None else _NOBODY
