"""On its way: once for each, lost by no crash, and answered."""

from datetime import timedelta

import pytest
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.broadcasts import counting, drafting, moving, reading, running
from storage.broadcasts.audiences import AudienceKind
from storage.broadcasts.counting import Fate, Standing
from storage.broadcasts.running import EXPIRES_AFTER
from storage.database import Database
from storage.erasure import erase_member
from storage.errors import (
    BroadcastNotNow,
    NobodyInReach,
    NotFound,
    Refused,
)
from storage.models import (
    Account,
    AuditEntry,
    Broadcast,
    BroadcastAnswer,
    BroadcastReply,
    Member,
    OutboxState,
)
from storage.people import known_id
from tests.storage.broadcasts.staging import (
    BOOK,
    drafted,
    everybody_but,
    finish,
    now,
    rows,
    say,
    settle,
    standing,
    started,
    written,
)
from tests.storage.evidence.staging import NOW, Cast, attempt, overtaking


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
        assert not await running.write_part(session, BOOK, number, NOW)
    assert len(await rows(database, number)) == len(found)


async def test_a_part_that_was_interrupted_is_taken_up_where_it_was(
    database: Database, cast: Cast
) -> None:
    number = await started(database, cast.coach)
    async with database.transaction() as session:
        assert await running.write_part(session, BOOK, number, NOW, 2)
    async with database.writing() as session:  # a crash before the commit
        assert await running.write_part(session, BOOK, number, NOW, 2)
        await session.rollback()
    assert len(await rows(database, number)) == 2
    await written(database, number, limit=2)
    assert set(await rows(database, number)) == everybody_but(cast, cast.coach)


async def test_two_who_fill_at_once_do_not_fill_twice(
    database: Database, other: Database, cast: Cast
) -> None:
    number = await started(database, cast.coach)

    async def fill(session: AsyncSession) -> bool:
        return await running.write_part(session, BOOK, number, NOW, 2)

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
        assert await counting.names(session, broadcast, Fate.BLOCKED) == ["Rina"]
        assert await counting.names(session, broadcast, Fate.NOT_JOINED) == ["Tono"]


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
        assert await running.unfinished(session) == [number]
    async with database.transaction() as session:
        await running.note_told(session, number, NOW)
        assert await running.unfinished(session) == []


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
            database, lambda session: drafting.send_again(session, cast.coach, number, NOW)
        ),
        BroadcastNotNow,
    )
    await finish(database, number)
    async with database.transaction() as session:
        again = await drafting.send_again(session, cast.coach, number, NOW)
        assert again.text == "Halo {nama}"
        second = known_id(again.id)
        await moving.start(session, cast.coach, BOOK, second, again.revision, NOW)
    await written(database, second)
    assert set(await rows(database, second)) == {rina, budi}
    await settle(database, second, others=OutboxState.SENT)
    await finish(database, second)
    refused = await attempt(
        database, lambda session: drafting.send_again(session, cast.coach, second, NOW)
    )
    assert isinstance(refused, NobodyInReach)


async def test_cancelling_midway_stops_what_waits_and_what_is_unwritten(
    database: Database, cast: Cast
) -> None:
    number = await started(database, cast.coach)
    async with database.transaction() as session:
        await running.write_part(session, BOOK, number, NOW, 2)
    first, *_ = await rows(database, number)
    await settle(database, number, **{f"to_{first}": OutboxState.SENT})
    async with database.transaction() as session:
        await moving.cancel(session, cast.coach, number, NOW)
    async with database.transaction() as session:
        assert not await running.write_part(session, BOOK, number, NOW, 2)
    states = [one.state for one in (await rows(database, number)).values()]
    assert sorted(states) == ["cancelled", "sent"]
    found = await standing(database, number)
    assert (found.sent, found.withdrawn, found.failed, found.waiting) == (1, 1, 0, 0)
    assert isinstance(
        await attempt(database, lambda session: moving.cancel(session, cast.coach, number, NOW)),
        BroadcastNotNow,
    )


async def test_a_part_written_while_it_is_cancelled_is_withdrawn_too(
    database: Database, other: Database, cast: Cast
) -> None:
    number = await started(database, cast.coach)
    await overtaking(
        database, other,
        lambda session: running.write_part(session, BOOK, number, NOW, 3),
        lambda session: moving.cancel(session, cast.coach, number, NOW),
    )  # fmt: skip
    assert {one.state for one in (await rows(database, number)).values()} <= {"cancelled"}
    assert (await now(database, number)).status == "cancelled"


async def test_a_draft_that_was_put_away_can_be_brought_back(
    database: Database, cast: Cast
) -> None:
    draft = await drafted(database, cast.coach, AudienceKind.TEACHERS)
    number = known_id(draft.id)
    async with database.transaction() as session:
        await moving.cancel(session, cast.coach, number, NOW)
        assert await reading.draft_of(session, cast.coach) is None
        back = await drafting.restore(session, cast.coach, number, NOW)
        assert (back.status, back.audience, back.text) == ("draft", "teacher", "Halo {nama}")
    sent = await started(database, cast.principal)
    async with database.transaction() as session:
        await moving.cancel(session, cast.principal, sent, NOW)
        with pytest.raises(BroadcastNotNow):
            await drafting.restore(session, cast.principal, sent, NOW)


async def test_what_was_done_is_in_the_trail(database: Database, cast: Cast) -> None:
    number = await started(database, cast.coach)
    async with database.transaction() as session:
        await moving.cancel(session, cast.coach, number, NOW)
    async with database.reading() as session:
        found = await session.exec(
            select(AuditEntry)
            .where(AuditEntry.subject == f"broadcast:{number}")
            .order_by(col(AuditEntry.id))
        )
        trail = [(one.action, one.member_id) for one in found.all()]
    coach = cast.coach.member_id
    assert trail == [("broadcast.start", coach), ("broadcast.cancel", coach)]


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
        assert await counting.names(session, broadcast, Fate.HELP) == ["Budi", "Rina"]


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
