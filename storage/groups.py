"""Groups that the bot was put into."""

from datetime import datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from storage.models import GroupChat


async def greet_once(session: AsyncSession, chat_id: int, now: datetime) -> bool:
    """Note that a group has been told where the bot works; False when it had been told before."""
    if await session.get(GroupChat, chat_id) is not None:
        return False
    session.add(GroupChat(id=chat_id, told_at=now))
    return True
