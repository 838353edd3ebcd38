"""Colours that everybody can tell apart, and letters that everybody can read."""

from itertools import combinations

import pytest

from conversations.pictures.facts import Mark
from conversations.pictures.palette import (
    ACCENT,
    FILL,
    GREY,
    INK,
    ON,
    PANEL,
    PAPER,
    Colour,
    contrast,
    lightness,
)

SHADES = [Mark.NOT_YET, Mark.UNDER_WAY, Mark.WAITING, Mark.RETURNED, Mark.DONE]
APART = 12
"""So much lightness (of 100) is seen at a glance, also on a grey print."""

# Linear RGB as people see it who lack one kind of cone (Viénot, Brettel, Mollon 1999).
BLINDNESS = {
    "protan": ((0.1124, 0.8876, 0.0), (0.1124, 0.8876, 0.0), (0.0040, -0.0040, 1.0)),
    "deutan": ((0.2928, 0.7072, 0.0), (0.2928, 0.7072, 0.0), (-0.0223, 0.0223, 1.0)),
}


def as_seen(colour: Colour, matrix: tuple[tuple[float, float, float], ...]) -> Colour:
    linear = [(part / 255) ** 2.2 for part in colour]
    mixed = [sum(a * b for a, b in zip(row, linear, strict=True)) for row in matrix]
    red, green, blue = (round(255 * min(1.0, max(0.0, part)) ** (1 / 2.2)) for part in mixed)
    return red, green, blue


def test_lightness_and_contrast_are_counted_as_the_standards_do() -> None:
    assert lightness((255, 255, 255)) == pytest.approx(100)
    assert lightness((0, 0, 0)) == pytest.approx(0)
    assert lightness((119, 119, 119)) == pytest.approx(50, abs=0.2)
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)


def test_what_differs_in_meaning_differs_in_lightness() -> None:
    for one, other in combinations(SHADES, 2):
        assert abs(lightness(FILL[one]) - lightness(FILL[other])) >= APART, (one, other)


@pytest.mark.parametrize("kind", BLINDNESS)
def test_also_for_whoever_sees_fewer_colours(kind: str) -> None:
    for one, other in combinations(SHADES, 2):
        seen = [lightness(as_seen(FILL[mark], BLINDNESS[kind])) for mark in (one, other)]
        assert abs(seen[0] - seen[1]) >= APART, (kind, one, other)


def test_things_get_darker_as_they_get_done() -> None:
    lights = [lightness(FILL[mark]) for mark in SHADES]
    assert lights == sorted(lights, reverse=True)


def test_letters_stand_out() -> None:
    pairs = [(INK, PAPER), (INK, PANEL), (GREY, PAPER), (GREY, PANEL), (PAPER, ACCENT)]
    pairs += [(ON[mark], FILL[mark]) for mark in Mark]
    for one, other in pairs:
        assert contrast(one, other) >= 4.5, (one, other)
