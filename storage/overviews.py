"""What a principal and the coaches see of the whole school."""

from dataclasses import dataclass
from typing import NamedTuple

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import NotAllowed
from storage.models import Member, Plan, PlanStatus, Role
from storage.people import Actor, known_id


@dataclass(frozen=True, slots=True)
class TeacherState:
    """One teacher in a period. `status` is None while there is no plan."""

    member_id: int
    name: str
    joined: bool
    plan_id: int | None
    status: PlanStatus | None
    points_floor: int


STAGES: tuple[PlanStatus | None, ...] = (
    None,
    PlanStatus.DRAFT,
    PlanStatus.SUBMITTED,
    PlanStatus.RETURNED,
    PlanStatus.APPROVED,
    PlanStatus.AGREED,
)
"""How far a teacher can be, from nothing (None) to the end."""


SEES = Role.PRINCIPAL | Role.COACH


def may_see(actor: Actor) -> bool:
    """Say whether somebody has a part in the overview of the school."""
    return actor.decides or bool(actor.roles & SEES)


async def overview(session: AsyncSession, actor: Actor, period_id: str) -> list[TeacherState]:
    """Give every teacher of the school with the state of the plan, by name; two statements.

    For the principal, deputies and coaches. Not one statement: until PostgreSQL has counted a
    young school's rows, it joins them by trying every plan with every teacher.
    """
    if not may_see(actor):
        raise NotAllowed
    # Columns, not objects: a school of a thousand teachers is read in milliseconds.
    teachers = await session.exec(
        select(Member.id, Member.name, Member.account_id)
        .where(Member.school_id == actor.school_id)
        .where(col(Member.roles).bitwise_and(int(Role.TEACHER)) != 0)
        .order_by(col(Member.name), col(Member.id))
    )
    found = await session.exec(
        select(Plan.member_id, Plan.id, Plan.status, Plan.points_floor).where(
            Plan.school_id == actor.school_id, Plan.period == period_id
        )
    )
    plans = {plan.member_id: plan for plan in map(_PlanState._make, found.all())}
    return [
        _state(known_id(member_id), name, account_id is not None, plans.get(known_id(member_id)))
        for member_id, name, account_id in teachers.all()
    ]


class _PlanState(NamedTuple):
    member_id: int
    id: int
    status: str
    points_floor: int


def _state(member_id: int, name: str, joined: bool, plan: _PlanState | None) -> TeacherState:
    return TeacherState(
        member_id=member_id,
        name=name,
        joined=joined,
        plan_id=plan.id if plan else None,
        status=PlanStatus(plan.status) if plan else None,
        points_floor=plan.points_floor if plan else 0,
    )
