"""A rating's life: whatever two raters and a teacher do, in any order, the rules hold."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlmodel import SQLModel, col, select

from storage import decisions
from storage.errors import (
    AlreadyDecided,
    NotNow,
    RatingAnswered,
    RatingChanged,
    RatingIncomplete,
    RatingVoid,
    ReasonMissing,
    Refused,
)
from storage.models import AuditEntry, FinalRating, OutboxMessage, Rating
from storage.people import Actor
from storage.plans import FullPlan, agree, submit
from storage.ratings import answering, drafting, reading, sealing
from storage.ratings.reading import FullRating
from storage.rulesets import RatingAxis
from tests.databases import FreshDatabase
from tests.storage.evidence.staging import CALM, NOW, RULES, TODAY, Work, cast_for, holds, reopens
from tests.storage.machines import DatabaseMachine, run_machine

AXES = list(RatingAxis)
LEVELS = RULES.rating.levels
TABLES: tuple[type[SQLModel], ...] = (Rating, FinalRating, OutboxMessage, AuditEntry)

raters = st.sampled_from(["principal", "deputy"])
drifts = st.sampled_from([0, 0, 0, 0, -1, -2, 1])
"""How far off the revision is that somebody was shown."""


@dataclass
class Round:
    """A rating that became final."""

    content: tuple[str, str, str]
    by: str
    read: bool = False
    answer: str = ""
    reason: str = ""


@dataclass
class Expected:
    """What the model believes."""

    levels: dict[RatingAxis, str] = field(default_factory=lambda: dict.fromkeys(AXES, ""))
    feedback: str = ""
    final: bool = False
    revision: int = 0
    by: str = ""
    own_from: int = 0
    holds: bool = True
    rounds: list[Round] = field(default_factory=list)

    def may_change(self, who: str, shown: int) -> bool:
        if who == self.by:
            return self.own_from <= shown <= self.revision
        return shown == self.revision

    def changed(self, who: str, *, drafted: bool = True) -> None:
        if who != self.by or not drafted:
            self.own_from = self.revision
        self.by, self.revision = who, self.revision + 1


class RatingLife(DatabaseMachine):
    """Does what people can do, and compares each step with what should have come of it."""

    def __init__(self) -> None:
        super().__init__()
        self.cast = self.runner.run(cast_for(self.database))
        self.now: datetime = NOW
        self.model = Expected()
        done = self.act(lambda session: holds(session, self.cast.rina, self.cast.principal))
        assert isinstance(done, FullPlan)
        self.plan = done

    # -- doing

    def act(self, work: Work) -> object:
        """Do something in a transaction; a refusal must leave no trace."""
        self.now += timedelta(seconds=1)

        async def rows() -> list[Any]:
            async with self.database.reading() as session:
                return [
                    sorted((row.model_dump() for row in await session.exec(select(one))), key=repr)
                    for one in TABLES
                ]

        async def run() -> object:
            before = await rows()
            try:
                async with self.database.transaction() as session:
                    return await work(session)
            except Refused as refusal:
                assert await rows() == before
                return refusal

        return self.runner.run(run())

    def actor(self, who: str) -> Actor:
        found: Actor = getattr(self.cast, who)
        return found

    def _drafts(self, who: str, drift: int, same: bool, work: Callable[[int], Work]) -> bool:
        model = self.model
        shown = model.revision + drift
        done = self.act(work(shown))
        if not model.holds:
            assert isinstance(done, NotNow), done
        elif model.final:
            assert isinstance(done, AlreadyDecided), done
            assert done.by_name == self.actor(model.rounds[-1].by).name
        elif same:
            assert isinstance(done, FullRating), done
            # Nothing was to be done; but somebody has begun by it.
            model.by = model.by or who
        elif not model.may_change(who, shown) and (model.by or shown):
            assert isinstance(done, RatingChanged), done
            assert done.by_name == self.actor(model.by or who).name
        else:
            assert isinstance(done, FullRating), done
            model.by = model.by or who
            model.changed(who)
            return True
        return False

    # -- what people do

    @rule(who=raters, drift=drifts, axis=st.sampled_from(AXES), level=st.sampled_from(LEVELS))
    def chooses(self, who: str, drift: int, axis: RatingAxis, level: str) -> None:
        same = self.model.levels[axis] == level
        if self._drafts(
            who, drift, same,
            lambda shown: lambda session: drafting.choose_level(
                session, self.actor(who), RULES, self.plan.id, shown, axis, level, self.now
            ),
        ):  # fmt: skip
            self.model.levels[axis] = level

    @rule(who=raters, drift=drifts, words=st.sampled_from(["Baik sekali", "Teruskan"]))
    def writes(self, who: str, drift: int, words: str) -> None:
        same = self.model.feedback == words
        if self._drafts(
            who, drift, same,
            lambda shown: lambda session: drafting.write_feedback(
                session, self.actor(who), self.plan.id, shown, words, self.now
            ),
        ):  # fmt: skip
            self.model.feedback = words

    @rule(who=raters, drift=drifts)
    def seals(self, who: str, drift: int) -> None:
        model, shown = self.model, self.model.revision + drift
        done = self.act(
            lambda session: sealing.seal(
                session, self.actor(who), RULES, self.plan.id, shown, self.now
            )
        )
        if not model.holds:
            assert isinstance(done, NotNow), done
        elif not model.by:
            assert isinstance(done, RatingIncomplete), done
        elif model.final:
            assert isinstance(done, AlreadyDecided | RatingIncomplete), done
        elif drift:
            assert isinstance(done, RatingChanged), done
        elif not all(model.levels.values()):
            assert isinstance(done, RatingIncomplete), done
        else:
            assert isinstance(done, FullRating), done
            predicate = RULES.rated(*(model.levels[axis] for axis in AXES)).id
            assert done.predicate_id == predicate
            levels = (model.levels[AXES[0]], model.levels[AXES[1]], model.feedback)
            model.rounds.append(Round(levels, who))
            model.changed(who, drafted=False)
            model.final = True

    @rule(who=raters, drift=drifts, reason=st.sampled_from(["Keliru", "Bukti baru", " "]))
    def opens_again(self, who: str, drift: int, reason: str) -> None:
        model, shown = self.model, self.model.revision + drift
        if not model.by:
            return
        done = self.act(
            lambda session: sealing.reopen(
                session, self.actor(who), self.plan.id, shown, self.now, reason=reason
            )
        )
        if not reason.strip():
            assert isinstance(done, ReasonMissing), done
        elif not model.final:
            assert isinstance(done, RatingVoid), done
        elif drift:
            assert isinstance(done, RatingChanged), done
        else:
            assert isinstance(done, FullRating), done
            model.rounds[-1].reason = reason
            model.changed(who, drafted=False)
            model.final = False

    @rule(back=st.sampled_from([0, 0, 1]))
    def reads(self, back: int) -> None:
        model, number = self.model, len(self.model.rounds) - back
        done = self.act(
            lambda session: answering.acknowledge(
                session, self.cast.rina, self.plan.id, number, self.now
            )
        )
        if back or not model.final:
            assert isinstance(done, RatingVoid), done
        else:
            assert isinstance(done, FullRating), done
            model.rounds[-1].read = True

    @rule(back=st.sampled_from([0, 0, 1]), words=st.sampled_from(["Terima kasih", "Saya kurang"]))
    def answers(self, back: int, words: str) -> None:
        model, number = self.model, len(self.model.rounds) - back
        done = self.act(
            lambda session: answering.answer(
                session, self.cast.rina, self.plan.id, number, words, today=TODAY, now=self.now
            )
        )
        if back or not model.final:
            assert isinstance(done, RatingVoid), done
        elif model.rounds[-1].answer:
            assert isinstance(done, RatingAnswered), done
        else:
            assert isinstance(done, FullRating), done
            model.rounds[-1].answer, model.rounds[-1].read = words, True

    @rule()
    def plan_is_opened_or_holds_again(self) -> None:
        async def hold(session: Any) -> FullPlan:
            full = await submit(
                session, self.cast.rina, RULES, self.plan.id, self.plan.plan.revision,
                today=TODAY, now=self.now,
            )  # fmt: skip
            number = full.full.plan.revision
            await decisions.approve(session, self.cast.principal, self.plan.id, number, self.now)
            return await agree(session, self.cast.rina, RULES, self.plan.id, number, self.now)

        if self.model.holds:
            done = self.act(lambda session: reopens(session, self.cast.principal, self.plan.id))
        else:
            done = self.act(hold)
        assert isinstance(done, FullPlan), done
        self.plan, self.model.holds = done, not self.model.holds

    # -- what always holds

    @invariant()
    def the_database_agrees(self) -> None:
        async def look() -> tuple[FullRating | None, list[reading.Past]]:
            async with self.database.reading() as session:
                past = list(await reading.history_of(session, self.plan.id))
                return await reading.rating_of(session, self.plan.id), past

        rating, past = self.runner.run(look())
        model = self.model
        # Every rating that ever was final is there as it was, and only the last one may hold.
        assert [
            Round(
                (one.final.work_result, one.final.work_behaviour, one.final.feedback),
                "deputy" if one.rater.name == "Wakil" else "principal",
                one.final.acknowledged_at is not None, one.final.answer, one.final.reason,
            )
            for one in past
        ] == model.rounds  # fmt: skip
        assert [one.final.number for one in past] == list(range(1, len(past) + 1))
        assert [one.final.reopened_at is None for one in past] == [
            model.final and at == len(past) - 1 for at in range(len(past))
        ]
        if rating is None:
            assert not model.by
            return
        assert rating.is_final == model.final
        assert (rating.revision, rating.number) == (model.revision, len(past))
        assert (rating.work_result, rating.work_behaviour, rating.feedback) == (
            *model.levels.values(), model.feedback,
        )  # fmt: skip
        assert (rating.predicate_id is not None) == all(model.levels.values())
        assert (rating.final_at is not None) == model.final

    @invariant()
    def everybody_is_told_once_of_each_thing(self) -> None:
        async def told() -> list[str]:
            async with self.database.reading() as session:
                found = await session.exec(
                    select(OutboxMessage.kind).where(col(OutboxMessage.kind).startswith("rating_"))
                )
                return list(found.all())

        kinds, rounds = self.runner.run(told()), self.model.rounds
        opened = sum(bool(one.reason) for one in rounds)
        assert kinds.count("rating_final") == len(rounds)
        assert kinds.count("rating_reopened") == kinds.count("rating_void") == opened
        assert kinds.count("rating_answered") == sum(bool(one.answer) for one in rounds)


def test_any_order_of_things_on_sqlite(fresh_sqlite: FreshDatabase) -> None:
    run_machine(RatingLife, fresh_sqlite, settings(CALM, max_examples=12, stateful_step_count=30))


def test_any_order_of_things_on_postgresql(fresh_postgresql: FreshDatabase) -> None:
    run_machine(
        RatingLife, fresh_postgresql, settings(CALM, max_examples=3, stateful_step_count=25)
    )
