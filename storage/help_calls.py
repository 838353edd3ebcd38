"""A teacher who is stuck calls the coaches of the school."""

from datetime import date, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit, outbox
from storage.models import Member, Role
from storage.people import Actor, known_id, members_with


async def call_for_help(
    session: AsyncSession, actor: Actor, where: str, *, today: date, now: datetime
) -> list[Member]:
    """Tell the coaches (without any: the principal) that the actor is stuck at `where`.

    The same place is told once a day. Gives those who help, told or not yet joined.
    """
    helpers = await members_with(session, actor.school_id, Role.COACH)
    helpers = [one for one in helpers if one.id != actor.member_id]
    if not helpers:
        helpers = await members_with(session, actor.school_id, Role.PRINCIPAL)
    await outbox.announce(
        session,
        school_id=actor.school_id,
        recipients=[known_id(one.id) for one in helpers if one.account_id is not None],
        occasion=f"help:{actor.member_id}:{where[:40]}:{today.isoformat()}",
        kind="help_wanted",
        subject={"teacher": actor.member_id, "where": where},
        now=now,
    )
    audit.record(session, actor, "help.call", f"member:{actor.member_id}", now, where=where)
    return helpers
