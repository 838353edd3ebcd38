"""A broadcast brought as far as a test needs it."""

from datetime import timedelta

from sqlmodel import col, select

from storage import outbox
from storage.broadcasts import answering, counting, drafting, moving, running
from storage.broadcasts.audiences import AudienceKind
from storage.broadcasts.counting import Standing
from storage.database import Database
from storage.models import (
    Broadcast,
    BroadcastAnswer,
    OutboxMessage,
    OutboxState,
)
from storage.people import Actor, known_id
from storage.rulebook import RuleBook
from tests.storage.evidence.staging import NOW, Cast, attempt

BOOK = RuleBook()
AN_HOUR = timedelta(hours=1)
ALL = AudienceKind.ALL


async def drafted(
    database: Database, actor: Actor, kind: AudienceKind = ALL, text: str = "Halo {nama}"
) -> Broadcast:
    async with database.transaction() as session:
        draft = await drafting.begin(session, actor, kind, NOW)
        return await drafting.write(session, actor, known_id(draft.id), text, NOW)


async def started(database: Database, actor: Actor, kind: AudienceKind = ALL) -> int:
    draft = await drafted(database, actor, kind)
    async with database.transaction() as session:
        number = known_id(draft.id)
        await moving.start(session, actor, BOOK, number, draft.revision, NOW)
    return number


async def written(database: Database, number: int, limit: int = 500) -> int:
    """Fill the outbox to the end; say how many parts it took."""
    parts, more = 0, True
    while more:
        parts += 1
        async with database.transaction() as session:
            more = await running.write_part(session, BOOK, number, NOW, limit)
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
        return await counting.standing(session, await session.get_one(Broadcast, number))


async def finish(database: Database, number: int) -> bool:
    async with database.transaction() as session:
        return await running.finish(session, number, NOW)


def everybody_but(cast: Cast, *out: Actor) -> set[int]:
    ours = {cast.rina, cast.budi, cast.deputy, cast.principal, cast.coach, cast.operator}
    return {one.member_id for one in ours - set(out)}


async def say(database: Database, actor: Actor, number: int, what: BroadcastAnswer) -> object:
    return await attempt(
        database, lambda session: answering.answer(session, actor, number, what, NOW)
    )
