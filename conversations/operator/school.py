"""The school's settings: deadlines of the period, the week, the hours."""

from datetime import date, timedelta
from typing import Any

from conversations.callbacks.everybody import Home
from conversations.callbacks.official import OpenLetterhead
from conversations.callbacks.planning import OpenStatus
from conversations.callbacks.rulesets import OpenRulesets
from conversations.callbacks.school import (
    MoveDeadline,
    OpenHours,
    OpenSchool,
    PickDeadline,
    SetHours,
)
from conversations.callbacks.trail import OpenTrail
from conversations.dialogue import Dialogue
from conversations.everywhere import fold
from conversations.home import back_home, back_to
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered
from conversations.turn import Turn
from storage import deadlines, ruleset_choices, school_hours
from storage.deadlines import Deadline
from storage.errors import DayOutOfRange, NotFound
from storage.models import Role
from storage.people import member_of
from storage.school_hours import MAY_CHANGE

dialogue = Dialogue("school")

REASON_STATE = "school.reason"
SHIFTS = (-7, -3, 3, 7, 14, 21, 28)
"""Days by which a deadline may be moved with a tap."""

MOVES_SHOWN = 3
OPENING = (6, 7, 8)
CLOSING = (14, 16, 18, 20)


@dialogue.presents
async def present(turn: Turn, _tap: Any) -> None:
    """Show the settings as they are."""
    turn.show(await _school_screen(turn))


@dialogue.command("sekolah")
async def school_command(turn: Turn, _words: str) -> None:
    """Show the settings."""
    turn.show(await _school_screen(turn))


@dialogue.tap(OpenSchool)
async def open_school(turn: Turn, _tap: OpenSchool) -> None:
    """Show the settings."""
    turn.show(await _school_screen(turn))


async def _school_screen(turn: Turn) -> Screen:
    turn.actor.require(MAY_CHANGE)
    words = turn.words
    found = await _deadlines(turn)
    hours = await school_hours.hours_of(turn.session, turn.school)
    moves = await deadlines.moves_in(turn.session, turn.actor.school_id, turn.period.id)
    newest = [
        (move, (await member_of(turn.session, turn.actor.school_id, move.moved_by)).name)
        for move in moves[: -MOVES_SHOWN - 1 : -1]
    ]
    text = words.body(
        "school.card", school=turn.school.name, period=turn.period, deadlines=found,
        rules=turn.rules, hours=hours, today=turn.today, moves=newest,
        pending=ruleset_choices.pending(turn.school, turn.today),
    )  # fmt: skip
    keys = [
        Key(words.label("school.move", kind=words.label(f"school.kind_{one.kind}")),
            PickDeadline(one.kind))
        for one in found
        if _can_move(turn, one)
    ]  # fmt: skip
    rows: list[Row] = [*in_rows(numbered(keys), 2)]
    rows.append(
        (
            Key(words.label("school.hours"), OpenHours(), number=len(keys) + 1),
            Key(words.label("school.letterhead"), OpenLetterhead(), number=len(keys) + 2),
        )
    )
    rows.append(
        (
            Key(words.label("rulesets.open"), OpenRulesets(), number=len(keys) + 3),
            Key(words.label("trail.open"), OpenTrail(0, "-", 0), number=len(keys) + 4),
        )
    )
    rows.append(back_home(turn))
    return Screen(text, tuple(rows), view=OpenSchool())


async def _deadlines(turn: Turn) -> tuple[Deadline, ...]:
    return await deadlines.deadlines_of(
        turn.session, turn.actor.school_id, turn.rules, turn.period
    )


def _can_move(turn: Turn, deadline: Deadline) -> bool:
    first, last = deadlines.bounds(deadline, turn.period, turn.today)
    return first <= last


# ------------------------------------------------------------------------------- deadlines


@dialogue.tap(PickDeadline)
async def pick_deadline(turn: Turn, tap: PickDeadline) -> None:
    """Offer the days to which a deadline can be moved."""
    turn.actor.require(MAY_CHANGE)
    deadline = deadlines.of_kind(await _deadlines(turn), tap.deadline)
    words = turn.words
    text = words.body("school.pick", deadline=deadline, today=turn.today)
    keys = [Key(words.short_day(day), _move(deadline, day)) for day in _days_for(turn, deadline)]
    rows: list[Row] = [*in_rows(numbered(keys))]
    if deadline.is_moved and deadline.ruled >= turn.today:
        back = Key(
            words.label("school.move_back", day=words.short_day(deadline.ruled)),
            _move(deadline, deadline.ruled), number=len(keys) + 1,
        )  # fmt: skip
        rows.append((back,))
    rows.append((back_to(turn, OpenSchool()),))
    turn.show(Screen(text, tuple(rows), view=PickDeadline(tap.deadline)))


def _move(deadline: Deadline, day: date) -> MoveDeadline:
    return MoveDeadline(deadline.kind, deadline.ends_on.toordinal(), day.toordinal())


def _days_for(turn: Turn, deadline: Deadline) -> list[date]:
    """Give the days that can be tapped: some before and after, within the bounds."""
    first, last = deadlines.bounds(deadline, turn.period, turn.today)
    start = max(deadline.ends_on, turn.today)
    days = [start + timedelta(shift) for shift in SHIFTS]
    return sorted({min(day, last) for day in days if day >= first} - {deadline.ends_on})


@dialogue.tap(MoveDeadline)
async def move_deadline(turn: Turn, tap: MoveDeadline) -> None:
    """Ask why, before the deadline is moved."""
    turn.actor.require(MAY_CHANGE)
    deadline = deadlines.of_kind(await _deadlines(turn), tap.deadline)
    day = _day(tap.after)
    if deadline.ends_on != _day(tap.before):
        # Somebody else has moved it since the button was made.
        turn.alert(turn.words.label("school.changed_since"))
        await pick_deadline(turn, PickDeadline(tap.deadline))
        return
    first, last = deadlines.bounds(deadline, turn.period, turn.today)
    if not first <= day <= last:
        raise DayOutOfRange(first, last)
    text = turn.words.body("school.why", kind=deadline.kind, before=deadline.ends_on, after=day)
    await turn.ask(REASON_STATE, tap, text, turn.words.label("school.reason_placeholder"))


def _day(ordinal: int) -> date:
    if not 0 < ordinal <= date.max.toordinal():
        raise NotFound
    return date.fromordinal(ordinal)


@dialogue.answer(REASON_STATE)
async def take_reason(turn: Turn, subject: MoveDeadline) -> None:
    """Move the deadline for the reason just written."""
    deadline = deadlines.of_kind(await _deadlines(turn), subject.deadline)
    if fold(turn.text) == fold(turn.words.label("nav.back")):
        await pick_deadline(turn, PickDeadline(subject.deadline))
        return
    if deadline.ends_on != _day(subject.before):
        turn.alert(turn.words.label("school.changed_since"))
        turn.show(await _school_screen(turn))
        return
    hours = await school_hours.hours_of(turn.session, turn.school)
    await deadlines.move_deadline(
        turn.session, turn.actor, turn.rules, turn.period, subject.deadline, _day(subject.after),
        reason=turn.text, hours=hours, now=turn.now,
    )  # fmt: skip
    turn.toast(turn.words.label("school.moved"))
    turn.show(await _school_screen(turn))


# ------------------------------------------------------------------------------- hours


@dialogue.tap(OpenHours)
async def open_hours(turn: Turn, _tap: OpenHours) -> None:
    """Offer the week and the hours."""
    turn.show(await _hours_screen(turn))


async def _hours_screen(turn: Turn) -> Screen:
    turn.actor.require(MAY_CHANGE)
    words = turn.words
    now = await school_hours.hours_of(turn.session, turn.school)
    text = words.body("school.hours", hours=now)
    weeks = [
        Key(words.label(f"school.week_{days}"), SetHours(days, now.opens_at, now.closes_at))
        for days in school_hours.WEEKS
    ]
    opening = [
        Key(words.label("school.from", hour=f"{hour:02}.00"),
            SetHours(now.working_days, hour, now.closes_at))
        for hour in OPENING
    ]  # fmt: skip
    closing = [
        Key(words.label("school.until", hour=f"{hour:02}.00"),
            SetHours(now.working_days, now.opens_at, hour))
        for hour in CLOSING
    ]  # fmt: skip
    keys = numbered([*weeks, *opening, *closing])
    rows: list[Row] = [
        *in_rows(keys[: len(weeks)]),
        *in_rows(keys[len(weeks) : len(weeks) + len(opening)]),
        *in_rows(keys[len(weeks) + len(opening) :]),
    ]
    rows.append((back_to(turn, OpenSchool()),))
    return Screen(text, tuple(rows), view=OpenHours())


@dialogue.tap(SetHours)
async def set_hours(turn: Turn, tap: SetHours) -> None:
    """Keep the week and the hours."""
    await school_hours.set_hours(
        turn.session, turn.actor, working_days=tap.days, opens_at=tap.opens,
        closes_at=tap.closes, now=turn.now,
    )  # fmt: skip
    turn.toast(turn.words.label("school.hours_kept"))
    turn.show(await _hours_screen(turn))


# ------------------------------------------------------------------------------- notices


@notice("deadline_moved")
async def deadline_moved(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the people concerned of the new day; nothing if it has been moved again since."""
    told = await deadlines.move_told(person.session, person.actor, subject["move"])
    if not told.holds or told.move.ends_on < person.today:
        return None
    text = person.words.body(
        "school.told", who=person.salutation, kind=told.move.kind, ends_on=told.move.ends_on,
        before=date.fromisoformat(subject["before"]), by=told.by.name, reason=told.move.reason,
    )  # fmt: skip
    status = Key(person.words.label("home.status"), OpenStatus(), Style.NEXT)
    home = Key(person.words.label("nav.home"), Home())
    is_teacher = person.actor.roles & Role.TEACHER
    return Notice(Screen(text, ((status,), (home,)) if is_teacher else ((home,),)))
