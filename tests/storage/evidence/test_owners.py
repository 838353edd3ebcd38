"""A piece is its sender's alone."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from storage.database import Database
from storage.errors import (
    NotAllowed,
    NotFound,
)
from storage.evidence import changing, filing, reading, replacing
from storage.people import Actor
from storage.plans import FullPlan
from tests.storage.evidence.changes import CHANGES, Change
from tests.storage.evidence.staging import (
    NOW,
    Cast,
    files,
    refuses,
    sends,
)


async def test_a_piece_is_its_senders_alone_to_change(
    database: Database, cast: Cast, plan: FullPlan
) -> None:
    async with database.transaction() as session:
        piece = await files(session, cast.rina, plan, "a")
        loose = await sends(session, cast.rina, "b")
        theirs = await sends(session, cast.budi, "c")
        both = replace(cast.budi, decides=True)
        for who, error in (
            (cast.budi, NotAllowed), (cast.principal, NotAllowed), (cast.coach, NotAllowed),
            (both, NotAllowed), (cast.stranger, NotFound),
        ):  # fmt: skip

            def doing(change: Change, who: Actor = who) -> Callable[[], Awaitable[object]]:
                return lambda: change(session, who, plan, piece.id)

            def act(
                work: Callable[..., Awaitable[Any]], *rest: Any, who: Actor = who, **named: Any
            ) -> Callable[[], Awaitable[object]]:
                return lambda: work(session, who, *rest, **named)

            await refuses(
                session, error, *(doing(one) for one in CHANGES.values()),
                act(replacing.take_away, piece.id, NOW),
                act(filing.use_again, piece.id, NOW),
                act(replacing.replace, piece.id, loose.id, NOW),
                act(replacing.replace, piece.id, theirs.id, NOW),
                act(reading.own_piece, piece.id),
                act(changing.own_open_plan, plan.id),
            )  # fmt: skip

        # Nor does somebody else's file take the place of one's own.
        async def instead() -> object:
            return await replacing.replace(session, cast.rina, piece.id, theirs.id, NOW)

        async def nothing() -> object:
            return await reading.own_piece(session, cast.rina, 10**9)

        await refuses(session, NotAllowed, instead)
        await refuses(session, NotFound, nothing)
