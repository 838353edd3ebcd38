"""Periods as people call them, short enough for a button."""

from conversations.words import Words
from storage.rulesets import Period


def short_period(words: Words, period: Period) -> str:
    """Name a period by its months and year: `Jan–Jun 2026`. The rule set says which they are."""
    first, last = words.short_month(period.start), words.short_month(period.end)
    months = first if first == last else f"{first}–{last}"
    return f"{months} {period.year}"
