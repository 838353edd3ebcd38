"""What a principal (or a deputy) decides on submitted plans. One revision, one decision."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
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
    ReasonMissing,
    Refused,
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
from storage.plans import Action, FullPlan, move, read_plan

LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class Waiting:
    """A plan in the queue and whose it is."""

    plan: Plan
    member: Member


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
    found = await session.exec(
        select(Plan, Member)
        .join(Member, col(Member.id) == col(Plan.member_id))
        .where(Plan.school_id == actor.school_id, Plan.status == PlanStatus.SUBMITTED)
        .where(Plan.member_id != actor.member_id)
        .order_by(col(Plan.submitted_at), col(Plan.id))
    )
    return [Waiting(plan, member) for plan, member in found.all()]


async def count_waiting(session: AsyncSession, actor: Actor) -> int:
    """Say how many plans wait for the actor."""
    found = await session.exec(
        select(func.count())
        .select_from(Plan)
        .where(Plan.school_id == actor.school_id, Plan.status == PlanStatus.SUBMITTED)
        .where(Plan.member_id != actor.member_id)
    )
    return int(found.one())


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
    if not reason.strip():
        raise ReasonMissing
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
    reason = " ".join(reason.split())[:LONGEST_REASON]
    if not reason:
        raise ReasonMissing
    full = await _to_decide(session, actor, plan_id)
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
    await _tell_teacher(session, full, "plan_reopened", revision, now)
    return full


async def name_model_plan(
    session: AsyncSession, actor: Actor, plan_id: int, now: datetime
) -> None:
    """Offer the choices of an approved plan to all teachers as a starting point, without a name."""
    actor.require_decider()
    full = await read_plan(session, actor, plan_id)
    if full.status not in (PlanStatus.APPROVED, PlanStatus.AGREED):
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


async def changes_since_return(session: AsyncSession, full: FullPlan) -> Changes | None:
    """Say what the plan's newest submission changed since the last one that was sent back."""
    found = await session.exec(
        select(PlanRevision)
        .join(
            Decision,
            (col(Decision.plan_id) == col(PlanRevision.plan_id))
            & (col(Decision.revision) == col(PlanRevision.number)),
        )
        .where(PlanRevision.plan_id == full.id, PlanRevision.number < full.plan.revision)
        .order_by(col(PlanRevision.number).desc())
        .limit(1)
    )
    before = found.first()
    return changes_between(before.content, full.content()) if before else None


def changes_between(
    before: Sequence[dict[str, Any]], after: Sequence[dict[str, Any]]
) -> Changes:
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
    full = await _to_decide(session, actor, plan_id)
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
            reason=" ".join(reason.split())[:LONGEST_REASON],
            marks=[mark for mark in marks if mark in known],
            decided_at=now,
        )
    )
    audit.record(
        session, actor, f"plan.{verdict}", f"plan:{plan_id}", now, revision=revision
    )
    await cards.retire(session, plan_id, now, tapped)
    await _tell_teacher(session, full, f"plan_{verdict}", revision, now)
    return full


async def _to_decide(session: AsyncSession, actor: Actor, plan_id: int) -> FullPlan:
    actor.require_decider()
    full = await read_plan(session, actor, plan_id)
    if full.plan.member_id == actor.member_id:
        # Nobody decides on their own plan, not even while standing in for the principal.
        raise NotAllowed
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


async def owner_of(session: AsyncSession, full: FullPlan) -> Member:
    """Give the teacher whose plan it is."""
    member = await session.get(Member, full.plan.member_id)
    if member is None:
        raise NotFound
    return member

