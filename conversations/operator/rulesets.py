"""The school's rule set: which one holds, which others there are, and from when they would."""

from typing import Any

from conversations.callbacks.everybody import Home
from conversations.callbacks.rulesets import (
    ChooseRuleset,
    LookAtRuleset,
    OpenRulesets,
    TakeRulesetBack,
)
from conversations.callbacks.school import OpenSchool
from conversations.dialogue import Dialogue
from conversations.home import back_to
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, short
from conversations.turn import Turn
from storage import ruleset_choices, school_hours
from storage.rulesets.days import ONE_DAY
from storage.school_hours import MAY_CHANGE

dialogue = Dialogue("rulesets")

CHOICES_SHOWN = 3
MOST_OFFERED = 6
"""More buttons than that do not fit a small screen."""


@dialogue.presents
async def present(turn: Turn, _tap: Any) -> None:
    """Show the rules as they are."""
    turn.show(await _rules_screen(turn))


@dialogue.tap(OpenRulesets)
async def open_rulesets(turn: Turn, _tap: OpenRulesets) -> None:
    """Show the rules as they are."""
    turn.show(await _rules_screen(turn))


async def _rules_screen(turn: Turn) -> Screen:
    turn.actor.require(MAY_CHANGE)
    words = turn.words
    offers = ruleset_choices.offers(turn.rulebook, turn.school, turn.today)[:MOST_OFFERED]
    pending = ruleset_choices.pending(turn.school, turn.today)
    made = await ruleset_choices.standing(turn.session, turn.actor)
    titles = {one.id: one.short_title for one in turn.rulebook.usable(turn.school)}
    text = words.body(
        "rulesets.card", rules=turn.rules, period=turn.period, offers=offers, pending=pending,
        title=titles.get(pending.ruleset, pending.ruleset) if pending else "",
        made=[
            (one.choice, titles.get(one.choice.ruleset, one.choice.ruleset), one.by.name)
            for one in made[-CHOICES_SHOWN:]
        ],
    )  # fmt: skip
    keys = [Key(short(one.rules.short_title), LookAtRuleset(one.rules.id)) for one in offers]
    rows: list[Row] = [*in_rows(numbered(keys))]
    if pending is not None:
        take_back = TakeRulesetBack(turn.school.rules_revision)
        rows.append((Key(words.label("rulesets.take_back"), take_back, number=len(keys) + 1),))
    rows.append((back_to(turn, OpenSchool()),))
    return Screen(text, tuple(rows), view=OpenRulesets())


@dialogue.tap(LookAtRuleset)
async def look_at_ruleset(turn: Turn, tap: LookAtRuleset) -> None:
    """Say what would change and from when, before anything is chosen."""
    turn.actor.require(MAY_CHANGE)
    words = turn.words
    offer = ruleset_choices.offer_of(turn.rulebook, turn.school, tap.ruleset, turn.today)
    text = words.body(
        "rulesets.offer", rules=offer.rules, first=offer.first, running=turn.rules,
        until=offer.first.start - ONE_DAY,
    )  # fmt: skip
    choose = ChooseRuleset(offer.rules.id, turn.school.rules_revision)
    rows = (
        (Key(words.label("rulesets.choose"), choose, Style.NEXT),),
        (back_to(turn, OpenRulesets()),),
    )
    turn.show(Screen(text, rows, view=tap))


@dialogue.tap(ChooseRuleset)
async def choose_ruleset(turn: Turn, tap: ChooseRuleset) -> None:
    """Choose what was shown; until it begins it can be taken back."""
    hours = await school_hours.hours_of(turn.session, turn.school)
    choice = await ruleset_choices.choose(
        turn.session, turn.actor, turn.rulebook, turn.school, tap.ruleset, tap.revision,
        hours=hours, now=turn.now,
    )  # fmt: skip
    words = turn.words
    if choice is None:
        turn.toast(words.label("rulesets.chosen_before"))
    else:
        turn.toast(words.label("rulesets.chosen", day=words.short_day(choice.starts_on)))
    turn.show(await _rules_screen(turn))


@dialogue.tap(TakeRulesetBack)
async def take_ruleset_back(turn: Turn, tap: TakeRulesetBack) -> None:
    """Go on with the running rule set after all."""
    hours = await school_hours.hours_of(turn.session, turn.school)
    await ruleset_choices.take_back(
        turn.session, turn.actor, turn.school, tap.revision, hours=hours, now=turn.now
    )
    turn.toast(turn.words.label("rulesets.taken_back"))
    turn.show(await _rules_screen(turn))


# ------------------------------------------------------------------------------- notices


@notice("ruleset_chosen")
async def ruleset_chosen(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell everybody from when other rules hold; nothing if that was taken back."""
    made = await ruleset_choices.made(person.session, person.actor, subject["choice"])
    if made.choice.withdrawn_at is not None:
        return None
    rules = person.rulebook.named(person.school, made.choice.ruleset)
    text = person.words.body(
        "rulesets.told", who=person.salutation, rules=rules, by=made.by.name,
        first=rules.period_at(made.choice.starts_on), period=person.period,
    )  # fmt: skip
    return Notice(Screen(text, (_home(person),)))


@notice("ruleset_kept")
async def ruleset_kept(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell that the rules stay after all, unless yet others have been chosen since."""
    await ruleset_choices.made(person.session, person.actor, subject["choice"])
    if ruleset_choices.pending(person.school, person.today) is not None:
        return None
    text = person.words.body("rulesets.kept", who=person.salutation, rules=person.rules)
    return Notice(Screen(text, (_home(person),)))


def _home(person: Person) -> Row:
    return (Key(person.words.label("nav.home"), Home()),)
