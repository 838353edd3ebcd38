"""Guided forms: one question a screen, answered by words, a voice note, photos or documents.

A dialogue that has a form describes it once and registers it:

    register(Form(
        name="report",                      # at most 16 characters; names the answers for ever
        questions=questions_of,             # (turn, plan id, field) -> the questions to go through
        guard=reports.may_answer,           # storage.forms.Guard: who may answer, and when
        may_read=may_read,                  # (turn, plan id): raises `Refused` for who may not
        home=home_of,                       # (turn, plan id) -> the button that "Selesai" presses
        help_about="report",
    ))

and sends people to `OpenQuestion(form, plan, field)`; `form_questions` asks, and `form_answers`
takes what comes. `questions` gives the group that `field` belongs to, in order, so that a form
whose parts are answered by different people (an observation) shows each only theirs. A field that
it does not give is refused. Ids of fields have at most 20 characters, so that they fit a button.

What has been answered is read with `storage.forms.answers_of`; `answer_keys` gives the buttons
that play and show it on any other screen. Files that a form takes are pieces of evidence with the
status `attached` (see `storage.forms`).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from conversations.callbacks.forms import HearAnswer, SeeAnswer
from conversations.callbacks.packing import Button
from conversations.people import Person
from conversations.screens import Key
from conversations.turn import Turn
from storage.evidence.reading import FormPlace
from storage.forms import Answer, Guard, Voice


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `title` names it in a line, `example` shows what an answer may be like.

    With `wants_files` a photo or a document is the answer, and words are only its second best.
    `is_optional` says on the screen that nothing is missing without it.
    """

    field: str
    title: str
    question: str
    hint: str = ""
    example: str = ""
    takes_files: bool = False
    wants_files: bool = False
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """A form of a dialogue; the module says what each part is for."""

    name: str
    questions: Callable[[Turn, int, str], Awaitable[Sequence[Question]]]
    guard: Guard
    may_read: Callable[[Turn, int], Awaitable[None]]
    home: Callable[[Turn, int], Awaitable[Button]]
    help_about: str


FORMS: dict[str, Form] = {}


def register(form: Form) -> None:
    """Make a form known, so that its buttons work."""
    if form.name in FORMS:
        raise TypeError(f"two forms with the name {form.name}")
    FORMS[form.name] = form


def answer_keys(person: Person, place: FormPlace, answer: Answer) -> list[Key]:
    """Give the keys that play the voice note of an answer and show its files."""
    words, keys = person.words, []
    if answer.voice is not None:
        label = words.label("forms.hear", length=clock_of(answer.voice))
        keys.append(Key(label, HearAnswer(place.form, place.plan_id, place.field)))
    if answer.files:
        label = words.label("forms.see", count=len(answer.files))
        keys.append(Key(label, SeeAnswer(place.form, place.plan_id, place.field)))
    return keys


def clock_of(voice: Voice | None) -> str:
    """Give the length of a voice note as the phone shows it, `1:05`; empty without one."""
    return clock_of_seconds(voice.seconds) if voice else ""


def clock_of_seconds(seconds: int) -> str:
    """Give a length in minutes and seconds, such as `0:42`."""
    return f"{seconds // 60}:{seconds % 60:02}"
