"""Dividing: nothing lost, nothing doubled, nothing moved, no part too large."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from conversations.papers.splitting import split

SIZES = st.lists(st.integers(0, 120), max_size=60)


@given(SIZES, st.integers(120, 400))
def test_parts_keep_the_order_and_the_limit(sizes: list[int], most: int) -> None:
    parts = split(sizes, most)
    assert [at for part in parts for at in part] == list(range(len(sizes)))
    assert all(sum(sizes[at] for at in part) <= most for part in parts)


@given(SIZES, st.integers(120, 400))
def test_there_are_no_more_parts_than_needed(sizes: list[int], most: int) -> None:
    """What begins a part would not have fitted into the one before."""
    parts = split(sizes, most)
    for before, after in pairwise(parts):
        assert sum(sizes[at] for at in before) + sizes[after[0]] > most


@given(SIZES, st.integers(1, 119))
def test_what_is_too_large_stands_alone(sizes: list[int], most: int) -> None:
    for part in split(sizes, most):
        assert sum(sizes[at] for at in part) <= most or len(part) == 1


def test_nothing_makes_no_parts() -> None:
    assert split([], 10) == []
