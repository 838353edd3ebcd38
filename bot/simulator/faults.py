"""Trouble on demand: slow answers, connections that break, 5xx and 429."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Literal

from bot.simulator.errors import ApiError, too_many_requests

# Where a connection breaks: before the call has its effect, after it with nothing answered, or
# after it with half of the answer sent under the length of the whole.
Drop = Literal["before", "after", "middle"]


@dataclass(slots=True)
class Fault:
    """One kind of trouble, for calls that fit ``method`` and ``chat_id``.

    ``"*"`` means every method, ``getUpdates`` too; ``"file"`` means downloads. ``file_id`` picks
    the downloads and the ``getFile`` of one file; see ``Message.file_id``.

    It strikes ``times`` times (``None``: for ever), each time with ``probability``. ``latency``
    is in seconds and comes first; then one of ``drop``, ``retry_after`` and ``status`` happens.
    """

    method: str = "*"
    chat_id: int | None = None
    latency: float = 0.0
    drop: Drop | None = None
    status: int | None = None
    description: str = "Bad Gateway"
    retry_after: int | None = None
    times: int | None = 1
    probability: float = 1.0
    file_id: str | None = None
    hits: int = 0

    def fits(self, method: str, chat_id: int | None, file_id: str = "") -> bool:
        """Whether this call may be struck (chance apart)."""
        if self.times is not None and self.hits >= self.times:
            return False
        if self.method != "*" and self.method.lower() != method.lower():
            return False
        if self.file_id is not None and self.file_id != file_id:
            return False
        return self.chat_id is None or self.chat_id == chat_id

    def refusal(self) -> ApiError | None:
        """The error this fault answers with, if it answers at all."""
        if self.retry_after is not None:
            return too_many_requests(self.retry_after)
        if self.status is not None:
            return ApiError(self.status, self.description)
        return None


class Faults:
    """The faults that are waiting to strike, oldest first."""

    def __init__(self, seed: int = 0) -> None:
        self._random = random.Random(seed)  # noqa: S311  repeatable on purpose
        self._faults: list[Fault] = []

    def add(
        self,
        method: str = "*",
        *,
        chat_id: int | None = None,
        latency: float = 0.0,
        drop: Drop | None = None,
        status: int | None = None,
        description: str = "Bad Gateway",
        retry_after: int | None = None,
        times: int | None = 1,
        probability: float = 1.0,
        file_id: str | None = None,
    ) -> Fault:
        """Plan a fault and return it, so that its ``hits`` can be read afterwards."""
        fault = Fault(
            method=method,
            chat_id=chat_id,
            latency=latency,
            drop=drop,
            status=status,
            description=description,
            retry_after=retry_after,
            times=times,
            probability=probability,
            file_id=file_id,
        )
        self._faults.append(fault)
        return fault

    def clear(self) -> None:
        """Forget every planned fault."""
        self._faults.clear()

    def pick(self, method: str, chat_id: int | None, file_id: str = "") -> Fault | None:
        """The fault that strikes this call, counted as a hit, or ``None``."""
        for fault in self._faults:
            if fault.fits(method, chat_id, file_id) and (
                fault.probability >= 1.0 or self._random.random() < fault.probability
            ):
                fault.hits += 1
                return fault
        return None
