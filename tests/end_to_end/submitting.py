"""Plans brought as far as a test needs them without tapping through the whole wizard."""

from bot.simulator.driver import Person
from storage import decisions, plans
from storage.models import Role, School
from storage.people import Actor, find_account
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
        rules = world.kawan.rulebook.of_school(seat.school, today)
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


async def actor_of(world: TestWorld, person: Person) -> Actor:
    """Give somebody as who acts in storage."""
    now = world.clock.now()
    async with world.database.reading() as session:
        _account, memberships = await find_account(session, person.id, now)
        return memberships[0].actor(now)


async def agrees(
    world: TestWorld, teacher: Person, principal: Person, picks: tuple[Pick, ...] = ENOUGH
) -> FullPlan:
    """Bring a teacher's plan through approval and agreement: evidence can be sent from then on."""
    full = await submits(world, teacher, picks)
    decider, owner = await actor_of(world, principal), await actor_of(world, teacher)
    now = world.clock.now()
    async with world.database.transaction() as session:
        full = await decisions.approve(session, decider, full.id, full.plan.revision, now)
        rules = world.kawan.rulebook.of_plan(await _school(world), full.plan)
        return await plans.agree(session, owner, rules, full.id, full.plan.revision, now)


async def _school(world: TestWorld) -> School:
    return world.school or await world.founds()


async def a_school(world: TestWorld) -> tuple[Person, Person]:
    """Bring in a teacher whose plan holds, and the principal."""
    principal = await world.joins("Bu Kepala", Role.PRINCIPAL)
    teacher = await world.joins("Rina Wati", Role.TEACHER)
    await agrees(world, teacher, principal)
    return teacher, principal
