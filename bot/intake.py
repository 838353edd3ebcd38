"""Updates come in: acted on or stored, and only then acknowledged to Telegram."""

import asyncio
import json
import logging
import re
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from telegram import Bot, Update
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter, TelegramError
from telegram.request import BaseRequest

from bot.calls import seconds_of
from bot.clock import Clock
from bot.updates import Updates
from storage import inbox
from storage.database import Database

logger = logging.getLogger(__name__)

# Telegram remembers the last list it was given, so it is given every time.
ALLOWED_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]
LONG_POLL_S = 30
LONGEST_PAUSE_S = 30.0
SETTLING_S = 0.05
"""Most updates have acted by then, which stores them too; only slow ones need storing."""
NOTE_EVERY_S = 0.25
"""How often answers are noted. After a crash people see again what was answered since the last."""


class Intake:
    """Takes updates in by polling, or from the webhook, and hands them on."""

    def __init__(
        self,
        bot: Bot,
        request: BaseRequest,
        api: str,
        database: Database,
        clock: Clock,
        updates: Updates,
        queue: asyncio.Queue[object],
    ) -> None:
        self._bot = bot
        self._request = request
        self._api = api
        self._database = database
        self._clock = clock
        self._updates = updates
        self._queue = queue
        self._noted_at = 0.0
        self.polled = asyncio.Event()

    async def replay(self) -> None:
        """Take up what a stopped process left behind."""
        async with self._database.reading() as session:
            left = await inbox.unfinished(session)
        # One screen for each person says how things stand, however many answers may be missing.
        newest = {_sender(one.payload): one.payload for one in left if one.acted}
        for one in left:
            if one.acted:
                shows = newest[_sender(one.payload)] is one.payload
                self._updates.owe_answer(one.payload["update_id"], screen=shows)
            self._updates.expect(one.payload)
            await self._hand_on(one.payload)
        if left:
            logger.info("taken up again", extra={"updates": len(left)})

    async def receive(self, payloads: Sequence[dict[str, Any]]) -> None:
        """Hand updates on. When this returns, none can be lost: it has acted, or it is stored."""
        acting = []
        for payload in map(_storable, map(_without_screen, payloads)):
            acted, is_new = self._updates.expect(payload)
            acting.append((payload, acted))
            if is_new:
                await self._hand_on(payload)
        if acting:
            await asyncio.wait([acted for _, acted in acting], timeout=SETTLING_S)
        slow = [payload for payload, acted in acting if not acted.done()]
        answered = self._take_answered() if self._time_to_note() else []
        if not slow and not answered:
            return
        try:
            async with self._database.transaction() as session:
                if answered:
                    await inbox.mark_answered(session, answered, self._clock.now())
                if slow:
                    await inbox.store(session, slow, self._clock.now())
        except Exception:
            self._updates.answered += answered
            raise

    async def tidy(self) -> None:
        """Note which answers have arrived, when no update comes to do it along the way."""
        answered = self._take_answered()
        if answered:
            async with self._database.transaction() as session:
                await inbox.mark_answered(session, answered, self._clock.now())

    async def poll(self) -> None:
        """Ask Telegram for updates until cancelled."""
        offset, pause = 0, 0.0
        while True:
            try:
                payloads = await self._get_updates(offset)
                self.polled.set()
                if payloads:
                    await self.receive(payloads)
                    offset = payloads[-1]["update_id"] + 1
                pause = 0.0
            except RetryAfter as wait:
                pause = min(seconds_of(wait), LONGEST_PAUSE_S)
            except InvalidToken:
                raise
            except Conflict:
                logger.error("another process polls with this token; stop it")  # noqa: TRY400 - no traceback
                pause = 5.0
            except (NetworkError, TelegramError) as error:
                pause = _longer(pause)
                logger.warning("polling broke: %s; again in %.1f s", type(error).__name__, pause)
            except Exception:
                # The database may be away for a moment. What it could not store has not been
                # acknowledged, so Telegram gives it again.
                pause = _longer(pause)
                logger.exception("updates not stored; again in %.1f s", pause)
            if pause:
                await asyncio.sleep(pause)

    async def _get_updates(self, offset: int) -> list[dict[str, Any]]:
        # Asked for directly: the library's own method gives objects, but the inbox stores what
        # Telegram said, and turning objects back into that would cost every tap dearly.
        query = urlencode(
            {
                "offset": offset,
                "timeout": LONG_POLL_S,
                "allowed_updates": json.dumps(ALLOWED_UPDATES),
            }
        )
        payloads = await self._request.post(
            f"{self._api}/getUpdates?{query}", read_timeout=LONG_POLL_S + 10
        )
        return list(payloads) if isinstance(payloads, list) else []

    async def _hand_on(self, payload: dict[str, Any]) -> None:
        try:
            update = Update.de_json(payload, self._bot)
        except Exception:
            # Telegram may send what this version cannot read; it must not block the rest.
            logger.exception("unreadable update", extra={"update": payload.get("update_id")})
            self._updates.answered.append(int(payload["update_id"]))
            return
        await self._queue.put(update)

    def _time_to_note(self) -> bool:
        """Whether answers are to be noted again: noting each by itself would cost every tap."""
        return time.monotonic() - self._noted_at >= NOTE_EVERY_S

    def _take_answered(self) -> list[int]:
        self._noted_at = time.monotonic()
        answered, self._updates.answered = self._updates.answered, []
        return answered


# What makes a tapped message large: objects that would be built for nothing.
_SCREEN = frozenset({"entities", "caption_entities", "reply_markup"})


def _sender(payload: dict[str, Any]) -> int | None:
    """Say who caused an update."""
    parts = (part for part in payload.values() if isinstance(part, dict))
    return next((part["from"]["id"] for part in parts if "from" in part), None)


def _without_screen(payload: dict[str, Any]) -> dict[str, Any]:
    """Take the looks out of a tapped message: a button says by itself what it means."""
    query = payload.get("callback_query")
    message = query.get("message") if isinstance(query, dict) else None
    if not isinstance(query, dict) or not isinstance(message, dict):
        return payload
    place = {name: value for name, value in message.items() if name not in _SCREEN}
    return {**payload, "callback_query": {**query, "message": place}}


# PostgreSQL stores neither; whoever forges a button can send both.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _storable(value: Any) -> Any:
    """Put a question mark sign for what no database takes, all through an update."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {name: _storable(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_storable(one) for one in value]
    return value


def _longer(pause: float) -> float:
    return min(max(pause * 2, 0.5), LONGEST_PAUSE_S)
