"""What a teacher still lacks, from the first point to the last piece of evidence."""

from storage import plans
from storage.database import Database
from storage.models import Member, PlanStatus, Rating, RatingStatus
from storage.people import Actor
from storage.rulesets import RuleSet, load_ruleset
from storage.shortfalls import Lack, Shortfall, shortfall_of
from storage.suggestions import Pick
from tests.storage.evidence.staging import (
    NOW,
    PERIOD,
    RULES,
    TODAY,
    Cast,
    drafted,
    files,
    holds,
)


async def lacks(database: Database, who: Actor, rules: RuleSet = RULES) -> Shortfall:
    async with database.reading() as session:
        member = await session.get_one(Member, who.member_id)
        return await shortfall_of(session, member, rules, rules.period_at(TODAY))


async def test_without_a_plan_all_points_are_missing(database: Database, cast: Cast) -> None:
    assert await lacks(database, cast.rina) == Shortfall(Lack.POINTS, 32)


async def test_without_points_the_parts_of_the_plan_are_counted(
    database: Database, cast: Cast
) -> None:
    rules = load_ruleset("ruang-gtk-2025")
    required = sum(step.required for step in rules.steps)
    assert await lacks(database, cast.rina, rules) == Shortfall(Lack.STEPS, required)


async def test_where_nothing_is_uploaded_no_evidence_is_lacking(
    database: Database, cast: Cast
) -> None:
    rules = load_ruleset("ruang-gtk-2025")
    async with database.transaction() as session:
        period = rules.period_at(TODAY)
        full = await plans.open_plan(session, cast.rina, rules, period, NOW)
        full = await plans.toggle_duty(session, cast.rina, rules, full.id, "TT25-01", NOW)
        full.plan.status = PlanStatus.APPROVED
        session.add(full.plan)
    assert await lacks(database, cast.rina, rules) == Shortfall(Lack.NOTHING)


async def test_who_does_not_teach_lacks_nothing(database: Database, cast: Cast) -> None:
    assert await lacks(database, cast.coach) == Shortfall(Lack.NOTHING)


async def test_from_points_to_evidence(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        full = await plans.open_plan(session, cast.rina, RULES, PERIOD, NOW)
        await plans.take_picks(session, cast.rina, RULES, full.id, (Pick("RHK-01", 1),), NOW)
    assert await lacks(database, cast.rina) == Shortfall(Lack.POINTS, 24)
    async with database.transaction() as session:
        await plans.take_picks(session, cast.rina, RULES, full.id, (Pick("RHK-01", 4),), NOW)
    found = await lacks(database, cast.rina)
    assert found.lack is Lack.STEPS
    assert found.count > 0
    async with database.transaction() as session:
        full = await drafted(session, cast.rina)
    assert await lacks(database, cast.rina) == Shortfall(Lack.SUBMISSION)
    async with database.transaction() as session:
        await plans.submit(
            session, cast.rina, RULES, full.id, full.plan.revision, today=TODAY, now=NOW
        )
    assert await lacks(database, cast.rina) == Shortfall(Lack.DECISION)


async def test_after_approval_the_agreement_then_the_evidence(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        await holds(session, cast.rina, cast.principal, agreed=False)
    assert await lacks(database, cast.rina) == Shortfall(Lack.AGREEMENT)
    async with database.transaction() as session:
        full = await holds(session, cast.budi, cast.principal)
    before = await lacks(database, cast.budi)
    assert before.lack is Lack.EVIDENCE
    async with database.transaction() as session:
        await files(session, cast.budi, full, "satu", "RHK-01")
    assert await lacks(database, cast.budi) == Shortfall(Lack.EVIDENCE, before.count - 1)


async def test_whoever_is_rated_finally_lacks_no_evidence(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        full = await holds(session, cast.rina, cast.principal)
    assert (await lacks(database, cast.rina)).lack is Lack.EVIDENCE
    async with database.transaction() as session:
        session.add(
            Rating(
                plan_id=full.id, status=RatingStatus.FINAL, revision=1, number=1,
                changed_by=cast.principal.member_id, changed_at=NOW,
            )
        )  # fmt: skip
    assert await lacks(database, cast.rina) == Shortfall(Lack.NOTHING)
