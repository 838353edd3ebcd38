"""Helping to choose: up to three combinations that reach the target with the least work."""

from conversations.callbacks.planning import (
    HaveInHand,
    LikeCategory,
    OpenInHand,
    OpenPlan,
    OpenSuggestions,
    TakeSuggestion,
)
from conversations.dialogue import Dialogue
from conversations.home import back_to, help_key
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager
from conversations.teacher.plan_card import own_plan, plan_screen, show_plan
from conversations.turn import Turn
from storage import plans
from storage.errors import NotFound
from storage.plans import FullPlan, items_step
from storage.rulesets import RuleSet
from storage.suggestions import Pick, Suggestion, suggest

dialogue = Dialogue("suggesting")

ITEMS_A_PAGE = 6
MOST_IN_HAND = 3


@dialogue.presents
async def present(turn: Turn, tap: TakeSuggestion) -> None:
    """Show the plan as it is now."""
    full, _rules = await own_plan(turn, tap.plan)
    await show_plan(turn, full)


@dialogue.tap(OpenSuggestions)
async def open_suggestions(turn: Turn, tap: OpenSuggestions) -> None:
    """Show the combinations."""
    full, rules = await own_plan(turn, tap.plan)
    if full.fillable:
        turn.show(_suggestions_screen(turn, rules, full))
    else:
        await show_plan(turn, full)


def _suggestions_screen(turn: Turn, rules: RuleSet, full: FullPlan) -> Screen:
    words = turn.words
    step = items_step(rules)
    planned = {entry.code: entry.quantity for entry in full.of(step.id)}
    liked = list(full.plan.preferences.get("liked", []))
    in_hand = full.plan.preferences.get("in_hand", {})
    found = suggest(rules, liked=frozenset(liked), in_hand=in_hand, already=planned)
    text = words.body(
        "planning.suggestions", rules=rules, suggestions=found, planned=bool(planned),
        points=rules.points, liked=[rules.category(one).title for one in liked],
        in_hand=[(rules.item(code), units) for code, units in in_hand.items() if units],
    )  # fmt: skip
    keys = [
        Key(
            words.label("planning.take_suggestion"),
            TakeSuggestion(full.id, pack_picks(one, planned)),
            Style.YES if one is found[0] else None,
        )
        for one in found
    ]
    likings = [
        Key(
            words.label(
                "planning.liked" if category.id in liked else "planning.like",
                label=category.label,
            ),
            LikeCategory(full.id, at),
        )
        for at, category in enumerate(rules.categories)
    ]
    likings.append(Key(words.label("planning.in_hand"), OpenInHand(full.id, 0)))
    rows = (
        *in_rows(numbered(keys), 1),
        *in_rows(likings),
        (back_to(turn, OpenPlan()), help_key(turn, items_step(rules).id)),
    )
    return Screen(text, rows, view=OpenSuggestions(full.id))


def pack_picks(suggestion: Suggestion, planned: dict[str, int]) -> str:
    """Pack a combination as whole quantities: `01*4-05*1`, codes without their beginning."""
    return "-".join(
        f"{pick.code.rpartition('-')[2]}*{planned.get(pick.code, 0) + pick.quantity}"
        for pick in suggestion.picks
    )


def unpack_picks(rules: RuleSet, packed: str) -> list[Pick]:
    """Read a packed combination. Raises `NotFound` for what the rule set does not have."""
    by_end = {item.code.rpartition("-")[2]: item.code for item in rules.items}
    picks = []
    for part in packed.split("-"):
        end, _, quantity = part.partition("*")
        if end not in by_end or not quantity.isascii() or not quantity.isdigit():
            raise NotFound
        picks.append(Pick(by_end[end], int(quantity)))
    return picks


@dialogue.tap(TakeSuggestion)
async def take_suggestion(turn: Turn, tap: TakeSuggestion) -> None:
    """Take a combination over; it stays editable."""
    _full, rules = await own_plan(turn, tap.plan)
    picks = unpack_picks(rules, tap.picks)
    full = await plans.take_picks(turn.session, turn.actor, rules, tap.plan, picks, turn.now)
    turn.toast(turn.words.label("planning.suggestion_taken", points=full.plan.points_floor))
    turn.show(await plan_screen(turn, full))


@dialogue.tap(LikeCategory)
async def like_category(turn: Turn, tap: LikeCategory) -> None:
    """Prefer a kind of activity, or no longer, and suggest again."""
    _full, rules = await own_plan(turn, tap.plan)
    if not 0 <= tap.category < len(rules.categories):
        raise NotFound
    liked = rules.categories[tap.category].id
    full = await plans.prefer(turn.session, turn.actor, tap.plan, turn.now, liked=liked)
    turn.show(_suggestions_screen(turn, rules, full))


@dialogue.tap(OpenInHand)
async def open_in_hand(turn: Turn, tap: OpenInHand) -> None:
    """Ask what evidence is in hand already."""
    full, rules = await own_plan(turn, tap.plan)
    turn.show(_in_hand_screen(turn, rules, full, tap.page))


@dialogue.tap(HaveInHand)
async def have_in_hand(turn: Turn, tap: HaveInHand) -> None:
    """Count one more unit in hand; after three it starts again at none."""
    full, rules = await own_plan(turn, tap.plan)
    item = rules.item(tap.item)
    most = MOST_IN_HAND if item.repeatable else 1
    units = (full.plan.preferences.get("in_hand", {}).get(item.code, 0) + 1) % (most + 1)
    full = await plans.prefer(
        turn.session, turn.actor, tap.plan, turn.now, in_hand=(item.code, units)
    )
    turn.show(_in_hand_screen(turn, rules, full, tap.page))


def _in_hand_screen(turn: Turn, rules: RuleSet, full: FullPlan, number: int) -> Screen:
    words = turn.words
    in_hand = full.plan.preferences.get("in_hand", {})
    page = page_of(rules.items, number, ITEMS_A_PAGE)
    keys = [
        Key(
            words.label("planning.have", label=item.label, units=in_hand.get(item.code, 0)),
            HaveInHand(full.id, item.code, page.number),
        )
        for item in page.items
    ]
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1), 1)]
    rows += pager(page, lambda to: OpenInHand(full.id, to))
    rows.append(
        (
            Key(words.label("planning.see_suggestions"), OpenSuggestions(full.id), Style.NEXT),
            help_key(turn, items_step(rules).id),
        )
    )
    return Screen(
        words.body("planning.in_hand", rules=rules),
        tuple(rows),
        view=OpenInHand(full.id, page.number),
    )
