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

and sends people to `OpenQuestion(form, plan, field)`; everything else is done here. `questions`
gives the group that `field` belongs to, in order, so that a form whose parts are answered by
different people (an observation) shows each only theirs. A field that it does not give is
refused. Ids of fields have at most 20 characters, so that they fit a button.

What has been answered is read with `storage.forms.answers_of`; `answer_keys` gives the buttons
that play and show it on any other screen. Files that a form takes are pieces of evidence with the
status `attached` (see `storage.forms`).
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from telegram import Message
from telegram.ext import filters

from conversations.arriving import arrival_of, take_in
from conversations.callbacks.forms import (
    ClearAnswer,
    ClearPart,
    DropFile,
    HearAnswer,
    KeepNewest,
    OpenQuestion,
    SeeAnswer,
)
from conversations.callbacks.packing import Button, unpack
from conversations.dialogue import Dialogue, press
from conversations.everywhere import fold
from conversations.evidence_views import exhibits_of
from conversations.home import back_to, help_key
from conversations.people import Person
from conversations.refusals import explain
from conversations.screens import Key, Media, Row, Screen, Style, in_rows
from conversations.turn import FILES, Turn, current_turn
from storage import forms
from storage.errors import NotFound, Refused, TooLong, TooMany, VoiceTooLong
from storage.evidence.reading import FormPlace
from storage.forms import Answer, Guard, Part, Voice
from storage.inspecting import MOST_BYTES

dialogue = Dialogue("forms")

WORDS_STATE = "forms.words"
FILES_STATE = f"{FILES}form"
"""The same where the question takes photos and documents too."""

EXHIBITS_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Question:
    """One question: `title` names it in a line, `example` shows what an answer may be like."""

    field: str
    title: str
    question: str
    hint: str = ""
    example: str = ""
    takes_files: bool = False


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

AnyTap = OpenQuestion | HearAnswer | SeeAnswer | KeepNewest | ClearAnswer | ClearPart | DropFile


def register(form: Form) -> None:
    """Make a form known, so that its buttons work."""
    if form.name in FORMS:
        raise TypeError(f"two forms with the name {form.name}")
    FORMS[form.name] = form


@dataclass(frozen=True, slots=True)
class _At:
    """Where somebody is in a form: the question, among which, and where the answer is kept."""

    form: Form
    place: FormPlace
    questions: tuple[Question, ...]
    number: int

    @property
    def question(self) -> Question:
        return self.questions[self.number]

    @property
    def button(self) -> OpenQuestion:
        return _open(self.place)

    @property
    def next(self) -> OpenQuestion | None:
        """The button of the question that follows."""
        return self._beside(1)

    @property
    def previous(self) -> OpenQuestion | None:
        return self._beside(-1)

    def _beside(self, step: int) -> OpenQuestion | None:
        number = self.number + step
        if not 0 <= number < len(self.questions):
            return None
        return OpenQuestion(self.form.name, self.place.plan_id, self.questions[number].field)


def _open(place: FormPlace) -> OpenQuestion:
    return OpenQuestion(place.form, place.plan_id, place.field)


def _form_of(tap: AnyTap) -> tuple[Form, FormPlace]:
    form = FORMS.get(tap.form)
    if form is None:
        raise NotFound
    return form, FormPlace(tap.plan, tap.form, tap.field)


async def _at(turn: Turn, tap: AnyTap) -> _At:
    """Say where a button leads. Raises `NotFound` for a question that is not asked (any more)."""
    form, place = _form_of(tap)
    questions = tuple(await form.questions(turn, place.plan_id, place.field))
    fields = [one.field for one in questions]
    if place.field not in fields:
        raise NotFound
    return _At(form, place, questions, fields.index(place.field))


# ------------------------------------------------------------------------------- asking


@dialogue.presents
async def present(turn: Turn, tap: AnyTap) -> None:
    """Show the question while it can be answered, or else where the form is at home."""
    form, place = _form_of(tap)
    if await _may_answer(turn, form, place):
        await _show(turn, await _at(turn, tap))
    else:
        await _go_home(turn, form, place)


async def _go_home(turn: Turn, form: Form, place: FormPlace) -> None:
    await press(turn, (await form.home(turn, place.plan_id)).pack())


async def _may_answer(turn: Turn, form: Form, place: FormPlace) -> bool:
    try:
        await forms.plan_to_answer(turn.session, turn.actor, place, form.guard)
    except Refused:
        return False
    return True


@dialogue.tap(OpenQuestion)
async def open_question(turn: Turn, tap: OpenQuestion) -> None:
    """Show a question and wait for its answer."""
    form, place = _form_of(tap)
    await forms.plan_to_answer(turn.session, turn.actor, place, form.guard)
    await _show(turn, await _at(turn, tap))


async def _show(turn: Turn, at: _At, *, saved: bool = False) -> None:
    turn.show(await _screen(turn, at, saved=saved))
    await _listen(turn, at)


async def _listen(turn: Turn, at: _At) -> None:
    await turn.listen(FILES_STATE if at.question.takes_files else WORDS_STATE, at.button)


async def _screen(turn: Turn, at: _At, *, saved: bool = False) -> Screen:
    answer = await _answer_at(turn, at.place)
    text = turn.words.body(
        "forms.question", number=at.number + 1, total=len(at.questions), question=at.question,
        answer=answer, saved=saved, longest_voice=forms.LONGEST_VOICE_S // 60,
        voice=clock_of(answer.voice),
    )  # fmt: skip
    return Screen(text, await _rows(turn, at, answer), view=at.button)


async def _answer_at(turn: Turn, place: FormPlace) -> Answer:
    answers = await forms.answers_of(turn.session, place.plan_id, place.form)
    return answers.get(place.field, Answer())


async def _rows(turn: Turn, at: _At, answer: Answer) -> tuple[Row, ...]:
    words = turn.words
    home = await at.form.home(turn, at.place.plan_id)
    rows: list[Row] = [*in_rows(answer_keys(turn, at.place, answer))]
    if answer.newest:
        rows.append((Key(words.label("forms.keep_newest"), _named(KeepNewest, at.place)),))
    if at.next is not None:
        onward = words.label("forms.next" if answer else "forms.skip")
        rows.append((Key(onward, at.next, Style.NEXT),))
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
    """Give the length of a voice note as minutes and seconds; empty without one."""
    return f"{voice.seconds // 60}.{voice.seconds % 60:02}" if voice else ""


# ------------------------------------------------------------------------------- answering


@dialogue.answer(WORDS_STATE)
async def take_words(turn: Turn, subject: OpenQuestion) -> None:
    """Keep words as the answer, or press the button whose words they are."""
    await _take_words(turn, subject)


@dialogue.answer(FILES_STATE)
async def take_words_or_files(turn: Turn, subject: OpenQuestion) -> None:
    """The same where files are awaited too."""
    await _take_words(turn, subject)


async def _take_words(turn: Turn, subject: OpenQuestion) -> None:
    at = await _at(turn, subject)
    typed = await _typed_button(turn, at)
    if typed is not None:
        turn.stop_waiting()
        await press(turn, typed.pack())
        return
    await _write(turn, at)


async def _write(turn: Turn, at: _At) -> None:
    try:
        await forms.write(turn.session, turn.actor, at.place, turn.text, turn.now, at.form.guard)
    except TooLong as refusal:
        earlier = (await _answer_at(turn, at.place)).text
        name = "forms.too_long_together" if earlier else "forms.too_long"
        turn.alert(turn.words.label(name, length=refusal.length, longest=refusal.longest))
        await _show(turn, at)
        return
    await _show(turn, at, saved=True)


async def _typed_button(turn: Turn, at: _At) -> Button | None:
    """Give the button whose whole label was typed; "lewati" and "berikutnya" mean the same."""
    typed = fold(turn.text)
    onward = [fold(turn.words.label(name)) for name in ("forms.next", "forms.skip")]
    if typed in onward:
        return at.next or await at.form.home(turn, at.place.plan_id)
    keys = (await _screen(turn, at)).keys
    return next((key.data for key in keys if fold(key.label) == typed), None)


def _asked() -> tuple[Turn, OpenQuestion] | None:
    """Give the question that waits for an answer, if one does."""
    turn = current_turn.get(None)
    if turn is None or turn.membership is None or turn.prompt is None:
        return None
    if turn.waits_in not in (WORDS_STATE, FILES_STATE):
        return None
    asked = unpack(turn.prompt.subject)
    return (turn, asked) if isinstance(asked, OpenQuestion) else None


class _Spoken(filters.MessageFilter):
    """Lets through a voice note while a question waits for its answer."""

    def filter(self, message: Message) -> bool:
        """Say whether the message answers a question by voice."""
        return message.voice is not None and _asked() is not None


class _Sent(filters.MessageFilter):
    """Lets through a photo or a document while a question waits that takes them."""

    def filter(self, message: Message) -> bool:
        """Say whether the message answers a question by a file."""
        asked = _asked()
        is_file = bool(message.photo or message.document)
        return is_file and asked is not None and asked[0].waits_in == FILES_STATE


@dialogue.file(filters.UpdateType.MESSAGE & _Spoken())
async def take_voice(turn: Turn) -> None:
    """Keep a voice note as the answer."""
    at = await _at(turn, _question_of(turn))
    spoken = turn.message.voice if turn.message else None
    if spoken is None:
        raise NotFound
    voice = Voice(spoken.file_id, _seconds(spoken.duration))
    try:
        await forms.speak(turn.session, turn.actor, at.place, voice, turn.now, at.form.guard)
    except VoiceTooLong as refusal:
        explain(turn, refusal)
        await _show(turn, at)
        return
    if turn.text:
        await _write(turn, at)
    else:
        await _show(turn, at, saved=True)


def _seconds(duration: int | timedelta) -> int:
    """Read a length; the library is about to give it as a time span."""
    return int(duration.total_seconds()) if isinstance(duration, timedelta) else duration


@dialogue.file(filters.UpdateType.MESSAGE & _Sent(), take_in, MOST_BYTES)
async def take_file(turn: Turn) -> None:
    """Keep a photo or a document with the answer; words that come along are part of it."""
    at = await _at(turn, _question_of(turn))
    album = (turn.message.media_group_id or "") if turn.message else ""
    try:
        sent = await forms.take_file(
            turn.session, turn.actor, at.place, arrival_of(turn), turn.now, at.form.guard,
            album=album,
        )  # fmt: skip
    except TooMany as refusal:
        await turn.undo()
        turn.alert(turn.words.label("forms.too_many", most=refusal.most))
        await _show(turn, at)
        return
    if turn.text and not sent.known:
        await _write(turn, at)
    if album:
        turn.answer.screens.clear()
        turn.show_gathered(at.button)
        return
    if sent.known:
        turn.toast(turn.words.label("forms.known"))
    if not turn.answer.screens:
        await _show(turn, at, saved=not sent.known)


def _question_of(turn: Turn) -> OpenQuestion:
    subject = unpack(turn.prompt.subject) if turn.prompt is not None else None
    if not isinstance(subject, OpenQuestion):
        raise NotFound
    return subject


# ------------------------------------------------------------------------------- changing


@dialogue.tap(KeepNewest)
async def keep_newest(turn: Turn, tap: KeepNewest) -> None:
    """Keep only the words of the last message."""
    at = await _at(turn, tap)
    await forms.keep_newest(turn.session, turn.actor, at.place, turn.now, at.form.guard)
    await _show(turn, at, saved=True)


@dialogue.tap(ClearAnswer)
async def clear_answer(turn: Turn, tap: ClearAnswer) -> None:
    """Ask which part of the answer goes: it cannot be brought back."""
    at = await _at(turn, tap)
    await forms.plan_to_answer(turn.session, turn.actor, at.place, at.form.guard)
    answer = await _answer_at(turn, at.place)
    if not answer:
        await _show(turn, at)
        return
    where = (at.place.form, at.place.plan_id, at.place.field)
    keys: list[Key] = []
    if answer.text:
        keys.append(Key(turn.words.label("forms.drop_text"), ClearPart(*where, Part.TEXT)))
    if answer.voice:
        keys.append(Key(turn.words.label("forms.drop_voice"), ClearPart(*where, Part.VOICE)))
    keys += [
        Key(turn.words.label("forms.drop_file", number=number), DropFile(*where, piece.id))
        for number, piece in enumerate(answer.files, 1)
    ]
    text = turn.words.body("forms.clear", question=at.question, answer=answer)
    turn.show(Screen(text, (*in_rows(keys), (back_to(turn, at.button),)), view=tap))


@dialogue.tap(ClearPart)
async def clear_part(turn: Turn, tap: ClearPart) -> None:
    """Take the words or the voice note out."""
    at = await _at(turn, tap)
    if tap.part not in list(Part):
        raise NotFound
    part = Part(tap.part)
    await forms.clear(turn.session, turn.actor, at.place, part, turn.now, at.form.guard)
    turn.toast(turn.words.label("forms.cleared"))
    await _show(turn, at)


@dialogue.tap(DropFile)
async def drop_file(turn: Turn, tap: DropFile) -> None:
    """Take a file off the answer."""
    at = await _at(turn, tap)
    await forms.detach(turn.session, turn.actor, at.place, tap.evidence, turn.now, at.form.guard)
    turn.toast(turn.words.label("forms.cleared"))
    await _show(turn, at)


# ------------------------------------------------------------------------------- looking


@dialogue.tap(HearAnswer)
async def hear_answer(turn: Turn, tap: HearAnswer) -> None:
    """Play the voice note of an answer, below."""
    form, place = _form_of(tap)
    await form.may_read(turn, place.plan_id)
    answer = await _answer_at(turn, place)
    if answer.voice is None:
        raise NotFound
    text = turn.words.body("forms.voice", length=clock_of(answer.voice))
    media = Media("voice", answer.voice.telegram_id)
    to = await _way_back(turn, tap)
    turn.show_below(Screen(text, ((back_to(turn, to),),), view=to, media=media))


@dialogue.tap(SeeAnswer)
async def see_answer(turn: Turn, tap: SeeAnswer) -> None:
    """Show the photos and documents of an answer, below."""
    form, place = _form_of(tap)
    await form.may_read(turn, place.plan_id)
    answer = await _answer_at(turn, place)
    if not answer.files:
        raise NotFound
    exhibits = [one for piece in answer.files for one in exhibits_of(turn, piece)]
    text = turn.words.body("forms.files", count=len(answer.files))
    to = await _way_back(turn, tap)
    shown = tuple(exhibits[:EXHIBITS_SHOWN])
    turn.show_below(Screen(text, ((back_to(turn, to),),), view=to, exhibits=shown))


async def _way_back(turn: Turn, tap: HearAnswer | SeeAnswer) -> Button:
    """Lead back to the question, which still waits, or else to where the form is at home."""
    form, place = _form_of(tap)
    if not await _may_answer(turn, form, place):
        return await form.home(turn, place.plan_id)
    at = await _at(turn, tap)
    await _listen(turn, at)
    return at.button
