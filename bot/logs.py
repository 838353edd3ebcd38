"""Logs: one line each, as text or JSON, and never with the token."""

import json
import logging
from datetime import UTC, datetime
from typing import Any

_PLAIN = set(logging.makeLogRecord({}).__dict__) | {"message", "asctime"}


class TokenFilter(logging.Formatter):
    """Wraps a formatter and takes secrets out of the finished line, tracebacks included.

    Filtering records would miss what the library puts into exceptions: the token is part of every
    address it calls.
    """

    def __init__(self, inner: logging.Formatter, secrets: list[str]) -> None:
        super().__init__()
        self._inner = inner
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        """Give the line without secrets."""
        line = self._inner.format(record)
        for secret in self._secrets:
            line = line.replace(secret, "***")
        return line


class TextFormatter(logging.Formatter):
    """`2026-01-12 03:00:00 INFO bot.updates: tap update=12 member=3 ms=7`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the library's name
        """Add what was logged beside the message."""
        facts = " ".join(f"{name}={value}" for name, value in _facts(record).items())
        return f"{super().formatMessage(record)} {facts}".rstrip()


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for machines that read logs."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the record as JSON."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **_facts(record),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def _facts(record: logging.LogRecord) -> dict[str, Any]:
    return {name: value for name, value in record.__dict__.items() if name not in _PLAIN}


def set_up_logs(level: str, log_format: str, secrets: list[str]) -> None:
    """Log to standard error from now on."""
    inner = JsonFormatter() if log_format == "json" else TextFormatter()
    handler = logging.StreamHandler()
    handler.setFormatter(TokenFilter(inner, secrets))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for chatty in ("httpx", "httpcore", "apscheduler", "alembic", "uvicorn", "telegram"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
