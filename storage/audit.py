"""The trail of who did what."""

from datetime import datetime
from typing import Any

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import AuditEntry
from storage.people import Actor


def record(
    session: AsyncSession,
    actor: Actor,
    action: str,
    subject: str,
    now: datetime,
    **detail: Any,
) -> None:
    """Add one line to the trail, in the transaction of what it tells of."""
    session.add(
        AuditEntry(
            school_id=actor.school_id,
            member_id=actor.member_id,
            action=action,
            subject=subject,
            detail=detail,
            at=now,
        )
    )
