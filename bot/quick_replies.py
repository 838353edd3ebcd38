"""Replies that are quicker than the sender.

Between a message's arrival on a phone and the note of its number lies a moment, after a kill the
start of the next sender. Who replies in it waits that long, else nobody knew what was answered.
"""

import asyncio
import time

from sqlmodel import select
from telegram import Message, Update

from storage import outbox
from storage.database import Database
from storage.models import Prompt
from storage.outbox import LEASE

LOOK_AGAIN_S = 0.02
NOTED_WITHIN_S = 5.0
"""After so long what is replied to is taken for something else, such as a screen."""


async def until_noted(database: Database, update: Update) -> None:
    """Wait, if a message is replied to that the sender may not have noted yet, until it has."""
    replied = _fresh_reply(update.message)
    if replied is None:
        return
    give_up = time.monotonic() + NOTED_WITHIN_S
    while time.monotonic() < give_up:
        if not await _may_be_unnoted(database, replied):
            return
        await asyncio.sleep(LOOK_AGAIN_S)


def _fresh_reply(message: Message | None) -> Message | None:
    """Give what is replied to if it is so new that its sender may still have it in hand."""
    replied = message.reply_to_message if message else None
    if message is None or replied is None or message.date - replied.date > LEASE:
        return None
    return replied


async def _may_be_unnoted(database: Database, replied: Message) -> bool:
    account_id, message_id = replied.chat.id, replied.message_id
    async with database.reading() as session:
        if not await outbox.may_become(session, account_id, message_id):
            return False
        questions = await session.exec(
            select(Prompt.id).where(
                Prompt.account_id == account_id, Prompt.message_id == message_id
            )
        )
        return questions.first() is None
