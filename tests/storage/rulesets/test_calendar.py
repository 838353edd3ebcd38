"""Periods and phases, in any year."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rulesets import (
    MonthDay,
    RuleSet,
)
from tests.storage.rulesets.staging import GTK, PMM

ONE_DAY = timedelta(days=1)
days = st.dates(date(2024, 1, 1), date(2100, 12, 31))
rulesets = st.sampled_from([PMM, GTK])


@given(rulesets, days)
def test_every_day_has_one_period(ruleset: RuleSet, day: date) -> None:
    period = ruleset.period_at(day)
    assert period.start <= day <= period.end
    assert day in period
    assert ruleset.period(period.id) == period
    assert ruleset.period_at(period.start) == ruleset.period_at(period.end) == period


@given(rulesets, days)
def test_periods_follow_one_another(ruleset: RuleSet, day: date) -> None:
    period = ruleset.period_at(day)
    following = ruleset.next_period(period)
    assert period.end + ONE_DAY == following.start


@given(rulesets, days)
def test_phases_lie_inside_their_period(ruleset: RuleSet, day: date) -> None:
    period = ruleset.period_at(day)
    phases = ruleset.phases_of(period)
    assert phases
    for phase in phases:
        assert period.start <= phase.start <= phase.end <= period.end
    assert period.start <= ruleset.planning_deadline(period) <= period.end


@given(rulesets, days)
def test_the_phases_leave_no_day_out(ruleset: RuleSet, day: date) -> None:
    phase = ruleset.phase_at(day)
    assert phase is not None
    assert day in phase
    assert phase in ruleset.phases_of(ruleset.period_at(day))


def test_half_years_and_whole_years() -> None:
    second = PMM.period("2026-2")
    assert (second.name, second.start, second.end) == (
        "Juli–Desember",
        date(2026, 7, 1),
        date(2026, 12, 31),
    )
    assert PMM.next_period(PMM.period("2024-2")).id == "2025-1"
    assert GTK.period_at(date(2027, 5, 5)).id == "2027"
    assert GTK.next_period(GTK.period("2026")).id == "2027"


def test_the_extension_holds_for_its_own_year_only() -> None:
    assert PMM.planning_deadline(PMM.period("2024-1")) == date(2024, 3, 31)
    assert PMM.planning_deadline(PMM.period("2024-2")) == date(2024, 7, 31)
    assert PMM.planning_deadline(PMM.period("2025-1")) == date(2025, 1, 31)
    assert PMM.planning_window(PMM.period("2024-1")).extended
    assert not PMM.planning_window(PMM.period("2025-1")).extended


def test_the_end_of_february_moves() -> None:
    ends = [PMM.phases_of(PMM.period(f"{year}-1"))[1].end for year in (2024, 2025, 2100)]
    assert ends == [date(2024, 2, 29), date(2025, 2, 28), date(2100, 2, 28)]


def test_phases_in_months_are_estimates() -> None:
    planning = GTK.planning_window(GTK.period("2026"))
    assert (planning.start, planning.end) == (date(2026, 1, 1), date(2026, 3, 31))
    assert planning.estimated
    rating = GTK.phase_at(date(2026, 12, 24))
    assert rating is not None
    assert (rating.id, rating.estimated) == ("penilaian", False)


def test_of_overlapping_phases_the_latest_to_start_counts() -> None:
    during_extension = PMM.phase_at(date(2024, 2, 10))
    assert during_extension is not None
    assert during_extension.id == "persiapan_observasi"
    together = GTK.phase_at(date(2025, 1, 10))
    assert together is not None
    assert together.id == "perencanaan"


def test_the_shifted_calendar_is_an_estimate() -> None:
    first, second = (PMM.planning_window(PMM.period(each)) for each in ("2024-1", "2024-2"))
    assert (first.estimated, second.estimated) == (False, True)


@pytest.mark.parametrize(
    "text", ["1-1", "13-01", "00-10", "02-30", "04-31", "01-00", "2024-01-01"]
)
def test_days_no_year_has(text: str) -> None:
    with pytest.raises(ValueError, match=r"MM-DD|no year has"):
        MonthDay.parse(text)


def test_a_day_that_only_leap_years_have() -> None:
    day = MonthDay.parse("02-29")
    assert (day.first_in(2025), day.last_in(2025)) == (date(2025, 3, 1), date(2025, 2, 28))
    assert day.first_in(2024) == day.last_in(2024) == date(2024, 2, 29)
