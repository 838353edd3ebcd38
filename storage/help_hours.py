"""The hours in which people at school can be expected to answer."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

OPENS = time(7)
CLOSES = time(15)
SUNDAY = 6

LOOKS_BACK = timedelta(days=14)
"""Further back nothing is counted: whoever asks has long had enough hours."""


def is_open(moment: datetime, zone: ZoneInfo) -> bool:
    """Whether it is a school hour in this zone: Monday to Saturday, 07.00 to 15.00."""
    local = moment.astimezone(zone)
    return local.weekday() != SUNDAY and OPENS <= local.time() < CLOSES


def between(start: datetime, end: datetime, zone: ZoneInfo) -> timedelta:
    """Give how much of the time from `start` to `end` were school hours."""
    start = max(start, end - LOOKS_BACK)
    total = timedelta()
    day = start.astimezone(zone).date()
    while day <= end.astimezone(zone).date():
        opens, closes = _hours_of(day, zone)
        total += max(timedelta(), min(end, closes) - max(start, opens))
        day += timedelta(days=1)
    return total


def _hours_of(day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    if day.weekday() == SUNDAY:
        nothing = datetime.combine(day, OPENS, zone)
        return nothing, nothing
    return datetime.combine(day, OPENS, zone), datetime.combine(day, CLOSES, zone)
