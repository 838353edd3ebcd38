"""Periods as people call them, whatever rule set they are of."""

from pathlib import Path

import pytest

from conversations.period_words import short_period
from conversations.words import LANGUAGES, Words
from storage.rulesets import load_ruleset
from tests.conversations.test_words import LONGEST_LABEL

OWN = Path("tests/rulesets")


@pytest.mark.parametrize(
    ("ruleset", "period", "name"),
    [
        ("pmm-2024", "2026-1", "Jan–Jun 2026"),
        ("pmm-2024", "2026-2", "Jul–Des 2026"),
        ("ruang-gtk-2025", "2027", "Jan–Des 2027"),
        ("daerah-uji-2027", "2027-3", "Sep–Des 2027"),
    ],
)
def test_a_period_is_called_by_its_months_and_fits_a_button(
    ruleset: str, period: str, name: str
) -> None:
    found = load_ruleset(ruleset, None, OWN).period(period)
    assert short_period(Words("id"), found) == name
    for words in map(Words, LANGUAGES):
        for label in ("issuing.skp_of", "issuing.recap_of", "exporting.earlier"):
            text = words.label(label, period=short_period(words, found))
            assert len(text) <= LONGEST_LABEL
