"""The pace: as fast as Telegram allows, never faster, and patient with whoever needs it."""

import heapq
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.pacing import CHAT_BURST, LINE_IS_DOWN_AFTER, TOTAL_BURST, TOTAL_PER_S, Pace
from bot.simulator.flood import Flood


class Clock:
    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace(clock: Clock) -> Pace:
    return Pace(clock)


def send(clock: Clock, pace: Pace, chat_id: int | None = None) -> None:
    """Wait as long as one has to, and send."""
    wait = pace.wait(0)
    if chat_id is not None:
        wait = max(wait, pace.wait_for(chat_id))
    clock.at += wait
    pace.take(chat_id)


@given(
    st.lists(st.floats(0.001, 0.3), min_size=30, max_size=200),
    st.lists(st.integers(1, 40), min_size=200, max_size=200),
    st.floats(0, 3),
)
def test_telegram_never_has_to_refuse(
    latencies: list[float], chats: list[int], idle: float
) -> None:
    """However long each message takes to get there, in whichever order they arrive."""
    clock = Clock()
    pace, arrivals = Pace(clock), Clock()
    flood = Flood(clock=arrivals, chat_burst=CHAT_BURST + 1)
    clock.at += idle
    on_the_way: list[tuple[float, int]] = []
    for latency, chat in zip(latencies, chats, strict=False):
        send(clock, pace, chat)
        heapq.heappush(on_the_way, (clock.at + latency, chat))
    while on_the_way:
        arrivals.at, chat = heapq.heappop(on_the_way)
        flood.admit(chat)
    assert flood.refused == 0


def test_a_long_run_keeps_up_with_the_limit(clock: Clock, pace: Pace) -> None:
    began = clock.at
    for chat in range(3000):
        send(clock, pace, chat)
    assert 3000 / (clock.at - began) == pytest.approx(TOTAL_PER_S, rel=0.01)


def test_nothing_is_saved_up_at_the_start_and_little_later(clock: Clock, pace: Pace) -> None:
    assert pace.wait(0) > 0
    clock.at += 3600
    pace.begin()
    assert pace.wait(0) > 0
    clock.at += 3600
    burst = 0
    while not pace.wait(0):
        pace.take(None)
        burst += 1
    assert burst == TOTAL_BURST


def test_few_are_in_flight_unless_they_hang(clock: Clock, pace: Pace) -> None:
    clock.at += 1 / TOTAL_PER_S
    assert not pace.wait(0)
    assert pace.wait(1) == pytest.approx(1 / TOTAL_PER_S, rel=0.01)
    clock.at += pace.wait(1)
    assert not pace.wait(1)
    assert pace.wait(2) > 0
    clock.at += 60
    assert not pace.wait(int(TOTAL_BURST / 2))
    assert pace.wait(int(TOTAL_BURST)) == math.inf


def test_a_chat_that_was_forgotten_may_have_a_burst_again(clock: Clock, pace: Pace) -> None:
    for _ in range(int(CHAT_BURST)):
        assert not pace.wait_for(7)
        pace.take(7)
    assert pace.wait_for(7) == pytest.approx(1, rel=0.01)
    assert not pace.wait_for(8)
    pace.forget_idle()
    assert pace.wait_for(7)
    clock.at += 60
    pace.forget_idle()
    assert not pace._chats


def test_one_refusal_is_the_chats_two_are_everybodys(clock: Clock, pace: Pace) -> None:
    pace.refused(1, 30)
    pace.refused(1, 30)
    assert not pace.is_quiet
    clock.at += 10
    pace.refused(2, 30)
    assert pace.wait(0) < 1
    pace.refused(3, 60)
    assert pace.wait(0) == pytest.approx(60, rel=0.01)
    clock.at += 60.1
    assert not pace.wait(0)
    assert pace.wait(5) > 0  # nothing was saved up meanwhile


def test_a_line_that_is_down_is_tried_less_and_less_often(clock: Clock, pace: Pace) -> None:
    assert all(pace.broke(1) for _ in range(20))
    for chat in range(2, LINE_IS_DOWN_AFTER):
        assert pace.broke(chat)
    pauses = []
    for _ in range(8):
        assert not pace.broke(99)
        pauses.append(pace.wait(0))
        clock.at += pauses[-1]
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(30, rel=0.01)
    pace.arrived()
    assert pace.broke(1)
