"""Rating teachers one after another: the queue, each teacher's card, levels, and who is next."""

from collections import Counter
from typing import Any

from conversations.callbacks.approving import OpenOverview
from conversations.callbacks.everybody import Home
from conversations.callbacks.packing import Button
from conversations.callbacks.rating import (
    ChooseLevel,
    HoldRating,
    NextRating,
    OpenRatings,
    RateTeacher,
    RatingPeriods,
    RatingSummary,
    SeeObservation,
    SeeReport,
)
from conversations.callbacks.reports import ReadReport
from conversations.dialogue import Dialogue
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.principal.decision_cards import address
from conversations.principal.past_ratings import earlier_periods
from conversations.principal.rating_cards import AXES, NAMES_A_PAGE, rating_card
from conversations.principal.reading_reports import read_report
from conversations.rating_views import rater_title
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager, short
from conversations.teacher.observing import show_cycle
from conversations.turn import Turn
from storage import deadlines, decisions
from storage.errors import NotFound, Refused
from storage.ratings import drafting, queue
from storage.ratings.queue import Ratee, Stage
from storage.ratings.reading import past_of
from storage.rulesets import DeadlineKind

dialogue = Dialogue("rating")

SHOWN_ORDER = (Stage.FINAL, Stage.READY, Stage.HELD, Stage.OPEN, Stage.NO_PLAN)


async def present_rating(turn: Turn, tap: Any) -> None:
    """After a refused tap, show the rating as it stands now."""
    if hasattr(tap, "plan") and not isinstance(tap, HoldRating):
        await show_rating(turn, tap.plan)


dialogue.presents(present_rating)


async def show_rating(turn: Turn, plan_id: int) -> None:
    """Show a teacher's card."""
    turn.show(await rating_card(turn, plan_id))


# ------------------------------------------------------------------------------- the queue


@dialogue.command("penilaian")
async def rating_command(turn: Turn, _words: str) -> None:
    """Show how far the ratings are."""
    await open_ratings(turn, OpenRatings(0))


@dialogue.tap(OpenRatings)
async def open_ratings(turn: Turn, tap: OpenRatings) -> None:
    """Show how far the ratings are, by name."""
    turn.show(await queue_screen(turn, tap.page))


async def queue_screen(turn: Turn, number: int, done: int = 0) -> Screen:
    """Draw the queue; `done` says how many ratings have just become final."""
    words, rules, period = turn.words, turn.rules, turn.period
    people = await queue.ratees(turn.session, turn.actor, period.id)
    page = page_of(people, number, NAMES_A_PAGE)
    count = Counter(one.stage for one in people)
    dated = await deadlines.deadlines_of(turn.session, turn.actor.school_id, rules, period)
    due = next((one for one in dated if one.kind is DeadlineKind.RATING), None)
    text = words.body(
        "rating.queue", rules=rules, period=period, page=page, total=len(people),
        counts=[(stage, count[stage]) for stage in SHOWN_ORDER if count[stage]],
        final=count[Stage.FINAL], ratable=len(people) - count[Stage.NO_PLAN], done=done,
        ends_on=due.ends_on if due else None, today=turn.today, rater=rater_title(words, rules),
        address=address(turn),
    )  # fmt: skip
    rows = [*in_rows(_name_keys(turn, page.items, page.first)), *pager(page, OpenRatings)]
    rows += _queue_rows(turn, people, count, past=bool(await earlier_periods(turn)))

    def by_number(typed: int) -> Button:
        fits = 1 <= typed <= len(people)
        plan_id = people[typed - 1].plan_id if fits else None
        return RateTeacher(plan_id) if plan_id is not None else OpenRatings(page.number)

    return Screen(text, tuple(rows), view=OpenRatings(page.number), takes_number=by_number)


def _name_keys(turn: Turn, people: list[Ratee], first: int) -> list[Key]:
    """Give a key for each who has a plan; numbers count through all."""
    keys = [
        Key(
            turn.words.label(
                "rating.person", sign=turn.words.label(f"rating.sign_{one.stage}"),
                name=short(one.name.partition(",")[0]),
            ),
            RateTeacher(one.plan_id) if one.plan_id is not None else None,
        )
        for one in people
    ]  # fmt: skip
    return [key for key in numbered(keys, first + 1) if key.data is not None]


def _queue_rows(
    turn: Turn, people: list[Ratee], count: Counter[Stage], *, past: bool
) -> list[Row]:
    words = turn.words
    rows: list[Row] = []
    if count[Stage.OPEN]:
        begun = count[Stage.OPEN] < len(people) - count[Stage.NO_PLAN]
        label = words.label("rating.carry_on" if begun else "rating.begin")
        rows.append((Key(label, NextRating(0), Style.NEXT),))
    if count[Stage.READY] or count[Stage.HELD]:
        rows.append((Key(words.label("rating.summary"), RatingSummary(0)),))
    if not people or len(people) == count[Stage.NO_PLAN]:
        rows.append((Key(words.label("home.overview"), OpenOverview("-", 0), Style.NEXT),))
    foot: Row = (Key(words.label("nav.home"), Home()),)
    if past:
        foot = (*foot, Key(words.label("rating.periods"), RatingPeriods(0)))
    return [*rows, foot]


# ------------------------------------------------------------------------------- one teacher


@dialogue.tap(RateTeacher)
async def rate_teacher(turn: Turn, tap: RateTeacher) -> None:
    """Show a teacher's card."""
    await show_rating(turn, tap.plan)


@dialogue.tap(NextRating)
async def next_rating(turn: Turn, tap: NextRating) -> None:
    """Show the next who lacks a level; when nobody does, all of them."""
    people = await queue.ratees(turn.session, turn.actor, turn.period.id)
    following = queue.next_open(people, tap.after) if tap.after else None
    if following is None:
        following = queue.carry_on(people, turn.actor)
    if following is None or following.plan_id is None:
        turn.show(await queue_screen(turn, 0))
        return
    await show_rating(turn, following.plan_id)


@dialogue.tap(ChooseLevel)
async def choose_level(turn: Turn, tap: ChooseLevel) -> None:
    """Give an axis a level; it is kept at once."""
    full = await decisions.plan_to_decide(turn.session, turn.actor, tap.plan)
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    levels = rules.rating.levels
    if not (0 <= tap.axis < len(AXES) and 0 <= tap.level < len(levels)):
        raise NotFound
    await drafting.choose_level(
        turn.session, turn.actor, rules, tap.plan, tap.revision, AXES[tap.axis],
        levels[tap.level], turn.now,
    )  # fmt: skip
    await show_rating(turn, tap.plan)


@dialogue.tap(SeeReport)
async def see_report(turn: Turn, tap: SeeReport) -> None:
    """Show the report below: the card stays where it is, to be gone on with."""
    await read_report(turn, ReadReport(tap.plan, 0))
    turn.answer.in_place = False


@dialogue.tap(SeeObservation)
async def see_observation(turn: Turn, tap: SeeObservation) -> None:
    """Show the observation below."""
    await show_cycle(turn, tap.plan)
    turn.answer.in_place = False


# ------------------------------------------------------------------------------- notices


@notice("rating_answered")
async def rating_answered(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell whoever rated what the teacher answers."""
    try:
        full = await decisions.plan_to_decide(person.session, person.actor, subject["plan"])
    except Refused:
        # No longer a deputy, for example.
        return None
    past = await past_of(person.session, full.id, subject["number"])
    owner = await decisions.owner_of(person.session, full)
    text = person.words.body("rating.answered", name=owner.name, answer=past.final.answer)
    key = Key(person.words.label("rating.see"), RateTeacher(full.id), Style.NEXT)
    return Notice(Screen(text, ((key,),), view=RateTeacher(full.id)))
