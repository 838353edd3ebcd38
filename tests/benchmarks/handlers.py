"""What our bot is compared with: handlers as people write them, without our promises.

`bare` answers and edits and stores nothing. `plain` does the same within one session: two selects,
an update and a commit.
"""

import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from sqlalchemy import ForeignKey, event, select
from sqlalchemy.ext.asyncio import async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, Update
from telegram.constants import ParseMode
from telegram.ext import (
    ApplicationBuilder,
    CallbackContext,
    CallbackQueryHandler,
    CommandHandler,
)

from tests.benchmarks.people import LESS, MORE, Card, read_cards

Context = CallbackContext[Any, Any, Any, Any]
Store = Callable[[int, int], Awaitable[None]]


class Base(DeclarativeBase):
    pass


class Teacher(Base):
    __tablename__ = "teacher"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]


class Count(Base):
    __tablename__ = "count"

    id: Mapped[int] = mapped_column(primary_key=True)
    teacher_id: Mapped[int] = mapped_column(ForeignKey("teacher.id"), index=True)
    units: Mapped[int]


class Handlers:
    def __init__(self, cards: dict[str, Card], database_url: str) -> None:
        self._cards = cards
        self._engine = create_async_engine(database_url) if database_url else None
        if self._engine is not None and self._engine.dialect.name == "sqlite":
            event.listen(self._engine.sync_engine, "connect", _as_durable_as_ours)
        self._sessions = async_sessionmaker(self._engine, expire_on_commit=False)

    async def prepare(self, _application: object) -> None:
        if self._engine is not None:
            async with self._engine.begin() as connection:
                await connection.run_sync(Base.metadata.create_all)

    async def start(self, update: Update, _context: Context) -> None:
        user, message = update.effective_user, update.message
        if user is None or message is None:
            return
        if self._engine is not None:
            async with self._sessions() as session:
                session.add(Teacher(id=user.id, name=user.full_name))
                await session.flush()
                session.add(Count(teacher_id=user.id, units=0))
                await session.commit()
        card = self._cards[LESS]
        await message.reply_text(
            card.text, parse_mode=ParseMode.HTML, reply_markup=_keyboard(card)
        )

    async def tapped(self, update: Update, _context: Context) -> None:
        query = update.callback_query
        if query is None or query.data is None:
            return
        less = query.data.endswith("-1")
        if self._engine is not None:
            await self._store(query.from_user.id, -1 if less else 1)
        card = self._cards[LESS if less else MORE]
        await query.answer()
        await query.edit_message_text(
            card.text, parse_mode=ParseMode.HTML, reply_markup=_keyboard(card)
        )

    async def _store(self, user_id: int, units: int) -> None:
        async with self._sessions() as session:
            teacher = (
                await session.execute(select(Teacher).where(Teacher.id == user_id))
            ).scalar_one()
            count = (
                await session.execute(select(Count).where(Count.teacher_id == teacher.id))
            ).scalar_one()
            count.units += units
            await session.commit()


def _as_durable_as_ours(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA busy_timeout=10000")
    cursor.close()


def _keyboard(card: Card) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [
            [
                InlineKeyboardButton(
                    key["text"], callback_data=key["callback_data"], style=key.get("style")
                )
                for key in row
            ]
            for row in card.keyboard
        ]
    )


def main() -> None:
    """Run one of the two until it is stopped."""
    database_url = os.environ["DATABASE_URL"] if sys.argv[1] == "plain" else ""
    handlers = Handlers(read_cards(Path(os.environ["CARDS"])), database_url)
    address = os.environ["TELEGRAM_API_URL"]
    application = (
        ApplicationBuilder()
        .token(os.environ["BOT_TOKEN"])
        .base_url(f"{address}/bot")
        .base_file_url(f"{address}/file/bot")
        # Without this a handler waits for every other chat's calls too.
        .concurrent_updates(True)
        .post_init(handlers.prepare)
        .build()
    )
    application.add_handler(CommandHandler("start", handlers.start))
    application.add_handler(CallbackQueryHandler(handlers.tapped))
    application.run_polling()


if __name__ == "__main__":
    main()
