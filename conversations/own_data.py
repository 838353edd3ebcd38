"""What everybody can do with their own data: get it, ask to be erased, take it along."""

from typing import Any

from conversations.callbacks.everybody import Help
from conversations.callbacks.own_data import (
    AskMyErasure,
    OpenCarried,
    OpenOwnData,
    OpenTransfer,
    OrderOwnData,
    RequestErasure,
    WithdrawErasure,
)
from conversations.dialogue import Dialogue
from conversations.home import back_to
from conversations.notices import Notice, notice
from conversations.papers.own_archive import OWN_DATA
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style
from conversations.turn import Turn
from storage import audit, carried, erasure_requests, papers
from storage.erasure import BACKUPS_KEPT_DAYS
from storage.members import require_other_operator
from storage.models import Role
from storage.people import member_of

dialogue = Dialogue("own_data")


@dialogue.presents
async def present(turn: Turn, _tap: object) -> None:
    """Show what can be done, as it is now."""
    turn.show(await _screen(turn))


@dialogue.command("dataku")
async def own_data_command(turn: Turn, _words: str) -> None:
    """Show what can be done with the own data."""
    turn.show(await _screen(turn))


@dialogue.tap(OpenOwnData)
async def open_own_data(turn: Turn, _tap: OpenOwnData) -> None:
    """Show what can be done with the own data."""
    turn.show(await _screen(turn))


async def _screen(turn: Turn) -> Screen:
    words = turn.words
    asked = await erasure_requests.open_request(turn.session, turn.actor)
    brought = await carried.plans_of(turn.session, turn.actor)
    text = words.body(
        "own_data.card", school=turn.school.name,
        others=[one.school.name for one in turn.memberships if one.school.id != turn.school.id],
        asked_at=asked.request.asked_at if asked else None,
    )  # fmt: skip
    rows: list[Row] = [(Key(words.label("own_data.get"), OrderOwnData(), Style.NEXT),)]
    rows.append((Key(words.label("own_data.move"), OpenTransfer()),))
    if brought:
        rows.append((Key(words.label("own_data.carried"), OpenCarried()),))
    if asked is not None:
        rows.append((Key(words.label("own_data.withdraw"), WithdrawErasure(asked.id)),))
    else:
        rows.append((Key(words.label("own_data.erase"), AskMyErasure(), Style.NO),))
    rows.append((back_to(turn, Help()),))
    return Screen(text, tuple(rows), view=OpenOwnData())


@dialogue.tap(OrderOwnData)
async def order_own_data(turn: Turn, _tap: OrderOwnData) -> None:
    """Have the file made, beside everything else."""
    paper, is_new = await papers.order(turn.session, turn.actor, OWN_DATA, {}, turn.now)
    if is_new:
        audit.record(turn.session, turn.actor, "data.export", f"paper:{paper.id}", turn.now)
    turn.toast(turn.words.label("preparing.begun" if is_new else "preparing.under_way"))
    if turn.tapped is None:
        back = back_to(turn, OpenOwnData())
        turn.show(Screen(turn.words.body("preparing.ordered"), ((back,),)))


# ------------------------------------------------------------------------------- erasure


@dialogue.tap(AskMyErasure)
async def ask_my_erasure(turn: Turn, tap: AskMyErasure) -> None:
    """Say plainly what goes, what stays, and what becomes of backups."""
    if turn.actor.roles & Role.OPERATOR:
        member = await member_of(turn.session, turn.actor.school_id, turn.actor.member_id)
        await require_other_operator(turn.session, member)
    text = turn.words.body(
        "own_data.ask_erasure", school=turn.school.name, days=BACKUPS_KEPT_DAYS,
        operators=await erasure_requests.joined_operators(turn.session, turn.actor),
        others=[one.school.name for one in turn.memberships if one.school.id != turn.school.id],
    )  # fmt: skip
    rows: tuple[Row, ...] = (
        (Key(turn.words.label("own_data.get"), OrderOwnData(), Style.NEXT),),
        (Key(turn.words.label("own_data.ask_now"), RequestErasure(), Style.NO),),
        (back_to(turn, OpenOwnData()),),
    )
    turn.show(Screen(text, rows, view=tap))


@dialogue.tap(RequestErasure)
async def request_erasure(turn: Turn, _tap: RequestErasure) -> None:
    """Hand the request to the operators."""
    await erasure_requests.ask(turn.session, turn.actor, turn.now)
    turn.toast(turn.words.label("own_data.asked"))
    turn.show(await _screen(turn))


@dialogue.tap(WithdrawErasure)
async def withdraw_erasure(turn: Turn, tap: WithdrawErasure) -> None:
    """Take the request back."""
    await erasure_requests.withdraw(turn.session, turn.actor, tap.request, turn.now)
    turn.toast(turn.words.label("own_data.withdrawn"))
    turn.show(await _screen(turn))


@notice("erasure_refused")
async def erasure_refused(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the person that the request was refused, and why."""
    asked = await erasure_requests.read(person.session, person.actor, subject["erasure"])
    if not asked.request.reason or asked.request.decided_by is None:
        return None
    by = await member_of(person.session, person.actor.school_id, asked.request.decided_by)
    text = person.words.body(
        "own_data.refused", who=person.salutation, by=by.name, reason=asked.request.reason
    )
    key = Key(person.words.label("own_data.open"), OpenOwnData())
    return Notice(Screen(text, ((key,),), view=OpenOwnData()))
