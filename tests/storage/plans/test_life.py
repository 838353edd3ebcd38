"""A plan's life: whatever two teachers and two deciders do, in any order, the rules hold."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import decisions, plans
from storage.database import Database
from storage.errors import (
    AlreadyDecided,
    BelowTarget,
    Incomplete,
    NotAllowed,
    NotFound,
    NotNow,
    OutOfRange,
    ReasonMissing,
    Refused,
    StaleRevision,
)
from storage.models import (
    Decision,
    OutboxMessage,
    Plan,
    PlanRevision,
    PlanStatus,
    Reopening,
)
from storage.people import Actor
from storage.plans import FILLABLE, NO_DUTY, TRANSITIONS, FullPlan
from storage.suggestions import Pick
from tests.databases import FreshDatabase
from tests.storage.machines import DatabaseMachine, run_machine
from tests.storage.plans.staging import (
    ITEMS,
    MONDAY,
    PERIOD,
    RULES,
    TARGET,
    TODAY,
    cast_for,
    rows_of,
)

T = TypeVar("T")


@dataclass
class Expected:
    """What the model believes of one teacher's plan."""

    plan_id: int
    status: PlanStatus = PlanStatus.DRAFT
    revision: int = 0
    quantities: dict[str, int] = field(default_factory=dict)
    others: set[tuple[str, str]] = field(default_factory=set)
    decided: dict[int, str] = field(default_factory=dict)
    reopened: set[int] = field(default_factory=set)

    @property
    def points(self) -> int:
        return sum(RULES.item(code).points_floor * n for code, n in self.quantities.items())

    @property
    def fillable(self) -> bool:
        return self.status in FILLABLE

    def has(self, step: str) -> bool:
        if step == ITEMS.id:
            return bool(self.quantities)
        return any(one == step for one, _ in self.others)


owners = st.sampled_from(["rina", "budi", "deputy"])
deciders = st.sampled_from(["principal", "deputy"])
items = st.sampled_from([item.code for item in RULES.items[:5]])
duties = st.sampled_from([duty.code for duty in RULES.duties[:3]])
guides = st.sampled_from([guide.code for one in RULES.behaviours[:2] for guide in one.guides[:2]])
drifts = st.sampled_from([0, 0, 0, 0, -1, 1])
"""How far off the revision is that somebody was shown."""

DUTIES = next(step for step in RULES.steps if step.kind == "duties")
VALUES = next(step for step in RULES.steps if step.kind == "behaviours")


class PlanLife(DatabaseMachine):
    """Does what people can do, and compares each step with what should have come of it."""

    def __init__(self) -> None:
        super().__init__()
        self.cast = self.runner.run(cast_for(self.database))
        self.now = MONDAY
        self.plans: dict[str, Expected] = {}
        self.told: set[tuple[str, int]] = set()

    # -- doing

    def act(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T | Refused:
        """Do something in a transaction; a refusal must leave no trace."""
        self.now += timedelta(seconds=1)

        async def run() -> T | Refused:
            async with self.database.reading() as session:
                before = await rows_of(session)
            try:
                async with self.database.transaction() as session:
                    return await work(session)
            except Refused as refusal:
                async with self.database.reading() as session:
                    assert await rows_of(session) == before
                return refusal

        return self.runner.run(run())

    def actor(self, who: str) -> Actor:
        found: Actor = getattr(self.cast, who)
        return found

    def _fill(
        self, owner: str, work: Callable[[AsyncSession, int], Awaitable[FullPlan]]
    ) -> Expected | None:
        """Change a plan; None where it was refused, as it should be."""
        expected = self.plans.get(owner)
        if expected is None:
            return None
        done = self.act(lambda session: work(session, expected.plan_id))
        if not expected.fillable:
            assert isinstance(done, NotNow)
            return None
        assert isinstance(done, FullPlan), done
        return expected

    @rule(owner=owners)
    def opens(self, owner: str) -> None:
        full = self.act(
            lambda session: plans.open_plan(session, self.actor(owner), RULES, PERIOD, self.now)
        )
        assert isinstance(full, FullPlan)
        expected = self.plans.setdefault(owner, Expected(full.id))
        assert expected.plan_id == full.id

    @rule(owner=owners, item=items, units=st.integers(-1, 22))
    def sets_quantity(self, owner: str, item: str, units: int) -> None:
        most = plans.MOST_UNITS if RULES.item(item).repeatable else 1
        expected = self.plans.get(owner)
        if expected is None:
            return
        actor = self.actor(owner)
        done = self.act(
            lambda session: plans.set_quantity(
                session, actor, RULES, expected.plan_id, item, units, self.now
            )
        )
        if not expected.fillable:
            assert isinstance(done, NotNow)
        elif not 0 <= units <= most:
            assert isinstance(done, OutOfRange)
        else:
            assert isinstance(done, FullPlan)
            expected.quantities[item] = units
            if not units:
                del expected.quantities[item]

    @rule(owner=owners, item=items, units=st.integers(1, 9))
    def takes_suggestion(self, owner: str, item: str, units: int) -> None:
        expected = self._fill(
            owner,
            lambda session, plan: plans.take_picks(
                session, self.actor(owner), RULES, plan, [Pick(item, units)], self.now
            ),
        )
        if expected is not None:
            expected.quantities[item] = units if RULES.item(item).repeatable else 1

    @rule(owner=owners, duty=duties)
    def toggles_duty(self, owner: str, duty: str) -> None:
        expected = self._fill(
            owner,
            lambda session, plan: plans.toggle_duty(
                session, self.actor(owner), RULES, plan, duty, self.now
            ),
        )
        if expected is not None:
            if (DUTIES.id, duty) not in expected.others:
                expected.others.discard((DUTIES.id, NO_DUTY))
            expected.others ^= {(DUTIES.id, duty)}

    @rule(owner=owners)
    def has_no_duty(self, owner: str) -> None:
        expected = self._fill(
            owner,
            lambda session, plan: plans.have_no_duty(
                session, self.actor(owner), RULES, plan, self.now
            ),
        )
        if expected is not None:
            expected.others = {one for one in expected.others if one[0] != DUTIES.id}
            expected.others.add((DUTIES.id, NO_DUTY))

    @rule(owner=owners, guide=guides)
    def toggles_guide(self, owner: str, guide: str) -> None:
        expected = self._fill(
            owner,
            lambda session, plan: plans.toggle_guide(
                session, self.actor(owner), RULES, plan, guide, self.now
            ),
        )
        if expected is not None:
            expected.others ^= {(VALUES.id, guide)}

    @rule(owner=owners)
    def takes_standard_guides(self, owner: str) -> None:
        expected = self._fill(
            owner,
            lambda session, plan: plans.take_standard_guides(
                session, self.actor(owner), RULES, plan, self.now
            ),
        )
        if expected is not None:
            expected.others = {one for one in expected.others if one[0] != VALUES.id}
            expected.others |= {(VALUES.id, guide.code) for guide in RULES.standard_guides}

    @rule(owner=owners)
    def fills_everything(self, owner: str) -> None:
        """A short way to a plan that can be submitted."""
        self.opens(owner)
        self.takes_suggestion(owner, "RHK-01", 8)
        self.has_no_duty(owner)
        self.takes_standard_guides(owner)

    @rule(owner=owners, drift=drifts, reason=st.sampled_from(["", "  ", "Sedang sakit"]))
    def submits(self, owner: str, drift: int, reason: str) -> None:
        expected = self.plans.get(owner)
        if expected is None:
            return
        actor, shown = self.actor(owner), expected.revision + drift
        done = self.act(
            lambda session: plans.submit(
                session,
                actor,
                RULES,
                expected.plan_id,
                shown,
                today=TODAY,
                now=self.now,
                reason=reason,
            )
        )
        if not expected.fillable:
            assert isinstance(done, NotNow)
        elif isinstance(done, Incomplete):
            assert any(not expected.has(step) for step in done.steps) or VALUES.id in done.steps
        elif isinstance(done, BelowTarget):
            assert expected.points < TARGET
            assert not reason.strip()
        elif drift:
            assert isinstance(done, StaleRevision)
        else:
            assert isinstance(done, plans.Submitted), done
            self._moves(expected, PlanStatus.SUBMITTED)
            expected.revision += 1
            for who in ("principal", "deputy"):
                if who != owner:
                    occasion = f"plan:{expected.plan_id}:submitted:{expected.revision}"
                    self.told.add((occasion, self.actor(who).member_id))

    @rule(owner=owners, drift=drifts)
    def takes_back(self, owner: str, drift: int) -> None:
        self._transition(
            owner, drift, PlanStatus.SUBMITTED, PlanStatus.DRAFT,
            lambda session, plan, shown: plans.take_back(
                session, self.actor(owner), plan, shown, self.now
            ),
        )  # fmt: skip

    @rule(owner=owners, drift=drifts)
    def agrees(self, owner: str, drift: int) -> None:
        self._transition(
            owner, drift, PlanStatus.APPROVED, PlanStatus.AGREED,
            lambda session, plan, shown: plans.agree(
                session, self.actor(owner), RULES, plan, shown, self.now
            ),
        )  # fmt: skip

    def _transition(
        self,
        owner: str,
        drift: int,
        before: PlanStatus,
        after: PlanStatus,
        work: Callable[[AsyncSession, int, int], Awaitable[FullPlan]],
    ) -> None:
        expected = self.plans.get(owner)
        if expected is None:
            return
        shown = expected.revision + drift
        done = self.act(lambda session: work(session, expected.plan_id, shown))
        if expected.status is not before:
            assert isinstance(done, NotNow)
        elif drift:
            assert isinstance(done, StaleRevision)
        else:
            assert isinstance(done, FullPlan), done
            self._moves(expected, after)

    @rule(owner=owners, decider=deciders, drift=drifts)
    def approves(self, owner: str, decider: str, drift: int) -> None:
        self._decides(
            owner, decider, drift, PlanStatus.APPROVED,
            lambda session, plan, shown: decisions.approve(
                session, self.actor(decider), plan, shown, self.now
            ),
        )  # fmt: skip

    @rule(owner=owners, decider=deciders, drift=drifts, reason=st.sampled_from(["Kurang", " "]))
    def sends_back(self, owner: str, decider: str, drift: int, reason: str) -> None:
        if not reason.strip():
            done = self.act(
                lambda session: decisions.send_back(
                    session, self.actor(decider), 1, 1, self.now, reason=reason
                )
            )
            assert isinstance(done, ReasonMissing)
            return
        self._decides(
            owner, decider, drift, PlanStatus.RETURNED,
            lambda session, plan, shown: decisions.send_back(
                session, self.actor(decider), plan, shown, self.now,
                reason=reason, marks=[f"{ITEMS.id}/RHK-01", "x/y"],
            ),
        )  # fmt: skip

    def _decides(
        self,
        owner: str,
        decider: str,
        drift: int,
        verdict: PlanStatus,
        work: Callable[[AsyncSession, int, int], Awaitable[FullPlan]],
    ) -> None:
        expected = self.plans.get(owner)
        if expected is None:
            return
        shown = expected.revision + drift
        done = self.act(lambda session: work(session, expected.plan_id, shown))
        if owner == decider:
            assert isinstance(done, NotAllowed)
        elif shown in expected.decided:
            assert isinstance(done, AlreadyDecided)
            assert done.verdict == expected.decided[shown]
        elif expected.status is not PlanStatus.SUBMITTED:
            assert isinstance(done, NotNow)
        elif drift:
            assert isinstance(done, StaleRevision)
        else:
            assert isinstance(done, FullPlan), done
            self._moves(expected, verdict)
            expected.decided[shown] = verdict
            occasion = f"plan:{expected.plan_id}:plan_{verdict}:{shown}"
            self.told.add((occasion, self.actor(owner).member_id))

    @rule(owner=owners, decider=deciders, drift=drifts)
    def reopens(self, owner: str, decider: str, drift: int) -> None:
        expected = self.plans.get(owner)
        if expected is None:
            return
        shown = expected.revision + drift
        done = self.act(
            lambda session: decisions.reopen(
                session, self.actor(decider), expected.plan_id, shown, self.now, reason="Perlu"
            )
        )
        if owner == decider:
            assert isinstance(done, NotAllowed)
        elif expected.status not in (PlanStatus.APPROVED, PlanStatus.AGREED):
            assert isinstance(done, NotNow)
        elif drift:
            assert isinstance(done, StaleRevision)
        else:
            assert isinstance(done, FullPlan), done
            self._moves(expected, PlanStatus.DRAFT)
            expected.reopened.add(shown)
            occasion = f"plan:{expected.plan_id}:plan_reopened:{shown}"
            self.told.add((occasion, self.actor(owner).member_id))

    @rule(owner=owners, who=st.sampled_from(["rina", "budi", "coach", "stranger", "principal"]))
    def somebody_else_tries(self, owner: str, who: str) -> None:
        """Nobody fills, submits or decides what is not theirs."""
        expected = self.plans.get(owner)
        if expected is None or who == owner:
            return
        actor, plan, revision = self.actor(who), expected.plan_id, expected.revision
        attempts: list[Callable[[AsyncSession], Awaitable[object]]] = [
            lambda s: plans.set_quantity(s, actor, RULES, plan, "RHK-01", 1, self.now),
            lambda s: plans.have_no_duty(s, actor, RULES, plan, self.now),
            lambda s: plans.take_standard_guides(s, actor, RULES, plan, self.now),
            lambda s: plans.prefer(s, actor, plan, self.now, liked="x"),
            lambda s: plans.submit(s, actor, RULES, plan, revision, today=TODAY, now=self.now),
            lambda s: plans.take_back(s, actor, plan, revision, self.now),
            lambda s: plans.agree(s, actor, RULES, plan, revision, self.now),
        ]
        if who != "principal":
            attempts += [
                lambda s: decisions.approve(s, actor, plan, revision, self.now),
                lambda s: decisions.send_back(s, actor, plan, revision, self.now, reason="x"),
                lambda s: decisions.reopen(s, actor, plan, revision, self.now, reason="x"),
                lambda s: decisions.name_model_plan(s, actor, plan, self.now),
            ]
        for attempt in attempts:
            done = self.act(attempt)
            assert isinstance(done, NotFound if who == "stranger" else NotAllowed), done

    @rule()
    def restarts(self) -> None:
        self.runner.run(self.database.close())
        self.database = Database(self.database.url.render_as_string(hide_password=False))

    def _moves(self, expected: Expected, after: PlanStatus) -> None:
        assert after in {
            to for (before, _), to in TRANSITIONS.items() if before is expected.status
        }
        expected.status = after

    # -- what always holds

    @invariant()
    def the_database_says_the_same(self) -> None:
        self.runner.run(self._compare())

    async def _compare(self) -> None:
        async with self.database.reading() as session:
            stored = {row.id: row for row in (await session.exec(select(Plan))).all()}
            assert len(stored) == len(self.plans)
            for owner, expected in self.plans.items():
                plan = stored[expected.plan_id]
                assert (plan.member_id, plan.period) == (self.actor(owner).member_id, PERIOD.id)
                assert (plan.status, plan.revision) == (expected.status, expected.revision)
                await self._compare_content(session, plan, expected)
                await self._compare_decisions(session, expected)
            told = (await session.exec(select(OutboxMessage))).all()
            pairs = [(one.occasion, one.member_id) for one in told]
            assert len(set(pairs)) == len(pairs)
            assert self.told <= set(pairs)
            decided = [one for one in pairs if ":submitted:" in one[0] or ":plan_" in one[0]]
            assert set(decided) == self.told

    async def _compare_content(
        self, session: AsyncSession, plan: Plan, expected: Expected
    ) -> None:
        full = await plans.find_plan(session, plan.member_id, plan.period)
        assert full is not None
        assert {one.code: one.quantity for one in full.of(ITEMS.id)} == expected.quantities
        others = {(one.step, one.code) for one in full.entries if one.step != ITEMS.id}
        assert others == expected.others
        assert plan.points == sum(one.points * one.quantity for one in full.entries)
        assert plan.points_floor == expected.points

    async def _compare_decisions(self, session: AsyncSession, expected: Expected) -> None:
        revisions = (
            await session.exec(
                select(PlanRevision).where(PlanRevision.plan_id == expected.plan_id)
            )
        ).all()
        assert {one.number for one in revisions} == set(range(1, expected.revision + 1))
        for one in revisions:
            assert one.points == sum(entry["points"] * entry["quantity"] for entry in one.content)
        found = (
            await session.exec(select(Decision).where(Decision.plan_id == expected.plan_id))
        ).all()
        assert {one.revision: one.verdict for one in found} == expected.decided
        assert len(found) == len(expected.decided)
        reopened = (
            await session.exec(select(Reopening).where(Reopening.plan_id == expected.plan_id))
        ).all()
        assert {one.revision for one in reopened} == expected.reopened


CALM = settings(
    deadline=None,
    suppress_health_check=list(HealthCheck),
    stateful_step_count=30,
    print_blob=True,
)


def test_a_plans_life_on_sqlite(fresh_sqlite: FreshDatabase) -> None:
    run_machine(PlanLife, fresh_sqlite, settings(CALM, max_examples=25))


def test_a_plans_life_on_postgresql(fresh_postgresql: FreshDatabase) -> None:
    run_machine(PlanLife, fresh_postgresql, settings(CALM, max_examples=6))
