"""Asking for help, helping, and what time does to both."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import (
    help_calls,
    help_drafts,
    help_proposals,
    help_requests,
    help_talks,
    help_watch,
    members,
    plans,
    school_hours,
)
from storage.cards import Subject, remember
from storage.database import Database
from storage.erasure import erase_member
from storage.errors import (
    HelpNotNow,
    HelpTaken,
    NotAllowed,
    NotFound,
    NotNow,
    OutOfRange,
    ProposalAnswered,
    ProposalOutdated,
    ReasonMissing,
    Refused,
    TooLong,
)
from storage.help_requests import TRANSITIONS, FullRequest, HelpAction
from storage.help_talks import Said
from storage.models import (
    Account,
    Card,
    HelpMessage,
    HelpProposal,
    HelpRequest,
    HelpStatus,
    OutboxMessage,
    Role,
    SaidAs,
)
from storage.people import Actor, known_id
from tests.databases import FreshDatabase
from tests.storage.evidence.staging import (
    CALM,
    NOW,
    RULES,
    TODAY,
    Cast,
    cast_for,
    drafted,
    entry_of,
    holds,
    overtaking,
    statements,
    told,
)
from tests.storage.machines import DatabaseMachine, run_machine

T = TypeVar("T")
AN_HOUR = timedelta(hours=1)
A_MINUTE = timedelta(minutes=1)
JAKARTA = ZoneInfo("Asia/Jakarta")


@pytest.fixture
async def cast(database: Database) -> Cast:
    return await cast_for(database)


@pytest.fixture
async def other(database: Database, database_url: str) -> AsyncIterator[Database]:
    """The same database, as another process has it."""
    second = Database(database_url)
    yield second
    await second.close()


async def asks(
    database: Database, who: Actor, where: str = "plan", now: datetime = NOW
) -> FullRequest:
    async with database.transaction() as session:
        return (await help_requests.ask(session, who, where, today=TODAY, now=now)).full


async def claims(
    database: Database, who: Actor, request_id: int, now: datetime = NOW
) -> FullRequest:
    async with database.transaction() as session:
        return await help_requests.claim(session, who, request_id, now)


async def says(
    database: Database, who: Actor, request_id: int, words: str, now: datetime = NOW
) -> help_talks.Delivered:
    async with database.transaction() as session:
        return await help_talks.say(session, who, request_id, Said(words), now)


async def looks(database: Database, now: datetime) -> int:
    async with database.transaction() as session:
        return await help_watch.look_after(session, now)


async def request_now(database: Database, request_id: int) -> HelpRequest:
    async with database.reading() as session:
        return await session.get_one(HelpRequest, request_id)


# --------------------------------------------------------------------- asking


async def test_asking_again_adds_the_place_to_the_one_request(
    database: Database, cast: Cast
) -> None:
    first = await asks(database, cast.rina, "plan")
    again = await asks(database, cast.rina, "evidence")
    same = await asks(database, cast.rina, "plan")
    assert first.id == again.id == same.id
    assert (await request_now(database, first.id)).places == ["plan", "evidence"]
    coach = cast.coach.member_id
    assert await told(database, "help_wanted") == [coach, coach]


async def test_without_coaches_the_principal_is_asked(database: Database, cast: Cast) -> None:
    async with database.transaction() as session:
        await members.change_roles(session, cast.operator, cast.coach.member_id, Role.TEACHER, NOW)
    async with database.transaction() as session:
        helpers = await help_calls.call_for_help(
            session, cast.rina, "plan", today=TODAY, now=NOW, said=Said("Saya bingung")
        )
    assert {one.name for one in helpers} == {"Kepala", "Wakil"}
    assert set(await told(database, "help_wanted")) == {
        cast.principal.member_id, cast.deputy.member_id,
    }  # fmt: skip


async def test_two_who_ask_at_once_have_one_request(
    database: Database, other: Database, cast: Cast
) -> None:
    first, second = await overtaking(
        database, other,
        lambda session: help_requests.ask(session, cast.rina, "plan", today=TODAY, now=NOW),
        lambda session: help_requests.ask(session, cast.rina, "status", today=TODAY, now=NOW),
    )  # fmt: skip
    assert isinstance(first, help_requests.Asked)
    assert isinstance(second, help_requests.Asked)
    assert first.full.id == second.full.id


# --------------------------------------------------------------------- helping


async def test_two_who_claim_at_once_have_one_winner(
    database: Database, other: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    first, second = await overtaking(
        database, other,
        lambda session: help_requests.claim(session, cast.coach, full.id, NOW),
        lambda session: help_requests.claim(session, cast.principal, full.id, NOW),
    )  # fmt: skip
    assert isinstance(first, FullRequest)
    assert isinstance(second, HelpTaken)
    assert second.by_name == "Penggerak"


async def test_cards_of_the_others_close_when_one_claims(database: Database, cast: Cast) -> None:
    full = await asks(database, cast.rina)
    async with database.transaction() as session:
        for who in (cast.coach, cast.principal):
            await remember(
                session, school_id=who.school_id, member_id=who.member_id,
                place=(who.member_id, 1), subject=Subject(help_id=full.id), view="x", now=NOW,
            )  # fmt: skip
        await help_requests.claim(session, cast.coach, full.id, NOW, (cast.coach.member_id, 1))
    async with database.reading() as session:
        cards = (await session.exec(select(Card))).all()
    assert all(card.closed_at is not None for card in cards)
    assert await told(database, "help_card_closed") == [cast.principal.member_id]


async def test_nobody_of_another_school_sees_or_does_anything(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    works: list[Callable[[AsyncSession], Awaitable[object]]] = [
        lambda session: help_requests.read(session, cast.stranger, full.id),
        lambda session: help_requests.claim(session, cast.stranger, full.id, NOW),
        lambda session: help_requests.close(session, cast.stranger, full.id, NOW),
        lambda session: help_talks.say(session, cast.stranger, full.id, Said("Halo"), NOW),
    ]
    for work in works:
        with pytest.raises(NotFound):
            async with database.transaction() as session:
                await work(session)
    async with database.reading() as session:
        assert await help_requests.queue(session, cast.stranger) == []
        assert await help_requests.count_open(session, cast.stranger) == 0


async def test_teachers_help_neither_each_other_nor_themselves(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    for who in (cast.rina, cast.budi):
        with pytest.raises(NotAllowed):
            await claims(database, who, full.id)
    with pytest.raises(NotAllowed):
        async with database.reading() as session:
            await help_requests.queue(session, cast.budi)


async def test_the_queue_has_the_open_and_ones_own_oldest_first(
    database: Database, cast: Cast
) -> None:
    rinas = await asks(database, cast.rina)
    budis = await asks(database, cast.budi, now=NOW + A_MINUTE)
    await claims(database, cast.coach, budis.id)

    async def queue(who: Actor) -> list[int]:
        async with database.reading() as session:
            return [one.id for one in await help_requests.queue(session, who)]

    assert await queue(cast.coach) == [rinas.id, budis.id]
    assert await queue(cast.principal) == [rinas.id]


# --------------------------------------------------------------------- talking


async def test_each_hears_the_other_and_files_from_before_arrive_too(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    async with database.transaction() as session:
        photo = Said("Ini layarnya", SaidAs.PHOTO, "file-1")
        sent = await help_talks.say(session, cast.rina, full.id, photo, NOW)
        assert sent.listener is None
    await says(database, cast.rina, full.id, "Bagaimana ini?")
    assert await told(database, "help_said") == []
    await claims(database, cast.coach, full.id)
    assert await told(database, "help_said") == [cast.coach.member_id]
    await says(database, cast.coach, full.id, "Tekan Simpan")
    await says(database, cast.rina, full.id, "Sudah")
    assert sorted(await told(database, "help_said")) == sorted(
        [cast.rina.member_id, cast.coach.member_id, cast.coach.member_id]
    )
    async with database.reading() as session:
        both = {cast.rina.member_id, cast.coach.member_id}
        said = await help_talks.latest(session, full, 2, both)
        assert len(await help_talks.latest(session, full, 9, {cast.rina.member_id})) == 3
    assert [(message.text, by.name) for message, by in said] == [
        ("Tekan Simpan", "Penggerak"), ("Sudah", "Rina"),
    ]  # fmt: skip


async def test_only_the_two_speak_and_only_until_it_is_closed(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    with pytest.raises(HelpNotNow):
        await says(database, cast.principal, full.id, "Belum saya ambil")
    await claims(database, cast.coach, full.id)
    with pytest.raises(HelpTaken):
        await says(database, cast.principal, full.id, "Saya juga")
    with pytest.raises(ReasonMissing):
        await says(database, cast.rina, full.id, "  ")
    with pytest.raises(TooLong):
        await says(database, cast.rina, full.id, "x" * 3001)
    async with database.transaction() as session:
        await help_requests.close(session, cast.coach, full.id, NOW)
    with pytest.raises(HelpNotNow):
        await says(database, cast.rina, full.id, "Satu lagi")


async def test_whoever_speaks_learns_that_the_other_one_is_unreachable(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    async with database.transaction() as session:
        account = await session.get_one(Account, 101)
        account.blocked_at = NOW
        session.add(account)
    sent = await says(database, cast.coach, full.id, "Halo")
    assert not sent.is_reachable
    for _ in range(2):
        await looks(database, NOW + A_MINUTE)
    assert await told(database, "help_unreachable") == [cast.coach.member_id]


# --------------------------------------------------------------------- the end


async def test_not_helped_puts_it_back_into_the_queue(database: Database, cast: Cast) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    async with database.transaction() as session:
        await help_requests.close(session, cast.coach, full.id, NOW + A_MINUTE)
    assert await told(database, "help_ended") == [cast.rina.member_id]
    with pytest.raises(NotAllowed):
        async with database.transaction() as session:
            await help_requests.answer(
                session, cast.coach, full.id, helped=True, today=TODAY, now=NOW
            )
    later = NOW + 2 * A_MINUTE
    async with database.transaction() as session:
        back = await help_requests.answer(
            session, cast.rina, full.id, helped=False, today=TODAY, now=later
        )
    assert (back.status, back.request.queued_at, back.request.helped) == (
        HelpStatus.OPEN, later, False,
    )  # fmt: skip
    assert await told(database, "help_wanted") == [cast.coach.member_id] * 2


async def test_an_answer_to_an_old_request_never_makes_a_second_open_one(
    database: Database, cast: Cast
) -> None:
    old = await asks(database, cast.rina)
    await claims(database, cast.coach, old.id)
    async with database.transaction() as session:
        await help_requests.close(session, cast.coach, old.id, NOW)
    new = await asks(database, cast.rina)
    assert new.id != old.id
    async with database.transaction() as session:
        got = await help_requests.answer(
            session, cast.rina, old.id, helped=False, today=TODAY, now=NOW
        )
    assert got.id == new.id
    assert (await request_now(database, old.id)).status == HelpStatus.CLOSED


# --------------------------------------------------------------------- time


async def test_an_hour_of_school_unclaimed_tells_everybody_once(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)  # Senin, pukul 10.00
    assert await looks(database, NOW + AN_HOUR - A_MINUTE) == 0
    for minutes in (0, 1, 60):
        await looks(database, NOW + AN_HOUR + minutes * A_MINUTE)
    everybody = {cast.coach.member_id, cast.principal.member_id, cast.deputy.member_id}
    assert sorted(await told(database, "help_unclaimed")) == sorted(everybody)
    await claims(database, cast.principal, full.id)


async def test_the_night_and_the_weekend_do_not_count(database: Database, cast: Cast) -> None:
    friday = datetime(2026, 7, 10, 15, 30, tzinfo=JAKARTA)
    await asks(database, cast.rina, now=friday)
    for moment in (
        friday + timedelta(hours=5),
        datetime(2026, 7, 11, 12, 0, tzinfo=JAKARTA),
        datetime(2026, 7, 13, 7, 29, tzinfo=JAKARTA),
    ):
        assert await looks(database, moment) == 0
    assert await looks(database, datetime(2026, 7, 13, 7, 30, tzinfo=JAKARTA)) == 1


async def test_silence_for_a_school_hour_gives_the_request_back(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    await says(database, cast.coach, full.id, "Sebentar", NOW + A_MINUTE)
    assert await looks(database, NOW + 3 * AN_HOUR) == 0, "nobody waits for a word"
    asked = NOW + timedelta(hours=3)
    await says(database, cast.rina, full.id, "Lalu?", asked)
    await says(database, cast.rina, full.id, "Halo?", asked + timedelta(minutes=50))
    assert await looks(database, asked + AN_HOUR - A_MINUTE) == 0
    assert await looks(database, asked + AN_HOUR) == 1
    now = await request_now(database, full.id)
    assert (now.status, now.claimed_by) == (HelpStatus.OPEN, None)
    assert await told(database, "help_back_in_queue") == [cast.rina.member_id]
    assert await told(database, "help_lapsed") == [cast.coach.member_id]
    helpers = [cast.coach.member_id, cast.principal.member_id, cast.deputy.member_id]
    assert sorted(await told(database, "help_wanted")) == sorted(helpers)


async def test_a_word_in_the_last_moment_keeps_the_request(
    database: Database, other: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    later = NOW + AN_HOUR
    _said, concerned = await overtaking(
        database, other,
        lambda session: help_talks.say(session, cast.coach, full.id, Said("Ini saya"), later),
        lambda session: help_watch.look_after(session, later),
    )  # fmt: skip
    assert concerned == 0
    assert (await request_now(database, full.id)).claimed_by == cast.coach.member_id
    assert await told(database, "help_lapsed") == []


@pytest.mark.parametrize("how", ["blocked", "no coach any more"])
async def test_a_coach_who_is_gone_gives_the_request_back(
    database: Database, cast: Cast, how: str
) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    async with database.transaction() as session:
        if how == "blocked":
            account = await session.get_one(Account, 105)
            account.blocked_at = NOW
            session.add(account)
        else:
            number = cast.coach.member_id
            await members.change_roles(session, cast.operator, number, Role.TEACHER, NOW)
    assert await looks(database, NOW + A_MINUTE) == 1
    assert (await request_now(database, full.id)).status == HelpStatus.OPEN


async def test_a_look_at_many_requests_is_one_statement(database: Database, cast: Cast) -> None:
    for who in (cast.rina, cast.budi):
        full = await asks(database, who)
        await claims(database, cast.coach, full.id)
    with statements(database) as seen:
        await looks(database, NOW + A_MINUTE)
    assert len(seen) == 1


FIRST_OF_JULY = datetime(2026, 7, 1, tzinfo=JAKARTA)
moments = st.integers(0, 30 * 24 * 60).map(lambda minutes: FIRST_OF_JULY + minutes * A_MINUTE)


@given(moments, moments, moments)
def test_help_hours_add_up(one: datetime, two: datetime, three: datetime) -> None:
    first, middle, last = sorted((one, two, three))
    if last - first > school_hours.LOOKS_BACK:
        last = first + school_hours.LOOKS_BACK
        middle = min(middle, last)
    hours = school_hours.Hours(JAKARTA)
    whole = hours.open_between(first, last)
    parts = (hours.open_between(first, middle), hours.open_between(middle, last))
    assert whole == sum(parts, timedelta())
    assert timedelta() <= whole <= last - first
    assert hours.open_between(last, first) <= timedelta()


# --------------------------------------------------------------------- proposing


async def test_a_proposal_is_taken_over_with_one_tap(database: Database, cast: Cast) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    async with database.transaction() as session:
        plan = await drafted(session, cast.rina)
    async with database.transaction() as session:
        for _ in range(2):
            offered = await help_proposals.propose_item(
                session, cast.coach, RULES, full.id, plan.id, "RHK-02", 3, NOW
            )
    number = known_id(offered.id)
    assert await told(database, "help_proposed") == [cast.rina.member_id], "the same twice is one"
    for who in (cast.coach, cast.budi):
        with pytest.raises(NotAllowed):
            async with database.transaction() as session:
                await help_proposals.take(session, who, RULES, number, 0, NOW)
    async with database.transaction() as session:
        taken = await help_proposals.take(session, cast.rina, RULES, number, 0, NOW)
    assert entry_of(taken.plan, "RHK-02").quantity == 3
    assert await told(database, "help_answered") == [cast.coach.member_id]
    with pytest.raises(ProposalAnswered):
        async with database.transaction() as session:
            await help_proposals.decline(session, cast.rina, number, NOW)


async def test_a_proposal_is_checked_against_the_plan_as_it_is_then(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    async with database.transaction() as session:
        plan = await drafted(session, cast.rina)
    async with database.transaction() as session:
        offered = await help_proposals.propose_item(
            session, cast.coach, RULES, full.id, plan.id, "RHK-01", 6, NOW
        )
    number = known_id(offered.id)
    async with database.transaction() as session:
        await plans.set_quantity(session, cast.rina, RULES, plan.id, "RHK-01", 9, NOW)
    with pytest.raises(ProposalOutdated) as refused:
        async with database.transaction() as session:
            await help_proposals.take(session, cast.rina, RULES, number, 4, NOW)
    assert refused.value.current == 9
    async with database.transaction() as session:
        await plans.submit(session, cast.rina, RULES, plan.id, 0, today=TODAY, now=NOW)
    with pytest.raises(NotNow):
        async with database.transaction() as session:
            await help_proposals.take(session, cast.rina, RULES, number, 9, NOW)
    async with database.reading() as session:
        kept = await session.get_one(HelpProposal, number)
    assert kept.state == "offered"


async def test_only_the_helper_proposes_and_only_what_can_be_planned(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    async with database.transaction() as session:
        plan = await drafted(session, cast.rina)
        budis = await drafted(session, cast.budi)

    async def proposes(who: Actor, plan_id: int, units: int) -> None:
        async with database.transaction() as session:
            await help_proposals.propose_item(
                session, who, RULES, full.id, plan_id, "RHK-01", units, NOW
            )

    with pytest.raises(NotAllowed):
        await proposes(cast.principal, plan.id, 1)
    with pytest.raises(NotAllowed):
        await proposes(cast.coach, budis.id, 1)
    for units in (0, 21, -3):
        with pytest.raises(OutOfRange):
            await proposes(cast.coach, plan.id, units)


async def test_missing_evidence_is_pointed_out(database: Database, cast: Cast) -> None:
    full = await asks(database, cast.rina, "evidence")
    await claims(database, cast.coach, full.id)
    async with database.transaction() as session:
        plan = await holds(session, cast.rina, cast.principal)
        entry = known_id(entry_of(plan, "RHK-01").id)
        await help_proposals.point_out_evidence(
            session, cast.coach, RULES, full.id, plan.id, entry, NOW
        )
        with pytest.raises(NotFound):
            await help_proposals.point_out_evidence(
                session, cast.coach, RULES, full.id, plan.id, entry + 999, NOW
            )
    assert await told(database, "help_proposed") == [cast.rina.member_id]


async def test_a_plan_that_changes_under_the_helpers_eyes_is_shown_anew(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    async with database.transaction() as session:
        plan = await drafted(session, cast.rina)
        later = NOW + A_MINUTE
        await help_drafts.note_look(session, cast.principal, full.id, 9, later)
        await help_drafts.note_look(session, cast.coach, full.id, 7, later)

    async def refreshes(now: datetime) -> int:
        async with database.transaction() as session:
            return await help_drafts.refresh_due(session, now)

    assert await refreshes(later) == 0
    async with database.transaction() as session:
        await plans.set_quantity(session, cast.rina, RULES, plan.id, "RHK-02", 1, later + A_MINUTE)
    assert await refreshes(later + 2 * A_MINUTE) == 1
    assert await refreshes(later + 3 * A_MINUTE) == 0
    assert await told(database, "help_draft") == [cast.coach.member_id]
    assert (await request_now(database, full.id)).draft_message_id == 7


# --------------------------------------------------------------------- erasing


async def test_erasing_whoever_asked_erases_what_was_said(database: Database, cast: Cast) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    async with database.transaction() as session:
        plan = await drafted(session, cast.rina)
    await says(database, cast.rina, full.id, "rahasia")
    async with database.transaction() as session:
        await help_proposals.propose_item(
            session, cast.coach, RULES, full.id, plan.id, "RHK-02", 1, NOW
        )
        await remember(
            session, school_id=cast.school.id or 0, member_id=cast.coach.member_id,
            place=(1, 1), subject=Subject(help_id=full.id), view="x", now=NOW,
        )  # fmt: skip
    async with database.transaction() as session:
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
    async with database.reading() as session:
        for table in (HelpRequest, HelpMessage, HelpProposal, Card):
            assert (await session.exec(select(table))).all() == []
        waiting = await session.exec(
            select(OutboxMessage).where(col(OutboxMessage.kind).startswith("help"))
        )
        assert waiting.all() == []


async def test_erasing_a_coach_puts_whom_the_coach_helped_back(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    await says(database, cast.coach, full.id, "kata-kata Penggerak")
    await says(database, cast.rina, full.id, "kata-kata Rina")
    async with database.transaction() as session:
        await erase_member(session, cast.operator, cast.coach.member_id, NOW + A_MINUTE)
    assert (await request_now(database, full.id)).status == HelpStatus.OPEN
    async with database.reading() as session:
        left = (await session.exec(select(HelpMessage.text))).all()
    assert left == ["kata-kata Rina"]
    assert await told(database, "help_back_in_queue") == [cast.rina.member_id]


# --------------------------------------------------------------------- any order of things


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
            lambda session: help_requests.ask(
                session, self.actor(owner), where, today=TODAY, now=self.now
            )
        )
        assert isinstance(done, help_requests.Asked)
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
            lambda session: help_requests.claim(session, self.actor(who), expected.id, self.now)
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
            lambda session: help_requests.release(
                session, self.actor(who), expected.id, TODAY, self.now
            )
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
            lambda session: help_requests.close(session, self.actor(who), expected.id, self.now)
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
            lambda session: help_requests.answer(
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
        self.act(lambda session: help_watch.look_after(session, self.now))
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
