"""The school's board as a picture: every teacher a row, every phase a column, page by page."""

from collections.abc import Sequence
from datetime import date

from conversations.callbacks.approving import OpenOverview
from conversations.callbacks.pictures import DrawBoard
from conversations.dialogue import Dialogue
from conversations.home import back_to
from conversations.pictures.facts import (
    ROWS_A_PAGE,
    BoardFacts,
    Cell,
    Column,
    Mark,
    TeacherRow,
    Total,
)
from conversations.screens import Page, Screen, page_of, pager
from conversations.sent_pictures import picture_of
from conversations.stage_words import is_estimated, mark_of, stage_name
from conversations.turn import Turn
from storage import boards, deadlines
from storage.boards import Earlier, Tally, TeacherCycle, Trend
from storage.deadlines import Deadline
from storage.stages import SETTLED, Stage, deadlines_by_stage

dialogue = Dialogue("board_picture")

Days = dict[Stage, Deadline]


@dialogue.tap(DrawBoard)
async def draw_board(turn: Turn, tap: DrawBoard) -> None:
    """Show a page of the board."""
    rows = await boards.board(turn.session, turn.actor, turn.rulebook, turn.school, turn.period)
    # As even as possible: three pages of fourteen read better than two full ones and a rest.
    pages = max(1, -(-len(rows) // ROWS_A_PAGE))
    page = page_of(rows, tap.page, max(1, -(-len(rows) // pages)))
    trend = await boards.trend(
        turn.session, turn.actor.school_id, turn.period,
        turn.rulebook.period_before(turn.school, turn.period), turn.today,
    )  # fmt: skip
    facts = board_facts(turn, rows, page, trend, await _days(turn))
    text = turn.words.body("overview.picture", total=len(rows), page=page)
    keys = (*pager(page, DrawBoard), (back_to(turn, OpenOverview("-", 0)),))
    picture = await picture_of(turn, facts, f"papan-{page.number + 1}.png")
    turn.show(Screen(text, keys, view=DrawBoard(page.number), picture=picture))


async def _days(turn: Turn) -> Days:
    """Give the deadline of every stage that has one."""
    dated = await deadlines.deadlines_of(
        turn.session, turn.actor.school_id, turn.rules, turn.period
    )
    ends = {one.kind: one for one in dated}
    by_stage = deadlines_by_stage(turn.rules)
    return {stage: ends[kind] for stage, kind in by_stage.items() if kind in ends}


def board_facts(
    turn: Turn,
    rows: Sequence[TeacherCycle],
    page: Page[TeacherCycle],
    trend: Trend,
    days: Days,
) -> BoardFacts:
    """Put a page of the board into words and numbers."""
    words, period = turn.words, turn.period
    shown = tuple(_row(turn, page.first + at, row, days) for at, row in enumerate(page.items, 1))
    is_late = any(cell.is_late for row in shown for cell in row.cells)
    guessed = any(is_estimated(one, turn.rules, period) for one in days.values())
    has_absent = any(not row.joined for row in page.items)
    numbers = f" · {page.number + 1}/{page.pages}" if page.pages > 1 else ""
    return BoardFacts(
        title=words.label("pictures.board"),
        school=turn.school.name,
        scheme=f"{turn.rules.short_title} · {period.name} {period.year}",
        as_of=words.short_day(turn.today) + numbers,
        columns=tuple(_column(turn, stage, days) for stage in Stage),
        rows=shown,
        totals=_totals(turn, boards.tally(rows), trend),
        legend=tuple((mark, words.label(f"standings.{mark}")) for mark in Mark),
        late=words.label("pictures.late") if is_late else "",
        notes=(
            *((words.label("pictures.absent"),) if has_absent else ()),
            *((words.label("pictures.estimated"),) if guessed else ()),
        ),
        empty=words.label("pictures.nobody"),
    )


def _column(turn: Turn, stage: Stage, days: Days) -> Column:
    day = turn.words.short_day(days[stage].ends_on) if stage in days else ""
    # The year stands above.
    title = turn.words.label(f"stages.{stage_name(turn.rules, stage)}_short")
    return Column(title, day.rpartition(" ")[0])


def _row(turn: Turn, number: int, row: TeacherCycle, days: Days) -> TeacherRow:
    cells = []
    for stage in Stage:
        state = row.cycle[stage]
        is_open = state.standing not in SETTLED
        text = f"{state.done}/{state.of}" if state.of and is_open else ""
        late = is_open and stage in days and days[stage].ends_on < turn.today
        cells.append(Cell(mark_of(state), text, late))
    name = row.name if row.joined else f"* {row.name}"
    return TeacherRow(number, name, tuple(cells))


# ---------------------------------------------------------------- totals and trend


def _totals(turn: Turn, now: Tally, trend: Trend) -> tuple[Total, ...]:
    words = turn.words
    through = tuple(f"{now.done[stage]}/{now.teachers}" for stage in Stage)
    return (
        Total(words.label("pictures.through"), through, is_main=True),
        _compared(turn, "week", now, trend.week),
        _compared(turn, "period", now, trend.period),
    )


def _compared(turn: Turn, what: str, now: Tally, then: Earlier | None) -> Total:
    """Say how many more or fewer are through than then; nothing where nothing was noted."""
    if then is None:
        return Total(turn.words.label(f"pictures.no_{what}"), ("–",) * len(Stage))
    title = turn.words.label(f"pictures.than_{what}", day=_day_and_month(turn, then.day))
    return Total(title, tuple(_arrow(now.done[stage] - then.tally.done[stage]) for stage in Stage))


def _day_and_month(turn: Turn, day: date) -> str:
    return turn.words.short_day(day).rpartition(" ")[0]


def _arrow(change: int) -> str:
    if not change:
        return "="
    return f"▲ {change}" if change > 0 else f"▼ {-change}"
