"""What a principal (or a deputy) decides on submitted plans. One revision, one decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, cards, outbox
from storage.cards import MessagePlace
from storage.errors import (
    AlreadyDecided,
    NotAllowed,
    NotFound,
    NotNow,
    Refused,
    StaleRevision,
)
from storage.models import (
    Decision,
    Member,
    ModelPlan,
    Plan,
    PlanRevision,
    PlanStatus,
    Reopening,
    Verdict,
)
from storage.people import Actor, known_id
from storage.periods import is_closed
from storage.plans import Action, FullPlan, kept_words, latest_decision, move, read_plan

LONGEST_REASON = 500

DECIDED = frozenset({PlanStatus.APPROVED, PlanStatus.AGREED})
"""Where an approved plan can be; from either it can be opened again."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A plan in the queue, whose it is and since when it waits."""

    plan_id: int
    name: str
    submitted_at: datetime


class Outcome(StrEnum):
    """What has become of a plan, as those who decide see it."""

    STARTED = "started"
    WAITING = "waiting"
    APPROVED = "approved"
    AGREED = "agreed"
    RETURNED = "returned"
    REOPENED = "reopened"
    TAKEN_BACK = "taken_back"


@dataclass(frozen=True, slots=True)
class Standing:
    """What holds for a plan now. Who, when and why are empty where nobody has decided."""

    outcome: Outcome
    by: str = ""
    at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Changes:
    """What differs between two submissions; each value is an entry as plain data."""

    added: tuple[dict[str, Any], ...]
    removed: tuple[dict[str, Any], ...]
    altered: tuple[tuple[dict[str, Any], dict[str, Any]], ...]

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.altered)


async def queue(session: AsyncSession, actor: Actor) -> list[Waiting]:
    """Give the submitted plans of the school, oldest first, without the actor's own."""
    actor.require_decider()
    # Columns, not objects: the queue is read again at every step through it.
    found = await session.exec(
        select(Plan.id, Member.name, Plan.submitted_at)
        .join(Member, col(Member.id) == col(Plan.member_id))
        .where(*_waits_for(actor))
        .order_by(col(Plan.submitted_at), col(Plan.id))
    )
    return [
        Waiting(known_id(plan_id), name, submitted_at)
        for plan_id, name, submitted_at in found.all()
        if submitted_at is not None
    ]


async def next_in_queue(session: AsyncSession, actor: Actor, after: int) -> int | None:
    """Give the id of the oldest waiting plan that was submitted after plan `after`.

    Behind the last comes the first again, so that plans passed over come round. `after` may have
    been decided in the meantime; 0, or a plan that is not the school's, starts from the oldest.
    """
    waiting = await queue(session, actor)
    if not waiting:
        return None
    passed = await session.get(Plan, after) if after > 0 else None
    if passed is not None and passed.school_id == actor.school_id and passed.submitted_at:
        mark = (passed.submitted_at, after)
        for one in waiting:
            if (one.submitted_at, one.plan_id) > mark:
                return one.plan_id
    return waiting[0].plan_id


async def count_waiting(session: AsyncSession, actor: Actor) -> int:
    """Say how many plans wait for the actor."""
    found = await session.exec(select(func.count()).select_from(Plan).where(*_waits_for(actor)))
    return int(found.one())


def _waits_for(actor: Actor) -> tuple[Any, ...]:
    return (
        Plan.school_id == actor.school_id,
        Plan.status == PlanStatus.SUBMITTED,
        Plan.member_id != actor.member_id,
        ~is_closed(),
    )


async def approve(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    revision: int,
    now: datetime,
    tapped: MessagePlace | None = None,
) -> FullPlan:
    """Approve the revision that was shown. Raises `AlreadyDecided` with who was first."""
    return await _decide(
        session, actor, plan_id, revision, Verdict.APPROVED, now=now, tapped=tapped
    )


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
) -> FullPlan:
    """Send the revision that was shown back, with a reason and the entries concerned.

    `marks` are entries as `step/code`; those that the revision does not have are left out.
    """
    reason = kept_words(reason, LONGEST_REASON)
    return await _decide(
        session, actor, plan_id, revision, Verdict.RETURNED,
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
) -> FullPlan:
    """Open an approved plan again so that the teacher can change it. Nothing is erased."""
    reason = kept_words(reason, LONGEST_REASON)
    full = await plan_to_decide(session, actor, plan_id)
    await move(session, full, Action.REOPEN, revision, changed_at=now)
    session.add(
        Reopening(
            plan_id=plan_id,
            revision=revision,
            member_id=actor.member_id,
            reason=reason,
            reopened_at=now,
        )
    )
    audit.record(session, actor, "plan.reopen", f"plan:{plan_id}", now, revision=revision)
    await session.flush()
    await _tell_teacher(session, full, "plan_reopened", revision, now)
    return full


async def name_model_plan(
    session: AsyncSession, actor: Actor, plan_id: int, now: datetime
) -> None:
    """Offer the choices of an approved plan to all teachers, without a name, to start from."""
    actor.require_decider()
    full = await read_plan(session, actor, plan_id)
    if full.status not in DECIDED:
        raise NotNow(full.status)
    found = await session.exec(
        select(ModelPlan).where(
            ModelPlan.school_id == actor.school_id, ModelPlan.ruleset == full.plan.ruleset
        )
    )
    model = found.first() or ModelPlan(
        school_id=actor.school_id,
        ruleset=full.plan.ruleset,
        content=[],
        named_by=actor.member_id,
        named_at=now,
    )
    # Own words may name people; only choices from the rule set are offered to others.
    model.content = [one for one in full.content() if not one["text"]]
    model.named_by, model.named_at = actor.member_id, now
    session.add(model)
    audit.record(session, actor, "plan.model", f"plan:{plan_id}", now)


@dataclass(frozen=True, slots=True)
class Before:
    """The last decision on an earlier submission, and what has changed since."""

    decision: Decision
    by: str
    changes: Changes


async def decided_before(session: AsyncSession, full: FullPlan) -> Before | None:
    """Give the last decision on an earlier revision, with what the plan has changed since."""
    found = await session.exec(
        select(PlanRevision, Decision, Member.name)
        .join(
            Decision,
            (col(Decision.plan_id) == col(PlanRevision.plan_id))
            & (col(Decision.revision) == col(PlanRevision.number)),
        )
        .join(Member, col(Member.id) == col(Decision.member_id))
        .where(PlanRevision.plan_id == full.id, PlanRevision.number < full.plan.revision)
        .order_by(col(PlanRevision.number).desc())
        .limit(1)
    )
    row = found.first()
    if row is None:
        return None
    revision, decision, by = row
    return Before(decision, by, changes_between(revision.content, full.content()))


def changes_between(before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]) -> Changes:
    """Compare two contents entry by entry."""
    old = {(one["step"], one["code"]): one for one in before}
    new = {(one["step"], one["code"]): one for one in after}
    return Changes(
        added=tuple(new[key] for key in new if key not in old),
        removed=tuple(old[key] for key in old if key not in new),
        altered=tuple(
            (old[key], new[key]) for key in new if key in old and _differs(old[key], new[key])
        ),
    )


def _differs(old: dict[str, Any], new: dict[str, Any]) -> bool:
    return any(old[key] != new[key] for key in ("quantity", "text", "evidence"))


async def _decide(
    session: AsyncSession,
    actor: Actor,
    plan_id: int,
    revision: int,
    verdict: Verdict,
    *,
    now: datetime,
    tapped: MessagePlace | None,
    reason: str = "",
    marks: Sequence[str] = (),
) -> FullPlan:
    full = await plan_to_decide(session, actor, plan_id)
    action = Action.APPROVE if verdict is Verdict.APPROVED else Action.SEND_BACK
    try:
        await move(session, full, action, revision, changed_at=now)
    except Refused:
        await _raise_if_decided(session, plan_id, revision)
        raise
    known = {f"{entry.step}/{entry.code}" for entry in full.entries}
    session.add(
        Decision(
            plan_id=plan_id,
            revision=revision,
            verdict=verdict,
            member_id=actor.member_id,
            reason=reason,
            marks=[mark for mark in marks if mark in known],
            decided_at=now,
        )
    )
    audit.record(session, actor, f"plan.{verdict}", f"plan:{plan_id}", now, revision=revision)
    await session.flush()
    await cards.retire(session, cards.Subject(plan_id), now, tapped)
    await _tell_teacher(session, full, f"plan_{verdict}", revision, now)
    return full


async def plan_to_decide(session: AsyncSession, actor: Actor, plan_id: int) -> FullPlan:
    """Give a plan to somebody who may decide on it. Raises `NotAllowed` for one's own."""
    actor.require_decider()
    full = await read_plan(session, actor, plan_id)
    if full.plan.member_id == actor.member_id:
        # Nobody decides on their own plan, not even while standing in for the principal.
        raise NotAllowed
    return full


async def waiting_plan(
    session: AsyncSession, actor: Actor, plan_id: int, revision: int
) -> FullPlan:
    """Give the plan while this revision of it waits. Raises as a decision on it would."""
    full = await plan_to_decide(session, actor, plan_id)
    if full.status is PlanStatus.SUBMITTED and full.plan.revision == revision:
        return full
    await _raise_if_decided(session, plan_id, revision)
    if full.status is not PlanStatus.SUBMITTED:
        raise NotNow(full.status)
    raise StaleRevision(full.plan.revision)


async def decided_plan(
    session: AsyncSession, actor: Actor, plan_id: int, revision: int
) -> FullPlan:
    """Give the plan while this revision of it is approved, as `reopen` needs it."""
    full = await plan_to_decide(session, actor, plan_id)
    if full.status not in DECIDED:
        raise NotNow(full.status)
    if full.plan.revision != revision:
        raise StaleRevision(full.plan.revision)
    return full


async def _raise_if_decided(session: AsyncSession, plan_id: int, revision: int) -> None:
    found = await session.exec(
        select(Decision, Member)
        .join(Member, col(Member.id) == col(Decision.member_id))
        .where(Decision.plan_id == plan_id, Decision.revision == revision)
    )
    row = found.first()
    if row is not None:
        decision, member = row
        raise AlreadyDecided(
            decision.verdict, member.name, known_id(member.id), decision.decided_at
        )


async def _tell_teacher(
    session: AsyncSession, full: FullPlan, kind: str, revision: int, now: datetime
) -> None:
    await outbox.announce(
        session,
        school_id=full.plan.school_id,
        recipients=[full.plan.member_id],
        occasion=f"plan:{full.id}:{kind}:{revision}",
        kind=kind,
        subject={"plan": full.id, "revision": revision},
        now=now,
    )


async def decision_on(
    session: AsyncSession, actor: Actor, plan_id: int, revision: int
) -> tuple[Decision, Member]:
    """Give the decision on one revision of a plan that the actor may read."""
    await read_plan(session, actor, plan_id)
    found = await session.exec(
        select(Decision, Member)
        .join(Member, col(Member.id) == col(Decision.member_id))
        .where(Decision.plan_id == plan_id, Decision.revision == revision)
    )
    row = found.first()
    if row is None:
        raise NotFound
    return row


async def reopening_of(
    session: AsyncSession, plan_id: int, revision: int
) -> tuple[Reopening, Member] | None:
    """Give how a revision was opened again, with who did it."""
    found = await session.exec(
        select(Reopening, Member)
        .join(Member, col(Member.id) == col(Reopening.member_id))
        .where(Reopening.plan_id == plan_id, Reopening.revision == revision)
    )
    return found.first()


async def standing(session: AsyncSession, full: FullPlan) -> Standing:
    """Say what has become of a plan, for somebody whose card about it is outdated."""
    if full.status is PlanStatus.SUBMITTED:
        return Standing(Outcome.WAITING, at=full.plan.submitted_at)
    if full.status is PlanStatus.DRAFT:
        if not full.plan.revision:
            return Standing(Outcome.STARTED)
        reopened = await reopening_of(session, full.id, full.plan.revision)
        if reopened is None:
            return Standing(Outcome.TAKEN_BACK)
        reopening, by = reopened
        return Standing(Outcome.REOPENED, by.name, reopening.reopened_at, reopening.reason)
    found = await latest_decision(session, full.id)
    if found is None:
        raise NotFound
    decision, by = found
    return Standing(Outcome(full.status), by.name, decision.decided_at, decision.reason)


async def owner_of(session: AsyncSession, full: FullPlan) -> Member:
    """Give the teacher whose plan it is."""
    member = await session.get(Member, full.plan.member_id)
    if member is None:
        raise NotFound
    return member
