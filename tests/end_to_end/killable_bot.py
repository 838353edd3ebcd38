"""The bot in processes that can be killed: `python -m tests.end_to_end.killable_bot`.

Imports everything once. For each line on standard input, an order in JSON, it ends the bot before
and says the number of a new one that it has forked, or 0 where the order is empty. An order is an
environment, the file for the log, the moment at which the clock begins and, perhaps, a trap.
"""

import asyncio
import inspect
import itertools
import json
import os
import signal
import sys
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from bot.application import Kawan
from bot.clock import Clock
from bot.logs import set_up_logs
from bot.settings import Settings
from conversations.words import LANGUAGES, Words
from storage.rulesets import load_ruleset


def set_trap(where: str) -> None:
    """Have this process die, as by a power cut, at the nth call of one of its functions.

    `where` is the function, before or after, and how many calls: `bot.fetching:download after 2`.
    """
    name, when, nth = where.split()
    module, _, path = name.partition(":")
    *outer, last = path.split(".")
    owner: Any = import_module(module)
    for one in outer:
        owner = getattr(owner, one)
    function = getattr(owner, last)
    calls = itertools.count(1)

    def strike(now: str) -> None:
        if now == when and next(calls) == int(nth):
            os.kill(os.getpid(), signal.SIGKILL)

    async def awaited(*arguments: Any, **named: Any) -> Any:
        strike("before")
        result = await function(*arguments, **named)
        strike("after")
        return result

    def called(*arguments: Any, **named: Any) -> Any:
        strike("before")
        result = function(*arguments, **named)
        strike("after")
        return result

    setattr(owner, last, awaited if inspect.iscoroutinefunction(function) else called)


async def run(start: datetime) -> None:
    """Run until killed."""
    settings = Settings(_env_file=None)
    set_up_logs(settings.log_level, settings.log_format, [settings.token])
    clock = Clock()
    clock.offset = start - datetime.now(UTC)
    await Kawan(settings, clock).start()
    await asyncio.Event().wait()


def end(process: int) -> None:
    """End a bot, if it has not been killed already."""
    if process:
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)


def live(order: dict[str, Any]) -> None:
    """Be the bot that was ordered."""
    os.environ.update(order["environment"])
    with Path(order["log"]).open("a") as log:
        os.dup2(log.fileno(), sys.stderr.fileno())
    if order["trap"]:
        set_trap(order["trap"])
    asyncio.run(run(datetime.fromisoformat(order["start"])))


def prepare() -> None:
    """Read once what every bot would read by itself."""
    load_ruleset("pmm-2024")
    words = Words(LANGUAGES[0])
    words.label("commands.bantuan")
    templates = words.environment
    for name in templates.list_templates():
        templates.get_template(name)


def main() -> None:
    """Fork a bot for every order."""
    prepare()
    process = 0
    for line in sys.stdin:
        order = json.loads(line)
        end(process)
        process = os.fork() if order else 0
        if order and not process:
            live(order)
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()
    end(process)


if __name__ == "__main__":
    main()
