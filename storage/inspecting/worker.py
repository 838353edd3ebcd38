"""The process that looks into files: a path on each line of its input, a finding on its output.

`python -m storage.inspecting.worker` ends when its input does, so it outlives nobody.
"""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from storage.inspecting.findings import Unusable
from storage.inspecting.inspector import inspect
from storage.inspecting.lines import FINDINGS, DiskFailed, Finding, Refusal
from storage.workers import end_unheard, keep_small, own_output


def main() -> int:
    """Look into one file after the other; return the exit code."""
    keep_small()
    end_unheard()
    with own_output() as answers:
        _answer(sys.stdin, answers)
    return 0


def _answer(paths: Iterable[str], answers: TextIO) -> None:
    for line in paths:
        finding = _look_into(Path(json.loads(line)))
        answers.write(FINDINGS.dump_json(finding).decode() + "\n")
        answers.flush()


def _look_into(path: Path) -> Finding:
    try:
        return inspect(path)
    except Unusable as refusal:
        return Refusal(why=refusal.why, size=refusal.size, found=refusal.found)
    except OSError as trouble:
        return DiskFailed(errno=trouble.errno or 0, text=trouble.strerror or "")


if __name__ == "__main__":
    sys.exit(main())
