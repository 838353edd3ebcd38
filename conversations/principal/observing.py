"""Who observes whom: the board of all teachers, named observers, results signed off."""

from typing import Any

from conversations.callbacks.approving import OpenOverview
from conversations.callbacks.everybody import Home
from conversations.callbacks.observing import (
    Observed,
    ObserverTeachers,
    OpenBoard,
    PickObserver,
    ReadStep,
    ShowCycle,
    SignOff,
    ToggleObserved,
)
from conversations.dialogue import Dialogue
from conversations.home import back_to
from conversations.notices import Notice, notice
from conversations.observation_views import cycle_screen, rubric_place
from conversations.people import Person
from conversations.screens import (
    LABEL_LENGTH,
    Key,
    Row,
    Screen,
    Style,
    in_rows,
    numbered,
    page_of,
    pager,
    short,
)
from conversations.turn import Turn
from storage.models import Marking, Member, Role
from storage.observations import marking, observers, reading
from storage.observations.board import BoardRow, board, may_see_board
from storage.observations.reading import FullCycle
from storage.people import known_id

dialogue = Dialogue("observing_teachers")

NAMES_A_PAGE = 8
TEACHERS_A_PAGE = 6
NAMES_IN_NOTICE = 60


@dialogue.presents
async def present(turn: Turn, tap: Any) -> None:
    """Show the cycle that was meant, or the board."""
    plan = getattr(tap, "plan", 0)
    if plan and not isinstance(tap, ToggleObserved):
        cycle = await reading.read(turn.session, turn.actor, plan, turn.rulebook)
        turn.show(cycle_screen(turn, cycle))
    else:
        await show_board(turn, 0)


# ------------------------------------------------------------------------------- the board


@dialogue.tap(OpenBoard)
async def open_board(turn: Turn, tap: OpenBoard) -> None:
    """Show a page of the board."""
    await show_board(turn, tap.page)


async def show_board(turn: Turn, number: int) -> None:
    """Show all teachers, some a page: which step, what is next, what is late."""
    found = await board(turn.session, turn.actor, turn.period, turn.rulebook)
    page = page_of(found, number, NAMES_A_PAGE)
    text = turn.words.body(
        "observing.board", rules=turn.rules, period=turn.period, page=page, today=turn.today,
        total=len(found), late=sum(one.plan_holds and one.is_late(turn.today) for one in found),
        can_open=turn.actor.decides,
    )  # fmt: skip
    rows: list[Row] = []
    if turn.actor.decides:
        keys = [Key(_short_name(one.name), _cycle_of(one, page.number)) for one in page.items]
        pairs = zip(numbered(keys, page.first + 1), page.items, strict=True)
        rows += in_rows([key for key, one in pairs if one.plan_holds])
    rows += pager(page, OpenBoard)
    if turn.actor.decides:
        rows.append((Key(turn.words.label("observing.observers"), PickObserver(0)),))
    foot = [back_to(turn, OpenOverview("-", 0))]
    if await reading.observed_by(turn.session, turn.actor, turn.period.id, turn.rulebook):
        foot.append(Key(turn.words.label("observing.observed"), Observed(0)))
    rows.append(tuple(foot))
    turn.show(Screen(text, tuple(rows), view=OpenBoard(page.number)))


def _short_name(name: str, length: int = LABEL_LENGTH) -> str:
    """Cut a name so that it fits on a button; titles go first."""
    return short(name.partition(",")[0], length)


def _cycle_of(row: BoardRow, page: int) -> ShowCycle | OpenBoard:
    return ShowCycle(row.plan_id) if row.plan_id is not None else OpenBoard(page)


@dialogue.tap(Observed)
async def open_observed(turn: Turn, tap: Observed) -> None:
    """Show the teachers whom I observe."""
    await show_observed(turn, tap.page)


async def show_observed(turn: Turn, number: int) -> None:
    """Show a page of the teachers whom the person observes."""
    found = await reading.observed_by(turn.session, turn.actor, turn.period.id, turn.rulebook)
    page = page_of(sorted(found, key=_nearness), number, NAMES_A_PAGE)
    text = turn.words.body("observing.observed", page=page, total=len(found), today=turn.today)
    keys = [Key(_short_name(one.teacher.name), ShowCycle(one.plan_id)) for one in page.items]
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1)), *pager(page, Observed)]
    foot = [Key(turn.words.label("nav.home"), Home())]
    if may_see_board(turn.actor):
        foot.append(Key(turn.words.label("observing.board"), OpenBoard(0)))
    rows.append(tuple(foot))
    turn.show(Screen(text, tuple(rows), view=Observed(page.number)))


def _nearness(cycle: FullCycle) -> tuple[bool, float]:
    """Put lessons that are agreed on and not observed yet first, by their day; others by name."""
    waits = cycle.agreed_at is not None and cycle.marking in (Marking.NONE, Marking.BEGUN)
    return not waits, cycle.agreed_at.timestamp() if waits and cycle.agreed_at else 0.0


# ------------------------------------------------------------------------------- observers


@dialogue.tap(PickObserver)
async def pick_observer(turn: Turn, tap: PickObserver) -> None:
    """Offer the members who can observe."""
    found = await observers.candidates(turn.session, turn.actor)
    page = page_of(found, tap.page, NAMES_A_PAGE)
    text = turn.words.body("observing.pick_observer", page=page)
    keys = [Key(_short_name(one.name), _teachers_of(one, 0)) for one in page.items]
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1)), *pager(page, PickObserver)]
    rows.append((back_to(turn, OpenBoard(0)),))
    turn.show(Screen(text, tuple(rows), view=PickObserver(page.number)))


def _teachers_of(member: Member, page: int) -> ObserverTeachers:
    return ObserverTeachers(known_id(member.id), page)


@dialogue.tap(ObserverTeachers)
async def observer_teachers(turn: Turn, tap: ObserverTeachers) -> None:
    """Show the teachers with whom a member observes; each tap adds or takes one away."""
    observer = await observers.candidate(turn.session, turn.actor, tap.member)
    found = await board(turn.session, turn.actor, turn.period, turn.rulebook)
    open_rows = [one for one in found if one.plan_holds and _can_observe(turn, observer, one)]
    page = page_of(open_rows, tap.page, TEACHERS_A_PAGE)
    text = turn.words.body(
        "observing.observer_teachers", observer=observer.name, page=page,
        count=sum(_observes(observer, one) for one in open_rows), total=len(open_rows),
    )  # fmt: skip
    keys = [
        Key(
            ("✓ " if _observes(observer, one) else "") + _short_name(one.name, 15),
            ToggleObserved(tap.member, one.plan_id or 0, page.number),
        )
        for one in page.items
    ]
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1))]
    rows += pager(page, lambda to: ObserverTeachers(tap.member, to))
    rows.append((back_to(turn, PickObserver(0)),))
    turn.show(Screen(text, tuple(rows), view=ObserverTeachers(tap.member, page.number)))


def _observes(observer: Member, row: BoardRow) -> bool:
    named = row.cycle.observer if row.cycle is not None else None
    return named is not None and named.id == observer.id


def _can_observe(turn: Turn, observer: Member, row: BoardRow) -> bool:
    """Whether a lesson is still to be observed, and is neither the observer's own nor mine."""
    is_over = row.cycle is not None and row.cycle.marking in reading.FINISHED
    return not is_over and row.member_id not in (observer.id, turn.actor.member_id)


@dialogue.tap(ToggleObserved)
async def toggle_observed(turn: Turn, tap: ToggleObserved) -> None:
    """Let the member observe the teacher, or no longer; done at once, undone by the same tap."""
    await observers.toggle_observer(
        turn.session, turn.actor, tap.plan, tap.member, turn.rulebook, turn.now
    )
    await observer_teachers(turn, ObserverTeachers(tap.member, tap.page))


@dialogue.tap(SignOff)
async def sign_off(turn: Turn, tap: SignOff) -> None:
    """Make the marks that were shown final."""
    cycle = await marking.sign_off(
        turn.session, turn.actor, tap.plan, tap.revision, turn.rulebook, turn.now
    )
    turn.toast(turn.words.label("observing.signed_toast"))
    turn.show(cycle_screen(turn, cycle))


# ------------------------------------------------------------------------------- notices


@notice("observation_named")
async def observation_named(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the teacher who observes from now on."""
    cycle = await reading.cycle_of(person.session, subject["plan"], person.rulebook)
    if cycle is None or cycle.row.observer_id != subject["observer"]:
        return None
    if not cycle.is_teacher(person.actor) or not cycle.teacher.roles & Role.TEACHER:
        return None
    text = person.words.body("observing.named", who=person.salutation, cycle=cycle)
    key = Key(person.words.label("observing.open"), ShowCycle(cycle.plan_id), Style.NEXT)
    return Notice(Screen(text, ((key,),), view=ShowCycle(cycle.plan_id)))


@notice(observers.OBSERVER_NEWS)
async def observation_yours(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell an observer of all who were named in a row: whom to observe, and whom no longer."""
    # Whoever was added and taken away again, or the other way round, is as before.
    before: dict[int, bool] = dict(reversed(subject["all"]))
    found = await reading.cycles_of(person.session, person.actor, before, person.rulebook)
    now = {one.plan_id: one.row.observer_id == person.actor.member_id for one in found}
    gained = [one for one in found if now[one.plan_id] and not before[one.plan_id]]
    lost = [one for one in found if before[one.plan_id] and not now[one.plan_id]]
    if not gained and not lost:
        return None
    text = person.words.body(
        "observing.yours", who=person.salutation, gained=gained, lost=lost, most=NAMES_IN_NOTICE
    )
    rows: list[Row] = []
    if len(gained) == 1:
        only = ShowCycle(gained[0].plan_id)
        rows.append((Key(person.words.label("observing.open"), only, Style.NEXT),))
    if gained or await reading.observed_by(
        person.session, person.actor, person.period.id, person.rulebook
    ):
        style = Style.NEXT if len(gained) > 1 else None
        rows.append((Key(person.words.label("observing.observed"), Observed(0), style),))
    return Notice(Screen(text, tuple(rows), view=Observed(0) if rows else None))


@notice("observation_to_sign")
async def observation_to_sign(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Ask who decides to look at a named observer's marks and sign them off."""
    cycle = await reading.read(person.session, person.actor, subject["plan"], person.rulebook)
    if not cycle.waits_for_signature or not person.actor.decides:
        return None
    text = person.words.body("observing.to_sign", who=person.salutation, cycle=cycle)
    see = ReadStep(cycle.plan_id, rubric_place(cycle))
    rows = ((Key(person.words.label("observing.see_marks"), see, Style.NEXT),),)
    return Notice(Screen(text, rows, view=see))
