"""When a broadcast is to start: day and hour by buttons, in the school's time."""

from collections.abc import Callable

from conversations import day_picker
from conversations.callbacks.broadcasts import (
    BackToDraft,
    ChangeScheduled,
    ScheduleAt,
    ScheduleDay,
    ScheduleHour,
)
from conversations.callbacks.packing import Button
from conversations.coach.broadcast_cards import show_broadcast, show_scheduled
from conversations.dialogue import Dialogue
from conversations.home import back_to
from conversations.screens import Screen
from conversations.turn import Turn
from storage.broadcasts import moving, reading
from storage.models import Broadcast, BroadcastStatus

dialogue = Dialogue("scheduling")


@dialogue.presents
async def present(turn: Turn, tap: object) -> None:
    """Show the broadcast that was meant as it is now."""
    number = getattr(tap, "broadcast", 0)
    await show_broadcast(turn, await reading.own(turn.session, turn.actor, number))


@dialogue.tap(ScheduleDay)
async def schedule_day(turn: Turn, tap: ScheduleDay) -> None:
    """Offer days from today on, or from tomorrow on when today is over."""
    if not await _may_be_scheduled(turn, tap.broadcast):
        return
    view = ScheduleDay(tap.broadcast, day_picker.page_within(tap.page))
    days = day_picker.day_rows(
        turn, view.page,
        to_page=lambda page: ScheduleDay(tap.broadcast, page),
        to_hours=lambda day: ScheduleHour(tap.broadcast, day),
    )  # fmt: skip
    rows = (*days, (back_to(turn, BackToDraft(tap.broadcast)),))
    turn.show(Screen(turn.words.body("broadcasting.choose_day"), rows, view=view))


@dialogue.tap(ScheduleHour)
async def schedule_hour(turn: Turn, tap: ScheduleHour) -> None:
    """Offer the hours of a day that are still to come."""
    if not await _may_be_scheduled(turn, tap.broadcast):
        return
    day = day_picker.day_of(turn, tap.first)
    hours = day_picker.hour_rows(
        turn, day, lambda hour: ScheduleAt(tap.broadcast, tap.first, hour)
    )
    zone = day_picker.zone_on(turn, day)
    text = turn.words.body("broadcasting.choose_hour", day=day, zone=zone)
    rows = (*hours, (back_to(turn, ScheduleDay(tap.broadcast, 0)),))
    turn.show(Screen(text, rows, view=tap, takes_number=_as_hour(tap)))


def _as_hour(tap: ScheduleHour) -> Callable[[int], Button]:
    return lambda number: (
        ScheduleAt(tap.broadcast, tap.first, number) if number in day_picker.HOURS else tap
    )


@dialogue.tap(ScheduleAt)
async def schedule_at(turn: Turn, tap: ScheduleAt) -> None:
    """Keep day and hour."""
    due_at = day_picker.moment_at(turn, day_picker.day_of(turn, tap.first), tap.hour)
    broadcast = await moving.schedule(turn.session, turn.actor, tap.broadcast, due_at, turn.now)
    await show_scheduled(turn, broadcast)


@dialogue.tap(ChangeScheduled)
async def change_scheduled(turn: Turn, tap: ChangeScheduled) -> None:
    """Make it a draft again, so that it can be changed."""
    await show_broadcast(
        turn, await moving.withdraw(turn.session, turn.actor, tap.broadcast, turn.now)
    )


async def _may_be_scheduled(turn: Turn, number: int) -> bool:
    """Whether a time can be chosen; else the broadcast is shown as it is."""
    broadcast: Broadcast = await reading.own(turn.session, turn.actor, number)
    if broadcast.status in (BroadcastStatus.DRAFT, BroadcastStatus.SCHEDULED):
        return True
    await show_broadcast(turn, broadcast)
    return False
