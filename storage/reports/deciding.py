"""What a principal (or a deputy) decides on submitted reports. One revision, one decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, cards, outbox
from storage.cards import MessagePlace
from storage.errors import (
    AlreadyDecided,
    NotAllowed,
    NotFound,
    ReportNotNow,
    ReportOutdated,
    ReportRated,
    ReportStale,
)
from storage.evidence.changing import OPEN_PLANS
from storage.models import (
    Member,
    Plan,
    Rating,
    RatingStatus,
    Report,
    ReportDecision,
    ReportStatus,
)
from storage.people import Actor, known_id
from storage.periods import is_closed
from storage.plans import FullPlan, kept_words, read_plan
from storage.reports.moving import Action, hold_plan, move
from storage.reports.reading import FullReport, decision_on, report_of, require_handed_in

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """A report in the queue, whose it is and since when it waits."""

    plan_id: int
    name: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Decidable:
    """A report with the plan it is about and its teacher."""

    full: FullReport
    plan: FullPlan
    owner: Member

    @property
    def waits(self) -> bool:
        """Whether it asks for a decision."""
        return self.full.status is ReportStatus.SUBMITTED

    @property
    def is_frozen(self) -> bool:
        """Whether its plan is open for changes."""
        return self.plan.status not in OPEN_PLANS

    @property
    def is_outdated(self) -> bool:
        """Whether the plan has been submitted again since."""
        return self.full.report.plan_revision != self.plan.plan.revision


async def queue(session: AsyncSession, actor: Actor) -> list[Waiting]:
    """Give the submitted reports of the school, oldest first, without the actor's own."""
    actor.require_decider()
    found = await session.exec(
        select(Report.plan_id, Member.name, Report.submitted_at)
        .join(Plan, col(Plan.id) == col(Report.plan_id))
        .join(Member, col(Member.id) == col(Report.member_id))
        .where(*_waits_for(actor))
        .order_by(col(Report.submitted_at), col(Report.id))
    )
    return [Waiting(*row) for row in found.all() if row[2] is not None]


async def next_in_queue(session: AsyncSession, actor: Actor, after: int) -> int | None:
    """Give the plan of the oldest waiting report submitted after that of plan `after`.

    Behind the last comes the first again; 0, or a plan without a report, starts from the oldest.
    """
    waiting = await queue(session, actor)
    if not waiting:
        return None
    passed = await session.exec(
        select(Report.submitted_at).where(
            Report.plan_id == after, Report.school_id == actor.school_id
        )
    )
    submitted_at = passed.first()
    if submitted_at is not None:
        for one in waiting:
            if (one.submitted_at, one.plan_id) > (submitted_at, after):
                return one.plan_id
    return waiting[0].plan_id


async def count_waiting(session: AsyncSession, actor: Actor) -> int:
    """Say how many reports wait for the actor."""
    found = await session.exec(
        select(func.count(col(Report.id)))
        .join(Plan, col(Plan.id) == col(Report.plan_id))
        .where(*_waits_for(actor))
    )
    return int(found.one())


def _waits_for(actor: Actor) -> tuple[Any, ...]:
    return (
        Report.school_id == actor.school_id,
        Report.status == ReportStatus.SUBMITTED,
        Report.member_id != actor.member_id,
        col(Plan.status).in_(OPEN_PLANS),
        ~is_closed(),
    )


async def report_to_decide(session: AsyncSession, actor: Actor, plan_id: int) -> Decidable:
    """Give a report that has been submitted to somebody who may decide on it.

    Raises `NotAllowed` for one's own, `NotFound` for one that has never been submitted.
    """
    actor.require_decider()
    return await report_to_read(session, actor, plan_id)


async def report_to_read(session: AsyncSession, actor: Actor, plan_id: int) -> Decidable:
    """Give a teacher's report as it was submitted to who decides, or to a coach of the school.

    A coach reads it while it is handed in. Raises as `report_to_decide` does.
    """
    plan = await read_plan(session, actor, plan_id)
    if plan.plan.member_id == actor.member_id:
        raise NotAllowed
    if not actor.decides:
        await require_handed_in(session, plan_id)
    full = await report_of(session, plan_id)
    if full is None or not full.revision:
        raise NotFound
    return Decidable(full, plan, await session.get_one(Member, plan.plan.member_id))


async def waiting_report(
    session: AsyncSession, actor: Actor, plan_id: int, revision: int
) -> Decidable:
    """Give the report while this revision of it waits. Raises as a decision on it would."""
    one = await report_to_decide(session, actor, plan_id)
    if not one.waits or one.full.revision != revision:
        await _raise_if_decided(session, one.full, revision)
        if not one.waits:
            raise ReportNotNow(one.full.status)
        raise ReportStale(one.full.revision)
    return one


async def accept(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    revision: int,
    now: datetime,
    tapped: MessagePlace | None = None,
) -> Decidable:
    """Accept the revision that was shown. Raises `AlreadyDecided` with who was first.

    Raises `ReportFrozen` while the plan is open for changes, and `ReportOutdated` where it has
    been changed since: then the teacher has to submit the report again.
    """
    one = await report_to_decide(session, actor, plan_id)
    if one.waits and one.is_outdated and not one.is_frozen:
        raise ReportOutdated
    return await _decide(session, actor, one, Action.ACCEPT, revision, now=now, tapped=tapped)


async def send_back(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    revision: int,
    now: datetime,
    *,
    reason: str,
    marks: Sequence[str] = (),
    tapped: MessagePlace | None = None,
) -> Decidable:
    """Return the revision that was shown, with a reason and the places concerned.

    `marks` that the submission does not have are left out (see `places_of`).
    """
    reason = kept_words(reason, LONGEST_REASON)
    one = await report_to_decide(session, actor, plan_id)
    return await _decide(
        session, actor, one, Action.SEND_BACK, revision,
        now=now, tapped=tapped, reason=reason, marks=marks,
    )  # fmt: skip


async def reopen(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    revision: int,
    now: datetime,
    *,
    reason: str,
) -> Decidable:
    """Open an accepted report again so that the teacher can change it. Nothing is erased.

    Raises `ReportRated` while the rating is final, `ReportNotNow` and `ReportStale` where it is
    not this acceptance that holds, `ReportFrozen`, `ReasonMissing`, `PeriodClosed`.
    """
    reason = kept_words(reason, LONGEST_REASON)
    one = await accepted_report(session, actor, plan_id, revision)
    await hold_plan(session, one.plan)
    await move(session, one.full, Action.REOPEN, revision, changed_at=now)
    await session.exec(
        update(ReportDecision)
        .where(col(ReportDecision.report_id) == one.full.id)
        .where(col(ReportDecision.revision) == revision)
        .values(reopened_by=actor.member_id, reopened_at=now, reopened_because=reason)
        .execution_options(synchronize_session="fetch")
    )
    audit.record(session, actor, "report.reopen", f"plan:{plan_id}", now, revision=revision)
    await session.flush()
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[one.full.report.member_id],
        occasion=f"report:{one.full.id}:reopened:{revision}",
        kind="report_reopened",
        subject={"plan": plan_id, "revision": revision},
        now=now,
    )
    return one


async def accepted_report(
    session: AsyncSession, actor: Actor, plan_id: int, revision: int
) -> Decidable:
    """Give the report while this revision of it is accepted and can be opened again.

    Raises as `reopen` does. Until the commit nobody makes its rating final.
    """
    one = await report_to_decide(session, actor, plan_id)
    if one.full.status is not ReportStatus.ACCEPTED:
        raise ReportNotNow(one.full.status)
    if one.full.revision != revision:
        raise ReportStale(one.full.revision)
    found = await session.exec(
        select(Rating.status).where(Rating.plan_id == plan_id).with_for_update(read=True)
    )
    if found.first() == RatingStatus.FINAL:
        raise ReportRated
    return one


def places_of(content: dict[str, Any]) -> list[str]:
    """Give the places of a submission that can be marked, in the order in which it is read."""
    steps = [one["step"] for one in [*content["achieved"], *content["chosen"]]]
    return [
        *(f"step:{step}" for step in dict.fromkeys(steps)),
        *(f"field:{one['field']}" for one in content["answers"]),
    ]


async def _decide(
    session: AsyncSession,
    actor: Actor,
    one: Decidable,
    action: Action,
    revision: int,
    *,
    now: datetime,
    tapped: MessagePlace | None,
    reason: str = "",
    marks: Sequence[str] = (),
) -> Decidable:
    full = one.full
    places = places_of(full.content)
    try:
        if one.waits and full.revision == revision:
            await hold_plan(session, one.plan)
        await move(session, full, action, revision, changed_at=now)
    except (ReportNotNow, ReportStale):
        await _raise_if_decided(session, full, revision)
        raise
    verdict = full.status
    session.add(
        ReportDecision(
            report_id=full.id, revision=revision, verdict=verdict, member_id=actor.member_id,
            reason=reason, marks=[mark for mark in marks if mark in places], decided_at=now,
        )
    )  # fmt: skip
    audit.record(
        session, actor, f"report.{verdict}", f"plan:{one.plan.id}", now, revision=revision
    )
    await session.flush()
    await cards.retire(session, cards.Subject(report_id=full.id), now, tapped)
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[full.report.member_id],
        occasion=f"report:{full.id}:{verdict}:{revision}",
        kind=f"report_{verdict}",
        subject={"plan": one.plan.id, "revision": revision},
        now=now,
    )
    return one


async def _raise_if_decided(session: AsyncSession, full: FullReport, revision: int) -> None:
    row = await decision_on(session, full.id, revision)
    if row is not None:
        decision, member = row
        raise AlreadyDecided(
            decision.verdict, member.name, known_id(member.id), decision.decided_at
        )
