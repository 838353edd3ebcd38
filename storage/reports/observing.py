"""What a report says about the observation of a lesson."""

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.observations.reading import cycle_of
from storage.people import today_at
from storage.reports.facts import ObservedStep
from storage.rulebook import RuleBook


async def observed_of(
    session: AsyncSession, plan_id: int, rulebook: RuleBook
) -> tuple[ObservedStep, ...]:
    """Give the steps of a plan's observation that are done, each with its day at the school."""
    cycle = await cycle_of(session, plan_id, rulebook)
    if cycle is None:
        return ()
    return tuple(
        ObservedStep(one.letter, today_at(cycle.school, one.done_at))
        for one in cycle.steps
        if one.done_at is not None
    )
