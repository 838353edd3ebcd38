"""Calling Telegram so that a bad moment does not lose anything.

Telegram asks for patience (429), networks break, and "message is not modified" means that what
was wanted is already so.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

from telegram.error import BadRequest, NetworkError, RetryAfter, TimedOut

logger = logging.getLogger(__name__)

T = TypeVar("T")

ATTEMPTS = 4
LONGEST_PATIENCE_S = 60


async def insist(call: Callable[[], Awaitable[T]], attempts: int = ATTEMPTS) -> T:
    """Make a call until it gets through: waits as Telegram asks, and tries again after breaks.

    A call whose answer was lost is made again too: for the person in front of the phone a card
    twice is better than none. Raises what cannot be helped by trying again.
    """
    for attempt in range(attempts):
        try:
            return await call()
        except RetryAfter as wait:
            patience = seconds_of(wait)
            if attempt == attempts - 1 or patience > LONGEST_PATIENCE_S:
                raise
            await asyncio.sleep(patience)
        except BadRequest:  # a subclass of NetworkError, and hopeless
            raise
        except (TimedOut, NetworkError) as broken:
            if attempt == attempts - 1:
                raise
            logger.info("telegram call broke, trying again: %s", type(broken).__name__)
            await asyncio.sleep(0.2 * 3**attempt)
    raise AssertionError("unreachable")


def seconds_of(wait: RetryAfter) -> float:
    """Give the seconds of patience that Telegram asks for."""
    patience = wait.retry_after
    return float(patience if isinstance(patience, int | float) else patience.total_seconds())


def is_not_modified(error: BadRequest) -> bool:
    """Whether an edit failed because the message already looks like that."""
    return "message is not modified" in error.message.lower()


def is_gone(error: BadRequest) -> bool:
    """Whether an edit failed because there is no such message, or it is a picture or a file."""
    message = error.message.lower()
    return any(
        words in message
        for words in (
            "message to edit not found",
            "message can't be edited",
            "there is no text in the message to edit",
        )
    )


def has_no_caption(error: BadRequest) -> bool:
    """Whether an edit failed because the message is a text, without a picture or a file."""
    return "there is no caption in the message to edit" in error.message.lower()


def is_unknown_file(error: BadRequest) -> bool:
    """Whether Telegram no longer knows a file by the name it once gave it."""
    message = error.message.lower()
    return any(
        words in message
        for words in ("wrong file identifier", "wrong remote file identifier", "wrong file_id")
    )


def is_too_large(error: BadRequest) -> bool:
    """Whether a file is larger than Telegram lets a bot have."""
    return "file is too big" in error.message.lower()


def is_unreachable(error: BadRequest) -> bool:
    """Whether the person never started the bot, or the chat is gone."""
    return "chat not found" in error.message.lower()
