"""A teacher who is stuck calls the coaches of the school."""

from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import help_requests, help_talks
from storage.help_talks import Said
from storage.models import Member
from storage.people import Actor


async def call_for_help(
    session: AsyncSession,
    actor: Actor,
    where: str,
    *,
    today: date,
    now: datetime,
    said: Said | None = None,
) -> list[Member]:
    """Tell the coaches (without any: the principal) that the actor is stuck at `where`.

    Opens a request, or adds the place and what was `said` to the one that is open. Gives those
    who help, told or not yet joined.
    """
    asked = await help_requests.ask(session, actor, where, today=today, now=now)
    if said is not None:
        await help_talks.say(session, actor, asked.full.id, said, now)
    return asked.helpers
