"""The program's one clock."""

from datetime import UTC, datetime, timedelta


class Clock:
    """Tells the time. The demo can move it; nothing else does."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def now(self) -> datetime:
        """Give the moment it is, in UTC."""
        return datetime.now(UTC) + self.offset
