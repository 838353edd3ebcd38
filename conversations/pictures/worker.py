"""The process that draws: facts come in line by line, each is answered with a picture.

An answer is the size of the PNG as a line, then the PNG; size 0 says that it could not be drawn.
"""

import sys
import traceback

from conversations.pictures.drawn import draw
from conversations.pictures.facts import FACTS
from storage.workers import end_unheard, keep_small


def main() -> None:
    """Draw until there are no more facts."""
    keep_small()
    end_unheard()
    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        picture = _drawn(line)
        out.write(b"%d\n" % len(picture))
        out.write(picture)
        out.flush()


def _drawn(line: bytes) -> bytes:
    try:
        return draw(FACTS.validate_json(line))
    except Exception as error:  # one picture less is no reason to draw none
        # Only where and what kind: the words of an error may hold people's names.
        traceback.print_tb(error.__traceback__)
        print(type(error).__name__, file=sys.stderr)  # noqa: T201
        return b""


if __name__ == "__main__":
    main()
