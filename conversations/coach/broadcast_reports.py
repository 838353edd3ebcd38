"""How a broadcast went: who was not reached, who has answered, and sending it again."""

from conversations.callbacks.broadcasts import BroadcastNames, OpenBroadcast, SendAgain
from conversations.coach.broadcast_cards import show_broadcast
from conversations.dialogue import Dialogue
from conversations.home import back_to
from conversations.screens import Screen, page_of, pager
from conversations.turn import Turn
from storage.broadcasts import counting, drafting, reading
from storage.broadcasts.counting import Fate
from storage.errors import NotFound

dialogue = Dialogue("broadcast_reports")

NAMES_A_PAGE = 30


@dialogue.presents
async def present(turn: Turn, tap: object) -> None:
    """Show the broadcast that was meant as it is now."""
    number = getattr(tap, "broadcast", 0)
    await show_broadcast(turn, await reading.own(turn.session, turn.actor, number))


@dialogue.tap(BroadcastNames)
async def broadcast_names(turn: Turn, tap: BroadcastNames) -> None:
    """Name those with one fate."""
    if tap.fate not in set(Fate):
        raise NotFound
    broadcast = await reading.own(turn.session, turn.actor, tap.broadcast)
    names = await counting.names(turn.session, broadcast, Fate(tap.fate))
    page = page_of(names, tap.page, NAMES_A_PAGE)
    text = turn.words.body(
        "broadcasting.names", total=len(names), page=page,
        title=turn.words.label(f"broadcasting.names_{Fate(tap.fate)}"),
    )  # fmt: skip
    rows = pager(page, lambda to: BroadcastNames(tap.broadcast, tap.fate, to))
    back = (back_to(turn, OpenBroadcast(tap.broadcast)),)
    view = BroadcastNames(tap.broadcast, tap.fate, page.number)
    turn.show(Screen(text, (*rows, back), view=view))


@dialogue.tap(SendAgain)
async def send_again(turn: Turn, tap: SendAgain) -> None:
    """Make a draft of it for those whom it failed to reach."""
    draft = await drafting.send_again(turn.session, turn.actor, tap.broadcast, turn.now)
    await show_broadcast(turn, draft)
