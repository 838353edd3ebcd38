"""Times of day as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from conversations.day_picker import minute_in


@given(st.integers(0, 23), st.integers(0, 59), st.sampled_from(".:"))
def test_every_minute_of_a_day_can_be_typed(hour: int, minute: int, sign: str) -> None:
    assert minute_in(f"{hour}{sign}{minute:02}") == hour * 60 + minute
    assert minute_in(f"{hour:02}{sign}{minute:02}") == hour * 60 + minute


@pytest.mark.parametrize(
    "text", ["07.15", "7.15", " 7:15 ", "pukul 7.15", "Jam 07.15 WIB", "pk. 07.15", "7.15wita."]
)
def test_ways_of_writing_a_time(text: str) -> None:
    assert minute_in(text) == 7 * 60 + 15


@pytest.mark.parametrize("text", ["", "7", "7.5", "24.00", "7.60", "07.15.00", "8 Juli", "-7.15"])
def test_what_is_no_time(text: str) -> None:
    assert minute_in(text) is None
