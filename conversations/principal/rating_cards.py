"""The card on which one teacher is rated, with all facts, and what it becomes when it is final."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from conversations.callbacks.approving import ShowDetails
from conversations.callbacks.rating import (
    AskSealing,
    ChooseLevel,
    MarkBehaviours,
    NextRating,
    OpenFeedback,
    OpenRatings,
    PastRatings,
    RateTeacher,
    RatingSummary,
    ReopenRating,
    SeeObservation,
    SeeReport,
)
from conversations.home import back_to
from conversations.people import Person
from conversations.plan_views import Section, sections, title_of
from conversations.principal.decision_cards import address
from conversations.rating_views import level_title, lines_of
from conversations.screens import Key, Row, Screen, Style, in_rows
from storage import confirmations, decisions
from storage.decisions import DECIDED
from storage.periods import has_closed
from storage.plans import FullPlan
from storage.ratings import facts as known_facts
from storage.ratings import queue
from storage.ratings.facts import Facts
from storage.ratings.queue import Ratee, Stage
from storage.ratings.reading import FullRating, Past, history_of, rating_of
from storage.ratings.suggesting import Suggestion, suggest
from storage.rulesets import RatingAxis, RuleSet, StepKind

ENTRIES_SHOWN = 10
AXES = tuple(RatingAxis)


@dataclass(frozen=True, slots=True)
class Sitting:
    """One teacher in front of whoever rates, among all there are to rate."""

    full: FullPlan
    rules: RuleSet
    rating: FullRating | None
    ratee: Ratee
    people: tuple[Ratee, ...]

    @property
    def revision(self) -> int:
        """The revision that is on the screen."""
        return self.rating.revision if self.rating else 0

    @property
    def ratable(self) -> list[int | None]:
        """The plans that can be rated or are, in the order of the names."""
        return [one.plan_id for one in self.people if one.stage is not Stage.NO_PLAN]


async def sitting_with(person: Person, plan_id: int) -> Sitting:
    """Give all there is about a plan to somebody who may rate it, whatever its state."""
    full = await decisions.plan_to_decide(person.session, person.actor, plan_id)
    people = await queue.ratees(person.session, person.actor, full.plan.period)
    ratee = next(one for one in people if one.plan_id == plan_id)
    rating = await rating_of(person.session, plan_id)
    rules = person.rulebook.of_plan(person.school, full.plan)
    return Sitting(full, rules, rating, ratee, tuple(people))


async def rating_card(person: Person, plan_id: int) -> Screen:
    """Draw a teacher's rating as it stands: to be made, final, or not possible now."""
    sitting = await sitting_with(person, plan_id)
    closed = await has_closed(person.session, plan_id)
    if sitting.rating is not None and sitting.rating.is_final:
        text = await _final_text(person, sitting, closed=closed)
        rows = _final_rows(person, sitting, closed=closed)
    elif closed:
        text = person.words.body("rating.never_final", **_about(person, sitting))
        rows = (_plan_row(person, sitting), *_foot(person, sitting))
    elif sitting.full.status not in DECIDED:
        text = person.words.body("rating.not_now", **_about(person, sitting))
        rows = _foot(person, sitting)
    else:
        facts = await known_facts.facts_of(
            person.session, person.rulebook, sitting.rules, sitting.full
        )
        text = await _draft_text(person, sitting, facts)
        rows = _draft_rows(person, sitting, facts)
    return Screen(text, rows, view=RateTeacher(plan_id))


def _about(person: Person, sitting: Sitting) -> dict[str, Any]:
    plan, order = sitting.full.plan, sitting.ratable
    place = (order.index(plan.id) + 1, len(order)) if plan.id in order else None
    return {
        "name": sitting.ratee.name, "place": place, "rules": sitting.rules,
        "period": sitting.rules.period(plan.period), "full": sitting.full,
        "has_left": sitting.ratee.has_left, "lines": lines_of(sitting.rules, sitting.rating),
        "address": address(person),
    }  # fmt: skip


# ------------------------------------------------------------------------------- to be made


async def _draft_text(person: Person, sitting: Sitting, facts: Facts) -> str:
    rules, rating = sitting.rules, sitting.rating
    measured = known_facts.measure(rules, facts, rating)
    hints = {axis: suggest(rules, axis, measured) for axis in AXES}
    past = await history_of(person.session, sitting.full.id)
    levels = len(rules.rating.levels)
    return person.words.body(
        "rating.card", points=rules.points, facts=facts, progress=facts.progress,
        entries=[(_title(rules, one), one.units) for one in facts.entries[:ENTRIES_SHOWN]],
        more=len(facts.entries) - ENTRIES_SHOWN, chosen=_chosen(rules, sitting.full),
        marked=_marked(facts, rating), hints=[_hint(rules, hints[axis]) for axis in AXES],
        numbers=[(1 + at * levels, (at + 1) * levels) for at in range(len(AXES))],
        past=past[-1] if past else None, is_held=rating is not None and rating.is_held,
        papers=await confirmations.papers_of(person.session, rules, sitting.full),
        **_about(person, sitting),
    )  # fmt: skip


def _title(rules: RuleSet, done: Any) -> str:
    entry = done.provable.entry
    return title_of(rules, done.provable.step, entry.code, entry.text)[0]


def _chosen(rules: RuleSet, full: FullPlan) -> list[Section]:
    """Give the steps that nothing is sent for: what was chosen or written."""
    kinds = (StepKind.CHOICE, StepKind.TEXT)
    return [one for one in sections(rules, full) if one.step.kind in kinds and one.lines]


def _marked(facts: Facts, rating: FullRating | None) -> int:
    marks = rating.marks if rating else {}
    return sum(code in marks for code in facts.behaviours)


def _hint(rules: RuleSet, suggestion: Suggestion | None) -> tuple[str, tuple[Any, ...]]:
    if suggestion is None:
        return "", ()
    return level_title(rules, suggestion.level), suggestion.reasons


def _draft_rows(person: Person, sitting: Sitting, facts: Facts) -> tuple[Row, ...]:
    words, full = person.words, sitting.full
    rows: list[Row] = list(_level_rows(person, sitting))
    rows.append(
        (
            Key(words.label("rating.feedback"), OpenFeedback(full.id)),
            Key(words.label("rating.behaviours"), MarkBehaviours(full.id)),
        )
    )
    sources = []
    if facts.report is not None:
        sources.append(Key(words.label("rating.report"), SeeReport(full.id)))
    if facts.observed is not None:
        sources.append(Key(words.label("rating.observation"), SeeObservation(full.id)))
    rows += in_rows(sources)
    rows.append(_plan_row(person, sitting))
    rating = sitting.rating
    if rating is not None and rating.predicate_id is not None:
        seal = Key(words.label("rating.seal_one"), AskSealing(full.id, rating.revision))
        rows[-1] = (*rows[-1], seal)
    return (*rows, *_onward(person, sitting), *_foot(person, sitting))


def _level_rows(person: Person, sitting: Sitting) -> Iterator[Row]:
    """Give a row a level: a column for each axis, so that the card stays as high as a phone."""
    columns = [_level_keys(person, sitting, at) for at in range(len(AXES))]
    return zip(*columns, strict=True)


def _level_keys(person: Person, sitting: Sitting, at: int) -> list[Key]:
    rules, words = sitting.rules, person.words
    chosen = getattr(sitting.rating, AXES[at]) if sitting.rating else ""
    keys = []
    for place, level in enumerate(rules.rating.levels):
        name = "rating.level_on" if level == chosen else "rating.level_off"
        button = ChooseLevel(sitting.full.id, sitting.revision, at, place)
        sign = words.label(f"rating.sign_{AXES[at]}")
        key = Key(words.label(name, level=rules.level_label(level), sign=sign), button)
        number = 1 + at * len(rules.rating.levels) + place
        style = Style.YES if level == chosen else None
        keys.append(replace(key, number=number, style=style))
    return keys


def _onward(person: Person, sitting: Sitting) -> tuple[Row, ...]:
    """Lead to the next who lacks a level or, when nobody does, to the summary."""
    words = person.words
    left = [
        one for one in sitting.people
        if one.stage is Stage.OPEN and one.plan_id != sitting.full.id
    ]  # fmt: skip
    if left:
        label = words.label("rating.next", count=len(left))
        return ((Key(label, NextRating(sitting.full.id), Style.NEXT),),)
    return ((Key(words.label("rating.summary"), RatingSummary(0), Style.NEXT),),)


def _foot(person: Person, sitting: Sitting) -> tuple[Row, ...]:
    """Lead back to where the name stands: in the list of this period, or of an earlier one."""
    period_id = sitting.full.plan.period
    is_past = period_id != person.period.id
    listed = [one.plan_id for one in sitting.people if one.plan_id is not None or not is_past]
    page = listed.index(sitting.full.id) // NAMES_A_PAGE
    button = PastRatings(period_id, page) if is_past else OpenRatings(page)
    return ((back_to(person, button),),)


NAMES_A_PAGE = 8


# ------------------------------------------------------------------------------- final


async def _final_text(person: Person, sitting: Sitting, *, closed: bool) -> str:
    rating = sitting.rating
    past: Past | None = None
    if rating is not None and rating.number > 1:
        past = (await history_of(person.session, sitting.full.id))[-2]
    return person.words.body(
        "rating.final", rating=rating, past=past, closed=closed, **_about(person, sitting)
    )


def _final_rows(person: Person, sitting: Sitting, *, closed: bool) -> tuple[Row, ...]:
    seen = _plan_row(person, sitting)
    if closed:
        return (seen, *_foot(person, sitting))
    reopen = ReopenRating(sitting.full.id, sitting.revision)
    keys = (*seen, Key(person.words.label("rating.reopen"), reopen))
    return (*_onward(person, sitting), keys, *_foot(person, sitting))


def _plan_row(person: Person, sitting: Sitting) -> Row:
    return (Key(person.words.label("rating.plan"), ShowDetails(sitting.full.id, 0, "n")),)
