"""The own rating: told in private, acknowledged, answered once, and told again when reopened."""

from typing import Any

from conversations.callbacks.everybody import Home
from conversations.callbacks.packing import Button
from conversations.callbacks.planning import OpenStatus
from conversations.callbacks.rating import (
    AcknowledgeRating,
    AnswerRating,
    OpenMyRating,
    OpenMyResults,
)
from conversations.dialogue import Dialogue
from conversations.everywhere import fold
from conversations.home import back_to
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.rating_views import lines_of, period_words, rater_title
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered
from conversations.turn import Turn
from storage import outbox
from storage.people import known_id
from storage.ratings import answering, reading
from storage.ratings.answering import LONGEST_ANSWER
from storage.ratings.reading import OwnRating, Past
from storage.ratings.sealing import occasion_of

dialogue = Dialogue("rated")

ANSWER_STATE = "rated.answer"
FROM_NOTICE, FROM_STATUS = "n", "s"
RESULTS_SHOWN = 7


@dialogue.presents
async def present(turn: Turn, tap: Any) -> None:
    """Show the own rating as it stands now, or those of earlier periods."""
    if isinstance(tap, OpenMyResults):
        await open_my_results(turn, tap)
    else:
        turn.show(await my_rating(turn, tap.plan, FROM_STATUS))


@dialogue.tap(OpenMyRating)
async def open_my_rating(turn: Turn, tap: OpenMyRating) -> None:
    """Show the own rating."""
    turn.show(await my_rating(turn, tap.plan, FROM_STATUS))


@dialogue.tap(OpenMyResults)
async def open_my_results(turn: Turn, _tap: OpenMyResults) -> None:
    """Show the own results of earlier periods, with the button that shows each in full."""
    found = await reading.earlier_results(turn.session, turn.actor, turn.period.id)
    lines, keys = [], []
    for one in found[:RESULTS_SHOWN]:
        rules = turn.rulebook.of_plan(turn.school, one.plan)
        name = period_words(rules.period(one.plan.period))
        lines.append((name, lines_of(rules, one.rating)))
        keys.append(Key(name, OpenMyRating(known_id(one.plan.id))))
    text = turn.words.body("rating.my_earlier", lines=lines)
    rows = (*in_rows(numbered(keys), 1), (back_to(turn, OpenStatus()),))
    turn.show(Screen(text, rows, view=OpenMyResults()))


async def my_rating(person: Person, plan_id: int, origin: str) -> Screen:
    """Draw the own rating. The notice stays what it is, so that it can be marked as void."""
    own = await reading.own_rating(person.session, person.actor, plan_id)
    history = await reading.history_of(person.session, plan_id)
    ended = [one for one in history if one.final.reopened_at is not None]
    if own.rating is None:
        text = person.words.body(
            "rating.none_yet", past=ended[-1] if own.is_open_again and ended else None
        )
    else:
        text = _text(person, own, ended[-1] if ended else None)
    rows = list(_rows(person, own, origin))
    if origin == FROM_STATUS:
        is_past = own.full.plan.period != person.period.id
        back: Button = OpenMyResults() if is_past else OpenStatus()
        rows.append((back_to(person, back), Key(person.words.label("nav.home"), Home())))
    return Screen(text, tuple(rows), view=OpenMyRating(plan_id))


def _text(person: Person, own: OwnRating, before: Past | None) -> str:
    rules = person.rulebook.of_plan(person.school, own.full.plan)
    return person.words.body(
        "rating.mine", who=person.salutation, rules=rules, rating=own.rating, before=before,
        period=rules.period(own.full.plan.period), lines=lines_of(rules, own.rating),
        rater=rater_title(person.words, rules),
    )  # fmt: skip


def _rows(person: Person, own: OwnRating, origin: str) -> tuple[Row, ...]:
    rating, words = own.rating, person.words
    if rating is None:
        return ()
    rows: list[Row] = []
    if rating.acknowledged_at is None:
        button = AcknowledgeRating(own.full.id, rating.number, origin)
        rows.append((Key(words.label("rating.acknowledge"), button, Style.YES),))
    if not rating.answer:
        answer = AnswerRating(own.full.id, rating.number)
        rows.append((Key(words.label("rating.answer"), answer),))
    return tuple(rows)


@dialogue.tap(AcknowledgeRating)
async def acknowledge(turn: Turn, tap: AcknowledgeRating) -> None:
    """Note that the teacher has read it."""
    await answering.acknowledge(turn.session, turn.actor, tap.plan, tap.number, turn.now)
    turn.toast(turn.words.label("rating.acknowledged"))
    origin = FROM_NOTICE if tap.origin == FROM_NOTICE else FROM_STATUS
    turn.show(await my_rating(turn, tap.plan, origin))


@dialogue.tap(AnswerRating)
async def answer(turn: Turn, tap: AnswerRating) -> None:
    """Ask for the answer, and say that there is only one."""
    await answering.may_answer(turn.session, turn.actor, tap.plan, tap.number)
    text = turn.words.body("rating.ask_answer", longest=LONGEST_ANSWER)
    await turn.ask(ANSWER_STATE, tap, text, turn.words.label("rating.answer_placeholder"))


@dialogue.answer(ANSWER_STATE)
async def take_answer(turn: Turn, subject: AnswerRating) -> None:
    """Keep the answer. "Kembali" is the button, not an answer."""
    if fold(turn.text) != fold(turn.words.label("nav.back")):
        await answering.answer(
            turn.session, turn.actor, subject.plan, subject.number, turn.text,
            today=turn.today, now=turn.now,
        )  # fmt: skip
        turn.toast(turn.words.label("rating.answer_kept"))
    turn.show(await my_rating(turn, subject.plan, FROM_STATUS))


# ------------------------------------------------------------------------------- notices


@notice("rating_final")
async def rating_final(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the teacher the result, in private; nothing once it does not hold any more."""
    own = await reading.own_rating(person.session, person.actor, subject["plan"])
    if own.rating is None or own.rating.number != subject["number"]:
        return None
    return Notice(await my_rating(person, subject["plan"], FROM_NOTICE))


@notice("rating_void")
async def rating_void(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Mark the message that told the result: it does not hold any more."""
    number, plan_id = subject["number"], subject["plan"]
    occasion = occasion_of(plan_id, "rating_final", number)
    told = await outbox.became(person.session, person.actor.member_id, occasion)
    if told is None:
        return None
    past = await reading.past_of(person.session, plan_id, number)
    text = person.words.body("rating.void", past=past)
    return Notice(Screen(text), replaces=(person.account.id, told), only_in_place=True)


@notice("rating_reopened")
async def rating_reopened(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the teacher that the rating is open again, and why."""
    own = await reading.own_rating(person.session, person.actor, subject["plan"])
    if not own.is_open_again:
        return None
    past = await reading.past_of(person.session, subject["plan"], subject["number"])
    text = person.words.body("rating.reopened", who=person.salutation, past=past)
    key = Key(person.words.label("home.status"), OpenStatus())
    return Notice(Screen(text, ((key,),), view=OpenStatus()))
