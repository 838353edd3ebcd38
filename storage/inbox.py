"""Updates as they arrive: stored or acted on before they are acknowledged, acted on once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, null, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import InboxUpdate, table_of

KEPT_FOR = timedelta(days=3)
"""Telegram repeats an update for a day at most; after that its number may go."""


@dataclass(frozen=True, slots=True)
class Unfinished:
    """An update that a stopped process left behind. `acted` says that only the answer is owed."""

    payload: dict[str, Any]
    acted: bool


# Put together once: these run for every update, and putting them together costs more than they do.
_INBOX = table_of(InboxUpdate)
_STORE = {
    dialect: insert(_INBOX)
    .on_conflict_do_nothing(index_elements=[_INBOX.c.update_id])
    .returning(_INBOX.c.update_id)
    for dialect, insert in (("sqlite", sqlite.insert), ("postgresql", postgresql.insert))
}


def _mark_acted(insert: Any) -> Any:
    new = insert(_INBOX)
    return new.on_conflict_do_update(
        index_elements=[_INBOX.c.update_id],
        set_={"acted_at": new.excluded.acted_at},
        where=_INBOX.c.acted_at.is_(None),
    )


_MARK_ACTED = {
    "sqlite": _mark_acted(sqlite.insert),
    "postgresql": _mark_acted(postgresql.insert),
}
_MARK_ANSWERED = (
    update(_INBOX)
    .where(_INBOX.c.update_id.in_(bindparam("ids", expanding=True)))
    .values(answered_at=bindparam("now"), payload=null())
)


async def store(
    session: AsyncSession, updates: Sequence[dict[str, Any]], now: datetime
) -> set[int]:
    """Keep updates as Telegram gave them; give the ids of those not seen before."""
    rows = [{"update_id": one["update_id"], "payload": one, "received_at": now} for one in updates]
    stored = await session.exec(_STORE[session.get_bind().dialect.name], params=rows)
    return {update_id for (update_id,) in stored.all()}


async def mark_acted(
    session: AsyncSession,
    update_id: int,
    now: datetime,
    payload: dict[str, Any] | None = None,
) -> bool:
    """Note that an update has had its effect; False when it had had it before.

    The update need not have been stored: then it is now, with its payload.
    """
    row = {"update_id": update_id, "payload": payload, "received_at": now, "acted_at": now}
    marked = await session.exec(_MARK_ACTED[session.get_bind().dialect.name], params=row)
    return bool(marked.rowcount)


async def mark_answered(session: AsyncSession, update_ids: Sequence[int], now: datetime) -> None:
    """Note that people have their answers. What they wrote is not kept any longer."""
    await session.exec(_MARK_ANSWERED, params={"ids": update_ids, "now": now})


async def unfinished(session: AsyncSession) -> list[Unfinished]:
    """Give what a stopped process left behind, in order of arrival."""
    found = await session.exec(
        select(InboxUpdate)
        .where(col(InboxUpdate.answered_at).is_(None))
        .order_by(col(InboxUpdate.update_id))
    )
    return [
        Unfinished(row.payload, row.acted_at is not None)
        for row in found.all()
        if row.payload is not None
    ]


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Drop answered updates that Telegram can no longer repeat."""
    await session.exec(delete(InboxUpdate).where(col(InboxUpdate.answered_at) < now - KEPT_FOR))
