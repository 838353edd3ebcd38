"""Ordering official papers: the SKP of a teacher, the recap of a school."""

from conversations.callbacks.approving import OpenOverview
from conversations.callbacks.everybody import Home
from conversations.callbacks.official import OrderRecap, OrderSkp
from conversations.callbacks.packing import Button
from conversations.dialogue import Dialogue
from conversations.home import back_to
from conversations.screens import Screen
from conversations.turn import Turn
from storage import issuing

dialogue = Dialogue("issuing")


@dialogue.tap(OrderSkp)
async def order_skp(turn: Turn, tap: OrderSkp) -> None:
    """Have the SKP of a plan made."""
    _order, is_new = await issuing.order_skp(turn.session, turn.actor, tap.plan, turn.now)
    _say_ordered(turn, Home(), is_new=is_new)


@dialogue.tap(OrderRecap)
async def order_recap(turn: Turn, tap: OrderRecap) -> None:
    """Have the recap of a period made. A period that the rules do not know is none."""
    _rules, period = turn.rulebook.period_named(turn.school, tap.period)
    _order, is_new = await issuing.order_recap(turn.session, turn.actor, period.id, turn.now)
    _say_ordered(turn, OpenOverview("-", 0), is_new=is_new)


def _say_ordered(turn: Turn, back: Button, *, is_new: bool) -> None:
    turn.toast(turn.words.label("preparing.begun" if is_new else "preparing.under_way"))
    if turn.tapped is None:
        turn.show(Screen(turn.words.body("preparing.ordered"), ((back_to(turn, back),),)))
