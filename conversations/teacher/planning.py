"""Filling a plan: opening it, going through its steps, choosing items and their quantities."""

from conversations.callbacks.packing import Button
from conversations.callbacks.planning import (
    AddUnits,
    ChooseOne,
    KeepItem,
    OpenItem,
    OpenPlan,
    OpenStep,
    OpenSuggestions,
    SetUnits,
    StartFrom,
    ToggleEvidence,
    WriteWords,
)
from conversations.dialogue import Dialogue
from conversations.home import back_to, help_key
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager
from conversations.teacher.behaviours import behaviours_screen
from conversations.teacher.duties import duties_screen
from conversations.teacher.plan_card import own_plan, plan_screen, show_plan
from conversations.turn import Turn
from storage import plans
from storage.errors import NotFound
from storage.plans import FullPlan, items_step
from storage.rulesets import Item, RuleSet, Step, StepKind

dialogue = Dialogue("planning")

ITEMS_A_PAGE = 6
WORDS_STATE = "planning.words"


@dialogue.presents
async def present(turn: Turn, tap: Button) -> None:
    """Show the plan as it is now; who was on an item's card stays there."""
    if isinstance(tap, AddUnits | SetUnits | ToggleEvidence):
        full, rules = await own_plan(turn, tap.plan)
        if full.fillable:
            turn.show(_item_screen(turn, rules, full, rules.item(tap.item), fresh=False))
            return
    await open_plan(turn, OpenPlan())


@dialogue.command("rencana")
async def plan_command(turn: Turn, _words: str) -> None:
    """Open the plan of this period."""
    await open_plan(turn, OpenPlan())


@dialogue.tap(OpenPlan)
async def open_plan(turn: Turn, _tap: OpenPlan) -> None:
    """Open the plan of this period, starting one when there is none."""
    full = await plans.open_plan(turn.session, turn.actor, turn.rules, turn.period, turn.now)
    await show_plan(turn, full)


@dialogue.tap(OpenStep)
async def open_step(turn: Turn, tap: OpenStep) -> None:
    """Open a step on one of its pages."""
    full, rules = await own_plan(turn, tap.plan)
    if not full.fillable:
        await show_plan(turn, full)
        return
    step = rules.step(tap.step)
    match step.kind:
        case StepKind.ITEMS:
            turn.show(_items_screen(turn, rules, step, full, tap.page))
        case StepKind.DUTIES:
            turn.show(duties_screen(turn, rules, step, full, tap.page))
        case StepKind.BEHAVIOURS:
            turn.show(await behaviours_screen(turn, rules, step, full))
        case StepKind.CHOICE:
            turn.show(_choice_screen(turn, rules, step, full))
        case StepKind.TEXT:
            turn.show(_words_screen(turn, step, full))


# ------------------------------------------------------------------------------- items


def _items_screen(turn: Turn, rules: RuleSet, step: Step, full: FullPlan, number: int) -> Screen:
    words = turn.words
    page = page_of(rules.items, number, ITEMS_A_PAGE)
    chosen = {entry.code: entry.quantity for entry in full.of(step.id)}
    text = words.body(
        "planning.items", rules=rules, step=step, items=page.items, first=page.first,
        chosen=chosen, full=full, points=rules.points, page=page,
    )  # fmt: skip
    keys = [_item_key(turn, full, item, chosen.get(item.code, 0)) for item in page.items]
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1), 1)]
    rows += pager(page, lambda to: OpenStep(full.id, step.id, to))
    rows.append(
        (
            Key(words.label("nav.done"), OpenPlan(), Style.NEXT),
            Key(words.label("planning.suggest"), OpenSuggestions(full.id)),
            help_key(turn, step.id),
        )
    )

    def by_number(typed: int) -> Button:
        if not 1 <= typed <= len(rules.items):
            return OpenStep(full.id, step.id, number)
        return OpenItem(full.id, rules.items[typed - 1].code)

    view = OpenStep(full.id, step.id, page.number)
    return Screen(text, tuple(rows), view=view, takes_number=by_number)


def _item_key(turn: Turn, full: FullPlan, item: Item, quantity: int) -> Key:
    name = "planning.item_chosen" if quantity else "planning.item"
    label = turn.words.label(name, label=item.label, points=item.points, quantity=quantity)
    return Key(label, OpenItem(full.id, item.code))


@dialogue.tap(OpenItem)
async def open_item(turn: Turn, tap: OpenItem) -> None:
    """Show one item's card."""
    full, rules = await own_plan(turn, tap.plan)
    turn.show(_item_screen(turn, rules, full, rules.item(tap.item), fresh=True))


def _item_screen(turn: Turn, rules: RuleSet, full: FullPlan, item: Item, *, fresh: bool) -> Screen:
    """Draw an item's card. `fresh`: just opened, so that keeping it with none takes one."""
    words, step = turn.words, items_step(rules)
    entry = full.entry(step.id, item.code)
    quantity = entry.quantity if entry else 0
    kinds = rules.evidence_of_item(item.code)
    text = words.body(
        "planning.item", rules=rules, item=item, quantity=quantity, full=full,
        points=rules.points, kinds=kinds, intended=entry.evidence if entry else [],
        category=rules.category(item.category),
    )  # fmt: skip
    rows: list[Row] = [
        (
            Key(words.label("planning.less"), AddUnits(full.id, item.code, -1)),
            Key(words.label("planning.more"), AddUnits(full.id, item.code, 1)),
        )
    ]
    if entry is not None and len(kinds) > 1:
        intended = set(entry.evidence)
        rows += in_rows(
            [
                Key(
                    words.label(
                        "planning.evidence_on" if kind.id in intended else "planning.evidence_off",
                        kind=kind.title.partition(" (")[0],
                    ),
                    ToggleEvidence(full.id, item.code, at),
                )
                for at, kind in enumerate(kinds)
            ]
        )
    take = int(fresh and quantity == 0)
    rows.append((Key(words.label("nav.save"), KeepItem(full.id, item.code, take), Style.YES),))
    page = rules.items.index(item) // ITEMS_A_PAGE
    back = back_to(turn, OpenStep(full.id, step.id, page))
    rows.append((back, help_key(turn, item.code)))
    return Screen(
        text,
        tuple(rows),
        view=OpenItem(full.id, item.code),
        takes_number=lambda units: SetUnits(full.id, item.code, units),
    )


@dialogue.tap(AddUnits)
async def add_units(turn: Turn, tap: AddUnits) -> None:
    """Plan one unit more or fewer; at the ends nothing happens and the reason is said."""
    full, rules = await own_plan(turn, tap.plan)
    entry = full.entry(items_step(rules).id, tap.item)
    before = entry.quantity if entry else 0
    if before + tap.units < 0:
        turn.toast(turn.words.label("planning.none_left"))
        turn.show(_item_screen(turn, rules, full, rules.item(tap.item), fresh=False))
        return
    if before + tap.units > 1 and not rules.item(tap.item).repeatable:
        turn.toast(turn.words.label("planning.only_once"))
        turn.show(_item_screen(turn, rules, full, rules.item(tap.item), fresh=False))
        return
    await _set(turn, rules, tap.plan, tap.item, before + tap.units)


@dialogue.tap(SetUnits)
async def set_units(turn: Turn, tap: SetUnits) -> None:
    """Plan exactly so many units, as typed."""
    _full, rules = await own_plan(turn, tap.plan)
    await _set(turn, rules, tap.plan, tap.item, tap.units)


async def _set(turn: Turn, rules: RuleSet, plan_id: int, code: str, units: int) -> None:
    full = await plans.set_quantity(
        turn.session, turn.actor, rules, plan_id, code, units, turn.now
    )
    turn.show(_item_screen(turn, rules, full, rules.item(code), fresh=False))


@dialogue.tap(ToggleEvidence)
async def toggle_evidence(turn: Turn, tap: ToggleEvidence) -> None:
    """Intend a kind of evidence, or no longer."""
    _full, rules = await own_plan(turn, tap.plan)
    kinds = rules.item(tap.item).evidence
    if not 0 <= tap.kind < len(kinds):
        raise NotFound
    full = await plans.toggle_evidence(
        turn.session, turn.actor, rules, tap.plan, tap.item, kinds[tap.kind], turn.now
    )
    turn.show(_item_screen(turn, rules, full, rules.item(tap.item), fresh=False))


@dialogue.tap(KeepItem)
async def keep_item(turn: Turn, tap: KeepItem) -> None:
    """Go back to the list; who saves an item without a quantity means one."""
    full, rules = await own_plan(turn, tap.plan)
    step = items_step(rules)
    if tap.take and full.entry(step.id, tap.item) is None:
        full = await plans.set_quantity(
            turn.session, turn.actor, rules, tap.plan, tap.item, 1, turn.now
        )
    page = rules.items.index(rules.item(tap.item)) // ITEMS_A_PAGE
    turn.toast(turn.words.label("planning.kept", points=full.plan.points_floor))
    turn.show(_items_screen(turn, rules, step, full, page))


# ------------------------------------------------------------------------------- one choice, words


def _choice_screen(turn: Turn, rules: RuleSet, step: Step, full: FullPlan) -> Screen:
    chosen = {entry.code for entry in full.of(step.id)}
    choices = rules.choices(step)
    text = turn.words.body(
        "planning.choice",
        rules=rules,
        step=step,
        choices=choices,
        chosen=chosen,
        full=full,
        all_estimated=all(one.estimated for one in choices),
    )
    keys = [
        Key(
            turn.words.label(
                "planning.chosen" if one.code in chosen else "planning.open", label=one.label
            ),
            ChooseOne(full.id, step.id, one.code),
        )
        for one in choices
    ]
    done = (Key(turn.words.label("nav.done"), OpenPlan(), Style.NEXT), help_key(turn, step.id))
    return Screen(text, (*in_rows(numbered(keys)), done), view=OpenStep(full.id, step.id, 0))


@dialogue.tap(ChooseOne)
async def choose_one(turn: Turn, tap: ChooseOne) -> None:
    """Make the one choice of a step."""
    _full, rules = await own_plan(turn, tap.plan)
    full = await plans.choose_one(
        turn.session, turn.actor, rules, tap.plan, tap.step, tap.choice, turn.now
    )
    turn.show(_choice_screen(turn, rules, rules.step(tap.step), full))


def _words_screen(turn: Turn, step: Step, full: FullPlan) -> Screen:
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    written = next((entry.text for entry in full.of(step.id)), "")
    text = turn.words.body(
        "planning.own_words", rules=rules, step=step, written=written, full=full
    )
    rows: tuple[Row, ...] = (
        (Key(turn.words.label("planning.write"), WriteWords(full.id, step.id), Style.NEXT),),
        (Key(turn.words.label("nav.done"), OpenPlan()), help_key(turn, step.id)),
    )
    return Screen(text, rows, view=OpenStep(full.id, step.id, 0))


@dialogue.tap(WriteWords)
async def write_words(turn: Turn, tap: WriteWords) -> None:
    """Ask for the words of a step."""
    _full, rules = await own_plan(turn, tap.plan)
    step = rules.step(tap.step)
    await turn.ask(
        WORDS_STATE,
        tap,
        turn.words.body("planning.ask_words", step=step),
        turn.words.label("planning.words_placeholder"),
    )


@dialogue.answer(WORDS_STATE)
async def take_words(turn: Turn, subject: WriteWords) -> None:
    """Keep the words and show the plan."""
    _full, rules = await own_plan(turn, subject.plan)
    full = await plans.write_words(
        turn.session, turn.actor, rules, subject.plan, subject.step, turn.text, turn.now
    )
    turn.show(await plan_screen(turn, full))


# ------------------------------------------------------------------------------- starting points


@dialogue.tap(StartFrom)
async def start_from(turn: Turn, tap: StartFrom) -> None:
    """Take over the last period's plan, or the school's model; everything stays editable."""
    full, rules = await own_plan(turn, tap.plan)
    before = turn.rulebook.period_before(turn.school, rules.period(full.plan.period))
    offers = await plans.starting_points(turn.session, turn.actor, rules, before)
    if tap.origin not in offers:
        raise NotFound
    only = None if tap.step == "-" else tap.step
    full = await plans.start_from(
        turn.session, turn.actor, rules, tap.plan, offers[tap.origin], turn.now, only
    )
    turn.toast(turn.words.label("planning.started"))
    await show_plan(turn, full)
