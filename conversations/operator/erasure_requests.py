"""Requests to be erased, as operators get them: one card each, carried out or refused."""

from typing import Any

from conversations.callbacks.members import OpenMembers
from conversations.callbacks.own_data import (
    CarryOutErasure,
    CheckErasure,
    OpenErasure,
    OpenErasures,
    RefuseErasure,
)
from conversations.dialogue import Dialogue
from conversations.everywhere import fold
from conversations.home import back_to, show_home
from conversations.notices import Notice, notice
from conversations.operator.members import show_members
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style
from conversations.turn import Turn
from storage import erasure_requests, members, outbox
from storage.erasure import BACKUPS_KEPT_DAYS
from storage.erasure_requests import Asked
from storage.models import ErasureState, Role

dialogue = Dialogue("erasure_requests")

REASON_STATE = "erasure.reason"


@dialogue.presents
async def present(turn: Turn, tap: Any) -> None:
    """Show an operator the request as it stands now."""
    turn.actor.require(Role.OPERATOR)
    asked = await erasure_requests.read(turn.session, turn.actor, tap.request)
    turn.show(await _card(turn, asked))


@dialogue.tap(OpenErasures)
async def open_erasures(turn: Turn, _tap: OpenErasures) -> None:
    """Show the request that has waited longest."""
    waiting = await erasure_requests.waiting(turn.session, turn.actor)
    if not waiting:
        turn.toast(turn.words.label("own_data.none_waiting"))
        await show_members(turn)
        return
    turn.show(await _card(turn, waiting[0]))


@dialogue.tap(OpenErasure)
async def open_erasure(turn: Turn, tap: OpenErasure) -> None:
    """Show one request."""
    turn.actor.require(Role.OPERATOR)
    asked = await erasure_requests.read(turn.session, turn.actor, tap.request)
    turn.show(await _card(turn, asked))


async def _card(person: Person, asked: Asked) -> Screen:
    words, request = person.words, asked.request
    by = ""
    if request.decided_by is not None and request.state != ErasureState.WITHDRAWN:
        names = {one.id: one.name for one, _ in await members.roll(person.session, person.actor)}
        by = names.get(request.decided_by, "")
    text = words.body(
        "own_data.request", name=asked.member.name, asked_at=request.asked_at,
        state=words.label(f"own_data.is_{request.state}"), is_open=asked.is_open, by=by,
        reason=request.reason, closed_at=request.closed_at,
    )  # fmt: skip
    rows: list[Row] = []
    if asked.is_open:
        rows.append((Key(words.label("own_data.check"), CheckErasure(asked.id), Style.NO),))
        rows.append((Key(words.label("own_data.refuse"), RefuseErasure(asked.id)),))
    rows.append((back_to(person, OpenMembers(0)),))
    return Screen(text, tuple(rows), view=OpenErasure(asked.id))


@dialogue.tap(CheckErasure)
async def check_erasure(turn: Turn, tap: CheckErasure) -> None:
    """Ask once more: it cannot be undone."""
    turn.actor.require(Role.OPERATOR)
    asked = await erasure_requests.read(turn.session, turn.actor, tap.request)
    if not asked.is_open:
        turn.show(await _card(turn, asked))
        return
    card = await members.member_card(turn.session, turn.actor, asked.request.member_id, turn.now)
    text = turn.words.body(
        "own_data.check", name=card.member.name, plans=card.plans, days=BACKUPS_KEPT_DAYS
    )
    rows: tuple[Row, ...] = (
        (Key(turn.words.label("members.erase_now"), CarryOutErasure(asked.id), Style.NO),),
        (back_to(turn, OpenErasure(asked.id)),),
    )
    turn.show(Screen(text, rows, view=tap))


@dialogue.tap(CarryOutErasure)
async def carry_out(turn: Turn, tap: CarryOutErasure) -> None:
    """Erase whoever asked."""
    asked = await erasure_requests.read(turn.session, turn.actor, tap.request)
    is_self = asked.request.member_id == turn.actor.member_id
    await erasure_requests.carry_out(turn.session, turn.actor, tap.request, turn.now)
    if is_self:
        await turn.settle_in()
        turn.show(Screen(turn.words.body("members.erased_self")))
        if turn.membership is not None:
            await show_home(turn, below=True)
        return
    turn.toast(turn.words.label("members.erased"))
    turn.show(await _card(turn, await erasure_requests.read(turn.session, turn.actor, asked.id)))


@dialogue.tap(RefuseErasure)
async def refuse_erasure(turn: Turn, tap: RefuseErasure) -> None:
    """Ask why it is refused."""
    turn.actor.require(Role.OPERATOR)
    asked = await erasure_requests.read(turn.session, turn.actor, tap.request)
    if not asked.is_open:
        turn.show(await _card(turn, asked))
        return
    text = turn.words.body("own_data.why", name=asked.member.name)
    await turn.ask(REASON_STATE, tap, text, turn.words.label("own_data.reason_placeholder"))


@dialogue.answer(REASON_STATE)
async def take_reason(turn: Turn, subject: RefuseErasure) -> None:
    """Refuse it for the reason just written."""
    if fold(turn.text) == fold(turn.words.label("nav.back")):
        await open_erasure(turn, OpenErasure(subject.request))
        return
    asked = await erasure_requests.refuse(
        turn.session, turn.actor, subject.request, turn.text, turn.now
    )
    turn.toast(turn.words.label("own_data.refused"))
    turn.show(await _card(turn, asked))


# ------------------------------------------------------------------------------- notices


@notice("erasure_asked")
async def erasure_asked(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Bring a request before an operator."""
    asked = await _asked(person, subject)
    return Notice(await _card(person, asked)) if asked is not None and asked.is_open else None


@notice("erasure_closed")
async def erasure_closed(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Let the card that an operator has show what became of the request."""
    asked = await _asked(person, subject)
    if asked is None or asked.is_open:
        return None
    place = await outbox.became(
        person.session, person.actor.member_id, f"erasure:{subject['erasure']}"
    )
    if place is None:
        return None
    screen = await _card(person, asked)
    return Notice(screen, replaces=(person.account.id, place), only_in_place=True)


async def _asked(person: Person, subject: dict[str, Any]) -> Asked | None:
    if not person.actor.roles & Role.OPERATOR:
        return None
    return await erasure_requests.read(person.session, person.actor, subject["erasure"])
