"""Choosing a day and an hour by buttons or by typing it, in the school's time."""

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from conversations.callbacks.packing import Button
from conversations.screens import Key, Row, in_rows, numbered
from conversations.turn import Turn
from conversations.words.calendars import zone_name
from storage.errors import NotFound, TimeIsPast

DAYS_A_PAGE = 8
PAGES = 4
HOURS = range(6, 20)
"""When people may be written to, and lessons are given."""
HOUR = 60
"""Minutes."""

_CLOCK = re.compile(
    r"(?:(?:pukul|jam|pk|at)\b\.?)?\s*(\d{1,2})[.:](\d{2})\s*(?:wib|wita|wit)?\.?", re.I
)


def day_rows(
    turn: Turn,
    page: int,
    to_page: Callable[[int], Button],
    to_hours: Callable[[int], Button],
    offers: Callable[[date], bool] = lambda _day: True,
) -> tuple[Row, ...]:
    """Give the keys of a page of days: from today on, or from tomorrow when today is over.

    Days that `offers` says no to are left out.
    """
    first = turn.today + timedelta(days=0 if hours_of(turn, turn.today) else 1)
    page = page_within(page)
    days = [first + timedelta(days=page * DAYS_A_PAGE + n) for n in range(DAYS_A_PAGE)]
    keys = [Key(_day_label(turn, day), to_hours(day.toordinal())) for day in days if offers(day)]
    return (*in_rows(numbered(keys)), _pages(page, to_page))


def page_within(page: int) -> int:
    """Give the nearest page of days that there is."""
    return min(max(page, 0), PAGES - 1)


def _pages(page: int, to_page: Callable[[int], Button]) -> Row:
    row = [Key("‹", to_page(page - 1))] if page else []
    row.append(Key(f"{page + 1}/{PAGES}", to_page(page)))
    if page + 1 < PAGES:
        row.append(Key("›", to_page(page + 1)))
    return tuple(row)


def _day_label(turn: Turn, day: date) -> str:
    weekday = turn.words.day(day).partition(",")[0]
    return turn.words.label(
        "broadcasting.day", weekday=weekday, day=turn.words.short_day(day).rpartition(" ")[0]
    )


def hour_rows(turn: Turn, day: date, to_hour: Callable[[int], Button]) -> tuple[Row, ...]:
    """Give the keys of a day's hours that are still to come. Raises `TimeIsPast` without any."""
    hours = hours_of(turn, day)
    if not hours:
        raise TimeIsPast
    keys = [
        Key(turn.words.label("broadcasting.hour", hour=f"{hour:02}"), to_hour(hour))
        for hour in hours
    ]
    return in_rows(keys)


def hours_of(turn: Turn, day: date) -> list[int]:
    """Give the hours of a day that are still to come."""
    return [hour for hour in HOURS if moment_at(turn, day, hour) > turn.now]


def zone_on(turn: Turn, day: date) -> str:
    """Give the name of the school's zone on a day."""
    return zone_name(turn.words.zone, moment_at(turn, day, HOURS[0]))


def day_of(turn: Turn, ordinal: int) -> date:
    """Read a day out of a button; one that nobody was offered is refused."""
    ahead = ordinal - turn.today.toordinal()
    if ahead < 0:
        raise TimeIsPast
    if ahead > PAGES * DAYS_A_PAGE:
        raise NotFound
    return date.fromordinal(ordinal)


def moment_at(turn: Turn, day: date, hour: int, minute: int = 0) -> datetime:
    """Give a time of a day at the school. Raises `NotFound` outside the hours."""
    if hour not in HOURS:
        raise NotFound
    return datetime.combine(day, time(hour, minute), turn.words.zone)


def minute_in(text: str) -> int | None:
    """Read a typed time such as 7.15, in minutes since midnight; None if it is none."""
    found = _CLOCK.fullmatch(text.strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2])
    return hour * HOUR + minute if hour < 24 and minute < HOUR else None
