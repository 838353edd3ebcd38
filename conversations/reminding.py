"""Reminders in words, and what people can do about them: put them off, choose the hour."""

from dataclasses import replace
from datetime import date
from typing import Any

from conversations.callbacks.approving import Deputies, OpenOverview, OpenQueue
from conversations.callbacks.broadcasts import NewBroadcast
from conversations.callbacks.confirming import OpenConfirmations
from conversations.callbacks.evidence import OpenEvidence, OpenProvable
from conversations.callbacks.packing import Button
from conversations.callbacks.planning import Agree, OpenPlan, OpenStatus, OpenStep, OpenSummary
from conversations.callbacks.rating import OpenRatings
from conversations.callbacks.reports import OpenReport
from conversations.callbacks.school import ChooseHour, ReminderHours, Snooze
from conversations.dialogue import Dialogue
from conversations.home import back_home
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered
from conversations.turn import Turn
from storage import confirmations, people, plans
from storage.deadlines import deadlines_of
from storage.models import PlanStatus, Role
from storage.reminders import tasks, waiting, wishes
from storage.reminders.tasks import OpenTask, Task
from storage.rulesets import DeadlineKind
from storage.school_hours import hours_of

dialogue = Dialogue("reminding")

NAMES_SHOWN = 12
MINUTES = {Task.START: 10, Task.MEND: 5, Task.AGREE: 1, Task.REPORT: 10}
MINUTES_A_STEP = 2
MINUTES_A_PIECE = 2
MOST_MINUTES = 30


# ------------------------------------------------------------------------------- notices


@notice("remind_task")
async def remind_task(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Remind a teacher of what is still to do; nothing once it is done."""
    if await tasks.is_in_dialogue(person.session, person.account, person.now):
        return None
    found = await tasks.task_reminded_of(
        person.session, person.actor, person.rulebook, person.school, subject, person.today
    )
    if found is None:
        return None
    deadline, task = found
    rules = person.rulebook.of_plan(person.school, task.full.plan) if task.full else person.rules
    text = person.words.body(
        "reminders.task", who=person.salutation, task=task.task, kind=deadline.kind,
        ends_on=deadline.ends_on, left=(deadline.ends_on - person.today).days,
        steps=[rules.step(one).title for one in task.steps],
        entries=[_title(rules, one.entry) for one in task.entries[:NAMES_SHOWN]],
        more=max(0, len(task.entries) - NAMES_SHOWN), unsorted=task.unsorted,
        minutes=_minutes(task), period=person.period,
    )  # fmt: skip
    label, button = _next_step(task)
    later = put_off(person, is_last_day=deadline.ends_on == person.today)
    rows: list[Row] = [(Key(person.words.label(label), button, Style.NEXT),), *later]
    return Notice(Screen(text, tuple(rows), view=button if task.task is not Task.AGREE else None))


def _title(rules: Any, entry: Any) -> str:
    if entry.text:
        return str(entry.text)
    step = rules.step(entry.step)
    titles = {one.code: one.label for one in rules.choices(step)}
    return str(titles.get(entry.code, entry.code))


def _minutes(task: OpenTask) -> int:
    """Estimate how long the rest takes."""
    if task.task is Task.FINISH:
        return max(1, MINUTES_A_STEP * len(task.steps))
    if task.task is Task.EVIDENCE:
        return min(MOST_MINUTES, MINUTES_A_PIECE * task.units)
    return MINUTES[task.task]


def _next_step(task: OpenTask) -> tuple[str, Button]:
    """Give the label and the button that opens just what is missing."""
    full = task.full
    if full is None:
        return "reminders.start", OpenPlan()
    if task.task is Task.AGREE:
        return "planning.agree", Agree(full.id, full.plan.revision)
    if task.task is Task.MEND:
        return "planning.mend", OpenPlan()
    if task.task is Task.REPORT:
        return "reminders.to_report", OpenReport(full.id)
    if task.task is Task.EVIDENCE:
        only = task.entries[0].entry.id
        if len(task.entries) == 1 and only is not None and not task.unsorted:
            return "reminders.send_evidence", OpenProvable(full.id, only)
        return "reminders.send_evidence", OpenEvidence()
    if task.steps:
        return "reminders.fill_in", OpenStep(full.id, task.steps[0], 0)
    return "reminders.to_submit", OpenSummary(full.id)


def put_off(person: Person, *, is_last_day: bool = False) -> tuple[Row, ...]:
    """Give the keys by which reminders are put off; on the last day there is no later."""
    words = person.words
    hour: Row = (Key(words.label("reminders.hour"), ReminderHours()),)
    if is_last_day:
        return (hour,)
    return (
        (
            Key(words.label("reminders.tomorrow"), Snooze(1)),
            Key(words.label("reminders.three_days"), Snooze(3)),
        ),
        hour,
    )


@notice("remind_waiting")
async def remind_waiting(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell a teacher that the plan still waits, and that somebody else is being reminded."""
    if await tasks.is_in_dialogue(person.session, person.account, person.now):
        return None
    full = await plans.find_plan(person.session, person.actor.member_id, subject["period"])
    if full is None:
        return None
    submitted_at = full.plan.submitted_at
    if full.status is not PlanStatus.SUBMITTED or full.plan.revision != subject["revision"]:
        return None
    hours = await hours_of(person.session, person.school)
    who = await people.deciders(person.session, person.actor.school_id, person.today)
    since = hours.today(submitted_at) if submitted_at else person.today
    text = person.words.body(
        "reminders.waiting", who=person.salutation, since=since,
        days=hours.working_days_after(since, person.today),
        deciders=[one.name for one in who if one.id != person.actor.member_id],
    )  # fmt: skip
    return Notice(Screen(text, ((Key(person.words.label("home.status"), OpenStatus()),),)))


@notice("remind_digest")
async def remind_digest(person: Person, _subject: dict[str, Any]) -> Notice | None:
    """Tell who decides what waits this morning; nothing when nothing does."""
    in_dialogue = await tasks.is_in_dialogue(person.session, person.account, person.now)
    if in_dialogue or not person.actor.decides:
        return None
    hours = await hours_of(person.session, person.school)
    deadlines = await deadlines_of(
        person.session, person.actor.school_id, person.rules, person.period
    )
    patience = waiting.patience_of(deadlines)
    rating = next((one for one in deadlines if one.kind is DeadlineKind.RATING), None)
    inbox = await waiting.inbox_of(
        person.session, person.actor, person.period, hours, patience, person.now, rating
    )
    documents = person.rules.accountability_documents
    if documents and waiting.is_near(deadlines, DeadlineKind.EXECUTION, person.today):
        papers = await confirmations.unconfirmed(
            person.session, person.actor, person.rulebook, person.school
        )
        inbox = replace(inbox, papers=len(papers))
    if not (inbox.plans or inbox.evidence or inbox.reports or inbox.ratings or inbox.papers):
        return None
    text = person.words.body(
        "reminders.digest", who=person.salutation, inbox=inbox, patience=patience,
        rating_left=(rating.ends_on - person.today).days if rating else 0,
        rating_ends_on=rating.ends_on if rating else None,
        pressing=inbox.pressing[:NAMES_SHOWN], more=max(0, len(inbox.pressing) - NAMES_SHOWN),
    )  # fmt: skip
    words = person.words
    rows: list[Row] = []
    if inbox.plans or inbox.evidence or inbox.reports:
        rows.append((Key(words.label("home.queue"), OpenQueue(0), Style.NEXT),))
    if inbox.ratings:
        rows.append((Key(words.label("rating.open"), OpenRatings(0), Style.NEXT),))
    if inbox.papers:
        rows.append((Key(words.label("confirming.open"), OpenConfirmations(0)),))
    if inbox.pressing and person.actor.roles & Role.PRINCIPAL:
        rows.append((Key(words.label("reminders.name_deputy"), Deputies()),))
    view = OpenRatings(0) if len(rows) == 1 and inbox.ratings else OpenQueue(0)
    return Notice(Screen(text, (*rows, *put_off(person)), view=view))


@notice("remind_behind")
async def remind_behind(person: Person, _subject: dict[str, Any]) -> Notice | None:
    """Tell a coach who is behind, and who can only be reached on foot."""
    in_dialogue = await tasks.is_in_dialogue(person.session, person.account, person.now)
    if in_dialogue or not person.actor.roles & Role.COACH:
        return None
    deadlines = await deadlines_of(
        person.session, person.actor.school_id, person.rules, person.period
    )
    near = {
        kind: waiting.is_near(deadlines, kind, person.today)
        for kind in (DeadlineKind.PLAN, DeadlineKind.EVIDENCE)
    }
    behind = await waiting.who_is_behind(
        person.session, person.actor, person.rules, person.period,
        plan_is_near=near[DeadlineKind.PLAN], evidence_is_near=near[DeadlineKind.EVIDENCE],
    )  # fmt: skip
    if behind.is_empty:
        return None
    text = person.words.body(
        "reminders.behind", who=person.salutation, behind=behind, most=NAMES_SHOWN
    )
    words = person.words
    rows = (
        (Key(words.label("reminders.write_to_them"), NewBroadcast("behind"), Style.NEXT),),
        (Key(words.label("home.overview"), OpenOverview("-", 0)),),
        *put_off(person),
    )
    return Notice(Screen(text, rows, view=OpenOverview("-", 0)))


@notice("period_closed")
async def period_closed(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell how a period ended: what is unfinished stays readable, by name."""
    if not person.actor.roles & (Role.PRINCIPAL | Role.COACH):
        return None
    rules, period = person.rulebook.period_named(person.school, subject["period"])
    closing = await waiting.closing_of(person.session, person.actor, rules, period)
    text = person.words.body(
        "reminders.closed", who=person.salutation, period=period, closing=closing,
        behind=closing.behind, most=NAMES_SHOWN, now=person.period,
        decides=person.actor.decides,
    )  # fmt: skip
    overview = Key(person.words.label("home.overview"), OpenOverview("-", 0))
    return Notice(Screen(text, ((overview,),)))


# ------------------------------------------------------------------------------- wishes


@dialogue.presents
async def present(turn: Turn, _tap: Any) -> None:
    """Show the hours there are."""
    turn.show(await _hours_screen(turn))


@dialogue.tap(Snooze)
async def snooze(turn: Turn, tap: Snooze) -> None:
    """Put reminders off; the message stays, for it is still true."""
    until: date = await wishes.snooze(
        turn.session, turn.actor, tap.days, today=turn.today, now=turn.now
    )
    turn.alert(turn.words.label("reminders.snoozed", day=turn.words.day(until)))


@dialogue.command("pengingat")
async def reminder_command(turn: Turn, _words: str) -> None:
    """Offer the hours."""
    turn.show(await _hours_screen(turn))


@dialogue.tap(ReminderHours)
async def reminder_hours(turn: Turn, _tap: ReminderHours) -> None:
    """Offer the hours."""
    turn.show_below(await _hours_screen(turn))


async def _hours_screen(turn: Turn) -> Screen:
    words = turn.words
    hours = await hours_of(turn.session, turn.school)
    wish = await wishes.wish_of(turn.session, turn.actor, turn.now)
    text = words.body("reminders.hours", hour=wish.hour)
    last = hours.closes_at - 1
    offered = range(hours.opens_at, last + 1, max(1, (last - hours.opens_at) // 8 + 1))
    keys = [Key(f"{hour:02}.00", ChooseHour(hour)) for hour in offered]
    rows: list[Row] = [*in_rows(numbered(keys))]
    rows.append((Key(words.label("reminders.any_hour"), ChooseHour(-1)),))
    rows.append(back_home(turn))
    return Screen(text, tuple(rows), view=ReminderHours())


@dialogue.tap(ChooseHour)
async def choose_hour(turn: Turn, tap: ChooseHour) -> None:
    """Keep the hour."""
    hours = await hours_of(turn.session, turn.school)
    hour = tap.hour if tap.hour >= 0 else None
    await wishes.choose_hour(turn.session, turn.actor, hours, hour, turn.now)
    turn.toast(turn.words.label("reminders.hour_kept"))
    turn.show(await _hours_screen(turn))
