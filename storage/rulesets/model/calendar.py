"""Periods, their phases, and what is due by the end of a phase."""

from dataclasses import dataclass
from datetime import date

from storage.rulesets.days import MonthDay, PhaseWindow, last_of_month
from storage.rulesets.model.sourced import Sourced
from storage.rulesets.terms import Confidence, DeadlineKind


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PeriodRule(Sourced):
    """A period as days of any year."""

    number: int
    name: str
    start: MonthDay
    end: MonthDay


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class PhaseRule(Sourced):
    """A phase as days, or as whole months, of any year.

    Each date of `extended_to` moves the end in its own year only.
    """

    id: str
    period: int
    name: str
    start: MonthDay | None = None
    end: MonthDay | None = None
    months: tuple[int, ...] = ()
    months_confidence: Confidence | None = None
    extended_to: tuple[date, ...] = ()
    extension_basis: str = ""
    binding: bool = False
    sections: tuple[str, ...] = ()

    def window(self, year: int) -> PhaseWindow:
        """Return the days of this phase in a year."""
        if self.start and self.end:
            start, end, confidence = (
                self.start.first_in(year),
                self.end.last_in(year),
                self.confidence,
            )
        else:
            start = date(year, min(self.months), 1)
            end = last_of_month(year, max(self.months))
            confidence = self.months_confidence or self.confidence
        extension = max((day for day in self.extended_to if day.year == year), default=end)
        return PhaseWindow(
            id=self.id,
            name=self.name,
            start=start,
            end=max(end, extension),
            binding=self.binding,
            confidence=confidence,
            extended=extension > end,
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DeadlineRule(Sourced):
    """Something that has to be done by the last day of a phase.

    `remind_days` says how many days before it people are reminded; 0 is the day itself. What
    waits for a decision longer than `escalate_after` working days is pressed.
    """

    id: DeadlineKind
    phase: str
    remind_days: tuple[int, ...] = ()
    escalate_after: int | None = None
