"""The table of Bot API methods that the simulator knows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from bot.simulator.params import Params
from bot.simulator.world import World

Method = Callable[[World, Params], Any]

Registered = TypeVar("Registered", bound=Method)

METHODS: dict[str, Method] = {}


def method(name: str) -> Callable[[Registered], Registered]:
    """Register a function under a Bot API method name; names ignore case, as Telegram's do."""

    def register(function: Registered) -> Registered:
        METHODS[name.lower()] = function
        return function

    return register
