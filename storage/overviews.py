"""What a principal and the coaches see of the whole school."""

from dataclasses import dataclass

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

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


async def overview(session: AsyncSession, actor: Actor, period_id: str) -> list[TeacherState]:
    """Give every teacher of the school with the state of the plan, by name; one statement.

    For the principal, deputies and coaches.
    """
    if not actor.decides:
        actor.require(Role.PRINCIPAL | Role.COACH)
    # Columns, not objects: a school of a thousand teachers is read in milliseconds.
    found = await session.exec(
        select(  # type: ignore[call-overload]
            Member.id, Member.name, Member.account_id, Plan.id, Plan.status, Plan.points_floor
        )
        .join(
            Plan,
            (col(Plan.member_id) == col(Member.id)) & (col(Plan.period) == period_id),
            isouter=True,
        )
        .where(Member.school_id == actor.school_id)
        .where(col(Member.roles).bitwise_and(int(Role.TEACHER)) != 0)
        .order_by(col(Member.name), col(Member.id))
    )
    return [
        TeacherState(
            member_id=known_id(member_id),
            name=name,
            joined=account_id is not None,
            plan_id=plan_id,
            status=PlanStatus(status) if status else None,
            points_floor=points_floor or 0,
        )
        for member_id, name, account_id, plan_id, status, points_floor in found.all()
    ]
