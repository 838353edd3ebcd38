"""Suggestions: always enough, never too much, and provably the least work."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.rulesets import Confidence, Item, RuleSet, load_ruleset
from storage.suggestions import (
    ESTIMATED_PERCENT,
    IN_HAND_MINUTES,
    LIKED_PERCENT,
    USUAL_QUANTITY,
    Pick,
    Reason,
    Suggestion,
    suggest,
)

PMM = load_ruleset("pmm-2024")
NO_WISHES = frozenset[str]()


def picks(suggestion: Suggestion) -> dict[str, int]:
    return {pick.code: pick.quantity for pick in suggestion.picks}


def small_ruleset(items: list[Item], target: int, maximum: int) -> RuleSet:
    assert PMM.points is not None
    points = replace(PMM.points, target_min=target, max=maximum)
    return replace(PMM, points=points, items=tuple(items))


@st.composite
def small_items(draw: st.DrawFn) -> list[Item]:
    """Two to four items with a few points each."""
    items = []
    for place in range(draw(st.integers(2, 4))):
        floor = draw(st.integers(1, 6))
        items.append(
            replace(
                PMM.items[0],
                code=f"X-{place}",
                points_floor=floor,
                points=floor + draw(st.integers(0, 3)),
                repeatable=draw(st.booleans()),
                effort=float(draw(st.integers(1, 9))),
                category=draw(st.sampled_from(["pelatihan", "kontribusi"])),
                classroom=draw(st.booleans()),
                points_confidence=draw(
                    st.sampled_from([Confidence.QUOTED, Confidence.RECONSTRUCTED])
                ),
            )
        )
    return items


small_rulesets = st.builds(
    lambda items, target, over: small_ruleset(items, target, target + over),
    small_items(),
    st.integers(1, 12),
    st.integers(0, 8),
)
codes = st.sampled_from(["X-0", "X-1", "X-2", "X-3", "unknown"])
quantities = st.dictionaries(codes, st.integers(0, 3), max_size=3)
likings = st.frozensets(st.sampled_from(["pelatihan", "kontribusi", "unknown"]))


def minutes(item: Item, quantity: int, free: int, liked: frozenset[str]) -> int:
    """The cost of some units, written a second time."""
    percent = (LIKED_PERCENT if item.category in liked else 100) * (
        ESTIMATED_PERCENT if item.estimated else 100
    )
    each = max(IN_HAND_MINUTES, round(item.effort * 60 * percent / 10_000))
    ready = min(quantity, free)
    return ready * IN_HAND_MINUTES + (quantity - ready) * each


def least_minutes(
    ruleset: RuleSet,
    liked: frozenset[str],
    in_hand: Mapping[str, int],
    already: Mapping[str, int],
    usual: int,
) -> int | None:
    """Try every combination; None when none reaches the target within the maximum."""
    assert ruleset.points is not None
    reached = sum(item.points_floor * already.get(item.code, 0) for item in ruleset.items)
    needed = ruleset.points.target_min - reached
    spare = ruleset.points.max - reached
    free = [
        max(0, in_hand.get(each.code, 0) - already.get(each.code, 0)) for each in ruleset.items
    ]
    ranges = []
    for item, ready in zip(ruleset.items, free, strict=True):
        if item.repeatable:
            most = min(max(usual, ready), -(-needed // item.points_floor))
        else:
            most = max(0, 1 - already.get(item.code, 0))
        ranges.append(range(most + 1))
    costs = [
        sum(
            minutes(item, quantity, ready, liked)
            for item, quantity, ready in zip(ruleset.items, chosen, free, strict=True)
        )
        for chosen in product(*ranges)
        if needed
        <= sum(i.points_floor * q for i, q in zip(ruleset.items, chosen, strict=True))
        <= spare
    ]
    return min(costs, default=None)


@settings(max_examples=300, deadline=None)
@given(small_rulesets, likings, quantities, quantities)
def test_the_first_suggestion_is_what_trying_everything_finds(
    ruleset: RuleSet, liked: frozenset[str], in_hand: dict[str, int], already: dict[str, int]
) -> None:
    assert ruleset.points is not None
    reached = sum(item.points_floor * already.get(item.code, 0) for item in ruleset.items)
    found = suggest(ruleset, liked=liked, in_hand=in_hand, already=already)
    if reached >= ruleset.points.target_min:
        assert found == ()
        return
    expected = least_minutes(ruleset, liked, in_hand, already, USUAL_QUANTITY)
    if expected is None:
        expected = least_minutes(ruleset, liked, in_hand, already, 99)
    if expected is None:
        assert found == ()
        return
    actual = sum(
        minutes(
            ruleset.item(code),
            quantity,
            max(0, in_hand.get(code, 0) - already.get(code, 0)),
            liked,
        )
        for code, quantity in picks(found[0]).items()
    )
    assert actual == expected


@settings(max_examples=200, deadline=None)
@given(small_rulesets, likings, quantities, quantities)
def test_every_suggestion_reaches_the_target_and_stays_within_the_rules(
    ruleset: RuleSet, liked: frozenset[str], in_hand: dict[str, int], already: dict[str, int]
) -> None:
    assert ruleset.points is not None
    found = suggest(ruleset, liked=liked, in_hand=in_hand, already=already)
    reached = sum(item.points_floor * already.get(item.code, 0) for item in ruleset.items)
    assert len(found) <= 3
    for suggestion in found:
        chosen = picks(suggestion)
        assert len(chosen) == len(suggestion.picks)
        points = sum(ruleset.item(code).points_floor * n for code, n in chosen.items())
        assert suggestion.points == points
        assert suggestion.total == reached + points
        assert ruleset.points.target_min <= suggestion.total <= ruleset.points.max
        for code, quantity in chosen.items():
            assert quantity >= 1
            if not ruleset.item(code).repeatable:
                assert quantity + already.get(code, 0) <= 1
    sets = [frozenset(picks(suggestion)) for suggestion in found]
    assert len(set(sets)) == len(sets)


@settings(max_examples=50, deadline=None)
@given(small_rulesets, likings, quantities)
def test_the_same_question_has_the_same_answer(
    ruleset: RuleSet, liked: frozenset[str], in_hand: dict[str, int]
) -> None:
    again = dict(reversed(in_hand.items()))
    first = suggest(ruleset, liked=liked, in_hand=in_hand)
    assert first == suggest(ruleset, liked=liked, in_hand=again)


def test_without_wishes_one_classroom_item_is_repeated() -> None:
    best, *others = suggest(PMM, liked=NO_WISHES, in_hand={})
    assert best.picks == (Pick("RHK-02", 4),)
    assert (best.points, best.total, best.effort) == (32, 32, 20.0)
    assert best.reason is Reason.LEAST_EFFORT
    assert len(others) == 2
    assert all(other.effort >= best.effort for other in others)


def test_no_suggestion_rests_on_guessed_points() -> None:
    for suggestion in suggest(PMM, liked=NO_WISHES, in_hand={}):
        assert not any(PMM.item(pick.code).estimated for pick in suggestion.picks)


def test_units_in_hand_are_used_in_every_suggestion() -> None:
    found = suggest(PMM, liked=NO_WISHES, in_hand={"RHK-01": 3})
    assert [picks(each).get("RHK-01") for each in found] == [3, 3, 3]
    assert found[0].effort == 5.0
    assert found[0].reason is Reason.USES_WHAT_YOU_HAVE


def test_units_in_hand_may_exceed_the_usual_quantity() -> None:
    best = suggest(PMM, liked=NO_WISHES, in_hand={"RHK-05": 8})[0]
    assert best.picks == (Pick("RHK-05", 8),)
    assert best.effort == 0


def test_units_already_planned_are_not_in_hand_twice() -> None:
    best = suggest(PMM, liked=NO_WISHES, in_hand={"RHK-01": 3}, already={"RHK-01": 3})[0]
    assert best.picks == (Pick("RHK-02", 1),)
    assert (best.points, best.total) == (8, 32)


def test_liked_categories_come_first() -> None:
    best = suggest(PMM, liked=frozenset({"kontribusi"}), in_hand={})[0]
    assert {PMM.item(pick.code).category for pick in best.picks} == {"kontribusi"}
    assert best.reason is Reason.MATCHES_LIKING


def test_a_full_plan_needs_nothing() -> None:
    assert suggest(PMM, liked=NO_WISHES, in_hand={}, already={"RHK-02": 4}) == ()


def test_a_scheme_without_points_has_no_suggestions() -> None:
    assert suggest(load_ruleset("ruang-gtk-2025"), liked=NO_WISHES, in_hand={}) == ()


def test_more_than_usual_is_asked_when_nothing_else_reaches_the_target() -> None:
    seminar = PMM.item("RHK-08")
    ruleset = small_ruleset([seminar], 32, 128)
    assert [each.picks for each in suggest(ruleset, liked=NO_WISHES, in_hand={})] == [
        (Pick("RHK-08", 8),)
    ]


def test_a_target_out_of_reach_has_no_suggestions() -> None:
    once = replace(PMM.item("RHK-08"), repeatable=False)
    assert suggest(small_ruleset([once], 32, 128), liked=NO_WISHES, in_hand={}) == ()


@pytest.mark.parametrize("limit", [0, 1, 2, 5])
def test_the_limit_is_kept(limit: int) -> None:
    assert len(suggest(PMM, liked=NO_WISHES, in_hand={}, limit=limit)) == limit


def test_a_varied_combination_says_so() -> None:
    reasons = [each.reason for each in suggest(PMM, liked=NO_WISHES, in_hand={}, limit=4)]
    assert reasons == [
        Reason.LEAST_EFFORT,
        Reason.FEWEST_KINDS,
        Reason.FEWEST_KINDS,
        Reason.VARIED,
    ]
