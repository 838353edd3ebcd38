"""What a bot asks its database, and how the database goes about it."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import event

from storage.database import Database

_SCAN = re.compile(r"^SCAN (\w+)")
_ALIAS = re.compile(r"\b(?:FROM|JOIN|UPDATE|INTO)\s+\"?(\w+)\"?(?:\s+AS)?\s+\"?(\w+)\"?", re.I)
ASKING = ("SELECT", "UPDATE", "DELETE", "INSERT", "WITH")
SMALL_ROWS = 150
"""A table of so few rows may be read whole: an index would cost more than it saves."""


@dataclass(frozen=True, slots=True)
class Query:
    """A statement, how often it ran, and the lines of its plan."""

    statement: str
    times: int
    plan: tuple[str, ...]

    @property
    def reads_whole(self) -> tuple[str, ...]:
        """The tables that are read from beginning to end, be it along an index."""
        aliases = {alias: table for table, alias in _ALIAS.findall(self.statement)}
        found = []
        for line in self.plan:
            match = _SCAN.match(line)
            if match:
                found.append(str(aliases.get(match[1], match[1])))
        return tuple(found)


@contextmanager
def overheard(database: Database) -> Iterator[Counter[str]]:
    """Note every statement that a database is asked to run."""
    heard: Counter[str] = Counter()

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        heard[statement] += 1

    engine = database.engine.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield heard
    finally:
        event.remove(engine, "before_cursor_execute", note)


def plans_of(path: Path, heard: Counter[str]) -> list[Query]:
    """Ask an SQLite database how it runs each statement, the most frequent first.

    It is asked as the bot asks it, without statistics of the rows: the bot never has any taken.
    """
    found = []
    with closing(sqlite3.connect(path)) as connection:
        for statement, times in heard.most_common():
            if not statement.lstrip().upper().startswith(ASKING):
                continue
            blanks = [None] * statement.count("?")
            rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", blanks).fetchall()
            found.append(Query(statement, times, tuple(str(row[3]) for row in rows)))
    return found


def large_tables(path: Path, most: int = SMALL_ROWS) -> set[str]:
    """Give the tables with more rows than may be read whole, `most`."""
    with closing(sqlite3.connect(path)) as connection:
        names = [
            row[0]
            for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        return {
            name
            for name in names
            if connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] > most
        }
