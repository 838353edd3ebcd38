"""Making ratings final, one or all that are ready, and opening a final one again."""

from collections import Counter
from typing import Any

from conversations.callbacks.rating import (
    AskSealing,
    AskSealingAll,
    HoldRating,
    NextRating,
    OpenRatings,
    RateTeacher,
    RatingSummary,
    ReopenRating,
    ReopenRatingOwn,
    ReopenRatingReason,
    SealRating,
    SealRatings,
)
from conversations.dialogue import Dialogue
from conversations.everywhere import fold
from conversations.home import back_to
from conversations.principal.decision_cards import address
from conversations.principal.rating import present_rating, queue_screen, show_rating
from conversations.principal.rating_cards import NAMES_A_PAGE, sitting_with
from conversations.rating_views import lines_of, predicate_title
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager, short
from conversations.turn import Turn
from conversations.words import LANGUAGES, Words
from storage.errors import AlreadyDecided, NotFound, RatingIncomplete, RatingVoid
from storage.periods import require_open
from storage.ratings import drafting, facts, queue, sealing
from storage.ratings.facts import Lack
from storage.ratings.moving import RATED, plan_to_rate
from storage.ratings.queue import RATABLE, Ratee, Stage

dialogue = Dialogue("rating_sealing")

REOPEN_STATE = "rating.reopen"
NAMES_SHOWN = 12


@dialogue.presents
async def present(turn: Turn, tap: Any) -> None:
    """After a refused tap, show what there is now: one rating, or all that are ready."""
    if isinstance(tap, HoldRating | SealRatings | AskSealingAll):
        await rating_summary(turn, RatingSummary(getattr(tap, "page", 0)))
    else:
        await present_rating(turn, tap)


# ------------------------------------------------------------------------------- one


@dialogue.tap(AskSealing)
async def ask_sealing(turn: Turn, tap: AskSealing) -> None:
    """Ask once more, for it is final: with what is chosen, and what is missing."""
    full = await plan_to_rate(turn.session, turn.actor, tap.plan)
    sitting = await sitting_with(turn, tap.plan)
    if sitting.rating is None or sitting.rating.predicate_id is None:
        raise RatingIncomplete
    known = await facts.facts_of(turn.session, turn.rulebook, sitting.rules, full)
    text = turn.words.body(
        "rating.ask_sealing", name=sitting.ratee.name, lacks=known.lacks,
        lines=lines_of(sitting.rules, sitting.rating), address=address(turn),
    )  # fmt: skip
    seal = Key(turn.words.label("rating.seal"), SealRating(tap.plan, tap.revision), Style.YES)
    turn.show(Screen(text, ((seal,), (back_to(turn, RateTeacher(tap.plan)),)), view=tap))


@dialogue.tap(SealRating)
async def seal_rating(turn: Turn, tap: SealRating) -> None:
    """Make it final."""
    full = await plan_to_rate(turn.session, turn.actor, tap.plan)
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    try:
        await sealing.seal(turn.session, turn.actor, rules, tap.plan, tap.revision, turn.now)
    except AlreadyDecided as earlier:
        if not earlier.is_repeated(RATED, turn.actor.member_id):
            raise
        turn.toast(turn.words.label("approving.done_before"))
    else:
        turn.toast(turn.words.label("rating.sealed"))
    await show_rating(turn, tap.plan)


# ------------------------------------------------------------------------------- all


@dialogue.tap(RatingSummary)
async def rating_summary(turn: Turn, tap: RatingSummary) -> None:
    """Show all that could become final, to be left out or put back by a tap."""
    words = turn.words
    people = await queue.ratees(turn.session, turn.actor, turn.period.id)
    complete = [one for one in people if one.stage in (Stage.READY, Stage.HELD)]
    page = page_of(complete, tap.page, NAMES_A_PAGE)
    ready = sealing.ready_of(people)
    text = words.body(
        "rating.summary", rules=turn.rules, period=turn.period, page=page,
        lines=[(one, _predicate(turn, one)) for one in page.items],
        **_counts(turn, people), address=address(turn),
    )  # fmt: skip
    keys = [_hold_key(turn, one, page.number) for one in page.items]
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1))]
    rows += pager(page, RatingSummary)
    if ready.ratees:
        label = words.label("rating.seal_all", count=len(ready.ratees))
        rows.append((Key(label, AskSealingAll(), Style.YES),))
    if any(one.stage is Stage.OPEN for one in people):
        rows.append((Key(words.label("rating.carry_on"), NextRating(0), Style.NEXT),))
    rows.append((back_to(turn, OpenRatings(0)),))
    turn.show(Screen(text, tuple(rows), view=RatingSummary(page.number)))


def _predicate(turn: Turn, one: Ratee) -> str:
    rating = one.rating
    return predicate_title(turn.rules, rating.predicate_id or "") if rating else ""


def _counts(turn: Turn, people: list[Ratee]) -> dict[str, Any]:
    """Count the predicates of what is ready, and name everybody who is not part of it."""
    ready = [one for one in people if one.stage is Stage.READY]
    count = Counter(_predicate(turn, one) for one in ready)
    order = [one.title for one in turn.rules.predicates]
    titles = sorted(count, key=lambda one: order.index(one) if one in order else len(order))

    def names(stage: Stage) -> list[str]:
        return [one.name for one in people if one.stage is stage]

    return {
        "ready": len(ready), "counts": [(title, count[title]) for title in titles],
        "unrated": names(Stage.OPEN), "held": names(Stage.HELD),
        "without_plan": names(Stage.NO_PLAN), "final": len(names(Stage.FINAL)),
        "left": [one.name for one in people if one.has_left and one.stage in RATABLE],
        "most": NAMES_SHOWN,
    }  # fmt: skip


def _hold_key(turn: Turn, one: Ratee, page: int) -> Key:
    is_held = one.stage is Stage.HELD
    name = "rating.person_off" if is_held else "rating.person_on"
    label = turn.words.label(name, name=short(one.name.partition(",")[0]))
    revision = one.rating.revision if one.rating else 0
    return Key(label, HoldRating(one.plan_id or 0, revision, int(is_held), page))


@dialogue.tap(HoldRating)
async def hold_rating(turn: Turn, tap: HoldRating) -> None:
    """Leave a rating out, or put it back."""
    await drafting.hold(
        turn.session, turn.actor, tap.plan, tap.revision, turn.now, held=not tap.take
    )
    await rating_summary(turn, RatingSummary(tap.page))


@dialogue.tap(AskSealingAll)
async def ask_sealing_all(turn: Turn, tap: AskSealingAll) -> None:
    """Ask once more, for all of it is final."""
    people = await queue.ratees(turn.session, turn.actor, turn.period.id)
    ready = sealing.ready_of(people)
    if not ready.ratees:
        await rating_summary(turn, RatingSummary(0))
        return
    by_plan = {one.plan_id: one.name for one in ready.ratees if one.plan_id is not None}
    lacks = await facts.lacking_in(
        turn.session, turn.actor.school_id, turn.period.id, list(by_plan)
    )
    text = turn.words.body(
        "rating.ask_sealing_all", **_counts(turn, people), address=address(turn),
        unobserved=_names(by_plan, lacks[Lack.OBSERVATION]),
        unreported=_names(by_plan, lacks[Lack.REPORT]),
    )  # fmt: skip
    label = turn.words.label("rating.seal_all", count=len(ready.ratees))
    seal = Key(label, SealRatings(ready.mark), Style.YES)
    turn.show(Screen(text, ((seal,), (back_to(turn, RatingSummary(0)),)), view=tap))


def _names(by_plan: dict[int, str], plans: set[int]) -> list[str]:
    return [name for plan_id, name in by_plan.items() if plan_id in plans]


@dialogue.tap(SealRatings)
async def seal_ratings(turn: Turn, tap: SealRatings) -> None:
    """Make all final that was shown."""
    done = await sealing.seal_all(
        turn.session, turn.actor, turn.rulebook, turn.school, turn.period.id, tap.mark, turn.now
    )
    turn.toast(turn.words.label("rating.sealed_all", count=len(done.ratees)))
    turn.show(await queue_screen(turn, 0, len(done.ratees)))


# ------------------------------------------------------------------------------- opening again


@dialogue.tap(ReopenRating)
async def reopen_rating(turn: Turn, tap: ReopenRating) -> None:
    """Ask why, and say what opening again means."""
    words, name = turn.words, await _name_of_final(turn, tap.plan)
    reasons = words.list("rating.reopen_reasons")
    text = words.body("rating.reopening", name=name, reasons=reasons)
    keys = [
        Key(label, ReopenRatingReason(tap.plan, tap.revision, at))
        for at, label in enumerate(words.list("rating.reopen_labels"))
    ]
    own = Key(words.label("approving.own_words"), ReopenRatingOwn(tap.plan, tap.revision))
    rows = (*in_rows(numbered([*keys, own]), 1), (back_to(turn, RateTeacher(tap.plan)),))
    turn.show(Screen(text, rows, view=tap))


async def _name_of_final(turn: Turn, plan_id: int) -> str:
    await require_open(turn.session, plan_id)
    sitting = await sitting_with(turn, plan_id)
    if sitting.rating is None or not sitting.rating.is_final:
        raise RatingVoid
    return sitting.ratee.name


@dialogue.tap(ReopenRatingReason)
async def reopen_rating_reason(turn: Turn, tap: ReopenRatingReason) -> None:
    """Open it again with one of the ready reasons."""
    # Kept in the language of the school: the teacher need not share the rater's.
    reasons = Words(LANGUAGES[0]).list("rating.reopen_reasons")
    if not 0 <= tap.reason < len(reasons):
        raise NotFound
    await _reopen(turn, tap.plan, tap.revision, reasons[tap.reason])


@dialogue.tap(ReopenRatingOwn)
async def reopen_rating_own(turn: Turn, tap: ReopenRatingOwn) -> None:
    """Ask for the reason in own words."""
    text = turn.words.body("rating.ask_reason", name=await _name_of_final(turn, tap.plan))
    await turn.ask(REOPEN_STATE, tap, text, turn.words.label("rating.reason_placeholder"))


@dialogue.answer(REOPEN_STATE)
async def take_reopen_reason(turn: Turn, subject: ReopenRatingOwn) -> None:
    """Open it again with the reason just written. "Kembali" is the button, not a reason."""
    if fold(turn.text) == fold(turn.words.label("nav.back")):
        await show_rating(turn, subject.plan)
        return
    await _reopen(turn, subject.plan, subject.revision, turn.text)


async def _reopen(turn: Turn, plan_id: int, revision: int, reason: str) -> None:
    await sealing.reopen(turn.session, turn.actor, plan_id, revision, turn.now, reason=reason)
    turn.toast(turn.words.label("rating.reopened"))
    await show_rating(turn, plan_id)
