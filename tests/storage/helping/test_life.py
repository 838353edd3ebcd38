"""A request's life: whatever people do, in any order, the table of transitions holds."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.errors import (
    HelpNotNow,
    HelpTaken,
    NotAllowed,
    NotFound,
    Refused,
)
from storage.helping import asking, moving, watching
from storage.helping.moving import TRANSITIONS, HelpAction
from storage.helping.requests import FullRequest
from storage.models import (
    HelpStatus,
)
from storage.people import Actor
from tests.databases import FreshDatabase
from tests.storage.evidence.staging import (
    CALM,
    NOW,
    TODAY,
    cast_for,
)
from tests.storage.helping.staging import A_MINUTE, request_now
from tests.storage.machines import DatabaseMachine, run_machine

T = TypeVar("T")


@dataclass
class Expected:
    """What the model believes of a teacher's newest request."""

    id: int
    status: HelpStatus = HelpStatus.OPEN
    helper: str | None = None


class HelpLife(DatabaseMachine):
    """Does what people can do, and compares each step with the table of transitions."""

    def __init__(self) -> None:
        super().__init__()
        self.cast = self.runner.run(cast_for(self.database))
        self.now = NOW
        self.requests: dict[str, Expected] = {}

    def act(self, work: Callable[[AsyncSession], Awaitable[T]]) -> T | Refused:
        self.now += timedelta(seconds=1)

        async def run() -> T | Refused:
            try:
                async with self.database.transaction() as session:
                    return await work(session)
            except Refused as refusal:
                return refusal

        return self.runner.run(run())

    def actor(self, who: str) -> Actor:
        found: Actor = getattr(self.cast, who)
        return found

    def follows(self, expected: Expected, action: HelpAction) -> bool:
        after = TRANSITIONS.get((expected.status, action))
        if after is not None:
            expected.status = after
        return after is not None

    @rule(owner=st.sampled_from(["rina", "budi"]), where=st.sampled_from(["plan", "status", "-"]))
    def asks(self, owner: str, where: str) -> None:
        done = self.act(
            lambda session: asking.ask(
                session, self.actor(owner), where, today=TODAY, now=self.now
            )
        )
        assert isinstance(done, asking.Asked)
        before = self.requests.get(owner)
        if before is None or before.status is HelpStatus.CLOSED:
            assert before is None or done.full.id != before.id
            self.requests[owner] = Expected(done.full.id)
        else:
            assert done.full.id == before.id

    @rule(
        owner=st.sampled_from(["rina", "budi"]),
        who=st.sampled_from(["coach", "principal", "deputy", "rina", "stranger"]),
    )
    def claims(self, owner: str, who: str) -> None:
        expected = self.requests.get(owner)
        if expected is None:
            return
        done = self.act(
            lambda session: moving.claim(session, self.actor(who), expected.id, self.now)
        )
        if who == "stranger":
            assert isinstance(done, NotFound)
        elif who == "rina":
            assert isinstance(done, NotAllowed)
        elif expected.status is HelpStatus.CLAIMED:
            mine = expected.helper == who
            assert isinstance(done, FullRequest if mine else HelpTaken)
        elif self.follows(expected, HelpAction.CLAIM):
            assert isinstance(done, FullRequest)
            expected.helper = who
        else:
            assert isinstance(done, HelpNotNow)

    @rule(owner=st.sampled_from(["rina", "budi"]), who=st.sampled_from(["coach", "principal"]))
    def releases(self, owner: str, who: str) -> None:
        expected = self.requests.get(owner)
        if expected is None:
            return
        done = self.act(
            lambda session: moving.release(session, self.actor(who), expected.id, TODAY, self.now)
        )
        if expected.status is HelpStatus.CLAIMED and expected.helper == who:
            assert self.follows(expected, HelpAction.RELEASE)
            assert isinstance(done, FullRequest)
            expected.helper = None
        else:
            assert isinstance(done, HelpTaken | HelpNotNow)

    @rule(
        owner=st.sampled_from(["rina", "budi"]),
        who=st.sampled_from(["coach", "principal", "rina", "budi"]),
    )
    def closes(self, owner: str, who: str) -> None:
        expected = self.requests.get(owner)
        if expected is None:
            return
        done = self.act(
            lambda session: moving.close(session, self.actor(who), expected.id, self.now)
        )
        helps = expected.status is HelpStatus.CLAIMED and expected.helper == who
        if who in ("rina", "budi") and who != owner:
            assert isinstance(done, NotAllowed)
        elif (who == owner or helps) and self.follows(expected, HelpAction.CLOSE):
            assert isinstance(done, FullRequest)
        else:
            assert isinstance(done, HelpTaken | HelpNotNow)

    @rule(owner=st.sampled_from(["rina", "budi"]), helped=st.booleans())
    def answers(self, owner: str, helped: bool) -> None:
        expected = self.requests.get(owner)
        if expected is None:
            return
        done = self.act(
            lambda session: moving.answer(
                session, self.actor(owner), expected.id,
                helped=helped, today=TODAY, now=self.now,
            )
        )  # fmt: skip
        assert isinstance(done, FullRequest)
        if not helped and expected.status is HelpStatus.CLOSED:
            assert self.follows(expected, HelpAction.REOPEN)
            expected.helper = None

    @rule(minutes=st.sampled_from([1, 30, 61, 600]))
    def time_passes(self, minutes: int) -> None:
        self.now += minutes * A_MINUTE
        self.act(lambda session: watching.look_after(session, self.now))
        for expected in self.requests.values():
            held = self.runner.run(request_now(self.database, expected.id))
            if expected.status is HelpStatus.CLAIMED and held.status == HelpStatus.OPEN:
                # Given back: only ever to the queue, and only from a helper who owed a word.
                assert self.follows(expected, HelpAction.RELEASE)
                expected.helper = None

    @invariant()
    def is_as_expected(self) -> None:
        for expected in self.requests.values():
            held = self.runner.run(request_now(self.database, expected.id))
            helper = self.actor(expected.helper).member_id if expected.helper else None
            assert held.status == expected.status
            assert (held.closed_at is not None) == (expected.status is HelpStatus.CLOSED)
            assert held.claimed_by == helper


def test_a_requests_life_on_sqlite(fresh_sqlite: FreshDatabase) -> None:
    run_machine(HelpLife, fresh_sqlite, settings(CALM, max_examples=15))


def test_a_requests_life_on_postgresql(fresh_postgresql: FreshDatabase) -> None:
    run_machine(HelpLife, fresh_postgresql, settings(CALM, max_examples=4))
