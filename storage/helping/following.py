"""A helper who looks at a teacher's plan sees it change."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import outbox
from storage.models import HelpRequest, HelpStatus, Plan
from storage.people import Actor

LOOKING = timedelta(minutes=30)
"""So long after it last changed, a plan on somebody's screen is still followed."""

MOST_AT_ONCE = 100
"""What is left waits for the next look, a few seconds later."""


async def note_look(
    session: AsyncSession, actor: Actor, request_id: int, message_id: int, now: datetime
) -> None:
    """Note that the helper of a request looks at the plan in this message of their chat."""
    await session.exec(
        update(HelpRequest)
        .where(col(HelpRequest.id) == request_id, col(HelpRequest.claimed_by) == actor.member_id)
        .where(col(HelpRequest.status) == HelpStatus.CLAIMED)
        .values(draft_message_id=message_id, draft_seen_at=now)
        .execution_options(synchronize_session=False)
    )


async def find_due(
    session: AsyncSession, now: datetime
) -> Sequence[tuple[HelpRequest, int | None]]:
    """Give the requests whose plan has changed while its helper looks at it, with the plan."""
    found = await session.exec(
        select(HelpRequest, Plan.id)
        .join(Plan, col(Plan.member_id) == col(HelpRequest.member_id))
        .where(HelpRequest.status == HelpStatus.CLAIMED)
        .where(col(HelpRequest.draft_message_id).is_not(None))
        .where(col(HelpRequest.draft_seen_at) > now - LOOKING)
        .where(col(Plan.changed_at) > col(HelpRequest.draft_seen_at))
        .order_by(col(HelpRequest.draft_seen_at))
        .limit(MOST_AT_ONCE)
    )
    return found.all()


async def refresh_due(session: AsyncSession, now: datetime) -> int:
    """Bring plans that have changed while somebody looks at them up to date; say how many."""
    due = await find_due(session, now)
    for request, plan_id in due:
        await outbox.announce(
            session,
            school_id=request.school_id,
            recipients=[request.claimed_by] if request.claimed_by is not None else [],
            occasion=f"help_draft:{request.id}:{now.isoformat()}",
            kind="help_draft",
            subject={"help": request.id, "plan": plan_id, "teacher": request.member_id},
            now=now,
            expires_at=now + LOOKING,
        )
        request.draft_seen_at = now
        session.add(request)
    return len(due)
