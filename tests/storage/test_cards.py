"""The messages that ask for a decision, noted by whoever sends and whoever taps."""

import asyncio
from typing import Any

import pytest
from sqlmodel import select

from storage import cards
from storage.cards import Subject
from storage.database import Database
from storage.models import Card
from tests.storage.evidence.staging import NOW, Cast


async def note(database: Database, cast: Cast, view: str = "", *, just_sent: bool = False) -> None:
    async with database.transaction() as session:
        await cards.remember(
            session, school_id=cast.principal.school_id, member_id=cast.principal.member_id,
            place=(7, 70), subject=Subject(plan_id=None), view=view, now=NOW,
            just_sent=just_sent,
        )  # fmt: skip


async def test_a_message_is_one_card_when_two_note_it_at_once(
    database: Database, cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite lets nobody look while another one writes")
    turn_to, looked, go_on = cards._turn_to, asyncio.Event(), asyncio.Event()

    async def wait_after_looking(*arguments: Any) -> None:
        if not looked.is_set():
            looked.set()
            await go_on.wait()
        await turn_to(*arguments)

    monkeypatch.setattr(cards, "_turn_to", wait_after_looking)
    slow = asyncio.create_task(note(database, cast, "sent", just_sent=True))
    await looked.wait()
    await note(database, cast, "tapped")
    go_on.set()
    await slow
    async with database.reading() as session:
        (card,) = (await session.exec(select(Card))).all()
    assert card.view == "tapped"  # whoever taps knows better what the message shows by now
