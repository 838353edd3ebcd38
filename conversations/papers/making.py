"""Has papers made by a worker process, and hands on how far it is."""

import asyncio
import json
import logging
import shutil
from collections.abc import Callable
from pathlib import Path

from pydantic import ValidationError

from conversations.papers.orders import (
    LINES,
    AnyOrder,
    Failed,
    Finished,
    Made,
    NotMade,
    Progress,
    Refusal,
)
from conversations.papers.unfinished import unfinished_folder
from storage.workers import command, see_through, surroundings

WORKER = command("conversations.papers.worker")
LONGEST_S = 600.0

_LONGEST_LINE = 8 * 2**20
_COMPLAINT = 2_000
"""How much of the worker's last words is logged, in bytes."""

logger = logging.getLogger(__name__)


async def make(
    order: AnyOrder,
    on_progress: Callable[[int, int], None],
    *,
    seconds: float = LONGEST_S,
) -> tuple[Made, ...]:
    """Make the papers of an order; they lie complete in `order.out` when this returns.

    `on_progress` is called with the steps done and all steps. Raises NotMade. When cancelled or
    late, the worker is killed and leaves nothing behind.
    """
    await asyncio.to_thread(order.out.mkdir, parents=True, exist_ok=True)
    worker = await asyncio.create_subprocess_exec(
        *WORKER,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
        env=surroundings(),
    )
    try:
        async with asyncio.timeout(seconds):
            return await _result(worker, order, on_progress)
    except TimeoutError:
        raise NotMade(Refusal.TOO_SLOW) from None
    finally:
        await see_through(_end(worker, order.out))


async def _result(
    worker: asyncio.subprocess.Process,
    order: AnyOrder,
    on_progress: Callable[[int, int], None],
) -> tuple[Made, ...]:
    if worker.stdin is None or worker.stdout is None or worker.stderr is None:
        raise ValueError("the worker was started without pipes")
    complaint = asyncio.create_task(_last_words(worker.stderr))
    try:
        await _hand_over(worker.stdin, order.model_dump_json().encode())
        last = await _listen(worker.stdout, on_progress)
        status = await worker.wait()
        if isinstance(last, Failed):
            raise NotMade(last.failed, last.pages, last.left_out)
        if last is None or status != 0 or not _all_there(last.made, order.out):
            logger.error("paper worker ended with %s: %s", status, await complaint)
            raise NotMade(Refusal.BROKE)
        return last.made
    finally:
        complaint.cancel()


async def _hand_over(stdin: asyncio.StreamWriter, order: bytes) -> None:
    try:
        stdin.write(order)
        await stdin.drain()
        stdin.close()
    except (BrokenPipeError, ConnectionResetError):
        pass  # it died at once; that there is no result says so


async def _listen(
    stdout: asyncio.StreamReader, on_progress: Callable[[int, int], None]
) -> Finished | Failed | None:
    """Read the worker's lines to their end; what is none of its lines is passed over."""
    last: Finished | Failed | None = None
    while True:
        try:
            line = await stdout.readline()
        except ValueError:  # longer than any line of the worker
            continue
        if not line:
            return last
        try:
            said = LINES.validate_python(json.loads(line))
        except (ValueError, ValidationError, RecursionError):
            logger.warning("paper worker said %r", line[:200])
            continue
        if isinstance(said, Progress):
            on_progress(said.done, said.of)
        else:
            last = said


async def _last_words(stderr: asyncio.StreamReader) -> str:
    kept = b""
    while chunk := await stderr.read(65_536):
        kept = (kept + chunk)[-_COMPLAINT:]
    return kept.decode("utf-8", "replace").strip()


def _all_there(made: tuple[Made, ...], out: Path) -> bool:
    return all(one.path.parent == out and one.path.is_file() for one in made)


async def _end(worker: asyncio.subprocess.Process, out: Path) -> None:
    """Kill the worker if it still runs, and clear away what it had not finished."""
    if worker.returncode is None:
        worker.kill()
        await worker.wait()
    await asyncio.to_thread(shutil.rmtree, unfinished_folder(out, worker.pid), ignore_errors=True)
