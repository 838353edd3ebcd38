"""A broadcast from draft to end: who may, what follows what, once for each, lost by no crash."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import broadcast_drafts, broadcast_runs, broadcasts, outbox
from storage.audiences import AudienceKind, Counts
from storage.broadcast_drafts import Attachment
from storage.broadcast_runs import EXPIRES_AFTER, Fate, Standing
from storage.broadcasts import STARTS_WITHIN, TRANSITIONS, Action
from storage.database import Database
from storage.erasure import erase_member
from storage.errors import (
    BroadcastChanged,
    BroadcastEmpty,
    BroadcastNotNow,
    NobodyInReach,
    NotAllowed,
    NotFound,
    Refused,
    TimeIsPast,
    TooLong,
)
from storage.models import (
    Account,
    AuditEntry,
    Broadcast,
    BroadcastAnswer,
    BroadcastReply,
    BroadcastStatus,
    Member,
    OutboxMessage,
    OutboxState,
    Role,
    School,
)
from storage.people import Actor, known_id
from storage.rulebook import RuleBook
from tests.storage.evidence.staging import NOW, Cast, attempt, cast_for, overtaking

BOOK = RuleBook()
AN_HOUR = timedelta(hours=1)
ALL = AudienceKind.ALL


@pytest.fixture
async def cast(database: Database) -> Cast:
    return await cast_for(database)


@pytest.fixture
async def other(database: Database, database_url: str) -> AsyncIterator[Database]:
    """The same database, as another process has it."""
    second = Database(database_url)
    yield second
    await second.close()


async def drafted(
    database: Database, actor: Actor, kind: AudienceKind = ALL, text: str = "Halo {nama}"
) -> Broadcast:
    async with database.transaction() as session:
        draft = await broadcast_drafts.begin(session, actor, kind, NOW)
        return await broadcast_drafts.write(session, actor, known_id(draft.id), text, NOW)


async def started(database: Database, actor: Actor, kind: AudienceKind = ALL) -> int:
    draft = await drafted(database, actor, kind)
    async with database.transaction() as session:
        number = known_id(draft.id)
        await broadcasts.start(session, actor, BOOK, number, draft.revision, NOW)
    return number


async def written(database: Database, number: int, limit: int = 500) -> int:
    """Fill the outbox to the end; say how many parts it took."""
    parts, more = 0, True
    while more:
        parts += 1
        async with database.transaction() as session:
            more = await broadcast_runs.write_part(session, BOOK, number, NOW, limit)
    return parts


async def rows(database: Database, number: int) -> dict[int, OutboxMessage]:
    async with database.reading() as session:
        found = await session.exec(
            select(OutboxMessage)
            .where(OutboxMessage.broadcast_id == number)
            .order_by(col(OutboxMessage.member_id))
        )
        return {one.member_id: one for one in found.all()}


async def settle(database: Database, number: int, **states: OutboxState) -> None:
    """Let messages end; `others` are all that are not named (`to_12=`)."""
    for member_id, row in (await rows(database, number)).items():
        state = states.get(f"to_{member_id}", states.get("others"))
        if state is not None:
            async with database.transaction() as session:
                await outbox.settle(session, known_id(row.id), state, NOW, "words")


async def now(database: Database, number: int) -> Broadcast:
    async with database.reading() as session:
        return await session.get_one(Broadcast, number)


async def standing(database: Database, number: int) -> Standing:
    async with database.reading() as session:
        return await broadcast_runs.standing(session, await session.get_one(Broadcast, number))


async def finish(database: Database, number: int) -> bool:
    async with database.transaction() as session:
        return await broadcast_runs.finish(session, number, NOW)


def everybody_but(cast: Cast, *out: Actor) -> set[int]:
    ours = {cast.rina, cast.budi, cast.deputy, cast.principal, cast.coach, cast.operator}
    return {one.member_id for one in ours - set(out)}


# ------------------------------------------------------------------------------- who may


async def test_those_with_the_role_may_write_to_many(database: Database, cast: Cast) -> None:
    for actor in (cast.coach, cast.principal, cast.operator, cast.deputy):
        await drafted(database, actor)
    async with database.transaction() as session:
        with pytest.raises(NotAllowed):
            await broadcast_drafts.begin(session, cast.rina, ALL, NOW)


async def test_a_broadcast_is_its_senders_alone(database: Database, cast: Cast) -> None:
    draft = await drafted(database, cast.coach)
    number = known_id(draft.id)
    for actor in (cast.principal, cast.operator, cast.stranger):
        async with database.transaction() as session:
            for work in (
                broadcasts.own(session, actor, number),
                broadcast_drafts.write(session, actor, number, "x", NOW),
                broadcasts.cancel(session, actor, number, NOW),
                broadcasts.start(session, actor, BOOK, number, draft.revision, NOW),
            ):
                with pytest.raises(NotFound):
                    await work
    assert (await now(database, number)).status == "draft"


async def test_it_reaches_nobody_of_another_school(database: Database, cast: Cast) -> None:
    for kind in (ALL, AudienceKind.TEACHERS, AudienceKind.BEHIND, AudienceKind.NOT_STARTED):
        number = await started(database, cast.coach, kind)
        await written(database, number)
        reached = set(await rows(database, number))
        assert reached
        assert reached <= everybody_but(cast, cast.coach)


async def test_people_of_another_school_cannot_be_named(database: Database, cast: Cast) -> None:
    draft = await drafted(database, cast.coach, AudienceKind.PEOPLE)
    for member_id in (cast.stranger.member_id, cast.coach.member_id, 10**9, -1):
        async with database.transaction() as session:
            with pytest.raises(NotFound):
                await broadcast_drafts.toggle_person(
                    session, cast.coach, known_id(draft.id), member_id, NOW
                )
    async with database.transaction() as session:
        number = known_id(draft.id)
        await broadcast_drafts.toggle_person(session, cast.coach, number, cast.rina.member_id, NOW)
        draft = await broadcast_drafts.toggle_person(
            session, cast.coach, number, cast.budi.member_id, NOW
        )
        assert draft.people == sorted([cast.rina.member_id, cast.budi.member_id])
        draft = await broadcast_drafts.toggle_person(
            session, cast.coach, number, cast.rina.member_id, NOW
        )
        assert draft.people == [cast.budi.member_id]


# ------------------------------------------------------------------------------- drafts


async def test_there_is_one_draft_and_its_words_are_kept(database: Database, cast: Cast) -> None:
    first = await drafted(database, cast.coach)
    async with database.transaction() as session:
        again = await broadcast_drafts.begin(session, cast.coach, AudienceKind.RETURNED, NOW)
        assert again.id == first.id
        assert (again.audience, again.text) == ("returned", "Halo {nama}")
        assert again.revision > first.revision
        found = await broadcasts.draft_of(session, cast.coach)
        assert found is not None
        assert found.id == first.id


async def test_too_many_words_are_refused_and_not_cut(database: Database, cast: Cast) -> None:
    draft = await drafted(database, cast.coach)
    refused = await attempt(
        database,
        lambda session: broadcast_drafts.write(
            session, cast.coach, known_id(draft.id), "x" * 4097, NOW
        ),
    )
    assert isinstance(refused, TooLong)
    assert (await now(database, known_id(draft.id))).text == "Halo {nama}"


async def test_what_was_changed_since_it_was_shown_is_not_sent(
    database: Database, cast: Cast
) -> None:
    draft = await drafted(database, cast.coach)
    number, shown = known_id(draft.id), draft.revision
    async with database.transaction() as session:
        await broadcast_drafts.attach(
            session, cast.coach, number, Attachment("file", "photo"), NOW
        )
    refused = await attempt(
        database,
        lambda session: broadcasts.start(session, cast.coach, BOOK, number, shown, NOW),
    )
    assert isinstance(refused, BroadcastChanged)


async def test_nothing_and_to_nobody_is_not_sent(database: Database, cast: Cast) -> None:
    empty = await drafted(database, cast.coach, text="")
    refused = await attempt(
        database,
        lambda session: broadcasts.start(
            session, cast.coach, BOOK, known_id(empty.id), empty.revision, NOW
        ),
    )
    assert isinstance(refused, BroadcastEmpty)
    nobody = await drafted(database, cast.coach, AudienceKind.RETURNED)
    refused = await attempt(
        database,
        lambda session: broadcasts.start(
            session, cast.coach, BOOK, known_id(nobody.id), nobody.revision, NOW
        ),
    )
    assert isinstance(refused, NobodyInReach)
    assert (await now(database, known_id(nobody.id))).status == "draft"


# ------------------------------------------------------------------------------- what follows what


@pytest.mark.parametrize("action", Action)
@pytest.mark.parametrize("status", BroadcastStatus)
async def test_only_what_the_table_says_can_follow(
    database: Database, cast: Cast, status: BroadcastStatus, action: Action
) -> None:
    draft = await drafted(database, cast.coach)
    async with database.transaction() as session:
        broadcast = await session.get_one(Broadcast, draft.id)
        broadcast.status = status
        session.add(broadcast)
    outcome: object = None
    async with database.transaction() as session:
        broadcast = await session.get_one(Broadcast, draft.id)
        try:
            await broadcasts.move(session, broadcast, action)
        except BroadcastNotNow as refused:
            outcome = refused
    after = (await now(database, known_id(draft.id))).status
    if (status, action) in TRANSITIONS:
        assert outcome is None
        assert after == TRANSITIONS[status, action]
    else:
        assert isinstance(outcome, BroadcastNotNow)
        assert after == status


async def test_of_two_who_start_at_once_one_does(
    database: Database, other: Database, cast: Cast
) -> None:
    draft = await drafted(database, cast.coach)

    async def start(session: AsyncSession) -> Counts:
        return await broadcasts.start(
            session, cast.coach, BOOK, known_id(draft.id), draft.revision, NOW
        )

    first, second = await overtaking(database, other, start, start)
    assert isinstance(first, Counts)
    assert isinstance(second, BroadcastNotNow)


async def test_a_schedule_can_be_changed_and_withdrawn_until_it_starts(
    database: Database, cast: Cast
) -> None:
    number = known_id((await drafted(database, cast.coach)).id)
    async with database.transaction() as session:
        with pytest.raises(TimeIsPast):
            await broadcasts.schedule(session, cast.coach, number, NOW, NOW)
        await broadcasts.schedule(session, cast.coach, number, NOW + AN_HOUR, NOW)
        moved = await broadcasts.schedule(session, cast.coach, number, NOW + 2 * AN_HOUR, NOW)
        assert moved.due_at == NOW + 2 * AN_HOUR
        assert await broadcasts.due(session, NOW + AN_HOUR) == []
        assert await broadcasts.due(session, NOW + 2 * AN_HOUR) == [number]
        back = await broadcasts.withdraw(session, cast.coach, number, NOW)
        assert (back.status, back.due_at) == ("draft", None)
        assert await broadcasts.due(session, NOW + 2 * AN_HOUR) == []


async def start_due(database: Database, number: int, at: timedelta) -> bool:
    async with database.transaction() as session:
        return await broadcasts.start_due(session, BOOK, number, NOW + at)


async def test_it_starts_when_its_hour_has_come_and_once(database: Database, cast: Cast) -> None:
    number = known_id((await drafted(database, cast.coach)).id)
    async with database.transaction() as session:
        await broadcasts.schedule(session, cast.coach, number, NOW + AN_HOUR, NOW)
    assert not await start_due(database, number, AN_HOUR / 2)
    assert await start_due(database, number, AN_HOUR)
    assert not await start_due(database, number, AN_HOUR)
    assert (await now(database, number)).status == "sending"


@pytest.mark.parametrize("late", [STARTS_WITHIN, STARTS_WITHIN + timedelta(seconds=1)])
async def test_what_is_long_overdue_is_given_back_and_told(
    database: Database, cast: Cast, late: timedelta
) -> None:
    number = known_id((await drafted(database, cast.coach)).id)
    async with database.transaction() as session:
        await broadcasts.schedule(session, cast.coach, number, NOW + AN_HOUR, NOW)
    in_time = late == STARTS_WITHIN
    assert await start_due(database, number, AN_HOUR + late) is in_time
    assert (await now(database, number)).status == ("sending" if in_time else "draft")
    async with database.reading() as session:
        found = await session.exec(
            select(OutboxMessage).where(OutboxMessage.kind == "broadcast_not_started")
        )
        told = [(one.kind, one.member_id) for one in found.all()]
    assert told == ([] if in_time else [("broadcast_not_started", cast.coach.member_id)])


async def test_who_lost_the_role_sends_nothing_any_more(database: Database, cast: Cast) -> None:
    number = known_id((await drafted(database, cast.coach)).id)
    async with database.transaction() as session:
        await broadcasts.schedule(session, cast.coach, number, NOW + AN_HOUR, NOW)
        member = await session.get_one(Member, cast.coach.member_id)
        member.roles = int(Role.TEACHER)
        session.add(member)
    assert not await start_due(database, number, AN_HOUR)
    assert (await now(database, number)).status == "cancelled"
    async with database.reading() as session:
        found = await session.exec(
            select(OutboxMessage).where(OutboxMessage.kind == "broadcast_not_started")
        )
        assert [one.subject["why"] for one in found.all()] == ["role"]


async def test_a_deputy_s_broadcast_starts_on_the_days_of_the_deputation(
    database: Database, cast: Cast
) -> None:
    number = known_id((await drafted(database, cast.deputy)).id)
    async with database.transaction() as session:
        await broadcasts.schedule(session, cast.deputy, number, NOW + AN_HOUR, NOW)
    assert await start_due(database, number, AN_HOUR)


# ------------------------------------------------------------------------------- on its way


async def test_the_outbox_is_filled_part_by_part_and_once_for_each(
    database: Database, cast: Cast
) -> None:
    number = await started(database, cast.coach)
    assert await written(database, number, limit=2) == 3
    found = await rows(database, number)
    assert set(found) == everybody_but(cast, cast.coach)
    for one in found.values():
        assert one.occasion == f"broadcast:{number}"
        assert one.priority == outbox.Priority.BROADCAST
        assert one.expires_at == NOW + EXPIRES_AFTER
    async with database.transaction() as session:
        assert not await broadcast_runs.write_part(session, BOOK, number, NOW)
    assert len(await rows(database, number)) == len(found)


async def test_a_part_that_was_interrupted_is_taken_up_where_it_was(
    database: Database, cast: Cast
) -> None:
    number = await started(database, cast.coach)
    async with database.transaction() as session:
        assert await broadcast_runs.write_part(session, BOOK, number, NOW, 2)
    async with database.writing() as session:  # a crash before the commit
        assert await broadcast_runs.write_part(session, BOOK, number, NOW, 2)
        await session.rollback()
    assert len(await rows(database, number)) == 2
    await written(database, number, limit=2)
    assert set(await rows(database, number)) == everybody_but(cast, cast.coach)


async def test_two_who_fill_at_once_do_not_fill_twice(
    database: Database, other: Database, cast: Cast
) -> None:
    number = await started(database, cast.coach)

    async def fill(session: AsyncSession) -> bool:
        return await broadcast_runs.write_part(session, BOOK, number, NOW, 2)

    await overtaking(database, other, fill, fill)
    await written(database, number, limit=2)
    assert set(await rows(database, number)) == everybody_but(cast, cast.coach)


async def test_who_is_out_of_reach_is_counted_apart_and_named(
    database: Database, cast: Cast
) -> None:
    async with database.transaction() as session:
        account = await session.get_one(Account, 101)
        account.blocked_at = NOW
        session.add(account)
        session.add(Member(school_id=cast.coach.school_id, name="Tono", roles=1, created_at=NOW))
    number = await started(database, cast.coach, AudienceKind.TEACHERS)
    await written(database, number)
    assert set(await rows(database, number)) == {cast.budi.member_id, cast.deputy.member_id}
    assert await standing(database, number) == Standing(
        sent=0, waiting=2, withdrawn=0, blocked=1, not_joined=1, failed=0, done=0, help=0
    )
    async with database.reading() as session:
        broadcast = await session.get_one(Broadcast, number)
        assert await broadcast_runs.names(session, broadcast, Fate.BLOCKED) == ["Rina"]
        assert await broadcast_runs.names(session, broadcast, Fate.NOT_JOINED) == ["Tono"]


async def test_it_ends_when_nothing_waits_any_more(database: Database, cast: Cast) -> None:
    number = await started(database, cast.coach)
    assert not await finish(database, number)
    await written(database, number)
    assert not await finish(database, number)
    rina, budi = cast.rina.member_id, cast.budi.member_id
    await settle(
        database, number,
        **{f"to_{rina}": OutboxState.FAILED, f"to_{budi}": OutboxState.BLOCKED},
        others=OutboxState.SENT,
    )  # fmt: skip
    assert await finish(database, number)
    assert (await now(database, number)).status == "done"
    assert await standing(database, number) == Standing(
        sent=3, waiting=0, withdrawn=0, blocked=1, not_joined=0, failed=1, done=0, help=0
    )
    async with database.reading() as session:
        assert await broadcast_runs.unfinished(session) == [number]
    async with database.transaction() as session:
        await broadcast_runs.note_told(session, number, NOW)
        assert await broadcast_runs.unfinished(session) == []


async def test_to_those_whom_it_failed_to_reach_it_can_be_sent_again(
    database: Database, cast: Cast
) -> None:
    number = await started(database, cast.coach)
    await written(database, number)
    rina, budi = cast.rina.member_id, cast.budi.member_id
    await settle(
        database, number,
        **{f"to_{rina}": OutboxState.FAILED, f"to_{budi}": OutboxState.CANCELLED},
        others=OutboxState.SENT,
    )  # fmt: skip
    assert isinstance(
        await attempt(
            database, lambda session: broadcast_drafts.send_again(session, cast.coach, number, NOW)
        ),
        BroadcastNotNow,
    )
    await finish(database, number)
    async with database.transaction() as session:
        again = await broadcast_drafts.send_again(session, cast.coach, number, NOW)
        assert again.text == "Halo {nama}"
        second = known_id(again.id)
        await broadcasts.start(session, cast.coach, BOOK, second, again.revision, NOW)
    await written(database, second)
    assert set(await rows(database, second)) == {rina, budi}
    await settle(database, second, others=OutboxState.SENT)
    await finish(database, second)
    refused = await attempt(
        database, lambda session: broadcast_drafts.send_again(session, cast.coach, second, NOW)
    )
    assert isinstance(refused, NobodyInReach)


async def test_cancelling_midway_stops_what_waits_and_what_is_unwritten(
    database: Database, cast: Cast
) -> None:
    number = await started(database, cast.coach)
    async with database.transaction() as session:
        await broadcast_runs.write_part(session, BOOK, number, NOW, 2)
    first, *_ = await rows(database, number)
    await settle(database, number, **{f"to_{first}": OutboxState.SENT})
    async with database.transaction() as session:
        await broadcasts.cancel(session, cast.coach, number, NOW)
    async with database.transaction() as session:
        assert not await broadcast_runs.write_part(session, BOOK, number, NOW, 2)
    states = [one.state for one in (await rows(database, number)).values()]
    assert sorted(states) == ["cancelled", "sent"]
    found = await standing(database, number)
    assert (found.sent, found.withdrawn, found.failed, found.waiting) == (1, 1, 0, 0)
    assert isinstance(
        await attempt(
            database, lambda session: broadcasts.cancel(session, cast.coach, number, NOW)
        ),
        BroadcastNotNow,
    )


async def test_a_part_written_while_it_is_cancelled_is_withdrawn_too(
    database: Database, other: Database, cast: Cast
) -> None:
    number = await started(database, cast.coach)
    await overtaking(
        database, other,
        lambda session: broadcast_runs.write_part(session, BOOK, number, NOW, 3),
        lambda session: broadcasts.cancel(session, cast.coach, number, NOW),
    )  # fmt: skip
    assert {one.state for one in (await rows(database, number)).values()} <= {"cancelled"}
    assert (await now(database, number)).status == "cancelled"


async def test_a_draft_that_was_put_away_can_be_brought_back(
    database: Database, cast: Cast
) -> None:
    draft = await drafted(database, cast.coach, AudienceKind.TEACHERS)
    number = known_id(draft.id)
    async with database.transaction() as session:
        await broadcasts.cancel(session, cast.coach, number, NOW)
        assert await broadcasts.draft_of(session, cast.coach) is None
        back = await broadcast_drafts.restore(session, cast.coach, number, NOW)
        assert (back.status, back.audience, back.text) == ("draft", "teacher", "Halo {nama}")
    sent = await started(database, cast.principal)
    async with database.transaction() as session:
        await broadcasts.cancel(session, cast.principal, sent, NOW)
        with pytest.raises(BroadcastNotNow):
            await broadcast_drafts.restore(session, cast.principal, sent, NOW)


async def test_what_was_done_is_in_the_trail(database: Database, cast: Cast) -> None:
    number = await started(database, cast.coach)
    async with database.transaction() as session:
        await broadcasts.cancel(session, cast.coach, number, NOW)
    async with database.reading() as session:
        found = await session.exec(
            select(AuditEntry)
            .where(AuditEntry.subject == f"broadcast:{number}")
            .order_by(col(AuditEntry.id))
        )
        trail = [(one.action, one.member_id) for one in found.all()]
    coach = cast.coach.member_id
    assert trail == [("broadcast.start", coach), ("broadcast.cancel", coach)]


# ------------------------------------------------------------------------------- answers


async def say(database: Database, actor: Actor, number: int, what: BroadcastAnswer) -> object:
    return await attempt(
        database, lambda session: broadcast_runs.answer(session, actor, number, what, NOW)
    )


async def test_each_receiver_counts_once_and_the_last_word_holds(
    database: Database, cast: Cast
) -> None:
    number = await started(database, cast.coach)
    await written(database, number)
    for actor, what in (
        (cast.rina, BroadcastAnswer.DONE), (cast.budi, BroadcastAnswer.HELP),
        (cast.rina, BroadcastAnswer.DONE), (cast.rina, BroadcastAnswer.HELP),
    ):  # fmt: skip
        assert not isinstance(await say(database, actor, number, what), Refused)
    found = await standing(database, number)
    assert (found.done, found.help) == (0, 2)
    async with database.reading() as session:
        broadcast = await session.get_one(Broadcast, number)
        assert await broadcast_runs.names(session, broadcast, Fate.HELP) == ["Budi", "Rina"]


async def test_only_who_received_it_can_answer(database: Database, cast: Cast) -> None:
    number = await started(database, cast.coach, AudienceKind.PRINCIPALS)
    await written(database, number)
    for actor in (cast.rina, cast.coach, cast.stranger):
        assert isinstance(await say(database, actor, number, BroadcastAnswer.DONE), NotFound)
    assert isinstance(await say(database, cast.rina, 10**9, BroadcastAnswer.DONE), NotFound)


async def test_an_answer_counts_also_when_the_message_has_long_been_archived(
    database: Database, cast: Cast
) -> None:
    number = await started(database, cast.coach)
    await written(database, number)
    async with database.transaction() as session:
        await outbox.cancel_broadcast(session, number, NOW)
        assert await outbox.archive(session, NOW + timedelta(days=60))
    assert not isinstance(await say(database, cast.rina, number, BroadcastAnswer.DONE), Refused)
    assert (await standing(database, number)).done == 1
    assert isinstance(await say(database, cast.stranger, number, BroadcastAnswer.DONE), NotFound)


# ------------------------------------------------------------------------------- several schools


@pytest.fixture
async def district(database: Database, cast: Cast) -> Actor:
    """The operator's seat in a second school, where there are two teachers."""
    async with database.transaction() as session:
        school = School(
            npsn="3", name="SMPN 3", timezone="Asia/Jayapura", ruleset="pmm-2024", created_at=NOW
        )
        session.add(school)
        await session.flush()
        seat = Member(
            school_id=known_id(school.id), name="Operator", roles=8, account_id=106,
            created_at=NOW,
        )  # fmt: skip
        account = Account(id=301, created_at=NOW)
        session.add_all([seat, account])
        await session.flush()
        session.add(
            Member(
                school_id=known_id(school.id),
                name="Wati",
                roles=1,
                account_id=301,
                created_at=NOW,
            )
        )
        session.add(Member(school_id=known_id(school.id), name="Yanti", roles=1, created_at=NOW))
        return Actor(known_id(seat.id), known_id(school.id), "Operator", Role.OPERATOR)


async def test_an_operator_of_several_schools_writes_to_all_of_them(
    database: Database, cast: Cast, district: Actor
) -> None:
    draft = await drafted(database, cast.operator, AudienceKind.TEACHERS)
    number = known_id(draft.id)
    async with database.transaction() as session:
        draft = await broadcast_drafts.toggle_school(
            session, cast.operator, number, district.member_id, NOW
        )
        assert await broadcasts.reach(session, BOOK, draft, NOW) == Counts(4, 1, 0)
        await broadcasts.start(session, cast.operator, BOOK, number, draft.revision, NOW)
    async with database.reading() as session:
        those = await broadcasts.family(session, await session.get_one(Broadcast, number))
    assert [one.school_id for one in those] == [cast.operator.school_id, district.school_id]
    for one in those:
        await written(database, known_id(one.id))
        for row in (await rows(database, known_id(one.id))).values():
            assert row.school_id == one.school_id
    found = await standing(database, number)
    assert (found.waiting, found.not_joined) == (4, 1)
    for one in those:
        await settle(database, known_id(one.id), others=OutboxState.SENT)
    assert await finish(database, number)
    assert (await now(database, known_id(those[1].id))).status == "done"


async def test_it_is_sent_again_to_those_of_each_school_whom_it_failed_to_reach(
    database: Database, cast: Cast, district: Actor
) -> None:
    number = known_id((await drafted(database, cast.operator, AudienceKind.TEACHERS)).id)
    async with database.transaction() as session:
        draft = await broadcast_drafts.toggle_school(
            session, cast.operator, number, district.member_id, NOW
        )
        await broadcasts.start(session, cast.operator, BOOK, number, draft.revision, NOW)
        here, there = await broadcasts.family(session, draft)
    for one, state in ((here, OutboxState.SENT), (there, OutboxState.FAILED)):
        await written(database, known_id(one.id))
        await settle(database, known_id(one.id), others=state)
    failed = set(await rows(database, known_id(there.id)))
    assert await finish(database, number)
    async with database.transaction() as session:
        again = await broadcast_drafts.send_again(session, cast.operator, number, NOW)
        second = known_id(again.id)
        counts = await broadcasts.start(session, cast.operator, BOOK, second, again.revision, NOW)
        assert counts == Counts(1, 0, 0)
        here, there = await broadcasts.family(session, again)
    for one in (here, there):
        await written(database, known_id(one.id))
    assert await rows(database, second) == {}
    assert set(await rows(database, known_id(there.id))) == failed


async def test_cancelling_stops_it_in_all_schools(
    database: Database, cast: Cast, district: Actor
) -> None:
    number = known_id((await drafted(database, cast.operator)).id)
    async with database.transaction() as session:
        draft = await broadcast_drafts.toggle_school(
            session, cast.operator, number, district.member_id, NOW
        )
        await broadcasts.start(session, cast.operator, BOOK, number, draft.revision, NOW)
        those = await broadcasts.family(session, draft)
    await written(database, known_id(those[1].id))
    async with database.transaction() as session:
        await broadcasts.cancel(session, cast.operator, number, NOW)
    for one in those:
        assert (await now(database, known_id(one.id))).status == "cancelled"
        assert {row.state for row in (await rows(database, known_id(one.id))).values()} <= {
            "cancelled"
        }


async def test_a_school_that_is_not_ones_own_cannot_be_chosen(
    database: Database, cast: Cast, district: Actor
) -> None:
    for actor, seat in (
        (cast.operator, cast.stranger.member_id),
        (cast.operator, cast.rina.member_id),
        (cast.operator, cast.operator.member_id),
        (cast.coach, district.member_id),
        (cast.operator, 10**9),
    ):
        draft = await drafted(database, actor)
        async with database.transaction() as session:
            with pytest.raises(NotAllowed):
                await broadcast_drafts.toggle_school(session, actor, known_id(draft.id), seat, NOW)


async def test_a_school_the_operator_has_left_is_left_out(
    database: Database, cast: Cast, district: Actor
) -> None:
    number = known_id((await drafted(database, cast.operator)).id)
    async with database.transaction() as session:
        draft = await broadcast_drafts.toggle_school(
            session, cast.operator, number, district.member_id, NOW
        )
        seat = await session.get_one(Member, district.member_id)
        seat.roles = int(Role.TEACHER)
        session.add(seat)
        await session.flush()
        await broadcasts.start(session, cast.operator, BOOK, number, draft.revision, NOW)
        assert len(await broadcasts.family(session, draft)) == 1


# ------------------------------------------------------------------------------- erasure


async def test_erasing_the_sender_takes_the_words_and_stops_what_waits(
    database: Database, cast: Cast
) -> None:
    number = await started(database, cast.coach)
    await written(database, number)
    await say(database, cast.rina, number, BroadcastAnswer.HELP)
    async with database.transaction() as session:
        await erase_member(session, cast.operator, cast.coach.member_id, NOW)
    left = await now(database, number)
    assert (left.text, left.status) == ("", "cancelled")
    assert {one.state for one in (await rows(database, number)).values()} == {"cancelled"}
    async with database.transaction() as session:
        await erase_member(session, cast.operator, cast.rina.member_id, NOW)
        assert (await session.exec(select(BroadcastReply))).all() == []
