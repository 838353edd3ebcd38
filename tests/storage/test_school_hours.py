"""A school's hours, week and zone; the country's holidays."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage import members, school_hours
from storage.database import Database
from storage.errors import NotAllowed, OutOfRange
from storage.models import Role
from storage.people import Actor, known_id
from storage.school_hours import Hours, is_holiday

NOW = datetime(2026, 7, 6, 3, 0, tzinfo=UTC)
ZONES = ("Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura")

zones = st.sampled_from(ZONES).map(ZoneInfo)
hours = st.builds(
    Hours, zones, st.sampled_from(school_hours.WEEKS), st.integers(0, 10), st.integers(13, 24)
)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    "day",
    [date(2026, 8, 17), date(2026, 3, 20), date(2026, 3, 23), date(2026, 12, 25)],
    ids=str,
)
def test_holidays_and_shared_days_of_leave_are_known(day: date) -> None:
    assert is_holiday(day)
    assert not Hours(ZoneInfo("Asia/Jakarta")).works_on(day)


def test_the_week_has_five_or_six_days() -> None:
    saturday, zone = date(2026, 7, 11), ZoneInfo("Asia/Jakarta")
    assert not Hours(zone, 5).works_on(saturday)
    assert Hours(zone, 6).works_on(saturday)
    assert not Hours(zone, 6).works_on(saturday + timedelta(1))


def test_the_same_hour_comes_earlier_in_the_east() -> None:
    opening = [Hours(ZoneInfo(zone)).at(date(2026, 7, 6), 7) for zone in ZONES]
    assert [one.hour for one in opening] == [0, 23, 22]


@given(hours, moments)
def test_the_next_moment_is_open_and_nothing_before_it_is(one: Hours, now: datetime) -> None:
    following = one.next_open(now)
    assert following >= now
    assert one.is_open(following)
    local = following.astimezone(one.zone)
    assert one.opens_at <= local.hour < one.closes_at
    assert one.works_on(local.date())
    probe = now
    while probe < following and probe < now + timedelta(days=2):
        assert not one.is_open(probe)
        probe += timedelta(hours=1)


@given(hours, st.dates(date(2026, 1, 1), date(2027, 1, 1)), st.integers(0, 40), st.integers(0, 40))
def test_working_days_add_up(one: Hours, day: date, first: int, second: int) -> None:
    middle, end = day + timedelta(first), day + timedelta(first + second)
    parts = one.working_days_after(day, middle) + one.working_days_after(middle, end)
    assert one.working_days_after(day, end) == parts <= first + second


async def test_hours_are_kept_within_bounds_by_whom_they_concern(database: Database) -> None:
    async with database.transaction() as session:
        school = await members.found_school(
            session, npsn="1", name="SMPN 1", timezone="Asia/Jayapura", ruleset="pmm-2024", now=NOW
        )
        one = await members.invite(session, school, name="Op", roles=Role.OPERATOR, now=NOW)
    operator = Actor(known_id(one.member.id), known_id(school.id), "Op", Role.OPERATOR)
    teacher = Actor(known_id(one.member.id), known_id(school.id), "Op", Role.TEACHER)

    async def keep(actor: Actor, days: int, opens_at: int, closes_at: int) -> Hours:
        async with database.transaction() as session:
            await school_hours.set_hours(
                session, actor, working_days=days, opens_at=opens_at, closes_at=closes_at, now=NOW
            )
        async with database.reading() as session:
            return await school_hours.hours_of(session, school)

    assert await keep(operator, 6, 6, 14) == Hours(ZoneInfo("Asia/Jayapura"), 6, 6, 14)
    assert (await keep(operator, 5, 8, 24)).closes_at == 24
    for wrong in ((7, 7, 16), (5, 7, 9), (5, -1, 16), (5, 22, 24)):
        with pytest.raises(OutOfRange):
            await keep(operator, *wrong)
    with pytest.raises(NotAllowed):
        await keep(teacher, 6, 6, 14)
