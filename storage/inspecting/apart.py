"""Looking into files in a process of its own.

To decode a photo keeps an interpreter busy for long enough that everybody's taps would wait for
it; and a file made to break a decoder breaks nothing but that process.
"""

import contextlib
import json
import logging
import subprocess
from pathlib import Path
from threading import Lock, Timer
from typing import Final

from pydantic import ValidationError

from storage.inspecting.findings import Inspected, Unusable, Why
from storage.inspecting.lines import FINDINGS, DiskFailed, Finding, Refusal
from storage.workers import command, surroundings

WORKER: Final = command("storage.inspecting.worker")
PATIENCE_S: Final = 60.0
"""The slowest honest file takes a few seconds on a small machine."""

logger = logging.getLogger(__name__)


class Inspector:
    """Has files looked into one at a time. Its process is started with the first of them."""

    def __init__(
        self, worker: tuple[str, ...] = WORKER, *, patience_s: float = PATIENCE_S
    ) -> None:
        self._worker = worker
        self._patience_s = patience_s
        self._turn = Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def inspect(self, path: Path) -> Inspected:
        """Do what `inspecting.inspect` does, and raise what it raises; blocks until it is done.

        A file that ends the process, or keeps it for longer than the patience lasts, is broken.
        """
        size = path.stat().st_size
        with self._turn:
            finding = self._find(path)
        match finding:
            case Refusal():
                raise Unusable(finding.why, size=finding.size, found=finding.found)
            case DiskFailed():
                raise OSError(finding.errno, finding.text)
            case None:
                raise Unusable(Why.BROKEN, size=size)
        return finding

    def close(self) -> None:
        """Give the process back."""
        with self._turn:
            self._end()

    def _find(self, path: Path) -> Finding | None:
        """Ask the process; one that dies over a file after others may have died of those."""
        is_used = self._process is not None
        finding = self._ask(path)
        if finding is None and is_used:
            finding = self._ask(path)
        return finding

    def _ask(self, path: Path) -> Finding | None:
        process = self._process = self._process or subprocess.Popen(  # noqa: S603
            self._worker,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=surroundings(),
            # Ctrl-C in a terminal is for the bot, which then takes its time to stop.
            start_new_session=True,
        )
        alarm = Timer(self._patience_s, process.kill)
        alarm.start()
        try:
            return _exchange(process, path)
        except (OSError, ValidationError) as trouble:
            logger.warning("no finding about a file: %s", type(trouble).__name__)
            self._end()
            return None
        finally:
            alarm.cancel()

    def _end(self) -> None:
        if self._process is None:
            return
        process, self._process = self._process, None
        # What was not read any more may still wait in the pipe that is closed here.
        with contextlib.suppress(BrokenPipeError), process:
            process.kill()
        process.wait()


def _exchange(process: subprocess.Popen[bytes], path: Path) -> Finding:
    if process.stdin is None or process.stdout is None:
        raise ValueError("the worker was started without pipes")
    process.stdin.write(json.dumps(str(path)).encode() + b"\n")
    process.stdin.flush()
    return FINDINGS.validate_json(process.stdout.readline())
