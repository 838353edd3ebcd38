"""Confirming documents: teacher by teacher, one tap a document, until the period closes."""

from typing import Any

from conversations.callbacks.approving import OpenOverview
from conversations.callbacks.confirming import (
    ConfirmPaper,
    NextPapers,
    OpenConfirmations,
    ShowPapers,
    TakePaperBack,
)
from conversations.callbacks.everybody import Home
from conversations.callbacks.packing import Button
from conversations.callbacks.planning import OpenStatus
from conversations.dialogue import Dialogue
from conversations.notices import Notice, notice
from conversations.people import Person
from conversations.screens import Key, Row, Screen, Style, in_rows, numbered, page_of, pager, short
from conversations.turn import Turn
from storage import confirmations, decisions, plans
from storage.confirmations import Paper, Unconfirmed
from storage.errors import AlreadyConfirmed
from storage.evidence.changing import OPEN_PLANS
from storage.plans import FullPlan
from storage.rulesets import RuleSet

dialogue = Dialogue("confirming")

TEACHERS_A_PAGE = 8


@dialogue.presents
async def present(turn: Turn, tap: Any) -> None:
    """After a refused tap, show the documents as they are."""
    if hasattr(tap, "plan"):
        await _show(turn, await confirmations.plan_to_confirm(turn.session, turn.actor, tap.plan))


@dialogue.tap(OpenConfirmations)
async def open_confirmations(turn: Turn, tap: OpenConfirmations) -> None:
    """Show whose documents are not all confirmed."""
    lacking = await waiting_papers(turn)
    page = page_of(lacking, tap.page, TEACHERS_A_PAGE)
    text = turn.words.body(
        "confirming.list", rules=turn.rules, period=turn.period, page=page, total=len(lacking)
    )

    def by_number(typed: int) -> Button:
        fits = 1 <= typed <= len(lacking)
        return ShowPapers(lacking[typed - 1].plan_id) if fits else tap

    keys = [Key(_teacher_label(turn, one), ShowPapers(one.plan_id)) for one in page.items]
    rows: list[Row] = [*in_rows(numbered(keys, page.first + 1), 1)]
    rows += pager(page, OpenConfirmations)
    if not lacking:
        label = turn.words.label("home.overview")
        rows.append((Key(label, OpenOverview("-", 0), Style.NEXT),))
    rows.append((Key(turn.words.label("nav.home"), Home()),))
    view = OpenConfirmations(page.number)
    turn.show(Screen(text, tuple(rows), view=view, takes_number=by_number))


async def waiting_papers(person: Person) -> list[Unconfirmed]:
    """Give the teachers whose documents this person may confirm and who lack one."""
    return await confirmations.unconfirmed(
        person.session, person.actor, person.rulebook, person.school
    )


def _teacher_label(turn: Turn, one: Unconfirmed) -> str:
    # Without the degrees, which would be all that is left to cut.
    name = short(one.name.partition(",")[0])
    return turn.words.label(
        "confirming.teacher", name=name, confirmed=one.confirmed, wanted=one.wanted
    )


@dialogue.tap(ShowPapers)
async def show_papers(turn: Turn, tap: ShowPapers) -> None:
    """Show the documents of one plan."""
    await _show(turn, await confirmations.plan_to_confirm(turn.session, turn.actor, tap.plan))


async def _show(turn: Turn, full: FullPlan) -> None:
    words = turn.words
    rules = turn.rulebook.of_plan(turn.school, full.plan)
    owner = await decisions.owner_of(turn.session, full)
    papers = await confirmations.papers_of(turn.session, rules, full)
    is_open = full.status in OPEN_PLANS
    text = words.body(
        "confirming.card", name=owner.name, rules=rules, period=rules.period(full.plan.period),
        papers=papers, is_open=is_open, status=full.status,
    )  # fmt: skip
    keys = [_paper_key(turn, full, one) for one in papers] if is_open else []
    rows: list[Row] = [*in_rows(numbered(keys), 1)]
    if any(one.plan_id != full.id for one in await waiting_papers(turn)):
        following = Key(words.label("confirming.next"), NextPapers(full.id), Style.NEXT)
        rows.append((following,))
    rows.append((Key(words.label("confirming.all"), OpenConfirmations(0)),))
    turn.show(Screen(text, tuple(rows), view=ShowPapers(full.id)))


def _paper_key(turn: Turn, full: FullPlan, paper: Paper) -> Key:
    name, label = paper.document.id, paper.document.label
    if paper.is_confirmed:
        return Key(turn.words.label("confirming.on", label=label), TakePaperBack(full.id, name))
    confirm = ConfirmPaper(full.id, name)
    return Key(turn.words.label("confirming.off", label=label), confirm, Style.YES)


@dialogue.tap(NextPapers)
async def next_papers(turn: Turn, tap: NextPapers) -> None:
    """Show the teacher who comes after, in the order of names; behind the last comes the first."""
    full = await confirmations.plan_to_confirm(turn.session, turn.actor, tap.plan)
    owner = await decisions.owner_of(turn.session, full)
    lacking = [one for one in await waiting_papers(turn) if one.plan_id != full.id]
    after = [one for one in lacking if (one.name, one.plan_id) > (owner.name, full.id)]
    following = next(iter(after or lacking), None)
    if following is None:
        await open_confirmations(turn, OpenConfirmations(0))
    else:
        await show_papers(turn, ShowPapers(following.plan_id))


@dialogue.tap(ConfirmPaper)
async def confirm_paper(turn: Turn, tap: ConfirmPaper) -> None:
    """Confirm a document."""
    full, rules = await _plan(turn, tap.plan)
    try:
        await confirmations.confirm(
            turn.session, turn.actor, rules, full.id, tap.document, turn.now
        )
    except AlreadyConfirmed as earlier:
        if earlier.by_member != turn.actor.member_id:
            raise
        # The same finger twice: what it wanted has been done.
        turn.toast(turn.words.label("approving.done_before"))
    else:
        turn.toast(turn.words.label("confirming.confirmed"))
    await _show(turn, full)


@dialogue.tap(TakePaperBack)
async def take_paper_back(turn: Turn, tap: TakePaperBack) -> None:
    """Take a confirmation back."""
    full, rules = await _plan(turn, tap.plan)
    await confirmations.take_back(turn.session, turn.actor, rules, full.id, tap.document, turn.now)
    turn.toast(turn.words.label("confirming.taken_back"))
    await _show(turn, full)


async def _plan(turn: Turn, plan_id: int) -> tuple[FullPlan, RuleSet]:
    full = await confirmations.plan_to_confirm(turn.session, turn.actor, plan_id)
    return full, turn.rulebook.of_plan(turn.school, full.plan)


# ------------------------------------------------------------------------------- notices


@notice("documents_confirmed")
async def documents_confirmed(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the teacher what is confirmed; nothing where that was taken back."""
    full = await plans.own_plan(person.session, person.actor, subject["plan"])
    rules = person.rulebook.of_plan(person.school, full.plan)
    papers = await confirmations.papers_of(person.session, rules, full)
    since = subject.get("after") or subject["since"]
    if not any(one.at is not None and one.at.isoformat() >= since for one in papers):
        return None
    text = person.words.body(
        "confirming.told", who=person.salutation, rules=rules,
        period=rules.period(full.plan.period), papers=papers,
    )  # fmt: skip
    status = Key(person.words.label("home.status"), OpenStatus())
    return Notice(Screen(text, ((status,),)))
