"""What the Bot API answers when it refuses, in its own codes and words."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """A refusal, sent to the bot as ``{"ok": false, "error_code", "description"}``."""

    def __init__(self, code: int, description: str, retry_after: int | None = None) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.retry_after = retry_after

    def body(self) -> dict[str, Any]:
        """The JSON document of this refusal."""
        body: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.retry_after is not None:
            body["parameters"] = {"retry_after": self.retry_after}
        return body


def bad_request(reason: str) -> ApiError:
    """A 400. The first letter is lowered as Telegram does, server codes stay as they are."""
    if len(reason) > 1 and not (reason[1] == "_" or reason[1].isupper()):
        reason = reason[0].lower() + reason[1:]
    return ApiError(400, f"Bad Request: {reason}")


class Unsendable(ApiError):
    """Telegram's servers take a call's form but not what it would send.

    Each method tells of it in words of its own: ``code`` is what an edit is told, ``words`` what
    a message is, and in an album the words name the item.
    """

    def __init__(self, code: str, words: str) -> None:
        refusal = bad_request(words)
        super().__init__(refusal.code, refusal.description)
        self.server_code = code
        self.words = words


def unsendable(code: str, words: str = "") -> Unsendable:
    """A refusal by Telegram's servers, with the words they are translated to, if they are."""
    return Unsendable(code, words or code)


def forbidden(reason: str) -> ApiError:
    """A 403, for people who blocked the bot and groups that removed it."""
    return ApiError(403, f"Forbidden: {reason}")


def too_many_requests(retry_after: int) -> ApiError:
    """A 429 that names the seconds to wait."""
    return ApiError(429, f"Too Many Requests: retry after {retry_after}", retry_after)
