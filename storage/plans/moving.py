"""Where a plan may go from where it stands: submitted, taken back, agreed to.

`TRANSITIONS` is the whole of what may follow what.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import update
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, cards, outbox
from storage.errors import (
    BelowTarget,
    Incomplete,
    NotNow,
    StaleRevision,
)
from storage.models import (
    Member,
    Plan,
    PlanRevision,
    PlanStatus,
)
from storage.people import Actor, deciders, known_id
from storage.periods import is_closed, require_open
from storage.plans.filling import kept_words
from storage.plans.reading import FullPlan, own_plan
from storage.plans.steps import missing_steps
from storage.rulesets import RuleSet


class Action(StrEnum):
    """What moves a plan from one status to another."""

    SUBMIT = "submit"
    TAKE_BACK = "take_back"
    APPROVE = "approve"
    SEND_BACK = "send_back"
    AGREE = "agree"
    REOPEN = "reopen"


TRANSITIONS: dict[tuple[PlanStatus, Action], PlanStatus] = {
    (PlanStatus.DRAFT, Action.SUBMIT): PlanStatus.SUBMITTED,
    (PlanStatus.RETURNED, Action.SUBMIT): PlanStatus.SUBMITTED,
    (PlanStatus.SUBMITTED, Action.TAKE_BACK): PlanStatus.DRAFT,
    (PlanStatus.SUBMITTED, Action.APPROVE): PlanStatus.APPROVED,
    (PlanStatus.SUBMITTED, Action.SEND_BACK): PlanStatus.RETURNED,
    (PlanStatus.APPROVED, Action.AGREE): PlanStatus.AGREED,
    (PlanStatus.APPROVED, Action.REOPEN): PlanStatus.DRAFT,
    (PlanStatus.AGREED, Action.REOPEN): PlanStatus.DRAFT,
}


@dataclass(frozen=True, slots=True)
class Submitted:
    """A submitted plan and who will decide on it (joined members; may be empty)."""

    full: FullPlan
    deciders: tuple[Member, ...]


async def submit(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    revision: int,
    *,
    today: date,
    now: datetime,
    reason: str = "",
) -> Submitted:
    """Submit the plan as it is. `revision` is the one the teacher was shown.

    Raises `Incomplete` for what the rule set requires, `BelowTarget` for missing points: where
    the target is only recommended, a reason lifts it.
    """
    full = await own_plan(session, actor, plan_id)
    missing = missing_steps(rules, full)
    if missing and full.fillable:
        raise Incomplete(missing)
    reason = _require_target(rules, full, reason)
    await move(
        session, full, Action.SUBMIT, revision,
        revision=revision + 1, submitted_at=now, changed_at=now, below_target_reason=reason,
    )  # fmt: skip
    session.add(
        PlanRevision(
            plan_id=full.id,
            number=revision + 1,
            content=full.content(),
            points=full.plan.points,
            points_floor=full.plan.points_floor,
            below_target_reason=reason,
            submitted_at=now,
        )
    )
    audit.record(
        session, actor, "plan.submit", f"plan:{full.id}", now,
        revision=revision + 1, points=full.plan.points_floor,
    )  # fmt: skip
    who = [
        one for one in await deciders(session, actor.school_id, today) if one.id != actor.member_id
    ]
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[known_id(one.id) for one in who],
        occasion=f"plan:{full.id}:submitted:{revision + 1}",
        kind="plan_submitted",
        subject={"plan": full.id, "revision": revision + 1},
        now=now,
    )
    return Submitted(full, tuple(who))


def _require_target(rules: RuleSet, full: FullPlan, reason: str) -> str:
    if rules.points is None or full.plan.points_floor >= rules.points.target_min:
        return ""
    below = BelowTarget(
        full.plan.points_floor, rules.points.target_min, hard=rules.points.hard_minimum
    )
    if not full.fillable:
        return ""
    if below.hard or not reason.strip():
        raise below
    return kept_words(reason)


async def take_back(
    session: AsyncSession, actor: Actor, plan_id: int, revision: int, now: datetime
) -> FullPlan:
    """Take a submitted plan back, as long as nobody has decided on it."""
    full = await own_plan(session, actor, plan_id)
    await move(session, full, Action.TAKE_BACK, revision, changed_at=now)
    audit.record(session, actor, "plan.take_back", f"plan:{full.id}", now, revision=revision)
    await cards.retire(session, cards.Subject(full.id), now)
    return full


async def agree(
    session: AsyncSession,
    actor: Actor,
    rules: RuleSet,
    plan_id: int,
    revision: int,
    now: datetime,
) -> FullPlan:
    """Confirm an approved plan, which opens the period's work."""
    full = await own_plan(session, actor, plan_id)
    if not rules.agreement_required:
        raise NotNow(full.status)
    await move(session, full, Action.AGREE, revision, changed_at=now)
    audit.record(session, actor, "plan.agree", f"plan:{full.id}", now, revision=revision)
    return full


async def move(
    session: AsyncSession, full: FullPlan, action: Action, shown: int, **values: Any
) -> None:
    """Take one transition from the revision that was shown, or raise why not.

    The row count of one update decides the winner. The plan must not have changed since it was
    read, so what a decision or a submission remembers is what was there.
    """
    allowed = [before for before, what in TRANSITIONS if what is action]
    after = TRANSITIONS.get((full.status, action))
    if after is None:
        raise NotNow(full.status)
    if full.plan.revision != shown:
        raise StaleRevision(full.plan.revision)
    moved = await session.exec(
        update(Plan)
        .where(col(Plan.id) == full.id, col(Plan.revision) == shown)
        .where(col(Plan.status) == full.status, col(Plan.status).in_(allowed))
        .where(col(Plan.changed_at) == full.plan.changed_at, ~is_closed())
        .values(status=after, **values)
        .execution_options(synchronize_session=False)
    )
    if not moved.rowcount:
        await require_open(session, full.id)
        await session.refresh(full.plan)
        if (full.status, action) in TRANSITIONS:
            raise StaleRevision(full.plan.revision)
        raise NotNow(full.status)
    await session.refresh(full.plan)
