"""Plans handed in without tapping through the whole wizard, for tests of what comes after."""

from bot.simulator.driver import Person
from storage import plans
from storage.people import find_account
from storage.plans import FullPlan, step_of_kind
from storage.rulesets import StepKind
from storage.suggestions import Pick
from tests.world import TestWorld

ENOUGH = (Pick("RHK-01", 4), Pick("RHK-07", 2))


async def submits(
    world: TestWorld, person: Person, picks: tuple[Pick, ...] = ENOUGH, reason: str = ""
) -> FullPlan:
    """Let a teacher fill what is still empty, plan `picks`, and hand the plan in."""
    now = world.clock.now()
    async with world.database.transaction() as session:
        _account, memberships = await find_account(session, person.id, now)
        seat = memberships[0]
        actor, today = seat.actor(now), seat.today(now)
        rules = world.kawan.rulebook.of_school(seat.school)
        full = await plans.open_plan(session, actor, rules, rules.period_at(today), now)
        full = await plans.take_picks(session, actor, rules, full.id, picks, now)
        if not full.of(step_of_kind(rules, StepKind.DUTIES).id):
            full = await plans.have_no_duty(session, actor, rules, full.id, now)
        if not full.of(step_of_kind(rules, StepKind.BEHAVIOURS).id):
            full = await plans.take_standard_guides(session, actor, rules, full.id, now)
        submitted = await plans.submit(
            session, actor, rules, full.id, full.plan.revision,
            today=today, now=now, reason=reason,
        )  # fmt: skip
    world.kawan.sender.wake()
    return submitted.full
