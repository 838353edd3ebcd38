"""What a member who is stuck and whoever helps say to each other, kept in a short record."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from storage import audit
from storage.errors import HelpNotNow, HelpTaken, NotFound, ReasonMissing, TooLong
from storage.helping.requests import FullRequest, read
from storage.helping.telling import call, helpers_for, pass_on
from storage.models import (
    Account,
    HelpMessage,
    HelpRequest,
    HelpStatus,
    Member,
    SaidAs,
    School,
)
from storage.people import Actor, known_id, today_at

LONGEST_WORDS = 3000
"""With the line that says who speaks it stays under what one message holds."""


@dataclass(frozen=True, slots=True)
class Said:
    """Words, or a file by Telegram's name for it with its caption."""

    text: str = ""
    said_as: SaidAs = SaidAs.TEXT
    telegram_id: str = ""


@dataclass(frozen=True, slots=True)
class Delivered:
    """Where something that was said went: to nobody yet, or to somebody who may be unreachable."""

    full: FullRequest
    message: HelpMessage
    listener: Member | None
    is_reachable: bool


async def say(
    session: AsyncSession, actor: Actor, request_id: int, said: Said, now: datetime
) -> Delivered:
    """Say something about a request: for whoever asked, and whoever helps.

    Before anybody helps it is kept and goes to whoever will. Raises `HelpNotNow` once the request
    is closed, `HelpTaken` for others.
    """
    full = await read(session, actor, request_id)
    is_owner = full.request.member_id == actor.member_id
    if full.status is HelpStatus.CLOSED:
        raise HelpNotNow(full.status)
    if not is_owner and not full.is_helped_by(actor.member_id):
        if full.helper is not None and full.request.claimed_at is not None:
            raise HelpTaken(full.helper.name, full.request.claimed_at)
        raise HelpNotNow(full.status)
    message = HelpMessage(
        request_id=request_id,
        member_id=actor.member_id,
        said_as=said.said_as,
        text=_kept(said),
        telegram_id=said.telegram_id,
        said_at=now,
    )
    session.add(message)
    await session.flush()
    audit.record(session, actor, "help.say", f"help:{request_id}", now, said_as=said.said_as)
    await _note_who_owes(session, full, now, by_owner=is_owner)
    listener = full.helper if is_owner else full.owner
    if full.status is HelpStatus.OPEN:
        listener = None
        await _show_on_cards(session, full, message, now)
    if listener is not None:
        await pass_on(session, full, message, known_id(listener.id), now)
    return Delivered(full, message, listener, await is_reachable(session, listener))


async def _show_on_cards(
    session: AsyncSession, full: FullRequest, message: HelpMessage, now: datetime
) -> None:
    request = full.request
    school = await session.get_one(School, request.school_id)
    helpers = await helpers_for(
        session, request.school_id, request.member_id, today_at(school, now)
    )
    await call(session, full, helpers, now, what=f"said:{message.id}")


def _kept(said: Said) -> str:
    text = said.text.strip()
    if not text and said.said_as is SaidAs.TEXT:
        raise ReasonMissing
    if len(text) > LONGEST_WORDS:
        raise TooLong(LONGEST_WORDS, len(text))
    return text


async def _note_who_owes(
    session: AsyncSession, full: FullRequest, now: datetime, *, by_owner: bool
) -> None:
    """Keep since when the helper owes a word: since the first one that was not answered."""
    owed_since = func.coalesce(HelpRequest.owed_since, now) if by_owner else None
    await session.exec(
        update(HelpRequest)
        .where(col(HelpRequest.id) == full.id)
        .where(col(HelpRequest.status) == HelpStatus.CLAIMED)
        .values(owed_since=owed_since)
        .execution_options(synchronize_session=False)
    )


async def is_reachable(session: AsyncSession, member: Member | None) -> bool:
    """Whether what is sent to a member arrives, as far as is known."""
    if member is None:
        return True
    if member.account_id is None:
        return False
    account = await session.get(Account, member.account_id)
    return account is not None and account.blocked_at is None


async def read_message(
    session: AsyncSession, actor: Actor, request_id: int, message_id: int
) -> tuple[FullRequest, HelpMessage, Member]:
    """Give one message of a request, with who said it."""
    full = await read(session, actor, request_id)
    message = await session.get(HelpMessage, message_id)
    if message is None or message.request_id != request_id:
        raise NotFound
    by = await session.get(Member, message.member_id)
    if by is None:
        raise NotFound
    return full, message, by


async def latest(
    session: AsyncSession, full: FullRequest, most: int, by: Collection[int | None]
) -> list[tuple[HelpMessage, Member]]:
    """Give the newest messages of some members (by id), oldest of them first, with who spoke."""
    found = await session.exec(
        select(HelpMessage, Member)
        .join(Member, col(Member.id) == col(HelpMessage.member_id))
        .where(HelpMessage.request_id == full.id, col(HelpMessage.member_id).in_(by))
        .order_by(col(HelpMessage.id).desc())
        .limit(most)
    )
    return list(reversed(found.all()))
