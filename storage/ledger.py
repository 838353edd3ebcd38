"""Which files are in a backup, compared with what the rows of a database name.

Kept by SQLite, which goes to the disk once it is long: a district has more files than fit into
memory.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from storage.files import Kept

BATCH = 500


class Ledger:
    """Files with the place and the size, in bytes, of their members; or known to be absent."""

    def __init__(self) -> None:
        self._rows = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._rows.execute(
            "CREATE TABLE file (school_id INTEGER, sha256 TEXT, place INTEGER, size INTEGER,"
            " PRIMARY KEY (school_id, sha256)) WITHOUT ROWID"
        )

    def note(self, kept: Kept, place: int, size: int) -> None:
        """Take in a file that is in the backup."""
        self._note(kept, place, size)

    def note_absent(self, kept: Kept) -> None:
        """Take in that a file is not in the backup and cannot be."""
        self._note(kept, None, None)

    def __contains__(self, kept: Kept) -> bool:
        """Say whether a file is noted, be it as absent."""
        query = "SELECT 1 FROM file WHERE school_id = ? AND sha256 = ?"
        return self._rows.execute(query, (kept.school_id, kept.sha256)).fetchone() is not None

    def lacking(self, database: Path) -> Iterator[Kept]:
        """Give the files that rows name and that are not noted. They may be noted meanwhile."""
        after = (0, "")
        with self._beside(database) as has_files:
            while has_files:
                rows = self._rows.execute(
                    "SELECT DISTINCT school_id, sha256 FROM beside.evidence_page AS page"
                    " WHERE (school_id, sha256) > (?, ?) AND NOT EXISTS (SELECT 1 FROM file"
                    " WHERE file.school_id = page.school_id AND file.sha256 = page.sha256)"
                    " ORDER BY school_id, sha256 LIMIT ?",
                    (*after, BATCH),
                ).fetchall()
                if not rows:
                    return
                yield from (Kept(*row) for row in rows)
                after = rows[-1]

    def forget_unnamed(self, database: Path) -> list[int]:
        """Forget the files that no row names; give the places of those that had one."""
        with self._beside(database) as has_files:
            if not has_files:
                return []
            found = self._rows.execute(
                "SELECT school_id, sha256, place FROM file WHERE NOT EXISTS (SELECT 1"
                " FROM beside.evidence_page AS page WHERE page.school_id = file.school_id"
                " AND page.sha256 = file.sha256)"
            ).fetchall()
        self._rows.executemany(
            "DELETE FROM file WHERE school_id = ? AND sha256 = ?", [row[:2] for row in found]
        )
        return [place for _, _, place in found if place is not None]

    def absent(self) -> tuple[Kept, ...]:
        """Give the files that are known to be absent."""
        rows = self._rows.execute("SELECT school_id, sha256 FROM file WHERE place IS NULL")
        return tuple(Kept(*row) for row in rows)

    def totals(self) -> tuple[int, int]:
        """Say how many files are in the backup, and their bytes."""
        query = "SELECT count(place), coalesce(sum(size), 0) FROM file"
        files, size = self._rows.execute(query).fetchone()
        return int(files), int(size)

    def close(self) -> None:
        """Forget everything."""
        self._rows.close()

    def _note(self, kept: Kept, place: int | None, size: int | None) -> None:
        self._rows.execute(
            "INSERT OR REPLACE INTO file VALUES (?, ?, ?, ?)",
            (kept.school_id, kept.sha256, place, size),
        )

    @contextmanager
    def _beside(self, database: Path) -> Iterator[bool]:
        """Have a database at hand; whether its schema knows of evidence."""
        self._rows.execute("ATTACH ? AS beside", (str(database),))
        try:
            found = self._rows.execute(
                "SELECT 1 FROM beside.sqlite_master WHERE name = 'evidence_page'"
            ).fetchone()
            yield found is not None
        finally:
            self._rows.execute("DETACH beside")
