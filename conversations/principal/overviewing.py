"""The overview of the school: how many teachers are how far, who they are, and their plans."""

from collections import Counter

from conversations.callbacks.approving import Deputies, OpenOverview, OpenQueue, ShowDetails
from conversations.callbacks.everybody import Home
from conversations.callbacks.observing import OpenBoard
from conversations.callbacks.packing import Button
from conversations.dialogue import Dialogue
from conversations.home import back_to
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager, short
from conversations.turn import Turn
from storage import overviews
from storage.models import PlanStatus, Role
from storage.overviews import STAGES, TeacherState
from storage.plans import FullPlan

dialogue = Dialogue("overviewing")

NAMES_A_PAGE = 8
NOT_STARTED = "none"


def state_of(status: PlanStatus | None) -> str:
    """Name a stage as buttons and labels do."""
    return status or NOT_STARTED


STATES = tuple(state_of(one) for one in STAGES)


@dialogue.command("rekap")
async def overview_command(turn: Turn, _words: str) -> None:
    """Show the counts."""
    await open_overview(turn, OpenOverview("-", 0))


@dialogue.tap(OpenOverview)
async def open_overview(turn: Turn, tap: OpenOverview) -> None:
    """Show the counts, or a page of the teachers in one state."""
    teachers = await overviews.overview(turn.session, turn.actor, turn.period.id)
    if tap.state in STATES:
        turn.show(_names(turn, teachers, tap))
    else:
        turn.show(_counts(turn, teachers))


def _counts(turn: Turn, teachers: list[TeacherState]) -> Screen:
    words = turn.words
    count = Counter(state_of(one.status) for one in teachers)
    shown = [
        state
        for state in STATES
        if count[state] or state != PlanStatus.AGREED or turn.rules.agreement_required
    ]
    text = words.body(
        "overview.counts", rules=turn.rules, period=turn.period, total=len(teachers),
        counts=[(state, count[state]) for state in shown],
        not_joined=sum(not one.joined for one in teachers),
    )  # fmt: skip
    keys = [
        Key(
            words.label("overview.state_key", state=words.label(f"overview.{state}"),
                        count=count[state]),
            OpenOverview(state, 0),
        )
        for state in shown
        if count[state]
    ]  # fmt: skip
    rows: list[Row] = [*in_rows(numbered(keys))]
    if turn.actor.decides:
        rows.append((Key(words.label("home.queue"), OpenQueue(0), Style.NEXT),))
    rows.append((Key(words.label("observing.board"), OpenBoard(0)),))
    foot: Row = (Key(words.label("nav.home"), Home()),)
    if turn.actor.roles & Role.PRINCIPAL:
        foot = (*foot, Key(words.label("deputies.open"), Deputies()))
    return Screen(text, (*rows, foot), view=OpenOverview("-", 0))


def _names(turn: Turn, teachers: list[TeacherState], tap: OpenOverview) -> Screen:
    words = turn.words
    chosen = [one for one in teachers if state_of(one.status) == tap.state]
    page = page_of(chosen, tap.page, NAMES_A_PAGE)
    text = words.body(
        "overview.names", rules=turn.rules, period=turn.period, points=turn.rules.points,
        state=words.label(f"overview.{tap.state}"), total=len(chosen), page=page,
        can_open=tap.state != NOT_STARTED,
    )  # fmt: skip
    # Numbers count through all pages; who has no plan yet has a number but no key.
    keys = [
        key
        for key, one in zip(
            numbered([Key(short(one.name), _plan_of(one, tap)) for one in page.items],
                     page.first + 1),
            page.items,
            strict=True,
        )
        if one.plan_id is not None
    ]  # fmt: skip
    rows: list[Row] = [*in_rows(keys)]
    rows += pager(page, lambda to: OpenOverview(tap.state, to))
    rows.append((back_to(turn, OpenOverview("-", 0)),))

    def by_number(typed: int) -> Button:
        return _plan_of(chosen[typed - 1], tap) if 1 <= typed <= len(chosen) else tap

    view = OpenOverview(tap.state, page.number)
    return Screen(text, tuple(rows), view=view, takes_number=by_number)


def _plan_of(teacher: TeacherState, tap: OpenOverview) -> Button:
    return ShowDetails(teacher.plan_id, 0, "r") if teacher.plan_id is not None else tap


async def place_of(person: Person, full: FullPlan) -> OpenOverview:
    """Say where in the overview a plan stands, so that "back" leads to the same page of names."""
    rules = person.rulebook.of_plan(person.school, full.plan)
    period = rules.period(full.plan.period)
    if period.id != person.period.id:
        return OpenOverview("-", 0)
    teachers = await overviews.overview(person.session, person.actor, period.id)
    alike = [one.plan_id for one in teachers if one.status == full.status]
    at = alike.index(full.id) if full.id in alike else 0
    return OpenOverview(state_of(full.status), at // NAMES_A_PAGE)
