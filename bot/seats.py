"""Somebody who did not tap: the person in one seat of one school."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from conversations.people import Person
from storage.files import FileStore
from storage.people import find_account
from storage.rulebook import RuleBook


async def person_in_seat(
    session: AsyncSession,
    now: datetime,
    rulebook: RuleBook,
    files: FileStore,
    *,
    account_id: int,
    member_id: int,
) -> Person | None:
    """Give an account as one member; None when it no longer is that member."""
    account, memberships = await find_account(session, account_id, now)
    seat = [one for one in memberships if one.member.id == member_id]
    if account is None or not seat:
        return None
    return Person(
        session=session,
        now=now,
        rulebook=rulebook,
        files=files,
        account=account,
        memberships=seat,
    )
