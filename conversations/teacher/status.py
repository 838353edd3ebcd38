"""Where a teacher stands, and what the teacher hears of decisions."""

from typing import Any

from markupsafe import Markup

from conversations.callbacks.evidence import OpenEvidence, OrderPortfolio
from conversations.callbacks.observing import OpenObservation
from conversations.callbacks.official import OrderSkp
from conversations.callbacks.pictures import DrawStatus
from conversations.callbacks.planning import Agree, AskForHelp, OpenPlan, OpenStatus, OpenSummary
from conversations.callbacks.rating import OpenMyRating
from conversations.callbacks.reports import OpenReport
from conversations.dialogue import Dialogue
from conversations.home import back_home, help_key
from conversations.notices import Notice, notice
from conversations.papers.ordering import ARCHIVE, PORTFOLIO
from conversations.people import Person
from conversations.plan_views import sections
from conversations.rating_views import lines_of
from conversations.screens import Key, Row, Screen, Style
from conversations.stage_words import dues, stage_lines
from conversations.teacher.copying import copying_row
from conversations.teacher.position import next_words, planned_until, position_of
from conversations.turn import Turn
from storage import confirmations, decisions, issuing, people, plans
from storage.evidence.changing import OPEN_PLANS
from storage.models import PlanStatus
from storage.plans import FullPlan
from storage.ratings.reading import OwnRating, own_rating

dialogue = Dialogue("status")


@dialogue.command("status")
async def status_command(turn: Turn, _words: str) -> None:
    """Show where the plan stands."""
    await open_status(turn, OpenStatus())


@dialogue.tap(OpenStatus)
async def open_status(turn: Turn, _tap: OpenStatus) -> None:
    """Show where the plan stands and what comes next."""
    rules, period = turn.rules, turn.period
    at = await position_of(turn)
    found = await plans.latest_decision(turn.session, at.full.id) if at.full else None
    decision, by = found or (None, None)
    own = await own_rating(turn.session, turn.actor, at.full.id) if at.full else None
    text = turn.words.body(
        "status.card", rules=rules, period=period, full=at.full, points=rules.points,
        sections=at.sections, decision=decision, by=by,
        deadline=planned_until(turn, at.deadlines), required=rules.upload.required,
        proof=at.proof, is_open=at.is_open, next=Markup(next_words(turn, at)),  # noqa: S704
        papers=await confirmations.papers_of(turn.session, rules, at.full) if at.full else (),
        rated=lines_of(rules, own.rating) if own else None, own=own,
        stages=stage_lines(turn.words, rules, at.cycle),
        dues=dues(turn.words, rules, period, at.deadlines, at.cycle, turn.today),
    )  # fmt: skip
    rows = _rows(turn, at.full, own, has_evidence=at.has_evidence)
    papers = await _papers(turn, at.full)
    turn.show(Screen(text, (*rows[:-1], *papers, *rows[-1:]), view=OpenStatus()))


async def _papers(turn: Turn, full: FullPlan | None) -> tuple[Row, ...]:
    """Offer the SKP of an approved plan, and that of the period before."""
    keys: list[Key] = []
    if full is not None and full.status in decisions.DECIDED:
        keys.append(Key(turn.words.label("issuing.skp"), OrderSkp(full.id)))
    earlier = await issuing.earlier_plan(turn.session, turn.actor.member_id, turn.period.id)
    if earlier is not None:
        label = turn.words.label("issuing.skp_of", period=earlier.period)
        keys.append(Key(label, OrderSkp(people.known_id(earlier.id))))
    return (tuple(keys),) if keys else ()


def _rows(
    turn: Turn, full: FullPlan | None, own: OwnRating | None, *, has_evidence: bool
) -> tuple[Row, ...]:
    words = turn.words
    rows: list[Row] = [(Key(words.label("home.open_plan"), OpenPlan(), Style.NEXT),)]
    if full is not None and full.status in OPEN_PLANS:
        rows = [
            (
                Key(words.label("home.evidence"), OpenEvidence(), Style.NEXT),
                Key(words.label("home.open_plan"), OpenPlan()),
            )
        ]
    if own is not None and (own.rating is not None or own.is_open_again):
        rows.append((Key(words.label("rating.mine"), OpenMyRating(own.full.id)),))
    if full is not None and full.status in OPEN_PLANS:
        report = Key(words.label("home.report"), OpenReport(full.id))
        rows.append((Key(words.label("home.observation"), OpenObservation()), report))
    if full is not None and has_evidence:
        keys = [
            Key(words.label(f"preparing.portfolio_{form}"), OrderPortfolio(full.id, form))
            for form in (PORTFOLIO, ARCHIVE)
        ]
        rows.append(tuple(keys))
    if full is not None:
        rows += copying_row(turn, turn.rulebook.of_plan(turn.school, full.plan), full)
    rows.append((Key(words.label("pictures.show"), DrawStatus()),))
    rows.append((*back_home(turn), help_key(turn, "status")))
    return tuple(rows)


# ------------------------------------------------------------------------------- notices


@notice("plan_approved")
async def plan_approved(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the teacher that the plan was approved, and what is left to do."""
    full, decision, by = await _decided(person, subject)
    rules = person.rulebook.of_plan(person.school, full.plan)
    if full.plan.revision != subject["revision"] or full.status not in (
        PlanStatus.APPROVED,
        PlanStatus.AGREED,
    ):
        return None
    agree_now = rules.agreement_required and full.status is PlanStatus.APPROVED
    text = person.words.body(
        "status.approved", rules=rules, period=rules.period(full.plan.period), full=full, by=by,
        at=decision.decided_at, agree_now=agree_now, who=person.salutation,
    )  # fmt: skip
    rows: list[Row] = []
    if agree_now:
        agree = Agree(full.id, full.plan.revision)
        rows.append((Key(person.words.label("planning.agree"), agree, Style.YES),))
    rows.append((Key(person.words.label("planning.see_plan"), OpenSummary(full.id)),))
    return Notice(Screen(text, tuple(rows), view=OpenSummary(full.id)))


@notice("plan_returned")
async def plan_returned(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the teacher what to change and why."""
    full, decision, by = await _decided(person, subject)
    if full.plan.revision != subject["revision"] or full.status is not PlanStatus.RETURNED:
        return None
    rules = person.rulebook.of_plan(person.school, full.plan)
    lines = [
        line
        for section in sections(rules, full, decision.marks)
        for line in section.lines
        if line.marked
    ]
    text = person.words.body(
        "status.returned", rules=rules, period=rules.period(full.plan.period), by=by,
        reason=decision.reason, lines=lines, who=person.salutation,
    )  # fmt: skip
    words = person.words
    rows: tuple[Row, ...] = (
        (Key(words.label("planning.mend"), OpenPlan(), Style.NEXT),),
        (Key(words.label("home.ask_for_help"), AskForHelp("returned")),),
    )
    return Notice(Screen(text, rows, view=OpenPlan()))


@notice("plan_reopened")
async def plan_reopened(person: Person, subject: dict[str, Any]) -> Notice | None:
    """Tell the teacher that the plan is open again, that nothing is lost, and why."""
    full = await plans.own_plan(person.session, person.actor, subject["plan"])
    found = await decisions.reopening_of(person.session, full.id, subject["revision"])
    if found is None or full.plan.revision != subject["revision"] or not full.fillable:
        return None
    reopening, by = found
    rules = person.rulebook.of_plan(person.school, full.plan)
    text = person.words.body(
        "status.reopened", rules=rules, period=rules.period(full.plan.period), by=by,
        reason=reopening.reason, who=person.salutation,
    )  # fmt: skip
    rows: tuple[Row, ...] = (
        (Key(person.words.label("home.open_plan"), OpenPlan(), Style.NEXT),),
        (Key(person.words.label("home.ask_for_help"), AskForHelp("reopened")),),
    )
    return Notice(Screen(text, rows, view=OpenPlan()))


async def _decided(person: Person, subject: dict[str, Any]) -> tuple[FullPlan, Any, Any]:
    full = await plans.own_plan(person.session, person.actor, subject["plan"])
    decision, by = await decisions.decision_on(
        person.session, person.actor, full.id, subject["revision"]
    )
    return full, decision, by
