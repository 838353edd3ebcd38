"""When a school wants to be spoken to: its hours, its week, the holidays of the country."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from holidays import HolidayBase, country_holidays
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.errors import OutOfRange
from storage.models import Role, School, SchoolHours
from storage.people import Actor, known_id

ONE_DAY = timedelta(days=1)
SHORTEST_DAY = 3
"""Hours. In a shorter day everybody would be spoken to at once."""

LOOKS_BACK = timedelta(days=14)
"""Further back no hours are counted: whoever waits has long waited for enough of them."""

WEEKS = (5, 6)
MAY_CHANGE = Role.OPERATOR | Role.PRINCIPAL


@lru_cache(maxsize=1)
def _holidays() -> HolidayBase:
    # "Government" are the shared days of leave. A year is worked out when it is first asked for.
    return country_holidays("ID", categories=("public", "government"))


@lru_cache(maxsize=4096)
def is_holiday(day: date) -> bool:
    """Whether the country has the day off."""
    return day in _holidays()


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of one school, on its own clock: from `opens_at` on, no longer at `closes_at`.

    `working_days` counts from Monday.
    """

    zone: ZoneInfo
    working_days: int = 5
    opens_at: int = 7
    closes_at: int = 16

    def works_on(self, day: date) -> bool:
        """Whether the school works on a day."""
        return day.weekday() < self.working_days and not is_holiday(day)

    def today(self, now: datetime) -> date:
        """Give the day it is at the school."""
        return now.astimezone(self.zone).date()

    def at(self, day: date, hour: int) -> datetime:
        """Give the moment of a day at which the school's clock strikes an hour (0 to 24)."""
        midnight = datetime.combine(day, time(), self.zone)
        return (midnight + timedelta(hours=hour)).astimezone(UTC)

    def is_open(self, now: datetime, *, also_on: date | None = None) -> bool:
        """Whether people may be spoken to now; on `also_on` even if the school does not work."""
        today = self.today(now)
        if not self.works_on(today) and today != also_on:
            return False
        return self.at(today, self.opens_at) <= now < self.at(today, self.closes_at)

    def next_open(self, now: datetime) -> datetime:
        """Give the first moment from now on at which people may be spoken to."""
        if self.is_open(now):
            return now
        day = self.today(now)
        if now >= self.at(day, self.opens_at):
            day += ONE_DAY
        while not self.works_on(day):
            day += ONE_DAY
        return self.at(day, self.opens_at)

    def open_between(self, start: datetime, end: datetime) -> timedelta:
        """Give how much of the time between two moments people could be expected to answer."""
        start, open_for = max(start, end - LOOKS_BACK), timedelta()
        day = self.today(start)
        while day <= self.today(end):
            if self.works_on(day):
                opens, closes = self.at(day, self.opens_at), self.at(day, self.closes_at)
                open_for += max(timedelta(), min(end, closes) - max(start, opens))
            day += ONE_DAY
        return open_for

    def working_days_after(self, day: date, until: date) -> int:
        """Count the working days after a day, up to and including another."""
        return _count_working_days(self, day, until)


@lru_cache(maxsize=4096)
def _count_working_days(hours: Hours, day: date, until: date) -> int:
    days = (day + timedelta(n) for n in range(1, (until - day).days + 1))
    return sum(hours.works_on(one) for one in days)


def hours_from(school_timezone: str, row: SchoolHours | None) -> Hours:
    """Give a school's hours; without a row of its own, the usual ones."""
    zone = ZoneInfo(school_timezone)
    if row is None:
        return Hours(zone)
    return Hours(zone, row.working_days, row.opens_at, row.closes_at)


async def hours_of(session: AsyncSession, school: School) -> Hours:
    """Give a school's hours."""
    return hours_from(school.timezone, await session.get(SchoolHours, known_id(school.id)))


async def set_hours(
    session: AsyncSession,
    actor: Actor,
    *,
    working_days: int,
    opens_at: int,
    closes_at: int,
    now: datetime,
) -> None:
    """Keep a school's week and hours. For operators and principals.

    Raises `OutOfRange` for a week that is not of 5 or 6 days, and for hours that are too short.
    """
    actor.require(MAY_CHANGE)
    if working_days not in WEEKS:
        raise OutOfRange(*WEEKS)
    if not 0 <= opens_at <= 24 - SHORTEST_DAY:
        raise OutOfRange(0, 24 - SHORTEST_DAY)
    if not opens_at + SHORTEST_DAY <= closes_at <= 24:
        raise OutOfRange(opens_at + SHORTEST_DAY, 24)
    row = await session.get(SchoolHours, actor.school_id)
    if row is None:
        row = SchoolHours(
            school_id=actor.school_id, working_days=working_days,
            opens_at=opens_at, closes_at=closes_at,
        )  # fmt: skip
    row.working_days, row.opens_at, row.closes_at = working_days, opens_at, closes_at
    session.add(row)
    audit.record(
        session, actor, "school.hours", f"school:{actor.school_id}", now,
        working_days=working_days, opens_at=opens_at, closes_at=closes_at,
    )  # fmt: skip
    await session.flush()
