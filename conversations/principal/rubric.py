"""The rubric on the phone, in class: one statement a tap, notes by text or voice.

Each tap is kept at once, so that a bad network or a restart loses nothing. Without signal the
marks are typed in one line, such as `3 2 1 3`.
"""

import re
from datetime import timedelta
from typing import Any

from telegram import Message
from telegram.ext import filters

from conversations.callbacks.observing import (
    FinishMarks,
    HearNote,
    MarkLine,
    MarkStatement,
    OpenRubric,
    ShowCycle,
    ShowStatement,
)
from conversations.callbacks.packing import unpack
from conversations.day_picker import minute_in
from conversations.dialogue import Dialogue
from conversations.everywhere import not_understood, press_typed
from conversations.home import back_home, back_to
from conversations.observation_views import cycle_screen
from conversations.refusals import explain
from conversations.screens import Key, Media, Row, Screen, Style, in_rows, numbered, short
from conversations.turn import FILES, Turn, current_turn
from storage.errors import NotFound, Refused, WrongMarks
from storage.models import Marking
from storage.observations import marking, reading
from storage.observations.reading import FullCycle, Mark
from storage.rulesets import Indicator, Statement

dialogue = Dialogue("rubric")

MARKS_STATE = f"{FILES}rubric"
"""While a rubric is on the screen: its notes may be spoken."""

LINE = re.compile(r"\d{1,2}(?:[\s,;./-]+\d{1,2})+[\s.]*")
TWO_DIGITS = 10
"""Two numbers of which one has two digits are a day or an hour, not marks."""

CYCLES_OFFERED = 7


@dialogue.presents
async def present(turn: Turn, tap: Any) -> None:
    """Show the rubric while it can be filled in, or else the cycle."""
    try:
        await show_rubric(turn, tap.plan)
    except Refused:
        cycle = await reading.read(turn.session, turn.actor, tap.plan, turn.rulebook)
        turn.show(cycle_screen(turn, cycle))


async def _cycle(turn: Turn, plan_id: int) -> tuple[FullCycle, Indicator]:
    cycle = await marking.to_mark(turn.session, turn.actor, plan_id, turn.rulebook)
    if cycle.rubric is None or cycle.marking is Marking.SIGNED:
        raise NotFound
    return cycle, cycle.rubric


def _statement(rubric: Indicator, place: int) -> Statement:
    if not 1 <= place <= len(rubric.statements):
        raise NotFound
    return rubric.statements[place - 1]


# ------------------------------------------------------------------------------- screens


@dialogue.tap(OpenRubric)
async def open_rubric(turn: Turn, tap: OpenRubric) -> None:
    """Show all statements with their marks."""
    await show_rubric(turn, tap.plan)


async def show_rubric(turn: Turn, plan_id: int) -> None:
    """Show all statements with their marks, and wait for a line of numbers."""
    cycle, rubric = await _cycle(turn, plan_id)
    words, labels = turn.words, cycle.rules.indicator_rules.rubric_labels
    marks = [(one, cycle.marks.get(one.code, Mark(None))) for one in rubric.statements]
    text = words.body(
        "observing.rubric", cycle=cycle, rubric=rubric, marks=marks, labels=labels,
        levels=cycle.rules.indicator_rules.rubric_levels, left=len(cycle.unmarked),
        example=" ".join(str(len(labels) - at % 2) for at, _ in enumerate(rubric.statements)),
        is_own=rubric.statements_confidence != "quoted",
    )  # fmt: skip
    keys = [
        Key(_mark_label(turn, mark, labels), ShowStatement(plan_id, place))
        for place, (_, mark) in enumerate(marks, 1)
    ]
    rows: list[Row] = [*in_rows(numbered(keys))]
    if cycle.unmarked:
        begin = ShowStatement(plan_id, cycle.unmarked[0])
        label = "observing.begin" if cycle.marking is Marking.NONE else "observing.go_on"
        rows.insert(0, (Key(words.label(label), begin, Style.NEXT),))
    elif cycle.marking is Marking.BEGUN:
        rows.insert(0, (Key(words.label("nav.done"), FinishMarks(plan_id), Style.YES),))
    rows.append((back_to(turn, ShowCycle(plan_id)),))
    turn.show(Screen(text, tuple(rows), view=OpenRubric(plan_id)))
    await turn.listen(MARKS_STATE, OpenRubric(plan_id))


def _mark_label(turn: Turn, mark: Mark, labels: tuple[str, ...]) -> str:
    if mark.level is None:
        return turn.words.label("observing.unmarked")
    return short(labels[mark.level])


@dialogue.tap(ShowStatement)
async def show_statement(turn: Turn, tap: ShowStatement) -> None:
    """Show one statement with its levels, and wait for notes."""
    cycle, rubric = await _cycle(turn, tap.plan)
    statement, words = _statement(rubric, tap.place), turn.words
    mark = cycle.marks.get(statement.code, Mark(None))
    total = len(rubric.statements)
    text = words.body(
        "observing.statement", cycle=cycle, statement=statement, place=tap.place, total=total,
        mark=mark, levels=cycle.rules.indicator_rules.rubric_levels,
    )  # fmt: skip
    keys = [
        Key(
            ("✓ " if mark.level == level else "") + label,
            MarkStatement(tap.plan, tap.place, level),
        )
        for level, label in enumerate(cycle.rules.indicator_rules.rubric_labels)
    ]
    rows: list[Row] = [*in_rows(numbered(keys), 1)]
    if mark.voice_id:
        rows.append(
            (Key(words.label("observing.hear", place=tap.place), HearNote(tap.plan, tap.place)),)
        )
    onward = ShowStatement(tap.plan, tap.place + 1)
    foot = [back_to(turn, OpenRubric(tap.plan))]
    if tap.place < total:
        foot.append(Key(words.label("observing.next_statement"), onward))
    rows.append(tuple(foot))
    turn.show(Screen(text, tuple(rows), view=tap))
    await turn.listen(MARKS_STATE, tap)


# ------------------------------------------------------------------------------- marking


@dialogue.tap(MarkStatement)
async def mark_statement(turn: Turn, tap: MarkStatement) -> None:
    """Keep a level and go on to the next statement without one."""
    _, rubric = await _cycle(turn, tap.plan)
    cycle = await marking.mark(
        turn.session, turn.actor, tap.plan, _statement(rubric, tap.place).code, tap.level,
        turn.rulebook, turn.now,
    )  # fmt: skip
    later = [place for place in cycle.unmarked if place > tap.place]
    after = (later or list(cycle.unmarked))[:1]
    if after:
        await show_statement(turn, ShowStatement(tap.plan, after[0]))
    else:
        await show_rubric(turn, tap.plan)


@dialogue.tap(HearNote)
async def hear_note(turn: Turn, tap: HearNote) -> None:
    """Play a voice note."""
    cycle = await reading.read(turn.session, turn.actor, tap.plan, turn.rulebook)
    if cycle.rubric is None or not cycle.may_see_marks(turn.actor):
        raise NotFound
    statement = _statement(cycle.rubric, tap.place)
    mark = cycle.marks.get(statement.code, Mark(None))
    if not mark.voice_id:
        raise NotFound
    text = turn.words.body("observing.voice", statement=statement, place=tap.place)
    turn.show_below(Screen(text, media=Media("voice", mark.voice_id)))


@dialogue.tap(FinishMarks)
async def finish_marks(turn: Turn, tap: FinishMarks) -> None:
    """Say that the observation is over."""
    cycle = await marking.finish(turn.session, turn.actor, tap.plan, turn.rulebook, turn.now)
    turn.toast(turn.words.label("observing.finished_toast"))
    turn.show(cycle_screen(turn, cycle))


# ------------------------------------------------------------------------------- typed, spoken


def numbers_in(text: str) -> list[int]:
    """Give the numbers of a line of marks; none where it is something else."""
    text = text.strip()
    return [int(one) for one in re.findall(r"\d+", text)] if LINE.fullmatch(text) else []


@dialogue.answer(MARKS_STATE)
async def take_words(turn: Turn, subject: OpenRubric | ShowStatement) -> None:
    """Take a line of marks, or the button that was typed, or words as a note."""
    numbers = numbers_in(turn.text)
    if numbers:
        await _mark_line(turn, subject.plan, numbers)
    elif await press_typed(turn):
        return
    elif isinstance(subject, ShowStatement):
        await _note(turn, subject)
    else:
        turn.alert(turn.words.label("observing.line_or_statement"))
        await show_rubric(turn, subject.plan)


async def _mark_line(turn: Turn, plan_id: int, numbers: list[int]) -> None:
    await marking.mark_line(turn.session, turn.actor, plan_id, numbers, turn.rulebook, turn.now)
    turn.toast(turn.words.label("observing.line_kept"))
    await show_rubric(turn, plan_id)


async def _note(turn: Turn, at: ShowStatement) -> None:
    _, rubric = await _cycle(turn, at.plan)
    code = _statement(rubric, at.place).code
    await marking.note(turn.session, turn.actor, at.plan, code, turn.text, turn.rulebook, turn.now)
    turn.toast(turn.words.label("observing.note_kept"))
    await show_statement(turn, at)


def _asked() -> tuple[Turn, OpenRubric | ShowStatement] | None:
    """Give what is on the screen while a rubric waits for words or voice."""
    turn = current_turn.get(None)
    if turn is None or turn.membership is None or turn.prompt is None:
        return None
    asked = unpack(turn.prompt.subject) if turn.waits_in == MARKS_STATE else None
    return (turn, asked) if isinstance(asked, OpenRubric | ShowStatement) else None


class _Spoken(filters.MessageFilter):
    """Lets through a voice note while a rubric is on the screen."""

    def filter(self, message: Message) -> bool:
        """Say whether the message is a spoken note."""
        return message.voice is not None and _asked() is not None


@dialogue.file(filters.UpdateType.MESSAGE & _Spoken())
async def take_voice(turn: Turn) -> None:
    """Keep a voice note on the statement that is on the screen."""
    asked = _asked()
    spoken = turn.message.voice if turn.message else None
    if asked is None or spoken is None:
        raise NotFound
    at = asked[1]
    if isinstance(at, OpenRubric):
        turn.alert(turn.words.label("observing.line_or_statement"))
        await show_rubric(turn, at.plan)
        return
    _, rubric = await _cycle(turn, at.plan)
    length = spoken.duration
    seconds = int(length.total_seconds()) if isinstance(length, timedelta) else length
    try:
        await marking.note_by_voice(
            turn.session, turn.actor, at.plan, _statement(rubric, at.place).code,
            spoken.file_id, seconds, turn.rulebook, turn.now,
        )  # fmt: skip
        turn.toast(turn.words.label("observing.note_kept"))
    except Refused as refusal:
        explain(turn, refusal)
    await show_statement(turn, at)


class _Line(filters.MessageFilter):
    """Lets through a line of marks that was typed without signal, when nothing is awaited."""

    def filter(self, message: Message) -> bool:
        """Say whether the message may be the marks of a lesson."""
        turn = current_turn.get(None)
        if turn is None or turn.membership is None or turn.waits_in is not None:
            return False
        text = message.text or ""
        numbers = numbers_in(text)
        is_day = len(numbers) == 2 and max(numbers) >= TWO_DIGITS
        return bool(numbers) and not is_day and minute_in(text) is None


@dialogue.file(filters.UpdateType.MESSAGE & _Line())
async def take_line(turn: Turn) -> None:
    """Take a line of marks for the lesson that is being observed; ask where there are several."""
    numbers = numbers_in(turn.text)
    found = await reading.observed_by(turn.session, turn.actor, turn.period.id, turn.rulebook)
    waiting = [one for one in found if one.marking in (Marking.NONE, Marking.BEGUN)]
    today = [
        one for one in waiting
        if one.agreed_at is not None and turn.words.day(one.agreed_at) == turn.words.day(turn.now)
    ]  # fmt: skip
    meant = today or waiting
    if len(meant) == 1:
        try:
            await _mark_line(turn, meant[0].plan_id, numbers)
        except WrongMarks as refusal:
            explain(turn, refusal)
            await show_rubric(turn, meant[0].plan_id)
        return
    if not found:
        await not_understood(turn)
        return
    if not meant:
        turn.show(Screen(turn.words.body("observing.no_lesson"), (back_home(turn),)))
        return
    line = "-".join(map(str, numbers[:8]))
    keys = [
        Key(short(one.teacher.name), MarkLine(one.plan_id, line)) for one in meant[:CYCLES_OFFERED]
    ]
    text = turn.words.body("observing.whose_line", line=" ".join(map(str, numbers)))
    turn.show(Screen(text, (*in_rows(numbered(keys)), back_home(turn))))


@dialogue.tap(MarkLine)
async def mark_line(turn: Turn, tap: MarkLine) -> None:
    """Take the line that was typed for this teacher's lesson."""
    await _mark_line(turn, tap.plan, numbers_in(tap.line))
