"""Periods and phases: days of the year that a rule set lays on any year.

A rule set says "01-01 to 06-30"; the functions here say which days that is in 2024 or in 2031.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Self

from storage.rulesets.terms import Confidence

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class MonthDay:
    """A day of any year, written `MM-DD` in a rule set file. `02-29` means the end of February."""

    month: int
    day: int

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `MM-DD`. Raises ValueError when no year has such a day."""
        if not re.fullmatch(r"\d{2}-\d{2}", text):
            raise ValueError(f"expected a day as MM-DD, found {text!r}")
        month, day = int(text[:2]), int(text[3:])
        if not 1 <= month <= 12 or not 1 <= day <= calendar.monthrange(2024, month)[1]:
            raise ValueError(f"no year has the day {text}")
        return cls(month, day)

    def first_in(self, year: int) -> date:
        """Return the day as a beginning: 29 February becomes 1 March in a common year."""
        if self._missing_in(year):
            return date(year, 3, 1)
        return date(year, self.month, self.day)

    def last_in(self, year: int) -> date:
        """Return the day as an end: 29 February becomes 28 February in a common year."""
        if self._missing_in(year):
            return date(year, 2, 28)
        return date(year, self.month, self.day)

    def _missing_in(self, year: int) -> bool:
        return (self.month, self.day) == (2, 29) and not calendar.isleap(year)

    def __str__(self) -> str:
        return f"{self.month:02}-{self.day:02}"


@dataclass(frozen=True, slots=True)
class Period:
    """One period of one year: `2026-2`, Juli–Desember. Both days belong to it."""

    id: str
    year: int
    number: int
    name: str
    start: date
    end: date

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


@dataclass(frozen=True, slots=True)
class PhaseWindow:
    """One phase in one period, with the days it runs; both days belong to it.

    `end` already counts an extension; `extended` says that it does. A window whose `confidence`
    is reconstructed is shown as "perkiraan". `binding` is False for dates that are only advice.
    """

    id: str
    name: str
    start: date
    end: date
    binding: bool
    confidence: Confidence
    extended: bool = False

    @property
    def estimated(self) -> bool:
        """Whether the days are a guess, shown as "perkiraan"."""
        return self.confidence is Confidence.RECONSTRUCTED

    def __contains__(self, day: date) -> bool:
        return self.start <= day <= self.end


def last_of_month(year: int, month: int) -> date:
    """Return the last day of a month."""
    return date(year, month, calendar.monthrange(year, month)[1])
