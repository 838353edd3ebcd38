"""The questions of a form: one a screen, with what has been answered, and the way on."""

from dataclasses import dataclass

from conversations.callbacks.forms import (
    ClearAnswer,
    ClearPart,
    DropFile,
    HearAnswer,
    KeepNewest,
    OpenQuestion,
    SeeAnswer,
)
from conversations.callbacks.packing import Button
from conversations.dialogue import Dialogue, press
from conversations.forms import FORMS, Form, Question, answer_keys, clock_of
from conversations.home import back_to, help_key
from conversations.screens import Key, Row, Screen, Style, in_rows
from conversations.turn import FILES, Turn
from storage import forms
from storage.errors import NotFound, Refused
from storage.evidence.reading import FormPlace
from storage.forms import Answer

dialogue = Dialogue("forms")

WORDS_STATE = "forms.words"
FILES_STATE = f"{FILES}form"
"""The same where the question takes photos and documents too."""

AnyTap = OpenQuestion | HearAnswer | SeeAnswer | KeepNewest | ClearAnswer | ClearPart | DropFile


@dataclass(frozen=True, slots=True)
class At:
    """Where somebody is in a form: the question, among which, and where the answer is kept."""

    form: Form
    place: FormPlace
    questions: tuple[Question, ...]
    number: int

    @property
    def question(self) -> Question:
        """The question itself."""
        return self.questions[self.number]

    @property
    def button(self) -> OpenQuestion:
        """The button that shows it again."""
        return OpenQuestion(self.place.form, self.place.plan_id, self.place.field)

    @property
    def next(self) -> OpenQuestion | None:
        """The button of the question that follows."""
        return self._beside(1)

    @property
    def previous(self) -> OpenQuestion | None:
        """The button of the question before."""
        return self._beside(-1)

    def _beside(self, step: int) -> OpenQuestion | None:
        number = self.number + step
        if not 0 <= number < len(self.questions):
            return None
        return OpenQuestion(self.form.name, self.place.plan_id, self.questions[number].field)


def form_of(tap: AnyTap) -> tuple[Form, FormPlace]:
    """Give the form that a button is about, and where its answer is kept. Raises `NotFound`."""
    form = FORMS.get(tap.form)
    if form is None:
        raise NotFound
    return form, FormPlace(tap.plan, tap.form, tap.field)


async def at_of(turn: Turn, tap: AnyTap) -> At:
    """Say where a button leads. Raises `NotFound` for a question that is not asked (any more)."""
    form, place = form_of(tap)
    questions = tuple(await form.questions(turn, place.plan_id, place.field))
    fields = [one.field for one in questions]
    if place.field not in fields:
        raise NotFound
    return At(form, place, questions, fields.index(place.field))


# ------------------------------------------------------------------------------- asking


@dialogue.presents
async def present(turn: Turn, tap: AnyTap) -> None:
    """Show the question while it can be answered, or else where the form is at home."""
    form, place = form_of(tap)
    if await may_answer(turn, form, place):
        await show_question(turn, await at_of(turn, tap))
    else:
        await _go_home(turn, form, place)


async def _go_home(turn: Turn, form: Form, place: FormPlace) -> None:
    await press(turn, (await form.home(turn, place.plan_id)).pack())


async def may_answer(turn: Turn, form: Form, place: FormPlace) -> bool:
    """Whether the person may answer there now."""
    try:
        await forms.plan_to_answer(turn.session, turn.actor, place, form.guard)
    except Refused:
        return False
    return True


@dialogue.tap(OpenQuestion)
async def open_question(turn: Turn, tap: OpenQuestion) -> None:
    """Show a question and wait for its answer."""
    form, place = form_of(tap)
    await forms.plan_to_answer(turn.session, turn.actor, place, form.guard)
    await show_question(turn, await at_of(turn, tap))


async def show_question(turn: Turn, at: At, *, saved: bool = False) -> None:
    """Show a question and wait for its answer."""
    turn.show(await screen_of(turn, at, saved=saved))
    await listen(turn, at)


async def listen(turn: Turn, at: At) -> None:
    """Wait for the answer to a question that is on the screen."""
    await turn.listen(FILES_STATE if at.question.takes_files else WORDS_STATE, at.button)


async def screen_of(turn: Turn, at: At, *, saved: bool = False) -> Screen:
    """Draw a question with its answer; `saved`: something has just been kept."""
    answer = await answer_at(turn, at.place)
    text = turn.words.body(
        "forms.question", number=at.number + 1, total=len(at.questions), question=at.question,
        answer=answer, saved=saved, longest_voice=forms.LONGEST_VOICE_S // 60,
        voice=clock_of(answer.voice), pages=sum(len(piece.pages) for piece in answer.files),
    )  # fmt: skip
    return Screen(text, await _rows(turn, at, answer), view=at.button)


async def answer_at(turn: Turn, place: FormPlace) -> Answer:
    """Give what has been answered there; an empty answer where nothing has."""
    answers = await forms.answers_of(turn.session, place.plan_id, place.form)
    return answers.get(place.field, Answer())


async def _rows(turn: Turn, at: At, answer: Answer) -> tuple[Row, ...]:
    words = turn.words
    home = await at.form.home(turn, at.place.plan_id)
    rows: list[Row] = [*in_rows(answer_keys(turn, at.place, answer))]
    if answer.newest:
        rows.append((Key(words.label("forms.keep_newest"), _named(KeepNewest, at.place)),))
    if at.next is not None:
        if answer:
            rows.append((Key(words.label("forms.next"), at.next, Style.NEXT),))
        else:
            # The answer is what is wanted here: to skip it is not held out.
            rows.append((Key(words.label("forms.skip"), at.next),))
    done = Key(words.label("nav.done"), home, None if at.next else Style.NEXT)
    help_with = help_key(turn, at.form.help_about)
    if answer:
        clear = Key(words.label("forms.clear"), _named(ClearAnswer, at.place))
        rows.append((help_with, clear))
    else:
        rows.append((help_with,))
    rows.append((back_to(turn, at.previous or home), done))
    return tuple(rows)


def _named(kind: type[KeepNewest] | type[ClearAnswer], place: FormPlace) -> Button:
    return kind(place.form, place.plan_id, place.field)
