"""Answers to the questions of a form: words, voice notes, files; changed, and looked at again."""

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
from conversations.dialogue import press
from conversations.everywhere import fold
from conversations.evidence_views import exhibits_of
from conversations.form_questions import (
    FILES_STATE,
    WORDS_STATE,
    At,
    answer_at,
    at_of,
    form_of,
    listen,
    may_answer,
    screen_of,
    show_question,
)
from conversations.form_questions import (
    dialogue as dialogue,
)
from conversations.forms import clock_of
from conversations.home import back_to
from conversations.refusals import explain
from conversations.screens import Key, Media, Screen, in_rows
from conversations.turn import Turn, current_turn
from storage import forms
from storage.errors import NotFound, TooLong, TooMany, VoiceTooLong
from storage.forms import Part, Voice
from storage.inspecting import MOST_BYTES

EXHIBITS_SHOWN = 20


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
    at = await at_of(turn, subject)
    typed = await _typed_button(turn, at)
    if typed is not None:
        turn.stop_waiting()
        await press(turn, typed.pack())
        return
    await _write(turn, at)


async def _write(turn: Turn, at: At) -> None:
    try:
        await forms.write(turn.session, turn.actor, at.place, turn.text, turn.now, at.form.guard)
    except TooLong as refusal:
        earlier = (await answer_at(turn, at.place)).text
        name = "forms.too_long_together" if earlier else "forms.too_long"
        turn.alert(turn.words.label(name, length=refusal.length, longest=refusal.longest))
        await show_question(turn, at)
        return
    await show_question(turn, at, saved=True)


async def _typed_button(turn: Turn, at: At) -> Button | None:
    """Give the button whose whole label was typed; "lewati" and "berikutnya" mean the same."""
    typed = fold(turn.text)
    onward = [fold(turn.words.label(name)) for name in ("forms.next", "forms.skip")]
    if typed in onward:
        return at.next or await at.form.home(turn, at.place.plan_id)
    keys = (await screen_of(turn, at)).keys
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
    at = await at_of(turn, _question_of(turn))
    spoken = turn.message.voice if turn.message else None
    if spoken is None:
        raise NotFound
    voice = Voice(spoken.file_id, _seconds(spoken.duration))
    try:
        await forms.speak(turn.session, turn.actor, at.place, voice, turn.now, at.form.guard)
    except VoiceTooLong as refusal:
        explain(turn, refusal)
        await show_question(turn, at)
        return
    if turn.text:
        await _write(turn, at)
    else:
        await show_question(turn, at, saved=True)


def _seconds(duration: int | timedelta) -> int:
    """Read a length; the library is about to give it as a time span."""
    return int(duration.total_seconds()) if isinstance(duration, timedelta) else duration


@dialogue.file(filters.UpdateType.MESSAGE & _Sent(), take_in, MOST_BYTES)
async def take_file(turn: Turn) -> None:
    """Keep a photo or a document with the answer; words that come along are part of it."""
    at = await at_of(turn, _question_of(turn))
    album = (turn.message.media_group_id or "") if turn.message else ""
    try:
        sent = await forms.take_file(
            turn.session, turn.actor, at.place, arrival_of(turn), turn.now, at.form.guard,
            album=album,
        )  # fmt: skip
    except TooMany as refusal:
        await turn.undo()
        turn.alert(turn.words.label("forms.too_many", most=refusal.most))
        await show_question(turn, at)
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
        await show_question(turn, at, saved=not sent.known)


def _question_of(turn: Turn) -> OpenQuestion:
    subject = unpack(turn.prompt.subject) if turn.prompt is not None else None
    if not isinstance(subject, OpenQuestion):
        raise NotFound
    return subject


# ------------------------------------------------------------------------------- changing


@dialogue.tap(KeepNewest)
async def keep_newest(turn: Turn, tap: KeepNewest) -> None:
    """Keep only the words of the last message."""
    at = await at_of(turn, tap)
    await forms.keep_newest(turn.session, turn.actor, at.place, turn.now, at.form.guard)
    await show_question(turn, at, saved=True)


@dialogue.tap(ClearAnswer)
async def clear_answer(turn: Turn, tap: ClearAnswer) -> None:
    """Ask which part of the answer goes: it cannot be brought back."""
    at = await at_of(turn, tap)
    await forms.plan_to_answer(turn.session, turn.actor, at.place, at.form.guard)
    answer = await answer_at(turn, at.place)
    if not answer:
        await show_question(turn, at)
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
    at = await at_of(turn, tap)
    if tap.part not in list(Part):
        raise NotFound
    part = Part(tap.part)
    await forms.clear(turn.session, turn.actor, at.place, part, turn.now, at.form.guard)
    turn.toast(turn.words.label("forms.cleared"))
    await show_question(turn, at)


@dialogue.tap(DropFile)
async def drop_file(turn: Turn, tap: DropFile) -> None:
    """Take a file off the answer."""
    at = await at_of(turn, tap)
    await forms.detach(turn.session, turn.actor, at.place, tap.evidence, turn.now, at.form.guard)
    turn.toast(turn.words.label("forms.cleared"))
    await show_question(turn, at)


# ------------------------------------------------------------------------------- looking


@dialogue.tap(HearAnswer)
async def hear_answer(turn: Turn, tap: HearAnswer) -> None:
    """Play the voice note of an answer, below."""
    form, place = form_of(tap)
    await form.may_read(turn, place.plan_id)
    answer = await answer_at(turn, place)
    if answer.voice is None:
        raise NotFound
    text = turn.words.body("forms.voice", length=clock_of(answer.voice))
    media = Media("voice", answer.voice.telegram_id)
    to = await _way_back(turn, tap)
    turn.show_below(Screen(text, ((back_to(turn, to),),), view=to, media=media))


@dialogue.tap(SeeAnswer)
async def see_answer(turn: Turn, tap: SeeAnswer) -> None:
    """Show the photos and documents of an answer, below."""
    form, place = form_of(tap)
    await form.may_read(turn, place.plan_id)
    answer = await answer_at(turn, place)
    if not answer.files:
        raise NotFound
    exhibits = [one for piece in answer.files for one in exhibits_of(turn, piece)]
    text = turn.words.body("forms.files", count=len(answer.files))
    to = await _way_back(turn, tap)
    shown = tuple(exhibits[:EXHIBITS_SHOWN])
    turn.show_below(Screen(text, ((back_to(turn, to),),), view=to, exhibits=shown))


async def _way_back(turn: Turn, tap: HearAnswer | SeeAnswer) -> Button:
    """Lead back to the question, which still waits, or else to where the form is at home."""
    form, place = form_of(tap)
    if not await may_answer(turn, form, place):
        return await form.home(turn, place.plan_id)
    at = await at_of(turn, tap)
    await listen(turn, at)
    return at.button
