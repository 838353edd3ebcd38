"""The bot in processes that can be killed: `python -m tests.end_to_end.killable_bot`.

Imports everything once. For each line on standard input, the moment at which the clock is to
begin, it ends the bot before, forks a new one and says its number.
"""

import asyncio
import os
import signal
import sys
from datetime import UTC, datetime

from bot.application import Kawan
from bot.clock import Clock
from bot.logs import set_up_logs
from bot.settings import Settings
from storage.rulesets import load_ruleset


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


def main() -> None:
    """Fork a bot for every line."""
    load_ruleset("pmm-2024")
    process = 0
    for line in sys.stdin:
        end(process)
        process = os.fork()
        if not process:
            asyncio.run(run(datetime.fromisoformat(line.strip())))
        sys.stdout.write(f"{process}\n")
        sys.stdout.flush()
    end(process)


if __name__ == "__main__":
    main()
