"""A teacher who is stuck asks for help: opens a request, or adds to the one that is open."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.exc import IntegrityError
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.helping import talking
from storage.helping.requests import FullRequest, active_of, full_request
from storage.helping.talking import Said
from storage.helping.telling import call, helpers_for, tell_helper
from storage.models import HelpRequest, HelpStatus, Member
from storage.people import Actor, known_id

MOST_PLACES = 8
LONGEST_PLACE = 40


@dataclass(frozen=True, slots=True)
class Asked:
    """The request that somebody has now, and who can help, told or not yet joined."""

    full: FullRequest
    helpers: list[Member]


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
    asked = await ask(session, actor, where, today=today, now=now)
    if said is not None:
        await talking.say(session, actor, asked.full.id, said, now)
    return asked.helpers


async def ask(
    session: AsyncSession, actor: Actor, where: str, *, today: date, now: datetime
) -> Asked:
    """Ask for help at `where`. Who has asked already adds the place to what is open."""
    where = where[:LONGEST_PLACE]
    helpers = await helpers_for(session, actor.school_id, actor.member_id, today)
    full = await active_of(session, actor.member_id)
    if full is None:
        full = await _begin(session, actor, where, now)
    elif where not in full.request.places and len(full.request.places) < MOST_PLACES:
        await _add_place(session, full, where, now)
    else:
        return Asked(full, helpers)
    audit.record(session, actor, "help.call", f"help:{full.id}", now, where=where)
    if full.status is HelpStatus.OPEN:
        await call(session, full, helpers, now, what=where)
    else:
        await tell_helper(session, full, "help_also", now, where=where)
    return Asked(full, helpers)


async def _begin(session: AsyncSession, actor: Actor, where: str, now: datetime) -> FullRequest:
    request = HelpRequest(
        school_id=actor.school_id,
        member_id=actor.member_id,
        places=[where],
        asked_at=now,
        queued_at=now,
    )
    try:
        async with session.begin_nested():
            session.add(request)
    except IntegrityError:
        # Another process has opened it at the same moment.
        full = await active_of(session, actor.member_id)
        if full is None:
            raise
        return full
    return await full_request(session, known_id(request.id))


async def _add_place(session: AsyncSession, full: FullRequest, where: str, now: datetime) -> None:
    # A new list: a changed one in place would go unnoticed.
    full.request.places = [*full.request.places, where]
    if full.status is HelpStatus.CLAIMED and full.request.owed_since is None:
        full.request.owed_since = now
    session.add(full.request)
    await session.flush()
