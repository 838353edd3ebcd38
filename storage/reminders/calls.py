"""A reminder for one member: into the outbox, and kept in mind so that it comes once."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import col
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.models import Reminder

KEPT = timedelta(days=90)
"""No occasion lasts so long: what is older need not be remembered."""


@dataclass(frozen=True, slots=True)
class Call:
    """A reminder for one member, for all of `occasions`: each with the count of its tries."""

    member_id: int
    school_id: int
    kind: str
    subject: dict[str, Any]
    occasions: tuple[tuple[str, int], ...]
    day: date
    expires_at: datetime

    @property
    def message(self) -> str:
        """The occasion in the outbox: of the first one, once for each try."""
        occasion, tries = self.occasions[0]
        return f"remind:{occasion}:{tries}"


async def announce(session: AsyncSession, calls: Iterable[Call], now: datetime) -> None:
    """Put reminders into the outbox, and remember that the members have been reminded."""
    calls = sorted(calls, key=_addressed)
    for _, group in groupby(calls, key=_addressed):
        alike = list(group)
        await outbox.announce(
            session,
            school_id=alike[0].school_id,
            recipients=[one.member_id for one in alike],
            occasion=alike[0].message,
            kind=alike[0].kind,
            subject=alike[0].subject,
            now=now,
            priority=outbox.Priority.REMINDER,
            expires_at=alike[0].expires_at,
        )
    await _remember(session, calls)


def _addressed(call: Call) -> tuple[int, str, str]:
    """What is alike in reminders that go out together. The message fixes the subject."""
    return (call.school_id, call.kind, call.message)


async def _remember(session: AsyncSession, calls: Iterable[Call]) -> None:
    rows = [
        {
            "member_id": call.member_id, "occasion": occasion, "day": call.day,
            "tries": tries, "message": call.message,
        }
        for call in calls
        for occasion, tries in call.occasions
    ]  # fmt: skip
    if not rows:
        return
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = (sqlite.insert if is_sqlite else postgresql.insert)(Reminder)
    new = statement.excluded
    await session.exec(
        statement.on_conflict_do_update(
            index_elements=["member_id", "occasion"],
            set_={"day": new.day, "tries": new.tries, "message": new.message},
        ),
        params=rows,
    )


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """Forget what no occasion asks for any more."""
    await session.exec(delete(Reminder).where(col(Reminder.day) < (now - KEPT).date()))
