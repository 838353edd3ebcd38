"""What a coach proposes, and a plan that changes under the helper's eyes."""

from datetime import datetime

import pytest

from storage import (
    plans,
)
from storage.database import Database
from storage.errors import (
    NotAllowed,
    NotFound,
    NotNow,
    OutOfRange,
    ProposalAnswered,
    ProposalOutdated,
)
from storage.helping import following, proposing
from storage.models import (
    HelpProposal,
)
from storage.people import Actor, known_id
from tests.storage.evidence.staging import (
    NOW,
    RULES,
    TODAY,
    Cast,
    drafted,
    entry_of,
    holds,
    told,
)
from tests.storage.helping.staging import A_MINUTE, asks, claims, request_now


async def test_a_proposal_is_taken_over_with_one_tap(database: Database, cast: Cast) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    async with database.transaction() as session:
        plan = await drafted(session, cast.rina)
    async with database.transaction() as session:
        for _ in range(2):
            offered = await proposing.propose_item(
                session, cast.coach, RULES, full.id, plan.id, "RHK-02", 3, NOW
            )
    number = known_id(offered.id)
    assert await told(database, "help_proposed") == [cast.rina.member_id], "the same twice is one"
    for who in (cast.coach, cast.budi):
        with pytest.raises(NotAllowed):
            async with database.transaction() as session:
                await proposing.take(session, who, RULES, number, 0, NOW)
    async with database.transaction() as session:
        taken = await proposing.take(session, cast.rina, RULES, number, 0, NOW)
    assert entry_of(taken.plan, "RHK-02").quantity == 3
    assert await told(database, "help_answered") == [cast.coach.member_id]
    with pytest.raises(ProposalAnswered):
        async with database.transaction() as session:
            await proposing.decline(session, cast.rina, number, NOW)


async def test_a_proposal_is_checked_against_the_plan_as_it_is_then(
    database: Database, cast: Cast
) -> None:
    full = await asks(database, cast.rina)
    await claims(database, cast.coach, full.id)
    async with database.transaction() as session:
        plan = await drafted(session, cast.rina)
    async with database.transaction() as session:
        offered = await proposing.propose_item(
            session, cast.coach, RULES, full.id, plan.id, "RHK-01", 6, NOW
        )
    number = known_id(offered.id)
    async with database.transaction() as session:
        await plans.set_quantity(session, cast.rina, RULES, plan.id, "RHK-01", 9, NOW)
    with pytest.raises(ProposalOutdated) as refused:
        async with database.transaction() as session:
            await proposing.take(session, cast.rina, RULES, number, 4, NOW)
    assert refused.value.current == 9
    async with database.transaction() as session:
        await plans.submit(session, cast.rina, RULES, plan.id, 0, today=TODAY, now=NOW)
    with pytest.raises(NotNow):
        async with database.transaction() as session:
            await proposing.take(session, cast.rina, RULES, number, 9, NOW)
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
            await proposing.propose_item(
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
        await proposing.point_out_evidence(
            session, cast.coach, RULES, full.id, plan.id, entry, NOW
        )
        with pytest.raises(NotFound):
            await proposing.point_out_evidence(
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
        await following.note_look(session, cast.principal, full.id, 9, later)
        await following.note_look(session, cast.coach, full.id, 7, later)

    async def refreshes(now: datetime) -> int:
        async with database.transaction() as session:
            return await following.refresh_due(session, now)

    assert await refreshes(later) == 0
    async with database.transaction() as session:
        await plans.set_quantity(session, cast.rina, RULES, plan.id, "RHK-02", 1, later + A_MINUTE)
    assert await refreshes(later + 2 * A_MINUTE) == 1
    assert await refreshes(later + 3 * A_MINUTE) == 0
    assert await told(database, "help_draft") == [cast.coach.member_id]
    assert (await request_now(database, full.id)).draft_message_id == 7
