"""Stages, deadlines and marks in words: the same on screens and in pictures."""

import html
import re
from collections.abc import Iterable, Mapping
from datetime import date

from conversations.pictures.facts import Due, Line, Mark
from conversations.words import Words
from storage.deadlines import Deadline
from storage.rulesets import DeadlineKind, Period, RuleSet
from storage.stages import DEADLINE_OF, SETTLED, Cycle, Stage, StageState

MOST_DUES = 4
PRESSES_DAYS = 3
"""So many days before its end a deadline stands out."""

STAGE_OF: Mapping[DeadlineKind, Stage] = {kind: stage for stage, kind in DEADLINE_OF.items()}

_TAG = re.compile(r"<[^>]*>")


def mark_of(state: StageState) -> Mark:
    """Give the mark of a stage."""
    return Mark(state.standing.value)


def stage_lines(words: Words, rules: RuleSet, cycle: Cycle) -> tuple[Line, ...]:
    """Give every stage with its mark and how far it is."""
    return tuple(
        Line(
            words.label(f"stages.{stage_name(rules, stage)}"),
            mark_of(cycle[stage]),
            state_words(words, cycle[stage]),
        )
        for stage in Stage
    )


def stage_name(rules: RuleSet, stage: Stage) -> str:
    """Give the name by which labels know a stage: documents that are confirmed are no evidence."""
    if stage is Stage.EVIDENCE and rules.confirms_documents:
        return "documents"
    return str(stage)


def state_words(words: Words, state: StageState) -> str:
    """Say how far a stage is: `3/6` where it can be counted and is not done, else a word."""
    if state.of and state.standing not in SETTLED:
        return f"{state.done}/{state.of}"
    return words.label(f"standings.{state.standing}")


def dues(
    words: Words,
    rules: RuleSet,
    period: Period,
    deadlines: Iterable[Deadline],
    cycle: Cycle,
    today: date,
) -> tuple[Due, ...]:
    """Give the deadlines that still matter, the next one first."""
    open_ones = [one for one in deadlines if _matters(one, cycle, today)]
    open_ones.sort(key=lambda one: one.ends_on)
    return tuple(
        Due(
            words.label(f"deadlines.{one.kind}").capitalize(),
            words.short_day(one.ends_on),
            days_left(words, (one.ends_on - today).days),
            presses=(one.ends_on - today).days <= PRESSES_DAYS,
            estimated=is_estimated(one, rules, period),
        )
        for one in open_ones[:MOST_DUES]
    )


def is_estimated(deadline: Deadline, rules: RuleSet, period: Period) -> bool:
    """Whether the day of a deadline is a guess; one that the school has set is not."""
    return not deadline.is_moved and rules.deadline_window(deadline.rule, period).estimated


def _matters(deadline: Deadline, cycle: Cycle, today: date) -> bool:
    stage = STAGE_OF.get(deadline.kind)
    if stage is None:
        return deadline.ends_on >= today
    return cycle[stage].standing not in SETTLED


def days_left(words: Words, days: int) -> str:
    """Say how far away a day is."""
    if days < 0:
        return words.label("pictures.days_ago", days=-days)
    near = {0: "pictures.today", 1: "pictures.tomorrow"}
    return words.label(near[days]) if days in near else words.label("pictures.days", days=days)


def plain(message: str) -> str:
    """Give a message in Telegram's HTML as plain words in one line."""
    return " ".join(html.unescape(_TAG.sub("", message)).split())
