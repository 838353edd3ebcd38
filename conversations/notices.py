"""What people are told without having asked: the words for what waits in the outbox.

A notice is drawn when it is delivered, from what is true then; one that has become pointless
draws nothing and is not sent.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

from conversations.callbacks import ChooseSchool
from conversations.people import Person
from conversations.screens import Key, Screen, Style
from storage.cards import MessagePlace, Subject
from storage.people import known_id


@dataclass(frozen=True, slots=True)
class Notice:
    """A screen for somebody who did not tap.

    `replaces` is a message to edit instead of sending a new one; where that message is gone, the
    notice is sent unless `only_in_place`. `asks_about` says on what it asks for a decision.
    `keys_work_anywhere`: its buttons need not be pressed as a member of the school it comes from.
    """

    screen: Screen
    replaces: MessagePlace | None = None
    only_in_place: bool = False
    asks_about: Subject | None = None
    keys_work_anywhere: bool = False


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
