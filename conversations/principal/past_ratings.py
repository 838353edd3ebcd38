"""Ratings of earlier periods: to look at, as they were when the period ended."""

from typing import Any

from conversations.callbacks.packing import Button
from conversations.callbacks.rating import OpenRatings, PastRatings, RateTeacher, RatingPeriods
from conversations.dialogue import Dialogue
from conversations.home import back_to
from conversations.principal.rating_cards import NAMES_A_PAGE
from conversations.rating_views import period_words, predicate_title
from conversations.screens import Key, Row, Screen, in_rows, numbered, page_of, pager, short
from conversations.turn import Turn
from storage.errors import NotFound, RulesBroken
from storage.periods import has_closed
from storage.ratings import queue
from storage.ratings.queue import Ratee, Stage
from storage.rulesets import Period, RuleSet, UnknownCode

dialogue = Dialogue("past_ratings")

PERIODS_A_PAGE = 6


@dialogue.presents
async def present(turn: Turn, _tap: Any) -> None:
    """After a refused tap, show what periods there are."""
    await rating_periods(turn, RatingPeriods(0))


async def earlier_periods(turn: Turn) -> list[Period]:
    """Give the periods before this one in which the school has plans, the newest first."""
    found: dict[str, Period] = {}
    for period_id, ruleset in await queue.periods_planned(turn.session, turn.actor):
        try:
            period = turn.rulebook.named(turn.school, ruleset).period(period_id)
        except (UnknownCode, RulesBroken):
            continue
        if period.end < turn.period.start:
            found[period.id] = period
    return sorted(found.values(), key=lambda one: one.start, reverse=True)


@dialogue.tap(RatingPeriods)
async def rating_periods(turn: Turn, tap: RatingPeriods) -> None:
    """Offer the earlier periods."""
    periods = await earlier_periods(turn)
    page = page_of(periods, tap.page, PERIODS_A_PAGE)
    keys = [Key(period_words(one), PastRatings(one.id, 0)) for one in page.items]
    text = turn.words.body("rating.periods", periods=periods)
    rows: tuple[Row, ...] = (
        *in_rows(numbered(keys, page.first + 1), 1),
        *pager(page, RatingPeriods),
        (back_to(turn, OpenRatings(0)),),
    )
    turn.show(Screen(text, rows, view=RatingPeriods(page.number)))


@dialogue.tap(PastRatings)
async def past_ratings(turn: Turn, tap: PastRatings) -> None:
    """Show how everybody with a plan was rated then."""
    period = next((one for one in await earlier_periods(turn) if one.id == tap.period), None)
    if period is None:
        raise NotFound
    rules = turn.rulebook.of_school(turn.school, period.start)
    everybody = await queue.ratees(turn.session, turn.actor, period.id)
    people = [one for one in everybody if one.plan_id is not None]
    page = page_of(people, tap.page, NAMES_A_PAGE)
    text = turn.words.body(
        "rating.past", rules=rules, period=period, page=page, total=len(people),
        lines=[(one, _result(rules, one)) for one in page.items],
        final=sum(one.stage is Stage.FINAL for one in people),
        closed=bool(people) and await has_closed(turn.session, people[0].plan_id),
    )  # fmt: skip
    keys = [Key(_name(turn, one), RateTeacher(one.plan_id or 0)) for one in page.items]
    rows: tuple[Row, ...] = (
        *in_rows(numbered(keys, page.first + 1)),
        *pager(page, lambda to: PastRatings(period.id, to)),
        (back_to(turn, RatingPeriods(0)),),
    )

    def by_number(typed: int) -> Button:
        plan_id = people[typed - 1].plan_id if 1 <= typed <= len(people) else None
        return RateTeacher(plan_id) if plan_id else PastRatings(period.id, page.number)

    view = PastRatings(period.id, page.number)
    turn.show(Screen(text, rows, view=view, takes_number=by_number))


def _result(rules: RuleSet, one: Ratee) -> str:
    """Give the predicate that holds; empty where the rating never became final."""
    rating = one.rating
    is_final = rating is not None and rating.is_final
    return predicate_title(rules, rating.predicate_id or "") if rating and is_final else ""


def _name(turn: Turn, one: Ratee) -> str:
    sign = turn.words.label(f"rating.sign_{one.stage}")
    return turn.words.label("rating.person", sign=sign, name=short(one.name.partition(",")[0]))
