"""How an observation looks: its card with the steps and what is next, and each step in full."""

from dataclasses import dataclass
from datetime import datetime

from conversations.callbacks.everybody import Home
from conversations.callbacks.forms import OpenQuestion
from conversations.callbacks.observing import (
    CalendarFile,
    ConfirmDay,
    HearNote,
    Observed,
    OpenBoard,
    OpenRubric,
    PickDay,
    PickFocus,
    PickIndicator,
    ReadStep,
    ShowCycle,
    ShowMoves,
    SignOff,
)
from conversations.callbacks.packing import Button
from conversations.forms import answer_keys
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style, in_rows, short
from storage import forms
from storage.errors import NotFound
from storage.evidence.changing import OPEN_PLANS
from storage.evidence.reading import FormPlace
from storage.forms import Answer
from storage.models import Booking, Marking
from storage.observations.answers import FORM
from storage.observations.following_up import asked_of, questions_of
from storage.observations.reading import FINISHED, FullCycle
from storage.observations.scheduling import ends_at
from storage.observations.steps import StepState
from storage.rulesets import AskedOf, FieldKind, ObservationField

LABEL_OF_STEP = 24


@dataclass(frozen=True, slots=True)
class Next:
    """What comes next, as a label of a sentence and the key that does it."""

    sentence: str
    key: Key | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One blank of a step as it is filled in."""

    title: str
    text: str = ""
    has_voice: bool = False
    files: int = 0


def rubric_place(cycle: FullCycle) -> int:
    """Give the place, from 1, of the step in which the lesson is observed."""
    rubric = cycle.rules.field_of_kind(FieldKind.RUBRIC)
    ids = [one.id for one in cycle.rules.observation_steps]
    return ids.index(rubric.step) + 1 if rubric is not None else 1


def next_of(person: Person, cycle: FullCycle) -> Next:
    """Say what this person does next, or for whom the observation waits."""
    words, step = person.words, cycle.next_step
    if cycle.plan.status not in OPEN_PLANS:
        return Next("paused")
    if cycle.waits_for_signature:
        if person.actor.decides and not cycle.is_teacher(person.actor):
            button = ReadStep(cycle.plan_id, rubric_place(cycle))
            return Next("sign", Key(words.label("observing.see_marks"), button, Style.NEXT))
        return Next("wait_signature")
    if step is None:
        return Next("all_done")
    side = asked_of(cycle, person.actor)
    own = [one for one in step.missing if one.asked is side and one.kind is not FieldKind.MOMENT]
    if own:
        return _next_blank(person, cycle, own[0])
    if any(one.kind is FieldKind.MOMENT for one in step.missing):
        moment = _next_moment(person, cycle)
        if moment is not None:
            return moment
    return Next("wait_teacher" if step.asks(AskedOf.TEACHER) else "wait_observer")


def _next_blank(person: Person, cycle: FullCycle, blank: ObservationField) -> Next:
    words, plan = person.words, cycle.plan_id
    match blank.kind:
        case FieldKind.INDICATOR:
            key = Key(words.label("observing.pick_indicator"), PickIndicator(plan), Style.NEXT)
            return Next("indicator", key)
        case FieldKind.BEHAVIOUR if not cycle.indicator:
            return Next("indicator_in_plan")
        case FieldKind.BEHAVIOUR:
            return Next(
                "behaviour", Key(words.label("observing.pick_focus"), PickFocus(plan), Style.NEXT)
            )
        case FieldKind.RUBRIC:
            begun = cycle.marking is Marking.BEGUN
            label = words.label("observing.go_on_marking" if begun else "observing.mark")
            return Next("mark", Key(label, OpenRubric(plan), Style.NEXT))
        case _:
            button = OpenQuestion(FORM, plan, blank.id)
            return Next("answer", Key(words.label("observing.answer"), button, Style.NEXT))


def _next_moment(person: Person, cycle: FullCycle) -> Next | None:
    """Say whose turn it is with the day."""
    words, plan = person.words, cycle.plan_id
    if cycle.booking is Booking.OPEN:
        return Next("propose", Key(words.label("observing.propose"), PickDay(plan, 0), Style.NEXT))
    if cycle.booking is Booking.PROPOSED:
        if _may_confirm(person, cycle):
            return Next("confirm", _confirm_key(person, cycle))
        return Next("wait_confirm")
    return None


def _may_confirm(person: Person, cycle: FullCycle) -> bool:
    by_teacher = cycle.row.proposed_by == cycle.row.member_id
    proposed = cycle.booking is Booking.PROPOSED and cycle.row.meets_at is not None
    is_ahead = cycle.row.meets_at is not None and cycle.row.meets_at > person.now
    return proposed and is_ahead and by_teacher != cycle.is_teacher(person.actor)


def _confirm_key(person: Person, cycle: FullCycle) -> Key:
    button = ConfirmDay(cycle.plan_id, cycle.row.sequence)
    return Key(person.words.label("observing.confirm"), button, Style.YES)


# ------------------------------------------------------------------------------- the card


def cycle_screen(person: Person, cycle: FullCycle) -> Screen:
    """Draw the card of a cycle."""
    after = next_of(person, cycle)
    text = person.words.body(
        "observing.card", cycle=cycle, own=cycle.is_teacher(person.actor),
        rules=cycle.rules, period=cycle.period, steps=cycle.steps, today=person.today,
        proposed=cycle.row.meets_at if cycle.booking is Booking.PROPOSED else None,
        is_past=_is_past(cycle, person.now),
        after=person.words.label(f"observing.next_{after.sentence}"),
    )  # fmt: skip
    rows: list[Row] = [(after.key,)] if after.key is not None else []
    if cycle.plan.status in OPEN_PLANS:
        rows += _day_rows(person, cycle, after)
    rows += in_rows([_step_key(cycle.plan_id, place, one) for place, one in _placed(cycle)])
    foot: list[Key] = [Key(person.words.label("nav.back"), _way_back(person, cycle))]
    if cycle.row.sequence > 1:
        foot.append(Key(person.words.label("observing.moves"), ShowMoves(cycle.plan_id)))
    view = ShowCycle(cycle.plan_id)
    last = len(cycle.steps)

    def by_number(typed: int) -> Button:
        return ReadStep(cycle.plan_id, typed) if 1 <= typed <= last else view

    return Screen(text, (*rows, tuple(foot)), view=view, takes_number=by_number)


def _is_past(cycle: FullCycle, now: datetime) -> bool:
    """Whether the lesson is over and nothing was marked: it is simply moved."""
    at = cycle.row.meets_at
    return at is not None and ends_at(cycle, at) < now and cycle.marking is Marking.NONE


def _day_rows(person: Person, cycle: FullCycle, after: Next) -> list[Row]:
    words, plan = person.words, cycle.plan_id
    if cycle.marking in FINISHED:
        return []
    keys: list[Key] = []
    if _may_confirm(person, cycle) and after.sentence != "confirm":
        keys.append(_confirm_key(person, cycle))
    if after.sentence != "propose":
        label = f"observing.day_{cycle.booking}"
        keys.append(Key(words.label(label), PickDay(plan, 0)))
    if cycle.agreed_at is not None:
        keys.append(Key(words.label("observing.calendar"), CalendarFile(plan)))
    marks = cycle.is_observer(person.actor) and cycle.rubric is not None
    if marks and after.sentence != "mark":
        keys.append(Key(words.label("observing.mark"), OpenRubric(plan)))
    return list(in_rows(keys))


def _placed(cycle: FullCycle) -> list[tuple[int, StepState]]:
    return list(enumerate(cycle.steps, 1))


def _step_key(plan_id: int, place: int, step: StepState) -> Key:
    return Key(short(f"{step.letter} {step.title}", LABEL_OF_STEP), ReadStep(plan_id, place))


def _way_back(person: Person, cycle: FullCycle) -> Home | OpenBoard | Observed:
    if cycle.is_teacher(person.actor):
        return Home()
    return OpenBoard(0) if person.actor.decides else Observed(0)


# ------------------------------------------------------------------------------- one step


async def step_screen(person: Person, cycle: FullCycle, place: int) -> Screen:
    """Draw one step with all that is in it. Raises `NotFound` for a place that there is not."""
    if not 1 <= place <= len(cycle.steps):
        raise NotFound
    step = cycle.steps[place - 1]
    answers = await forms.answers_of(person.session, cycle.plan_id, FORM)
    blanks = [
        cycle.rules.observation_field(one) for one in cycle.rules.observation_step(step.id).fields
    ]
    has_rubric = any(one.kind is FieldKind.RUBRIC for one in blanks)
    text = person.words.body(
        "observing.step", cycle=cycle, step=step, today=person.today,
        lines=[_line(person, cycle, one, answers) for one in blanks if not has_rubric],
        marks=_marks(person, cycle) if has_rubric else (),
        purpose=cycle.rules.observation_step(step.id).purpose,
    )  # fmt: skip
    rows: list[Row] = list(_work_rows(person, cycle, step, blanks))
    keys = [
        key
        for one in blanks
        for key in answer_keys(person, _place(cycle, one), answers.get(one.id, Answer()))
    ]
    if has_rubric and cycle.may_see_marks(person.actor):
        keys += _voice_keys(person, cycle)
    rows += in_rows(keys)
    rows.append((Key(person.words.label("nav.back"), ShowCycle(cycle.plan_id)),))
    return Screen(text, tuple(rows), view=ReadStep(cycle.plan_id, place))


def _place(cycle: FullCycle, blank: ObservationField) -> FormPlace:
    return FormPlace(cycle.plan_id, FORM, blank.id)


def _line(
    person: Person, cycle: FullCycle, blank: ObservationField, answers: dict[str, Answer]
) -> Line:
    match blank.kind:
        case FieldKind.INDICATOR:
            return Line(blank.title, cycle.rubric.name if cycle.rubric is not None else "")
        case FieldKind.BEHAVIOUR:
            return Line(blank.title, cycle.focus.text if cycle.focus is not None else "")
        case FieldKind.MOMENT:
            at = cycle.agreed_at
            return Line(blank.title, person.words.moment(at) if at is not None else "")
        case _:
            answer = answers.get(blank.id, Answer())
            return Line(blank.title, answer.text, answer.voice is not None, len(answer.files))


def _marks(person: Person, cycle: FullCycle) -> tuple[tuple[str, str, str], ...]:
    """Give each statement with its level and note; nothing to whom they are not shown yet."""
    if cycle.rubric is None or not cycle.may_see_marks(person.actor):
        return ()
    levels = cycle.rules.indicator_rules.rubric_levels
    found = []
    for one in cycle.rubric.statements:
        mark = cycle.marks.get(one.code)
        level = levels[mark.level] if mark is not None and mark.level is not None else ""
        found.append((one.text, level, mark.note if mark is not None else ""))
    return tuple(found)


def _voice_keys(person: Person, cycle: FullCycle) -> list[Key]:
    statements = cycle.rubric.statements if cycle.rubric is not None else ()
    return [
        Key(person.words.label("observing.hear", place=place), HearNote(cycle.plan_id, place))
        for place, one in enumerate(statements, 1)
        if one.code in cycle.marks and cycle.marks[one.code].voice_id
    ]


def _work_rows(
    person: Person, cycle: FullCycle, step: StepState, blanks: list[ObservationField]
) -> tuple[Row, ...]:
    """Give the keys by which this person fills the step in."""
    words, plan, actor = person.words, cycle.plan_id, person.actor
    if cycle.plan.status not in OPEN_PLANS or not step.is_open:
        return ()
    rows: list[Row] = []
    kinds = {one.kind for one in blanks}
    if cycle.is_teacher(actor) and cycle.marking is Marking.NONE:
        keys = []
        if FieldKind.INDICATOR in kinds:
            keys.append(Key(words.label("observing.pick_indicator"), PickIndicator(plan)))
        if FieldKind.BEHAVIOUR in kinds and cycle.indicator:
            keys.append(Key(words.label("observing.pick_focus"), PickFocus(plan)))
        rows += in_rows(keys)
    questions = questions_of(cycle, actor, step.id)
    if questions:
        asked = next((one for one in questions if one.id not in cycle.given), questions[0])
        button = OpenQuestion(FORM, plan, asked.id)
        rows.append((Key(words.label("observing.answer"), button, Style.NEXT),))
    if FieldKind.RUBRIC in kinds:
        if cycle.is_observer(actor) and cycle.rubric and cycle.marking is not Marking.SIGNED:
            rows.append((Key(words.label("observing.mark"), OpenRubric(plan)),))
        if cycle.waits_for_signature and actor.decides and not cycle.is_teacher(actor):
            sign = SignOff(plan, cycle.row.revision)
            rows.append((Key(words.label("observing.sign_off"), sign, Style.YES),))
    return tuple(rows)
