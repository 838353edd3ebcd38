"""All teachers of a school on one board: which step, what is next, what is late."""

from dataclasses import dataclass
from datetime import date

from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import NotAllowed
from storage.evidence.changing import OPEN_PLANS
from storage.models import Member, Observation, Plan, Role, School
from storage.observations.reading import FullCycle, load
from storage.observations.steps import StepState, steps_of
from storage.people import Actor, known_id
from storage.rulebook import RuleBook
from storage.rulesets import Period


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One teacher: the plan if there is one, the cycle if it has begun, and the steps anyway."""

    member_id: int
    name: str
    plan_id: int | None
    plan_holds: bool
    cycle: FullCycle | None
    steps: tuple[StepState, ...]

    @property
    def next_step(self) -> StepState | None:
        """The first step that is not done; None when all are."""
        return next((one for one in self.steps if one.done_at is None), None)

    def is_late(self, today: date) -> bool:
        """Whether the next step should have been done before this day."""
        return self.next_step is not None and self.next_step.is_late(today)


def may_see_board(actor: Actor) -> bool:
    """Whether somebody decides or coaches."""
    return actor.decides or bool(actor.roles & (Role.COACH | Role.PRINCIPAL))


async def board(
    session: AsyncSession, actor: Actor, period: Period, rulebook: RuleBook | None = None
) -> list[BoardRow]:
    """Give the teachers of the actor's school by name, for who decides and for coaches.

    However many they are, it takes the same number of statements.
    """
    if not may_see_board(actor):
        raise NotAllowed
    rulebook = rulebook or RuleBook()
    school = await session.get_one(School, actor.school_id)
    found = await session.exec(
        select(Member, Plan)
        .join(
            Plan,
            (col(Plan.member_id) == col(Member.id)) & (col(Plan.period) == period.id),
            isouter=True,
        )
        .where(Member.school_id == actor.school_id)
        .where(col(Member.roles).bitwise_and(int(Role.TEACHER)) != 0)
        .order_by(col(Member.name), col(Member.id))
    )
    cycles = await load(
        session, rulebook,
        col(Observation.school_id) == actor.school_id, col(Plan.period) == period.id,
    )  # fmt: skip
    by_plan = {one.plan_id: one for one in cycles}
    nothing = steps_of(
        rulebook.of_school(school, period.start), period, lambda _field: None, is_signed=False
    )
    rows = []
    for member, plan in found.all():
        plan_id = known_id(plan.id) if plan is not None else None
        cycle = by_plan.get(plan_id) if plan_id is not None else None
        rows.append(
            BoardRow(
                member_id=known_id(member.id), name=member.name, plan_id=plan_id,
                plan_holds=plan is not None and plan.status in OPEN_PLANS,
                cycle=cycle, steps=cycle.steps if cycle is not None else nothing,
            )
        )  # fmt: skip
    return rows
