"""What a broadcast is to those who get it, and what they say to it by its buttons."""

from datetime import datetime
from typing import Any

from conversations.callbacks.broadcasts import AnswerBroadcast, OpenBroadcast
from conversations.callbacks.everybody import Home
from conversations.coach.fillings import message_for
from conversations.dialogue import Dialogue
from conversations.home import back_home
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.screens import Key, Screen, Style
from conversations.turn import Turn
from storage.broadcasts import answering, reading
from storage.errors import NotFound
from storage.helping import asking
from storage.models import Broadcast, BroadcastAnswer, BroadcastStatus, Member
from storage.people import Actor, known_id

dialogue = Dialogue("broadcast_notices")

AT_A_BROADCAST = "broadcast"
"""What the coaches are told as the place where somebody is stuck."""


@notice("broadcast")
async def broadcast(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Draw what somebody writes to many, for this one of them."""
    found = await person.session.get(Broadcast, subject["broadcast"])
    if found is None or found.school_id != person.actor.school_id:
        return None
    if found.status == BroadcastStatus.CANCELLED or reading.is_empty(found):
        return None
    return Notice(await message_for(person, found), keys_work_anywhere=True)


@notice("broadcast_not_started")
async def broadcast_not_started(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell why a scheduled broadcast was not sent, unless it has been sent or scheduled since."""
    found = await person.session.get(Broadcast, subject["broadcast"])
    if found is None or found.status not in (BroadcastStatus.DRAFT, BroadcastStatus.CANCELLED):
        return None
    text = person.words.body(
        "broadcasting.not_started", why=subject["why"],
        due_at=datetime.fromisoformat(subject["due_at"]),
    )  # fmt: skip
    if not reading.may_send(person.actor):
        return Notice(Screen(text))
    to = OpenBroadcast(known_id(found.id))
    rows = ((Key(person.words.label("broadcasting.draft"), to, Style.NEXT),),)
    return Notice(Screen(text, rows, view=to))


@dialogue.tap(AnswerBroadcast)
async def answer_broadcast(turn: Turn, tap: AnswerBroadcast) -> None:
    """Count what a receiver says; whoever needs help is told who has heard of it."""
    if tap.answer not in set(BroadcastAnswer):
        raise NotFound
    receiver = await _receiver(turn, tap.broadcast)
    if receiver is None:
        found = await turn.session.get(Broadcast, tap.broadcast)
        if found is None or found.member_id != turn.actor.member_id:
            raise NotFound
        turn.toast(turn.words.label("broadcasting.only_preview"))
        return
    answer = BroadcastAnswer(tap.answer)
    await answering.answer(turn.session, receiver, tap.broadcast, answer, turn.now)
    turn.toast(turn.words.label(f"broadcasting.answered_{answer}"))
    if answer is BroadcastAnswer.HELP:
        await _call_for_help(turn, receiver)


async def _receiver(turn: Turn, broadcast_id: int) -> Actor | None:
    """Give which of the person's seats the broadcast was written to."""
    seats = {known_id(one.member.id): one for one in turn.memberships}
    number = await answering.received_by(turn.session, broadcast_id, seats)
    return seats[number].actor(turn.now) if number is not None else None


async def _call_for_help(turn: Turn, receiver: Actor) -> None:
    helpers: list[Member] = await asking.call_for_help(
        turn.session, receiver, AT_A_BROADCAST, today=turn.today, now=turn.now
    )
    text = turn.words.body(
        "asking.called",
        told=[one.name for one in helpers if one.account_id is not None],
        others=[one.name for one in helpers if one.account_id is None],
    )
    turn.show_below(Screen(text, (back_home(turn),), view=Home()))
