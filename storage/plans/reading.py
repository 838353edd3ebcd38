"""A plan with its entries, and who may read it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.errors import (
    NotAllowed,
    NotFound,
)
from storage.models import (
    Decision,
    Member,
    Plan,
    PlanEntry,
    PlanStatus,
    Role,
)
from storage.people import Actor, known_id
from storage.rulesets import Period, RuleSet, Step, StepKind

NO_DUTY = "-"
"""The code of the entry that says: no additional duty."""


OWN_WORDS = "own"
"""The start of the code of what a teacher wrote in own words."""


FILLABLE = frozenset({PlanStatus.DRAFT, PlanStatus.RETURNED})


@dataclass(slots=True)
class FullPlan:
    """A plan with its entries."""

    plan: Plan
    entries: list[PlanEntry] = field(default_factory=list)

    @property
    def id(self) -> int:
        """The plan's id."""
        return known_id(self.plan.id)

    @property
    def status(self) -> PlanStatus:
        """Where the plan stands."""
        return PlanStatus(self.plan.status)

    @property
    def fillable(self) -> bool:
        """Whether the teacher may change it now."""
        return self.status in FILLABLE

    def of(self, step: str) -> list[PlanEntry]:
        """Give a step's entries in the order of their codes."""
        return [entry for entry in self.entries if entry.step == step]

    def entry(self, step: str, code: str) -> PlanEntry | None:
        """Give one entry of a step, if chosen."""
        return next((one for one in self.of(step) if one.code == code), None)

    def content(self) -> list[dict[str, Any]]:
        """Give the entries as plain data, for a revision or a model plan."""
        return [
            {
                "step": entry.step,
                "code": entry.code,
                "quantity": entry.quantity,
                "points": entry.points,
                "points_floor": entry.points_floor,
                "text": entry.text,
                "evidence": list(entry.evidence),
            }
            for entry in self.entries
        ]


async def open_plan(
    session: AsyncSession, actor: Actor, rules: RuleSet, period: Period, now: datetime
) -> FullPlan:
    """Give the teacher's plan for the period, starting one when there is none."""
    actor.require(Role.TEACHER)
    return await open_plan_of(session, actor, actor.member_id, rules, period, now)


async def open_plan_of(
    session: AsyncSession,
    actor: Actor,
    member_id: int,
    rules: RuleSet,
    period: Period,
    now: datetime,
) -> FullPlan:
    """Give a teacher's plan, starting an empty one; that the actor may is for the caller to know.

    A plan that was started says nothing yet: only its owner fills it.
    """
    found = await find_plan(session, member_id, period.id)
    if found is not None:
        return found
    plan = Plan(
        school_id=actor.school_id,
        member_id=member_id,
        period=period.id,
        ruleset=rules.id,
        ruleset_version=rules.version,
        created_at=now,
        changed_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(plan)
    except IntegrityError:
        # Another process has started it at the same moment.
        found = await find_plan(session, member_id, period.id)
        if found is None:
            raise
        return found
    audit.record(session, actor, "plan.start", f"plan:{plan.id}", now, period=period.id)
    return FullPlan(plan)


# Put together once: these run at every tap, and putting them together costs more than they do.
_FULL_PLAN = (
    select(Plan, PlanEntry)
    .join(PlanEntry, col(PlanEntry.plan_id) == col(Plan.id), isouter=True)
    .order_by(col(PlanEntry.step), col(PlanEntry.code))
)


_PLAN_BY_ID = _FULL_PLAN.where(col(Plan.id) == bindparam("plan"))


_PLAN_OF_PERIOD = _FULL_PLAN.where(
    col(Plan.member_id) == bindparam("member"), col(Plan.period) == bindparam("period")
)


async def find_plan(session: AsyncSession, member_id: int, period_id: str) -> FullPlan | None:
    """Give a member's plan for a period."""
    return await _full_plan(session, _PLAN_OF_PERIOD, member=member_id, period=period_id)


async def plans_of(session: AsyncSession, actor: Actor) -> list[int]:
    """Give the numbers of all the actor's own plans, the oldest first."""
    found = await session.exec(
        select(col(Plan.id)).where(Plan.member_id == actor.member_id).order_by(col(Plan.id))
    )
    return [known_id(number) for number in found.all()]


async def read_plan(session: AsyncSession, actor: Actor, plan_id: int) -> FullPlan:
    """Give a plan of the actor's school to its owner, to who decides, or to a coach."""
    full = await _plan_of_school(session, actor, plan_id)
    if full.plan.member_id != actor.member_id and not actor.decides:
        actor.require(Role.COACH | Role.PRINCIPAL)
    return full


async def own_plan(session: AsyncSession, actor: Actor, plan_id: int) -> FullPlan:
    """Give a plan to its owner alone."""
    full = await _plan_of_school(session, actor, plan_id)
    if full.plan.member_id != actor.member_id:
        raise NotAllowed
    return full


async def _plan_of_school(session: AsyncSession, actor: Actor, plan_id: int) -> FullPlan:
    read = _read_before(session)
    full = read.get(plan_id) or await _full_plan(session, _PLAN_BY_ID, plan=plan_id)
    if full is None or full.plan.school_id != actor.school_id:
        raise NotFound
    read[plan_id] = full
    return full


def _read_before(session: AsyncSession) -> dict[int, FullPlan]:
    """Give what this transaction has read: a dialogue looks first, then the operation checks.

    A commit or a rollback ends the transaction, and with it what was read in it.
    """
    transaction = session.sync_session.get_transaction()
    known: tuple[object, dict[int, FullPlan]] = session.info.get("plans", (None, {}))
    if known[0] is None or known[0] is not transaction:
        known = session.info["plans"] = (transaction, {})
    return known[1]


async def _full_plan(session: AsyncSession, statement: Any, **which: Any) -> FullPlan | None:
    rows = (await session.exec(statement, params=which)).all()
    if not rows:
        return None
    return FullPlan(rows[0][0], [entry for _, entry in rows if entry is not None])


async def latest_decision(session: AsyncSession, plan_id: int) -> tuple[Decision, Member] | None:
    """Give the newest decision on a plan, with who decided."""
    found = await session.exec(
        select(Decision, Member)
        .join(Member, col(Member.id) == col(Decision.member_id))
        .where(Decision.plan_id == plan_id)
        .order_by(col(Decision.revision).desc())
        .limit(1)
    )
    return found.first()


def items_step(rules: RuleSet) -> Step:
    """Give the step whose choices carry points."""
    return step_of_kind(rules, StepKind.ITEMS)


def step_of_kind(rules: RuleSet, kind: StepKind) -> Step:
    """Give the rule set's step of a kind. Raises `NotFound` when it has none."""
    found = next((step for step in rules.steps if step.kind is kind), None)
    if found is None:
        raise NotFound
    return found
