"""What a broadcast looks like: the words of one person, filled in for another."""

import re
from datetime import date

from conversations.callbacks.broadcasts import AnswerBroadcast
from conversations.lengths import LONGEST_CAPTION, LONGEST_TEXT, shown_length
from conversations.people import Person
from conversations.screens import Exhibit, Key, Row, Screen
from conversations.words import Words
from storage import plans
from storage.deadlines import deadlines_of
from storage.models import Broadcast, BroadcastAnswer, Member, Role
from storage.people import known_id
from storage.rulesets import DeadlineKind
from storage.shortfalls import Lack, Shortfall, shortfall_of

NAME, MISSING, DEADLINE = "nama", "kurang", "tenggat"
KNOWN = (NAME, MISSING, DEADLINE)

_BRACES = re.compile(r"\{([^{}\n]{0,40})\}")
_LONGEST_NAME = "x" * 128
_LONG_DAYS = (date(2026, 9, 27), date(2026, 9, 30))
"""Days with long names: a Sunday and a Wednesday in September."""


def unknown_braces(text: str) -> list[str]:
    """Give what stands in braces and cannot be filled in, each once, as it is written."""
    found = (match[0] for match in _BRACES.finditer(text) if _word(match) not in KNOWN)
    return list(dict.fromkeys(found))


def _word(match: re.Match[str]) -> str:
    return match[1].strip().casefold()


async def message_for(person: Person, broadcast: Broadcast) -> Screen:
    """Draw a broadcast as this person gets it, with what to answer below it."""
    sender = await person.session.get_one(Member, broadcast.member_id)
    number = known_id(broadcast.id)
    row: Row = (
        Key(person.words.label("broadcasting.done"), _answer(number, BroadcastAnswer.DONE)),
    )
    help_row: Row = (
        Key(person.words.label("broadcasting.help"), _answer(number, BroadcastAnswer.HELP)),
    )
    text = _body(person.words, sender, await _filled(person, broadcast.text))
    return Screen(text, (row, help_row), exhibits=_exhibits(broadcast))


def _answer(broadcast_id: int, answer: BroadcastAnswer) -> AnswerBroadcast:
    return AnswerBroadcast(broadcast_id, answer.value)


def _body(words: Words, sender: Member, text: str) -> str:
    return words.body("broadcasting.message", by=sender.name, role=_role(words, sender), text=text)


def _role(words: Words, sender: Member) -> str:
    """Say in which role somebody writes: the highest that lets them."""
    for role in (Role.PRINCIPAL, Role.COACH, Role.OPERATOR):
        if Role(sender.roles) & role:
            return words.label(f"roles.{(role.name or '').lower()}")
    return words.label("broadcasting.deputy")


def _exhibits(broadcast: Broadcast) -> tuple[Exhibit, ...]:
    if not broadcast.file_id:
        return ()
    is_photo = broadcast.file_kind == "photo"
    return (Exhibit(0, broadcast.file_id, None, "", is_photo),)


async def _filled(person: Person, text: str) -> str:
    wanted = {_word(match) for match in _BRACES.finditer(text)}
    values: dict[str, str] = {}
    if NAME in wanted:
        values[NAME] = person.salutation
    if MISSING in wanted:
        values[MISSING] = await _missing(person)
    if DEADLINE in wanted:
        values[DEADLINE] = person.words.day(await planning_deadline_of(person))
    return _fill(text, values)


def _fill(text: str, values: dict[str, str]) -> str:
    return _BRACES.sub(lambda match: values.get(_word(match), match[0]), text)


async def planning_deadline_of(person: Person) -> date:
    """Give the last day on which plans are made at the person's school in this period."""
    deadlines = await deadlines_of(
        person.session, person.actor.school_id, person.rules, person.period
    )
    found = next((one.ends_on for one in deadlines if one.kind is DeadlineKind.PLAN), None)
    return found or person.rules.planning_deadline(person.period)


async def _missing(person: Person) -> str:
    session, period = person.session, person.period
    member = await session.get_one(Member, person.actor.member_id)
    full = await plans.find_plan(session, person.actor.member_id, period.id)
    rules = person.rulebook.of_plan(person.school, full.plan) if full else person.rules
    return _in_words(person.words, await shortfall_of(session, member, rules, period))


def _in_words(words: Words, shortfall: Shortfall) -> str:
    return words.label(f"broadcasting.lack_{shortfall.lack}", count=shortfall.count)


def room_for(words: Words, sender: Member, text: str, *, has_file: bool) -> tuple[int, int]:
    """Say how many characters a text may have, and how many it has, as Telegram counts.

    Whoever has the longest name, lacks the most and has the longest day must still get all of it.
    """
    values = {
        NAME: _LONGEST_NAME,
        MISSING: max((_in_words(words, Shortfall(lack, 999)) for lack in Lack), key=len),
        DEADLINE: max((words.day(day) for day in _LONG_DAYS), key=len),
    }
    length = len(text.encode("utf-16-le", "surrogatepass")) // 2
    around = shown_length(_body(words, sender, _fill(text, values))) - length
    return (LONGEST_CAPTION if has_file else LONGEST_TEXT) - around, length
