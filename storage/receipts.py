"""What has arrived and is not in the database yet: a few lines in a file, which a kill leaves.

Between Telegram's answer and the end of the transaction that notes it lie milliseconds, at thirty
messages a second. A line is written in microseconds, so a kill in between repeats nothing.
"""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Receipt:
    """A message and what it became; the occasion tells it from another database's."""

    outbox_id: int
    member_id: int
    occasion: str
    message_id: int


class Receipts:
    """The file at `path`. One process at a time uses it: the one that sends."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._file: int | None = None

    def add(self, receipt: Receipt) -> None:
        """Write one down; then it is safe from a kill, though not from a power cut."""
        if self._file is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND
            self._file = os.open(self._path, flags, 0o600)
        line = json.dumps(list(asdict(receipt).values()), ensure_ascii=True)
        os.write(self._file, f"{line}\n".encode())

    def left(self) -> list[Receipt]:
        """Give what is there; a line that a kill has cut off counts for nothing."""
        try:
            lines = self._path.read_text(encoding="utf-8").splitlines()
        except FileNotFoundError:
            return []
        return [receipt for receipt in map(_read, lines) if receipt is not None]

    def clear(self) -> None:
        """Forget everything: it is in the database."""
        if self._file is not None:
            os.ftruncate(self._file, 0)
        elif self._path.exists():
            self._path.write_bytes(b"")

    def close(self) -> None:
        """Let another process use the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


def _read(line: str) -> Receipt | None:
    try:
        outbox_id, member_id, occasion, message_id = json.loads(line)
        return Receipt(int(outbox_id), int(member_id), str(occasion), int(message_id))
    except (ValueError, TypeError):
        return None
