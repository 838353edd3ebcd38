"""Where a report may go from where it stands, and what the teacher does with it.

`TRANSITIONS` is the whole of what may follow what. A report whose plan is open for changes, or
whose period is closed, can only be read.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, cards, forms, outbox
from storage.errors import (
    NotAllowed,
    NotFound,
    ReportFrozen,
    ReportIncomplete,
    ReportNotNow,
    ReportStale,
)
from storage.evidence.changing import OPEN_PLANS
from storage.models import Member, Plan, Report, ReportRevision, ReportStatus
from storage.people import Actor, deciders, known_id
from storage.periods import plan_is_closed, require_open
from storage.plans import FullPlan, own_plan
from storage.reports.facts import Facts, ObservedStep, facts_of, fields_to_ask
from storage.reports.reading import FILLABLE, FORM, FullReport, report_of, require_plan_holds
from storage.rulesets import ReportField, RuleSet


class Action(StrEnum):
    """What moves a report from one status to another."""

    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    ACCEPT = "accept"
    SEND_BACK = "send_back"
    REOPEN = "reopen"


TRANSITIONS: dict[tuple[ReportStatus, Action], ReportStatus] = {
    (ReportStatus.DRAFT, Action.SUBMIT): ReportStatus.SUBMITTED,
    (ReportStatus.RETURNED, Action.SUBMIT): ReportStatus.SUBMITTED,
    (ReportStatus.SUBMITTED, Action.TAKE_BACK): ReportStatus.DRAFT,
    (ReportStatus.SUBMITTED, Action.ACCEPT): ReportStatus.ACCEPTED,
    (ReportStatus.SUBMITTED, Action.SEND_BACK): ReportStatus.RETURNED,
    (ReportStatus.ACCEPTED, Action.REOPEN): ReportStatus.DRAFT,
}


@dataclass(frozen=True, slots=True)
class Draft:
    """A report as its teacher sees it while working on it; `full` is None before the beginning."""

    plan: FullPlan
    full: FullReport | None
    facts: Facts
    fields: tuple[ReportField, ...]
    answers: dict[str, forms.Answer]

    @property
    def status(self) -> ReportStatus:
        """Where the report stands."""
        return self.full.status if self.full is not None else ReportStatus.DRAFT

    @property
    def revision(self) -> int:
        """How often it has been submitted."""
        return self.full.revision if self.full is not None else 0

    @property
    def open_fields(self) -> tuple[ReportField, ...]:
        """The questions without an answer."""
        return tuple(one for one in self.fields if one.id not in self.answers)

    @property
    def missing(self) -> tuple[ReportField, ...]:
        """Those of them that the rule set wants answered."""
        return tuple(one for one in self.open_fields if one.required)

    def content(self, rules: RuleSet) -> dict[str, Any]:
        """Give the report as plain data: what a submission keeps for ever."""
        return self.facts.content() | {
            "ruleset": rules.id,
            "ruleset_version": rules.version,
            "plan_revision": self.plan.plan.revision,
            "answers": [
                _answer_data(one, self.answers[one.id])
                for one in self.fields
                if one.id in self.answers
            ],
        }


def _answer_data(asked: ReportField, answer: forms.Answer) -> dict[str, Any]:
    return {
        "field": asked.id,
        "title": asked.title,
        "text": answer.text,
        "voice_id": answer.voice.telegram_id if answer.voice else "",
        "voice_seconds": answer.voice.seconds if answer.voice else 0,
        "files": [piece.id for piece in answer.files],
    }


async def own_draft(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    observed: Sequence[ObservedStep] = (),
) -> Draft:
    """Give the actor's own report, with all that is known for it."""
    plan = await own_plan(session, actor, plan_id)
    full = await report_of(session, plan_id)
    answers = full.answers if full else await forms.answers_of(session, plan_id, FORM)
    facts = await facts_of(session, rules, plan, answers, observed)
    return Draft(plan, full, facts, fields_to_ask(rules, plan, facts, answers), answers)


async def may_answer(session: AsyncSession, actor: Actor, plan: Plan, _field: str) -> None:
    """Guard the answers: the teacher's own, while the plan holds and nobody has the report."""
    if plan.member_id != actor.member_id:
        raise NotAllowed
    require_plan_holds(plan)
    found = await session.exec(select(Report.status).where(Report.plan_id == plan.id))
    status = found.first()
    if status is not None and status not in FILLABLE:
        raise ReportNotNow(status)


async def submit(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    revision: int,
    *,
    today: date,
    now: datetime,
    observed: Sequence[ObservedStep] = (),
) -> tuple[Draft, tuple[Member, ...]]:
    """Submit the report as it is; give it with who will decide (joined members; may be empty).

    `revision` is the one the teacher was shown. Raises `ReportIncomplete`, `ReportFrozen`.
    """
    plan = await own_plan(session, actor, plan_id)
    await require_open(session, plan_id)
    await hold_plan(session, plan)
    await _begin(session, plan, now)
    draft = await own_draft(session, actor, rules, plan_id, observed)
    full = draft.full
    if full is None:
        raise NotFound
    if draft.missing and full.status in FILLABLE:
        raise ReportIncomplete(tuple(one.id for one in draft.missing))
    await move(
        session, full, Action.SUBMIT, revision,
        revision=revision + 1, plan_revision=plan.plan.revision, submitted_at=now, changed_at=now,
    )  # fmt: skip
    session.add(
        ReportRevision(
            report_id=full.id, number=revision + 1, content=draft.content(rules), submitted_at=now
        )
    )
    await session.flush()
    audit.record(session, actor, "report.submit", f"plan:{plan_id}", now, revision=revision + 1)
    who = [
        one for one in await deciders(session, actor.school_id, today) if one.id != actor.member_id
    ]
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[known_id(one.id) for one in who],
        occasion=f"report:{full.id}:submitted:{revision + 1}",
        kind="report_submitted",
        subject={"plan": plan_id, "revision": revision + 1},
        now=now,
    )
    return draft, tuple(who)


async def take_back(
    session: AsyncSession, actor: Actor, plan_id: int, revision: int, now: datetime
) -> FullReport:
    """Take a submitted report back, as long as nobody has decided on it."""
    plan = await own_plan(session, actor, plan_id)
    full = await report_of(session, plan_id)
    if full is None:
        raise NotFound
    await hold_plan(session, plan)
    await move(session, full, Action.TAKE_BACK, revision, changed_at=now)
    audit.record(session, actor, "report.take_back", f"plan:{plan_id}", now, revision=revision)
    await cards.retire(session, cards.Subject(report_id=full.id), now)
    return full


async def _begin(session: AsyncSession, plan: FullPlan, now: datetime) -> None:
    """Make the row of a report, once; of two attempts neither fails."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    insert = (sqlite.insert if is_sqlite else postgresql.insert)(Report).values(
        school_id=plan.plan.school_id, member_id=plan.plan.member_id, plan_id=plan.id,
        status=ReportStatus.DRAFT, revision=0, plan_revision=0, created_at=now, changed_at=now,
    )  # fmt: skip
    await session.exec(insert.on_conflict_do_nothing(index_elements=["plan_id"]))


async def hold_plan(session: AsyncSession, plan: FullPlan) -> None:
    """Raise `ReportFrozen` unless the plan holds; until the commit nobody opens it again."""
    found = await session.exec(
        select(Plan.status).where(Plan.id == plan.id).with_for_update(read=True)
    )
    status = found.one()
    if status not in OPEN_PLANS:
        raise ReportFrozen(status)


async def move(
    session: AsyncSession, full: FullReport, action: Action, shown: int, **values: Any
) -> None:
    """Take one transition from the revision that was shown, or raise why not.

    The row count of one update decides the winner.
    """
    after = TRANSITIONS.get((full.status, action))
    if after is None:
        raise ReportNotNow(full.status)
    if full.revision != shown:
        raise ReportStale(full.revision)
    moved = await session.exec(
        update(Report)
        .where(col(Report.id) == full.id, col(Report.revision) == shown)
        .where(col(Report.status) == full.status, ~plan_is_closed(full.plan_id))
        .values(status=after, **values)
        .execution_options(synchronize_session=False)
    )
    if not moved.rowcount:
        await require_open(session, full.plan_id)
        await session.refresh(full.report)
        if (full.status, action) in TRANSITIONS:
            raise ReportStale(full.revision)
        raise ReportNotNow(full.status)
    await session.refresh(full.report)
