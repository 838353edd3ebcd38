"""Erasing one of the two."""

from sqlmodel import col, select

from storage.cards import Subject, remember
from storage.database import Database
from storage.erasure import erase_member
from storage.helping import proposing
from storage.models import (
    Card,
    HelpMessage,
    HelpProposal,
    HelpRequest,
    HelpStatus,
    OutboxMessage,
)
from tests.storage.evidence.staging import (
    NOW,
    RULES,
    Cast,
    drafted,
    told,
)
from tests.storage.helping.staging import A_MINUTE, asks, claims, request_now, says


async def test_erasing_whoever_asked_erases_what_was_said(database: Database, cast: Cast) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    async with database.transaction() as session:
        plan = await drafted(session, cast.rina)
    await says(database, cast.rina, full.id, "rahasia")
    async with database.transaction() as session:
        await proposing.propose_item(
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
