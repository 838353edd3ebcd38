"""Which plans lack evidence, for many at once: the same as by looking at each."""

import random

import pytest

from storage.database import Database
from storage.evidence.needs import COUNTS_AS_SENT
from storage.models import Evidence, EvidenceStatus, Plan, PlanEntry, PlanStatus, Role
from storage.people import known_id
from storage.plans import NO_DUTY, FullPlan
from storage.reminders import lacking
from storage.reminders.tasks import unproven
from storage.rulesets import RuleSet, load_ruleset
from tests.storage.reminders.staging import PLAN_DAY, RULES, a_stage, at

PLANS = 120
ITEMS, DUTIES, BEHAVIOURS = RULES.steps
WITHOUT_UPLOADS = load_ruleset("ruang-gtk-2025")
KINDS = [kind.id for kind in RULES.evidence_kinds]


def entries_of(dice: random.Random, plan_id: int) -> list[PlanEntry]:
    """Give items and duties with needs of all sorts, and what nobody proves."""
    duties = ["TT-01", NO_DUTY]
    planned = [
        *((ITEMS.id, item.code, list(item.evidence)) for item in dice.sample(RULES.items, 2)),
        (DUTIES.id, dice.choice(duties), dice.sample(KINDS, dice.randint(0, 3))),
        (BEHAVIOURS.id, "P-01", []),
    ]
    return [
        PlanEntry(
            plan_id=plan_id, step=step, code=code, quantity=dice.randint(1, 3), evidence=kinds
        )
        for step, code, kinds in planned
    ]


def pieces_for(dice: random.Random, plan: Plan, entry: PlanEntry) -> list[Evidence]:
    """Give enough, or a little less, of what an entry needs or of something else."""
    kinds = entry.evidence or [dice.choice(KINDS)]
    states = [*sorted(COUNTS_AS_SENT)] * 10 + [EvidenceStatus.RETURNED]
    return [
        Evidence(
            school_id=plan.school_id, member_id=plan.member_id, plan_id=plan.id,
            step=entry.step, code=entry.code, covers=entry.quantity,
            kind=kind if dice.random() < 0.9 else dice.choice(KINDS),
            status=dice.choice(states), received_at=plan.created_at, changed_at=plan.created_at,
        )
        for kind in kinds
        if dice.random() < 0.95
    ]  # fmt: skip


async def test_it_is_the_same_as_by_looking_at_each(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lacking, "BATCH", 50)
    dice, stage, now = random.Random(7), await a_stage(database), at(PLAN_DAY)
    rina = await stage.joins("Rina", Role.TEACHER)
    rules: dict[int, RuleSet] = {}
    wanted = set()
    async with database.transaction() as session:
        for number in range(PLANS):
            plan = Plan(
                school_id=known_id(stage.school.id), member_id=rina, period=f"p{number}",
                ruleset=RULES.id, ruleset_version=1, status=PlanStatus.AGREED,
                created_at=now, changed_at=now,
            )  # fmt: skip
            session.add(plan)
            await session.flush()
            plan_id = known_id(plan.id)
            entries = entries_of(dice, plan_id)
            pieces = [piece for one in entries for piece in pieces_for(dice, plan, one)]
            session.add_all([*entries, *pieces])
            rules[plan_id] = WITHOUT_UPLOADS if number % 10 == 0 else RULES
            if unproven(rules[plan_id], FullPlan(plan, entries), pieces):
                wanted.add(plan_id)
    async with database.reading() as session:
        assert await lacking.lack_evidence(session, rules) == wanted
        some = next(iter(wanted))
        assert await lacking.lack_evidence(session, {some: rules[some]}) == {some}
        assert await lacking.lack_evidence(session, {}) == set()
    assert PLANS / 4 < len(wanted) < 3 * PLANS / 4
