"""What people are told without having asked: the words for what waits in the outbox.

A notice is drawn when it is delivered, from what is true then; one that has become pointless
draws nothing and is not sent.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from conversations.callbacks.everybody import ChooseSchool
from conversations.callbacks.packing import Button
from conversations.people import Person
from conversations.screens import Key, Screen, Style
from conversations.turn import File
from storage.cards import MessagePlace, Subject
from storage.models import MessageRecord, Prompt
from storage.people import known_id


@dataclass(frozen=True, slots=True)
class Notice:
    """A screen for somebody who did not tap.

    `replaces` is a message to edit instead of sending a new one; where that message is gone, the
    notice is sent unless `only_in_place`. `asks_about` says on what it asks for a decision.
    With `file`, the screen's text is the caption of a document that is sent.
    `keys_work_anywhere`: its buttons need not be pressed as a member of the school it comes from.
    """

    screen: Screen
    replaces: MessagePlace | None = None
    only_in_place: bool = False
    asks_about: Subject | None = None
    keys_work_anywhere: bool = False
    file: File | None = None


Draw = Callable[[Person, dict[str, Any]], Awaitable[Notice | None]]

NOTICES: dict[str, Draw] = {}


def notice(kind: str) -> Callable[[Draw], Draw]:
    """Register what draws the notices of a kind."""

    def register(draw: Draw) -> Draw:
        if kind in NOTICES:
            raise TypeError(f"two ways to draw {kind}")
        NOTICES[kind] = draw
        return draw

    return register


async def draw_notice(person: Person, kind: str, subject: dict[str, Any]) -> Notice | None:
    """Draw a notice for a person; None when there is nothing to tell any more."""
    drawn = await NOTICES[kind](person, subject)
    if drawn is None or not _is_elsewhere(person):
        return drawn
    screen = seen_from_elsewhere(person, drawn.screen)
    if drawn.keys_work_anywhere:
        screen = replace(screen, rows=drawn.screen.rows)
    return replace(drawn, screen=screen, asks_about=None)


def seen_from_elsewhere(person: Person, screen: Screen) -> Screen:
    """Give a screen as it is or, to somebody who is at work in another school, a way there."""
    return _from_elsewhere(person, screen) if _is_elsewhere(person) else screen


def _is_elsewhere(person: Person) -> bool:
    """Whether the notice comes from another school than the one the person is working in."""
    current = person.account.member_id
    return current is not None and current != person.actor.member_id


def _from_elsewhere(person: Person, screen: Screen) -> Screen:
    # Its buttons would be pressed as a member of the other school: first change over.
    key = Key(
        person.words.label("home.go_to_school"),
        ChooseSchool(known_id(person.actor.member_id)),
        Style.NEXT,
    )
    heading = person.words.body("home.from_school", school=person.school.name)
    return replace(screen, text=f"{heading}\n\n{screen.text}", rows=((key,),), view=None)


# ------------------------------------------------------------------------------- answers


@dataclass(frozen=True, slots=True)
class Reply:
    """What takes the words that reply to a notice: a state, and what they are about."""

    state: str
    about: Callable[[dict[str, Any]], Button]


REPLIES: dict[str, Reply] = {}
"""By the beginning of the kind of the notice that is replied to."""


def replied_to(kind: str, state: str, about: Callable[[dict[str, Any]], Button]) -> None:
    """Let replies to notices whose kind begins so be taken by the dialogue of a state.

    `about` makes the subject that is handed to it from the subject of the notice.
    """
    REPLIES[kind] = Reply(state, about)


def prompt_of(message: MessageRecord, account_id: int, now: datetime) -> Prompt | None:
    """Give the question that a reply to a notice answers; None where nobody takes replies."""
    reply = next((one for kind, one in REPLIES.items() if message.kind.startswith(kind)), None)
    if reply is None:
        return None
    subject = reply.about(message.subject).pack()
    return Prompt(
        account_id=account_id, state=reply.state, subject=subject, question="", asked_at=now
    )
