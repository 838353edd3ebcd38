"""Opening the database for a command, beside a bot that may be running on it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot.commands import FAILURE, WRONG_USE, Failed
from bot.settings import Settings
from storage.database import Database


@asynccontextmanager
async def opened(settings: Settings) -> AsyncIterator[Database]:
    """Give the database with the newest schema. Raises `Failed` when it cannot be opened."""
    database = make_database(settings)
    try:
        await bring_up_to_date(database)
        yield database
    finally:
        await database.close()


def make_database(settings: Settings) -> Database:
    """Make the database of `DATABASE_URL`, not yet connected. Raises `Failed` for a wrong one."""
    try:
        return Database(settings.database_url)
    except Exception as error:  # whatever the driver says of an address it cannot read
        raise Failed(
            f"DATABASE_URL tidak bisa dipakai ({type(error).__name__}). "
            "Contoh: sqlite+aiosqlite:///data/kawan.db",
            WRONG_USE,
        ) from None


async def bring_up_to_date(database: Database) -> None:
    """Migrate. Raises `Failed` with the driver's reason."""
    try:
        await database.migrate()
    except Exception as error:  # each driver has its own errors
        raise Failed(
            f"Basis data tidak bisa dibuka: {reason(error)}. Periksa DATABASE_URL dan ruang disk.",
            FAILURE,
        ) from error


def reason(error: BaseException) -> str:
    """Give an error's first line, short; drivers add whole statements below it."""
    lines = str(error).strip().splitlines()
    return f"{type(error).__name__}: {lines[0][:200]}" if lines else type(error).__name__
