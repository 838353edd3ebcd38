"""When a broadcast is to start: day and hour by buttons, in the school's time."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

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
from conversations.screens import Key, Row, Screen, in_rows, numbered
from conversations.turn import Turn
from conversations.words.calendars import zone_name
from storage import broadcasts
from storage.errors import NotFound, TimeIsPast
from storage.models import Broadcast, BroadcastStatus

dialogue = Dialogue("scheduling")

DAYS_A_PAGE = 8
PAGES = 4
HOURS = range(6, 20)
"""When people may be written to; whoever has to write at night sends now."""


@dialogue.presents
async def present(turn: Turn, tap: object) -> None:
    """Show the broadcast that was meant as it is now."""
    number = getattr(tap, "broadcast", 0)
    await show_broadcast(turn, await broadcasts.own(turn.session, turn.actor, number))


@dialogue.tap(ScheduleDay)
async def schedule_day(turn: Turn, tap: ScheduleDay) -> None:
    """Offer days from today on, or from tomorrow on when today is over."""
    if not await _may_be_scheduled(turn, tap.broadcast):
        return
    first = turn.today + timedelta(days=0 if _hours_of(turn, turn.today) else 1)
    page = min(max(tap.page, 0), PAGES - 1)
    days = [first + timedelta(days=page * DAYS_A_PAGE + n) for n in range(DAYS_A_PAGE)]
    keys = [
        Key(_day_label(turn, day), ScheduleHour(tap.broadcast, day.toordinal())) for day in days
    ]
    rows: list[Row] = [*in_rows(numbered(keys)), _pages(tap.broadcast, page)]
    rows.append((back_to(turn, BackToDraft(tap.broadcast)),))
    view = ScheduleDay(tap.broadcast, page)
    turn.show(Screen(turn.words.body("broadcasting.choose_day"), tuple(rows), view=view))


def _pages(broadcast: int, page: int) -> Row:
    row = [Key("‹", ScheduleDay(broadcast, page - 1))] if page else []
    row.append(Key(f"{page + 1}/{PAGES}", ScheduleDay(broadcast, page)))
    if page + 1 < PAGES:
        row.append(Key("›", ScheduleDay(broadcast, page + 1)))
    return tuple(row)


def _day_label(turn: Turn, day: date) -> str:
    weekday = turn.words.day(day).partition(",")[0]
    return turn.words.label(
        "broadcasting.day", weekday=weekday, day=turn.words.short_day(day).rpartition(" ")[0]
    )


@dialogue.tap(ScheduleHour)
async def schedule_hour(turn: Turn, tap: ScheduleHour) -> None:
    """Offer the hours of a day that are still to come."""
    if not await _may_be_scheduled(turn, tap.broadcast):
        return
    day = _day(turn, tap.first)
    hours = _hours_of(turn, day)
    if not hours:
        raise TimeIsPast
    keys = [
        Key(
            turn.words.label("broadcasting.hour", hour=f"{hour:02}"),
            ScheduleAt(tap.broadcast, tap.first, hour),
        )
        for hour in hours
    ]
    zone = zone_name(turn.words.zone, _moment(turn, day, hours[0]))
    text = turn.words.body("broadcasting.choose_hour", day=day, zone=zone)
    rows = (*in_rows(keys), (back_to(turn, ScheduleDay(tap.broadcast, 0)),))
    turn.show(Screen(text, rows, view=tap, takes_number=_as_hour(tap)))


def _as_hour(tap: ScheduleHour) -> Callable[[int], Button]:
    return lambda number: ScheduleAt(tap.broadcast, tap.first, number) if number in HOURS else tap


@dialogue.tap(ScheduleAt)
async def schedule_at(turn: Turn, tap: ScheduleAt) -> None:
    """Keep day and hour."""
    if tap.hour not in HOURS:
        raise NotFound
    due_at = _moment(turn, _day(turn, tap.first), tap.hour)
    broadcast = await broadcasts.schedule(
        turn.session, turn.actor, tap.broadcast, due_at, turn.now
    )
    await show_scheduled(turn, broadcast)


@dialogue.tap(ChangeScheduled)
async def change_scheduled(turn: Turn, tap: ChangeScheduled) -> None:
    """Make it a draft again, so that it can be changed."""
    await show_broadcast(
        turn, await broadcasts.withdraw(turn.session, turn.actor, tap.broadcast, turn.now)
    )


async def _may_be_scheduled(turn: Turn, number: int) -> bool:
    """Whether a time can be chosen; else the broadcast is shown as it is."""
    broadcast: Broadcast = await broadcasts.own(turn.session, turn.actor, number)
    if broadcast.status in (BroadcastStatus.DRAFT, BroadcastStatus.SCHEDULED):
        return True
    await show_broadcast(turn, broadcast)
    return False


def _day(turn: Turn, ordinal: int) -> date:
    """Read a day out of a button; one that nobody was offered is refused."""
    ahead = ordinal - turn.today.toordinal()
    if ahead < 0:
        raise TimeIsPast
    if ahead > PAGES * DAYS_A_PAGE:
        raise NotFound
    return date.fromordinal(ordinal)


def _hours_of(turn: Turn, day: date) -> list[int]:
    return [hour for hour in HOURS if _moment(turn, day, hour) > turn.now]


def _moment(turn: Turn, day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), turn.words.zone)
