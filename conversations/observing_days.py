"""When an observation takes place: proposing, confirming, moving, and what both are told."""

from datetime import datetime
from typing import Any

from conversations import day_picker
from conversations.calendar_files import calendar_file
from conversations.callbacks.observing import (
    CalendarFile,
    CallOff,
    ConfirmDay,
    MoveBecause,
    PickDay,
    PickHour,
    ProposeAt,
    ShowCycle,
)
from conversations.day_picker import HOUR
from conversations.dialogue import Dialogue
from conversations.everywhere import fold, press_typed
from conversations.home import back_to
from conversations.notices import Notice, notice
from conversations.observation_views import cycle_screen
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered
from conversations.teacher.observing import cycle_for
from conversations.turn import Turn
from storage import school_hours
from storage.errors import NotFound
from storage.models import Booking
from storage.observations import reading, scheduling
from storage.observations.reading import FullCycle

dialogue = Dialogue("observing_days")

REASON_STATE = "observing_days.reason"

DAY = 24 * HOUR


@dialogue.presents
async def present(turn: Turn, tap: Any) -> None:
    """Show the cycle that was meant as it is now."""
    cycle = await reading.read(turn.session, turn.actor, tap.plan, turn.rulebook)
    turn.show(cycle_screen(turn, cycle))


async def _cycle(turn: Turn, plan_id: int) -> FullCycle:
    return await scheduling.to_schedule(turn.session, turn.actor, plan_id, turn.rulebook)


@dialogue.tap(PickDay)
async def pick_day(turn: Turn, tap: PickDay) -> None:
    """Offer days on which the school works; a lesson is on no other."""
    cycle = await _cycle(turn, tap.plan)
    view = PickDay(tap.plan, day_picker.page_within(tap.page))
    hours = await school_hours.hours_of(turn.session, turn.school)
    days = day_picker.day_rows(
        turn, view.page,
        to_page=lambda page: PickDay(tap.plan, page),
        to_hours=lambda day: PickHour(tap.plan, day, cycle.row.sequence),
        offers=hours.works_on,
    )  # fmt: skip
    text = turn.words.body("observing.choose_day", cycle=cycle)
    foot = [back_to(turn, ShowCycle(tap.plan))]
    if cycle.row.meets_at is not None:
        off = CallOff(tap.plan, cycle.row.sequence)
        foot.append(Key(turn.words.label("observing.call_off"), off, Style.NO))
    turn.show(Screen(text, (*days, tuple(foot)), view=view))


@dialogue.tap(PickHour)
async def pick_hour(turn: Turn, tap: PickHour) -> None:
    """Offer the hours of a day; any other time may be typed."""
    await _cycle(turn, tap.plan)
    day = day_picker.day_of(turn, tap.first)

    def at(minute: int) -> ProposeAt:
        return ProposeAt(tap.plan, tap.first, minute, tap.sequence)

    def typed(text: str) -> ProposeAt | None:
        minute = day_picker.minute_in(text)
        return at(minute) if minute is not None else None

    rows = day_picker.hour_rows(turn, day, lambda hour: at(hour * HOUR))
    text = turn.words.body("observing.choose_hour", day=day, zone=day_picker.zone_on(turn, day))
    turn.show(
        Screen(
            text, (*rows, (back_to(turn, PickDay(tap.plan, 0)),)), view=tap,
            takes_number=lambda hour: at(hour * HOUR) if hour in day_picker.HOURS else tap,
            takes_words=typed,
        )
    )  # fmt: skip


@dialogue.tap(ProposeAt)
async def propose_at(turn: Turn, tap: ProposeAt) -> None:
    """Propose a moment; to move what was agreed on, the reason is asked first."""
    cycle = await _cycle(turn, tap.plan)
    if tap.minute // HOUR not in day_picker.HOURS:
        turn.alert(turn.words.label("observing.odd_hour"))
        await pick_hour(turn, PickHour(tap.plan, tap.first, tap.sequence))
        return
    meets_at = _moment(turn, tap)
    if cycle.agreed_at is not None and cycle.agreed_at != meets_at:
        await _ask_why(turn, cycle, tap)
        return
    await _propose(turn, tap, "")


async def _ask_why(turn: Turn, cycle: FullCycle, tap: ProposeAt) -> None:
    slot = tap.first * DAY + tap.minute
    keys = [
        Key(label, MoveBecause(tap.plan, slot, tap.sequence, at))
        for at, label in enumerate(turn.words.list("observing.move_labels"))
    ]
    text = turn.words.body("observing.why", before=cycle.agreed_at, after=_moment(turn, tap))
    rows: tuple[Row, ...] = (
        *in_rows(numbered(keys)),
        (back_to(turn, ShowCycle(tap.plan)),),
    )
    turn.show(Screen(text, rows, view=tap))
    await turn.listen(REASON_STATE, tap)


@dialogue.tap(MoveBecause)
async def move_because(turn: Turn, tap: MoveBecause) -> None:
    """Move what was agreed on, for a ready reason."""
    reasons = turn.words.list("observing.move_reasons")
    if not 0 <= tap.reason < len(reasons):
        raise NotFound
    day, minute = divmod(tap.slot, DAY)
    await _propose(turn, ProposeAt(tap.plan, day, minute, tap.sequence), reasons[tap.reason])


@dialogue.answer(REASON_STATE)
async def take_reason(turn: Turn, subject: ProposeAt) -> None:
    """Move what was agreed on for the reason just written, or press the button that was typed."""
    typed = fold(turn.text)
    labels = [*turn.words.list("observing.move_labels"), turn.words.label("nav.back")]
    if (typed.isdigit() or typed in map(fold, labels)) and await press_typed(turn):
        return
    await _propose(turn, subject, turn.text)


async def _propose(turn: Turn, tap: ProposeAt, reason: str) -> None:
    cycle = await scheduling.propose(
        turn.session, turn.actor, tap.plan, tap.sequence, _moment(turn, tap), turn.rulebook,
        turn.now, reason=reason,
    )  # fmt: skip
    turn.toast(turn.words.label("observing.proposed_toast"))
    turn.show(cycle_screen(turn, cycle))


def _moment(turn: Turn, tap: ProposeAt) -> datetime:
    day = day_picker.day_of(turn, tap.first)
    return day_picker.moment_at(turn, day, *divmod(tap.minute, HOUR))


@dialogue.tap(ConfirmDay)
async def confirm_day(turn: Turn, tap: ConfirmDay) -> None:
    """Agree; the file for the calendar goes along."""
    cycle = await scheduling.confirm(
        turn.session, turn.actor, tap.plan, tap.sequence, turn.rulebook, turn.now
    )
    turn.toast(turn.words.label("observing.confirmed_toast"))
    turn.show(cycle_screen(turn, cycle))
    _send_calendar(turn, cycle)


@dialogue.tap(CalendarFile)
async def send_calendar(turn: Turn, tap: CalendarFile) -> None:
    """Send the file for the calendar once more."""
    cycle = await reading.read(turn.session, turn.actor, tap.plan, turn.rulebook)
    if cycle.agreed_at is None:
        raise NotFound
    _send_calendar(turn, cycle)


def _send_calendar(turn: Turn, cycle: FullCycle) -> None:
    caption = turn.words.body("observing.calendar", at=cycle.agreed_at)
    file = calendar_file(turn, cycle, caption)
    if file is not None:
        turn.send_file(file)


# ------------------------------------------------------------------------------- notices


@notice("observation_proposed")
async def observation_proposed(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the other side of a new day, what it replaces, and why; with the button to agree."""
    cycle = await cycle_for(person, subject)
    if cycle.row.sequence != subject["sequence"] or cycle.booking is not Booking.PROPOSED:
        return None
    ((move, by),) = await reading.moves_of(person.session, cycle, 1)
    text = person.words.body(
        "observing.proposed", who=person.salutation, cycle=cycle, move=move, by=by.name,
        own=cycle.is_teacher(person.actor),
    )  # fmt: skip
    words, plan = person.words, cycle.plan_id
    rows: list[Row] = []
    if (by.id == cycle.row.member_id) != cycle.is_teacher(person.actor):
        confirm = Key(
            words.label("observing.confirm"), ConfirmDay(plan, cycle.row.sequence), Style.YES
        )
        rows.append((confirm, Key(words.label("observing.day_proposed"), PickDay(plan, 0))))
    rows.append((Key(words.label("observing.open"), ShowCycle(plan)),))
    return Notice(Screen(text, tuple(rows), view=ShowCycle(plan)))


@notice("observation_confirmed")
async def observation_confirmed(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell both that the day is agreed on, with the file for their calendars."""
    cycle = await cycle_for(person, subject)
    if cycle.row.sequence != subject["sequence"] or cycle.agreed_at is None:
        return None
    text = person.words.body(
        "observing.confirmed", who=person.salutation, cycle=cycle,
        own=cycle.is_teacher(person.actor),
    )  # fmt: skip
    rows = ((Key(person.words.label("observing.open"), ShowCycle(cycle.plan_id), Style.NEXT),),)
    screen = Screen(text, rows, view=ShowCycle(cycle.plan_id))
    return Notice(screen, file=calendar_file(person, cycle))
