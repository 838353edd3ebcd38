"""What goes with the levels: marks of the work values, and the feedback."""

from conversations.callbacks.rating import (
    ClearFeedback,
    MarkBehaviour,
    MarkBehaviours,
    OpenFeedback,
    PickSentence,
    RateTeacher,
    WriteFeedback,
)
from conversations.dialogue import Dialogue
from conversations.everywhere import fold
from conversations.home import back_to
from conversations.principal.rating import present_rating, show_rating
from conversations.principal.rating_cards import Sitting, sitting_with
from conversations.rating_views import level_title
from conversations.screens import Key, Row, Screen, in_rows, numbered, short
from conversations.turn import Turn
from storage.errors import NotFound
from storage.ratings import drafting
from storage.ratings.drafting import LONGEST_FEEDBACK
from storage.ratings.moving import plan_to_rate
from storage.rulesets import RuleSet

dialogue = Dialogue("rating_words")
dialogue.presents(present_rating)

FEEDBACK_STATE = "rating.feedback"


# ------------------------------------------------------------------------------- work values


@dialogue.tap(MarkBehaviours)
async def mark_behaviours(turn: Turn, tap: MarkBehaviours) -> None:
    """Show the work values with their marks."""
    await plan_to_rate(turn.session, turn.actor, tap.plan)
    await _show_behaviours(turn, tap.plan)


@dialogue.tap(MarkBehaviour)
async def mark_behaviour(turn: Turn, tap: MarkBehaviour) -> None:
    """Give a work value a level."""
    full = await plan_to_rate(turn.session, turn.actor, tap.plan)
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    levels = rules.rating.levels
    if not (0 <= tap.place < len(rules.behaviours) and -1 <= tap.level < len(levels)):
        raise NotFound
    await drafting.mark_behaviour(
        turn.session, turn.actor, rules, tap.plan, tap.revision,
        rules.behaviours[tap.place].code, levels[tap.level] if tap.level >= 0 else "", turn.now,
    )  # fmt: skip
    await _show_behaviours(turn, tap.plan)


async def _show_behaviours(turn: Turn, plan_id: int) -> None:
    sitting = await sitting_with(turn, plan_id)
    rules, marks = sitting.rules, sitting.rating.marks if sitting.rating else {}
    chosen = drafting.chosen_behaviours(rules, sitting.full)
    lines = [
        (one.name, level_title(rules, marks.get(one.code, "")), _sign(rules, marks.get(one.code)))
        for one in rules.behaviours
        if one.code in chosen
    ]
    text = turn.words.body("rating.marking", name=sitting.ratee.name, lines=lines)
    keys = [
        Key(
            turn.words.label(
                "rating.mark", sign=_sign(rules, marks.get(one.code)), label=short(one.label)
            ),
            _next_mark(sitting, place, marks.get(one.code)),
        )
        for place, one in enumerate(rules.behaviours)
        if one.code in chosen
    ]
    rows: list[Row] = [*in_rows(numbered(keys)), (back_to(turn, RateTeacher(plan_id)),)]
    turn.show(Screen(text, tuple(rows), view=MarkBehaviours(plan_id)))


def _next_mark(sitting: Sitting, place: int, mark: str | None) -> MarkBehaviour:
    """A tap goes on to the next level: from none to the middle, up, and round to none."""
    levels = sitting.rules.rating.levels
    middle = len(levels) // 2
    order = [*range(middle, len(levels)), *range(middle), -1]
    now = levels.index(mark) if mark in levels else -1
    level = order[(order.index(now) + 1) % len(order)]
    return MarkBehaviour(sitting.full.id, sitting.revision, place, level)


def _sign(rules: RuleSet, mark: str | None) -> str:
    levels = rules.rating.levels
    if mark not in levels:
        return "○"
    return {0: "▼", len(levels) - 1: "▲"}.get(levels.index(mark), "●")


# ------------------------------------------------------------------------------- feedback


@dialogue.tap(OpenFeedback)
async def open_feedback(turn: Turn, tap: OpenFeedback) -> None:
    """Show the feedback and the sentences that fit the levels."""
    await plan_to_rate(turn.session, turn.actor, tap.plan)
    await _show_feedback(turn, tap.plan)


async def _show_feedback(turn: Turn, plan_id: int) -> None:
    sitting = await sitting_with(turn, plan_id)
    rules, rating, words = sitting.rules, sitting.rating, turn.words
    feedback = rating.feedback if rating else ""
    fits = rules.sentences(rating.work_result, rating.work_behaviour) if rating else ()
    text = words.body(
        "rating.feedback", name=sitting.ratee.name, feedback=feedback,
        sentences=[one.text for one in fits], longest=LONGEST_FEEDBACK,
        lacks_level=rating is None or rating.predicate_id is None,
    )  # fmt: skip
    keys = [
        Key(
            words.label(
                "rating.sentence_on" if one.text in feedback else "rating.sentence_off",
                label=one.label,
            ),
            PickSentence(
                plan_id, sitting.revision, rules.feedback.index(one),
                int(one.text not in feedback),
            ),
        )
        for one in fits
    ]  # fmt: skip
    own = Key(words.label("rating.write"), WriteFeedback(plan_id, sitting.revision))
    rows: list[Row] = [*in_rows(numbered([*keys, own]))]
    foot: Row = (back_to(turn, RateTeacher(plan_id)),)
    if feedback:
        clear = Key(words.label("rating.clear"), ClearFeedback(plan_id, sitting.revision))
        foot = (*foot, clear)
    turn.show(Screen(text, (*rows, foot), view=OpenFeedback(plan_id)))


@dialogue.tap(PickSentence)
async def pick_sentence(turn: Turn, tap: PickSentence) -> None:
    """Take a ready sentence, or drop it."""
    full = await plan_to_rate(turn.session, turn.actor, tap.plan)
    sentences = turn.rulebook.of_plan(turn.school, full.plan).feedback
    if not 0 <= tap.place < len(sentences):
        raise NotFound
    await drafting.take_sentence(
        turn.session, turn.actor, tap.plan, tap.revision, sentences[tap.place].text, turn.now,
        taken=bool(tap.take),
    )  # fmt: skip
    await _show_feedback(turn, tap.plan)


@dialogue.tap(ClearFeedback)
async def clear_feedback(turn: Turn, tap: ClearFeedback) -> None:
    """Take the feedback away."""
    await drafting.clear_feedback(turn.session, turn.actor, tap.plan, tap.revision, turn.now)
    await _show_feedback(turn, tap.plan)


@dialogue.tap(WriteFeedback)
async def write_feedback(turn: Turn, tap: WriteFeedback) -> None:
    """Ask for the feedback in own words; what there is can be copied and changed."""
    await plan_to_rate(turn.session, turn.actor, tap.plan)
    sitting = await sitting_with(turn, tap.plan)
    text = turn.words.body(
        "rating.ask_feedback", name=sitting.ratee.name,
        feedback=sitting.rating.feedback if sitting.rating else "", longest=LONGEST_FEEDBACK,
    )  # fmt: skip
    await turn.ask(FEEDBACK_STATE, tap, text, turn.words.label("rating.feedback_placeholder"))


@dialogue.answer(FEEDBACK_STATE)
async def take_feedback(turn: Turn, subject: WriteFeedback) -> None:
    """Keep the words just written. "Kembali" is the button, not feedback."""
    if fold(turn.text) != fold(turn.words.label("nav.back")):
        await drafting.write_feedback(
            turn.session, turn.actor, subject.plan, subject.revision, turn.text, turn.now
        )
    await show_rating(turn, subject.plan)
