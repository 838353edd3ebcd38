"""A report's life: whatever a teacher and two deciders do, in any order, the rules hold."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, precondition, rule
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import decisions, forms, plans
from storage.database import Database
from storage.errors import (
    AlreadyDecided,
    NotFound,
    NotNow,
    PeriodClosed,
    Refused,
    ReportFrozen,
    ReportIncomplete,
    ReportNotNow,
    ReportOutdated,
    ReportStale,
)
from storage.evidence.reading import FormPlace
from storage.models import (
    ClosedPeriod,
    FormAnswer,
    OutboxMessage,
    ReportDecision,
    ReportRevision,
    ReportStatus,
)
from storage.people import Actor
from storage.plans import FullPlan
from storage.reports import deciding, moving, reading
from storage.reports.moving import TRANSITIONS, Action
from storage.reports.reading import FILLABLE, FORM
from tests.databases import FreshDatabase
from tests.storage.evidence.staging import CALM, NOW, RULES, TODAY, Cast, cast_for, holds
from tests.storage.machines import DatabaseMachine, run_machine
from tests.storage.reports.staging import REQUIRED

deciders = st.sampled_from(["principal", "deputy"])
drifts = st.sampled_from([0, 0, 0, 0, -1, 1])
"""How far off the revision is that somebody was shown."""


@dataclass
class Expected:
    """What should hold by all that was done."""

    status: ReportStatus = ReportStatus.DRAFT
    revision: int = 0
    answered: set[str] = field(default_factory=set)
    verdicts: dict[int, str] = field(default_factory=dict)
    reopened: set[int] = field(default_factory=set)
    texts: dict[int, dict[str, str]] = field(default_factory=dict)
    plan_open: bool = True
    plan_revision: int = 1
    reported_on: int = 0
    closed: bool = False


class ReportLife(DatabaseMachine):
    """Does what people can do, and compares each step with what should have come of it."""

    def __init__(self) -> None:
        super().__init__()
        self.cast = self.runner.run(_prepare(self.database))
        self.now = NOW
        self.expected = Expected()
        self.words: dict[str, str] = {}

    # -- doing

    def act(self, work: Callable[[AsyncSession], Awaitable[Any]]) -> Any:
        """Do something in a transaction of its own; give what came of it, or the refusal."""
        self.now += timedelta(seconds=1)

        async def run() -> Any:
            try:
                async with self.database.transaction() as session:
                    return await work(session)
            except Refused as refusal:
                return refusal

        return self.runner.run(run())

    def actor(self, who: str) -> Actor:
        found: Actor = getattr(self.cast, who)
        return found

    def why_not(self, action: Action, shown: int) -> type[Refused] | tuple[type[Refused], ...]:
        """Say which refusal an action has to end with; () where it has to succeed."""
        one = self.expected
        by_teacher = action in (Action.SUBMIT, Action.TAKE_BACK)
        if not by_teacher and not one.revision:
            return NotFound
        if action is Action.TAKE_BACK and not self._begun:
            return NotFound
        if (
            action is Action.ACCEPT
            and one.status is ReportStatus.SUBMITTED
            and one.plan_open
            and one.reported_on != one.plan_revision
        ):
            return ReportOutdated
        if by_teacher and not one.plan_open:
            return (ReportFrozen, PeriodClosed)
        if action is Action.SUBMIT:
            if one.closed:
                return PeriodClosed
            if one.status in FILLABLE and not set(REQUIRED) <= one.answered:
                return ReportIncomplete
        if (one.status, action) not in TRANSITIONS or one.revision != shown:
            if action in (Action.ACCEPT, Action.SEND_BACK) and shown in one.verdicts:
                return AlreadyDecided
            return ReportNotNow if (one.status, action) not in TRANSITIONS else ReportStale
        if not one.plan_open:
            return ReportFrozen
        return PeriodClosed if one.closed else ()

    @property
    def _begun(self) -> bool:
        return bool(self.expected.revision)

    def check(self, done: Any, action: Action, shown: int, expected_refusal: Any) -> bool:
        if expected_refusal:
            assert isinstance(done, expected_refusal), (action, shown, done, self.expected)
            return False
        assert not isinstance(done, Refused), (action, shown, done, self.expected)
        self.expected.status = TRANSITIONS[self.expected.status, action]
        return True

    # -- the teacher

    @rule(which=st.sampled_from([*REQUIRED, "dukungan"]), text=st.sampled_from(["a", "ب", "🙂"]))
    def answers(self, which: str, text: str) -> None:
        one = self.expected
        place = FormPlace(1, FORM, which)

        async def work(session: AsyncSession) -> None:
            await forms.write(session, self.cast.rina, place, text, self.now, moving.may_answer)

        done = self.act(work)
        if one.closed:
            assert isinstance(done, PeriodClosed)
        elif not one.plan_open:
            assert isinstance(done, ReportFrozen)
        elif one.status not in FILLABLE:
            assert isinstance(done, ReportNotNow)
        else:
            assert done is None
            one.answered.add(which)
            before = self.words.get(which, "")
            self.words[which] = f"{before}\n{text}" if before else text

    @rule(drift=drifts)
    def submits(self, drift: int) -> None:
        shown = self.expected.revision + drift
        refusal = self.why_not(Action.SUBMIT, shown)

        async def work(session: AsyncSession) -> Any:
            return await moving.submit(
                session, self.cast.rina, RULES, 1, shown, today=TODAY, now=self.now
            )

        if self.check(self.act(work), Action.SUBMIT, shown, refusal):
            self.expected.revision += 1
            self.expected.reported_on = self.expected.plan_revision
            self.expected.texts[self.expected.revision] = dict(self.words)

    @rule(drift=drifts)
    def takes_back(self, drift: int) -> None:
        shown = self.expected.revision + drift
        refusal = self.why_not(Action.TAKE_BACK, shown)
        done = self.act(lambda s: moving.take_back(s, self.cast.rina, 1, shown, self.now))
        self.check(done, Action.TAKE_BACK, shown, refusal)

    # -- the deciders

    @rule(who=deciders, drift=drifts)
    def accepts(self, who: str, drift: int) -> None:
        shown = self.expected.revision + drift
        refusal = self.why_not(Action.ACCEPT, shown)
        done = self.act(lambda s: deciding.accept(s, self.actor(who), 1, shown, self.now))
        if self.check(done, Action.ACCEPT, shown, refusal):
            self.expected.verdicts[shown] = "accepted"

    @rule(who=deciders, drift=drifts)
    def returns(self, who: str, drift: int) -> None:
        shown = self.expected.revision + drift
        refusal = self.why_not(Action.SEND_BACK, shown)

        async def work(session: AsyncSession) -> Any:
            return await deciding.send_back(
                session, self.actor(who), 1, shown, self.now, reason="Mohon contoh",
                marks=["field:perilaku_kerja"],
            )  # fmt: skip

        if self.check(self.act(work), Action.SEND_BACK, shown, refusal):
            self.expected.verdicts[shown] = "returned"

    @rule(who=deciders, drift=drifts)
    def opens_again(self, who: str, drift: int) -> None:
        shown = self.expected.revision + drift
        refusal = self.why_not(Action.REOPEN, shown)

        async def work(session: AsyncSession) -> Any:
            return await deciding.reopen(
                session, self.actor(who), 1, shown, self.now, reason="Perlu dilengkapi"
            )

        if self.check(self.act(work), Action.REOPEN, shown, refusal):
            self.expected.reopened.add(shown)

    @rule(who=deciders)
    def the_plan_is_opened_or_holds_again(self, who: str) -> None:
        one = self.expected

        async def opens(session: AsyncSession) -> FullPlan:
            return await decisions.reopen(
                session, self.actor(who), 1, one.plan_revision, self.now, reason="x"
            )

        async def holds_again(session: AsyncSession) -> FullPlan:
            rina, number = self.cast.rina, one.plan_revision
            await plans.submit(session, rina, RULES, 1, number, today=TODAY, now=self.now)
            await decisions.approve(session, self.actor(who), 1, number + 1, self.now)
            return await plans.agree(session, rina, RULES, 1, number + 1, self.now)

        done = self.act(opens if one.plan_open else holds_again)
        if one.closed:
            assert isinstance(done, PeriodClosed | NotNow)
            return
        assert isinstance(done, FullPlan)
        one.plan_revision += 0 if one.plan_open else 1
        one.plan_open = not one.plan_open

    @precondition(lambda self: self.expected.revision >= 2 and not self.expected.closed)
    @rule()
    def the_period_ends(self) -> None:
        async def work(session: AsyncSession) -> None:
            session.add(ClosedPeriod(school_id=1, period="2026-2", closed_at=self.now))

        assert self.act(work) is None
        self.expected.closed = True

    # -- what must hold

    @invariant()
    def everything_is_as_expected(self) -> None:
        self.runner.run(self._look())

    async def _look(self) -> None:
        one = self.expected
        async with self.database.reading() as session:
            full = await reading.report_of(session, 1)
            kept = (await session.exec(select(ReportRevision))).all()
            decided = (await session.exec(select(ReportDecision))).all()
            occasions = (
                await session.exec(
                    select(OutboxMessage.occasion, OutboxMessage.member_id).where(
                        col(OutboxMessage.kind).startswith("report_")
                    )
                )
            ).all()
            answers = (await session.exec(select(FormAnswer))).all()
        assert {row.field: row.text for row in answers} == self.words
        assert len(set(occasions)) == len(occasions)
        if full is None:
            assert not one.revision
            assert (kept, decided) == ([], [])
            return
        assert (full.status, full.revision) == (one.status, one.revision)
        assert {row.revision: row.verdict for row in decided} == one.verdicts
        assert {row.revision for row in decided if row.reopened_at is not None} == one.reopened
        found = {
            row.number: {each["field"]: each["text"] for each in row.content["answers"]}
            for row in kept
        }
        assert found == one.texts
        assert (full.content == {}) == (one.revision == 0)


async def _prepare(database: Database) -> Cast:
    cast = await cast_for(database)
    async with database.transaction() as session:
        await holds(session, cast.rina, cast.principal)
    return cast


def test_a_reports_life_on_sqlite(fresh_sqlite: FreshDatabase) -> None:
    run_machine(ReportLife, fresh_sqlite, settings(CALM, max_examples=8, stateful_step_count=40))


def test_a_reports_life_on_postgresql(fresh_postgresql: FreshDatabase) -> None:
    run_machine(
        ReportLife, fresh_postgresql, settings(CALM, max_examples=3, stateful_step_count=40)
    )


def test_an_accepted_report_changes_only_by_opening_it_again() -> None:
    out = [what for before, what in TRANSITIONS if before is ReportStatus.ACCEPTED]
    assert out == [Action.REOPEN]
