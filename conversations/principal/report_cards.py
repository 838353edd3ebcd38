"""The card of a submitted report: asking for a decision, or saying what has become of it."""

from conversations.callbacks.approving import OpenQueue
from conversations.callbacks.rating import RateTeacher
from conversations.callbacks.reports import (
    AcceptReport,
    OpenReportQueue,
    ReadReport,
    ReopenReport,
    ReturnReport,
    ShowReport,
)
from conversations.home import back_home
from conversations.people import Person
from conversations.principal.decision_cards import address
from conversations.report_views import aspect_lines, parts_of
from conversations.screens import Key, Row, Screen, Style, numbered
from storage import decisions
from storage.models import ReportStatus
from storage.periods import has_closed
from storage.ratings.reading import finally_rated
from storage.reports import deciding, reading
from storage.reports.deciding import Decidable

NAMES_SHOWN = 5


async def report_card(person: Person, one: Decidable) -> Screen:
    """Draw a submitted report for somebody who decides."""
    rules = person.rulebook.of_plan(person.school, one.plan.plan)
    content = one.full.content
    decided = await reading.latest_decision(person.session, one.full.id)
    waiting = await deciding.queue(person.session, person.actor)
    others = [each.name for each in waiting if each.plan_id != one.plan.id]
    marks = decided[0].marks if decided is not None else ()
    parts = parts_of(person.words, rules, content, marks)
    rated = bool(await finally_rated(person.session, [one.plan.id]))
    text = person.words.body(
        "reporting.card", rules=rules, period=rules.period(one.plan.plan.period),
        name=one.owner.name, one=one, content=content, points=rules.points, decided=decided,
        aspects=aspect_lines(rules, content), answers=[each for each in parts if each.field],
        marked=[each.title for each in parts if each.marked],
        others=others[:NAMES_SHOWN], more=len(others) - NAMES_SHOWN,
        address=address(person), rated=rated,
        reopener=await reading.reopener_of(person.session, decided[0]) if decided else None,
    )  # fmt: skip
    rows = await _rows(person, one, len(others), rated=rated)
    return Screen(text, rows, view=ShowReport(one.plan.id))


async def _rows(person: Person, one: Decidable, others: int, *, rated: bool) -> tuple[Row, ...]:
    words, plan_id, revision = person.words, one.plan.id, one.full.revision
    keys: list[Key] = []
    if one.waits and not one.is_frozen:
        if not one.is_outdated:
            accept = AcceptReport(plan_id, revision)
            keys.append(Key(words.label("reporting.accept"), accept, Style.YES))
        send_back = ReturnReport(plan_id, revision, 0, 0)
        keys.append(Key(words.label("reporting.send_back"), send_back, Style.NO))
    keys.append(Key(words.label("reporting.read"), ReadReport(plan_id, 0)))
    if one.full.status is ReportStatus.ACCEPTED and not one.is_frozen:
        if rated:
            keys.append(Key(words.label("rating.see"), RateTeacher(plan_id)))
        elif not await has_closed(person.session, plan_id):
            keys.append(Key(words.label("reporting.reopen"), ReopenReport(plan_id, revision)))
    if others:
        label = words.label("reporting.next", count=others)
        keys.append(Key(label, OpenReportQueue(plan_id), Style.NEXT))
    rows = [(key,) for key in numbered(keys)]
    plans = await decisions.count_waiting(person.session, person.actor)
    if plans:
        rows.append((Key(words.label("reporting.plans", count=plans), OpenQueue(0)),))
    return (*rows, back_home(person))
