"""`kawan`, stopped where a test wants to kill it.

Run as `python -m tests.bot.commands.stopped_kawan WHERE …`. WHERE names a function, such as
`storage.restoring:_Place._use_rules`. When it is called, this says so in a line on standard
output, and waits for ever.
"""

import sys
from importlib import import_module
from threading import Event
from typing import Never

from bot.__main__ import main


def stop(*_: object) -> Never:
    """Tell that it has come so far; go no further."""
    sys.stdout.write("here\n")
    sys.stdout.flush()
    while True:
        Event().wait()


def stop_at(where: str) -> None:
    """Replace a function."""
    module, _, path = where.partition(":")
    *owners, name = path.split(".")
    owner: object = import_module(module)
    for part in owners:
        owner = getattr(owner, part)
    setattr(owner, name, stop)


if __name__ == "__main__":
    stop_at(sys.argv.pop(1))
    main()
